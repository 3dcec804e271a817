// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import Glibc

/// What a signal asks of the daemon.
public enum SignalRequest: Equatable, Sendable {
    /// SIGTERM or SIGINT: let running messages end, then stop.
    case drain
    /// The second of them: stop at once.
    case stopNow
    /// SIGHUP: load the configuration again.
    case reload
}

/// Turns signals into calls on a queue, and ignores SIGPIPE.
///
/// One for a process. Children do not inherit what is ignored here only when whoever starts them sets
/// the signals back (`POSIX_SPAWN_SETSIGDEF`).
public final class SignalSources {
    private let sources: [any DispatchSourceSignal]
    private let terminations = Locked(0)

    /// `handler` is called on `queue`.
    public init(queue: DispatchQueue, handler: @escaping @Sendable (SignalRequest) -> Void) {
        signal(SIGPIPE, SIG_IGN)
        let terminations = terminations
        sources = [SIGTERM, SIGINT, SIGHUP].map { number in
            // The default action would end the process before the source sees the signal.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                if number == SIGHUP {
                    handler(.reload)
                } else {
                    let isFirst = terminations.withLock { count in
                        count += 1
                        return count == 1
                    }
                    handler(isFirst ? .drain : .stopNow)
                }
            }
            source.resume()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }
}
