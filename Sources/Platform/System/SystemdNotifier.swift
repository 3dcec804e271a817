// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Glibc

/// Tells systemd how the daemon is doing; does nothing when systemd did not start it.
///
/// sd_notify(3) by hand: one datagram of `KEY=value` lines to the socket `$NOTIFY_SOCKET`. Never
/// blocks; may be used from any thread.
package final class SystemdNotifier: Sendable {
    /// Half of what systemd waits for: how often to call ``watchdog()``. nil: no watchdog is set.
    package let watchdogInterval: Interval?
    package var isActive: Bool { address != nil }

    private let address: UnixAddress?
    private let descriptor: Int32

    package init(environment: [String: String], processID: Int32 = getpid()) {
        address = environment["NOTIFY_SOCKET"].flatMap(UnixAddress.init(notifySocket:))
        descriptor = address == nil ? -1 : UnixAddress.makeSocket(SOCK_DGRAM)
        watchdogInterval = Self.watchdogInterval(environment, processID: processID)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    package func ready(status: String) { send(["READY=1", "STATUS=" + Self.oneLine(status)]) }

    /// One line for `systemctl status`.
    package func status(_ text: String) { send(["STATUS=" + Self.oneLine(text)]) }

    /// Before a reload; ``ready(status:)`` follows it.
    package func reloading(monotonicMicroseconds: Int64 = SystemClock.monotonicMicroseconds()) {
        send(["RELOADING=1", "MONOTONIC_USEC=\(monotonicMicroseconds)"])
    }

    /// The daemon ends. `extension`: how much longer than now systemd must wait, for a drain that the
    /// unit's TimeoutStopSec= may not foresee.
    package func stopping(status: String, extension: Interval? = nil) {
        var lines = ["STOPPING=1", "STATUS=" + Self.oneLine(status)]
        if let `extension` { lines.append("EXTEND_TIMEOUT_USEC=\(`extension`.microseconds)") }
        send(lines)
    }

    /// Start-up takes longer (a large journal is read): systemd must wait this long from now.
    package func extendTimeout(_ interval: Interval) { send(["EXTEND_TIMEOUT_USEC=\(interval.microseconds)"]) }

    /// Still alive.
    package func watchdog() { send(["WATCHDOG=1"]) }

    /// Whether the datagram left.
    @discardableResult
    func send(_ lines: [String]) -> Bool {
        guard let address, descriptor >= 0 else { return false }
        let bytes = Array(lines.joined(separator: "\n").utf8)
        return address.withSocketAddress { pointer, length in
            while true {
                let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
                if sendto(descriptor, bytes, bytes.count, flags, pointer, length) >= 0 { return true }
                if errno != EINTR { return false }
            }
        }
    }

    private static func oneLine(_ text: String) -> String {
        String(text.prefix(500).map { $0.isNewline ? " " : $0 })
    }

    /// `$WATCHDOG_USEC` counts when `$WATCHDOG_PID` is this process or not set (sd_watchdog_enabled(3)).
    static func watchdogInterval(_ environment: [String: String], processID: Int32) -> Interval? {
        if let owner = environment["WATCHDOG_PID"], Int32(owner) != processID { return nil }
        guard let text = environment["WATCHDOG_USEC"], let microseconds = Int64(text), microseconds > 1 else {
            return nil
        }
        return Interval(microseconds: microseconds / 2)
    }
}
