// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import GatewayCore
import Platform

/// What every part of the daemon may need: the configuration, a clock, the log, systemd. Any thread.
struct DaemonBase: Sendable {
    let loader: ConfigurationLoader
    /// As it holds now; a reload replaces it.
    let configuration: Locked<GatewayConfiguration>
    let clock: MonotonicClock
    let log: Log
    let notifier: SystemdNotifier
    let started: Timestamp

    /// Logs what is odd about the configuration.
    init(loader: ConfigurationLoader, loaded: LoadedConfiguration) {
        self.loader = loader
        configuration = Locked(loaded.configuration)
        let stepLog = Locked<Log?>(nil)
        let clock = MonotonicClock { step in
            stepLog.snapshot?.warning("the system clock was set", ["by": "\(step.seconds) s"])
        }
        let log = Log(level: loaded.configuration.general.logLevel, clock: clock, environment: loader.environment)
        stepLog.withLock { $0 = log }
        for warning in loaded.warnings { log.warning("\(warning)") }
        for shortfall in StartChecks.shortfalls(loaded.configuration) { log.error("alarm: \(shortfall)") }
        self.clock = clock
        self.log = log
        notifier = SystemdNotifier(environment: loader.environment)
        started = clock.now()
    }
}
