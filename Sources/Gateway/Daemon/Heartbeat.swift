// SPDX-License-Identifier: GPL-3.0-or-later
// Dispatch sources may be used from any thread; on Linux the module does not say so.
@preconcurrency import Dispatch
import GatewayCore

/// Calls something every second, or as often as systemd's watchdog wants it when that is more often. Any thread.
final class Heartbeat: Sendable {
    private let timer: any DispatchSourceTimer
    private let period: DispatchTimeInterval

    /// Calls that live are signs of life in the journal at least this often.
    private static let interval = Interval.seconds(1)

    /// `beat` is called on a queue of its own, not before ``start()``.
    init(watchdogInterval: Interval?, beat: @escaping @Sendable () -> Void) {
        let interval = min(Self.interval, watchdogInterval ?? Self.interval)
        period = .milliseconds(Int(interval.milliseconds))
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "burgernetd.beat"))
        timer.setEventHandler(handler: beat)
        // At once: libdispatch traps when a source goes that never was active.
        timer.schedule(deadline: .distantFuture)
        timer.activate()
    }

    func start() { timer.schedule(deadline: .now() + period, repeating: period, leeway: .milliseconds(50)) }

    func stop() { timer.cancel() }
}
