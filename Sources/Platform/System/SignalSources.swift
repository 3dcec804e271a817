// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import Glibc

/// What a signal asks of the daemon.
package enum SignalRequest: Equatable, Sendable {
    /// SIGTERM or SIGINT: let running messages end, then stop.
    case drain
    /// The second of them: stop at once.
    case stopNow
    /// SIGHUP: load the configuration again.
    case reload
}

/// Turns signals into calls on a queue, and ignores SIGPIPE. One for a process.
///
/// A handler writes each signal's number into a pipe, which a dispatch source reads. A
/// `DispatchSourceSignal` would lose what comes before it is registered, and its signals have to be
/// ignored, which child processes would inherit; handlers are taken off them by execve(2). Only SIGPIPE
/// stays ignored in a child unless whoever starts it sets it back.
package final class SignalSources {
    private let source: any DispatchSourceRead

    /// `handler` is called on `queue`.
    package init(queue: DispatchQueue, handler: @escaping @Sendable (SignalRequest) -> Void) {
        let pipe = signalPipe
        source = DispatchSource.makeReadSource(fileDescriptor: pipe.read, queue: queue)
        let terminations = Locked(0)
        source.setEventHandler {
            var numbers = [UInt8](repeating: 0, count: 64)
            let count = read(pipe.read, &numbers, numbers.count)
            for number in numbers.prefix(max(0, count)) {
                if number == UInt8(SIGHUP) {
                    handler(.reload)
                } else {
                    let isFirst = terminations.withLock { count in
                        count += 1
                        return count == 1
                    }
                    handler(isFirst ? .drain : .stopNow)
                }
            }
        }
        source.resume()
        signal(SIGPIPE, SIG_IGN)
        for number in [SIGTERM, SIGINT, SIGHUP] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = writeSignal
            // Nobody's system call fails because of a signal.
            action.sa_flags = SA_RESTART
            sigaction(number, &action, nil)
        }
    }

    deinit {
        for number in [SIGTERM, SIGINT, SIGHUP] { signal(number, SIG_DFL) }
        source.cancel()
    }
}

/// Made before the handlers are installed; they find it made, which takes no lock.
private let signalPipe: (read: Int32, write: Int32) = {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return (-1, -1) }
    for end in ends {
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    return (ends[0], ends[1])
}()

/// Async-signal-safe: one write(2), and `errno` as it was (signal-safety(7)).
private func writeSignal(_ number: Int32) {
    let saved = errno
    var byte = UInt8(truncatingIfNeeded: number)
    _ = write(signalPipe.write, &byte, 1)
    errno = saved
}
