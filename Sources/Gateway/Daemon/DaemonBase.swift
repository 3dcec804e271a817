// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import GatewayCore
import Platform

/// What every part of the daemon may need: the configuration, the clock, the log, systemd. Any thread.
struct DaemonBase: Sendable {
    let loader: ConfigurationLoader
    /// As it holds now; a reload replaces it.
    let configuration: Locked<GatewayConfiguration>
    /// Where its values come from.
    let origins: Locked<ConfigurationOrigins>
    let clock = SteadyClock()
    let log: Log
    let notifier: SystemdNotifier

    /// Logs what is odd about the configuration.
    init(loader: ConfigurationLoader, loaded: LoadedConfiguration) {
        self.loader = loader
        configuration = Locked(loaded.configuration)
        origins = Locked(loaded.origins)
        log = Log(level: loaded.configuration.general.logLevel, environment: loader.environment)
        for warning in loaded.warnings { log.warning("\(warning)") }
        for shortfall in StartChecks.shortfalls(loaded.configuration) { log.error("alarm: \(shortfall)") }
        notifier = SystemdNotifier(environment: loader.environment)
    }
}
