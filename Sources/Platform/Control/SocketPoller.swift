// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import Foundation
import Glibc

/// Tells a queue when sockets are ready, with poll(2) on a thread of its own.
///
/// Not dispatch sources: on Linux they let go of a descriptor at its first EPOLLHUP, so that what a
/// client sent before it hung up would not be read to its end.
///
/// A watch is for one event: whoever handled it asks again. May be used from any thread; the state that
/// the thread shares is behind a lock.
final class SocketPoller: Sendable {
    struct Interest: OptionSet, Sendable {
        let rawValue: Int16
        static let read = Interest(rawValue: Int16(POLLIN))
        static let write = Interest(rawValue: Int16(POLLOUT))
        /// The other side is gone, for which one need not ask.
        static let hangUp = Interest(rawValue: Int16(POLLHUP | POLLERR | POLLNVAL))
    }

    private struct Watch {
        var descriptor: Int32
        var interest: Interest
    }

    private struct State {
        var watches: [UInt64: Watch] = [:]
        var isStopped = false
    }

    /// Ends the thread's wait. Both ends live as long as either side uses them: a write to a pipe that
    /// nobody reads would be a SIGPIPE.
    private final class WakePipe: Sendable {
        let readEnd: Int32
        let writeEnd: Int32

        init() throws(ControlSocketError) {
            var ends: [Int32] = [-1, -1]
            guard Glibc.pipe(&ends) == 0 else {
                throw .failed(operation: "pipe", path: "", reason: systemError(errno))
            }
            for end in ends {
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
            }
            (readEnd, writeEnd) = (ends[0], ends[1])
        }

        deinit {
            close(readEnd)
            close(writeEnd)
        }

        func wake() {
            var byte: UInt8 = 0
            // A full pipe wakes as well.
            _ = write(writeEnd, &byte, 1)
        }

        func clear() {
            var discarded = [UInt8](repeating: 0, count: 512)
            while read(readEnd, &discarded, discarded.count) > 0 {}
        }
    }

    private let state = Locked(State())
    private let pipe: WakePipe

    /// `handler` is called on `queue`; an event of a watch that was forgotten meanwhile does not come, as long as
    /// ``forget(_:)`` is called on the queue as well.
    init(queue: DispatchQueue, handler: @escaping @Sendable (UInt64, Interest) -> Void) throws(ControlSocketError) {
        pipe = try WakePipe()
        let (state, pipe) = (state, pipe)
        let thread = Thread {
            Self.run(state, pipe) { events in
                queue.async {
                    for (id, ready) in events { handler(id, ready) }
                }
            }
        }
        thread.name = "burgernetd.poll"
        thread.stackSize = 512 << 10
        thread.start()
    }

    deinit { stop() }

    /// Replaces the id's former watch. An empty interest: only that the other side is gone.
    func watch(_ id: UInt64, _ descriptor: Int32, _ interest: Interest) {
        state.withLock { $0.watches[id] = Watch(descriptor: descriptor, interest: interest) }
        pipe.wake()
    }

    /// To be called before the descriptor is closed.
    func forget(_ id: UInt64) {
        let wasWatched = state.withLock { $0.watches.removeValue(forKey: id) != nil }
        if wasWatched { pipe.wake() }
    }

    /// Ends the thread.
    func stop() {
        state.withLock {
            $0.isStopped = true
            $0.watches = [:]
        }
        pipe.wake()
    }

    private static func run(_ state: Locked<State>, _ pipe: WakePipe, report: ([(UInt64, Interest)]) -> Void) {
        while true {
            let (watches, isStopped) = state.withLock { ($0.watches.sorted { $0.key < $1.key }, $0.isStopped) }
            if isStopped { return }
            var descriptors = [pollfd(fd: pipe.readEnd, events: Int16(POLLIN), revents: 0)]
            for (_, watch) in watches {
                descriptors.append(pollfd(fd: watch.descriptor, events: watch.interest.rawValue, revents: 0))
            }
            guard poll(&descriptors, nfds_t(descriptors.count), -1) > 0 else { continue }
            if descriptors[0].revents != 0 { pipe.clear() }
            var events: [(UInt64, Interest)] = []
            state.withLock { state in
                for ((id, watch), result) in zip(watches, descriptors.dropFirst()) where result.revents != 0 {
                    // Forgotten or changed meanwhile: what is still true, the next round tells.
                    guard let current = state.watches[id], current.descriptor == watch.descriptor,
                        current.interest == watch.interest
                    else { continue }
                    state.watches[id] = nil
                    events.append((id, Interest(rawValue: result.revents)))
                }
            }
            if !events.isEmpty { report(events) }
        }
    }
}
