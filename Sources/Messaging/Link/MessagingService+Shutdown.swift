// SPDX-License-Identifier: GPL-3.0-or-later
@preconcurrency import Dispatch

extension MessagingService {
    /// How far `shutdown` is.
    enum Ending {
        /// To `asked`.
        case notAsked
        /// Binds are ending, until the deadline. To `done`.
        case asked(deadline: Int64, completions: [@Sendable () -> Void])
        /// Nothing is left.
        case done
    }

    /// Ends all binds; none is made any more. Graceful: they unbind when their windows are empty; after `seconds` what
    /// is left is cut. `completion` comes on the queue, after the last event. Asked again, it may only end sooner.
    package func shutdown(graceful: Bool, within seconds: Double = 5, completion: @escaping @Sendable () -> Void) {
        run { [self] in
            let now = now()
            let limit = graceful ? Int64(max(0, seconds) * 1_000_000) : 0
            var deadline = now + limit
            var completions = [completion]
            switch ending {
            case .notAsked: break
            case .asked(let earlier, let others):
                deadline = min(deadline, earlier)
                completions = others + completions
            case .done:
                queue.async(execute: completion)
                return
            }
            ending = .asked(deadline: deadline, completions: completions)
            for link in links.compactMap({ $0 }) {
                link.isLeaving = true
                link.nextSettings = nil
                // A part of the time is for unbind_resp.
                if graceful { link.leave(now: now, within: limit * 3 / 4) } else { link.abort("shut down", now: now) }
            }
            finishShutdown()
            schedule()
        }
    }

    /// The time is up.
    func cutShort(_ now: Int64) {
        for link in links.compactMap({ $0 }) { link.abort("shut down before all was answered", now: now) }
        for stream in closing.values { stream.abort() }
        finishShutdown()
        // Streams report their end in turns of their own; the deadline has done its work.
        if case .asked(_, let completions) = ending { ending = .asked(deadline: .max, completions: completions) }
    }

    func finishShutdown() {
        guard case .asked(_, let completions) = ending, closing.isEmpty, links.allSatisfy({ $0 == nil }) else { return }
        ending = .done
        // Behind the events that are on their way.
        queue.async { for completion in completions { completion() } }
    }
}
