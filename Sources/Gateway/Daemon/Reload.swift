// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import ControlProtocol
import GatewayCore
import Platform

/// Loads the configuration again when systemd or a client asks for it, and hands it to those who work by it. On the
/// turns' queue, one after the other.
final class Reload: Sendable {
    private let loader: ConfigurationLoader
    private let configuration: Locked<GatewayConfiguration>
    private let origins: Locked<ConfigurationOrigins>
    private let notifier: SystemdNotifier
    private let log: Log
    private let apply: @Sendable (GatewayConfiguration, _ done: @escaping @Sendable () -> Void) -> Void

    /// `apply` takes what a running daemon works by from then on, and calls `done` when it does.
    init(
        _ base: DaemonBase,
        apply: @escaping @Sendable (GatewayConfiguration, _ done: @escaping @Sendable () -> Void) -> Void
    ) {
        loader = base.loader
        configuration = base.configuration
        origins = base.origins
        notifier = base.notifier
        log = base.log
        self.apply = apply
    }

    /// Blocks on file access. When something is wrong, the former configuration stays. `completion` is called when the
    /// new one holds, or at once when it does not.
    func run(completion: @escaping @Sendable (Result<ReloadReport, ConfigurationError>) -> Void = { _ in }) {
        notifier.reloading()
        switch loader.load() {
        case .failure(let error):
            for complaint in error.complaints { log.error("\(complaint)") }
            log.error("the configuration was not reloaded; the former one stays")
            completion(.failure(error))
        case .success(let loaded):
            let report = compare(loaded)
            take(loaded) { completion(.success(report)) }
        }
        notifier.ready(status: "ready")
    }

    /// What a reload would change now. Blocks on file access.
    func compare() -> Result<ReloadReport, ConfigurationError> { loader.load().map(compare) }

    private func compare(_ loaded: LoadedConfiguration) -> ReloadReport {
        let old = configuration.snapshot
        let changes = loaded.configuration.changes(since: old)
        return ReloadReport(
            changes: changes.filter { $0.effect == .live }.map(\.description),
            atRestart: changes.filter { $0.effect == .restart }.map(\.description),
            changesTariffs: loaded.configuration.tariffs != old.tariffs,
            warnings: loaded.warnings.map(\.description))
    }

    /// Every key as it holds, in the order of docs/configuration.md.
    func settings() -> [ConfigurationValue] {
        let origins = origins.snapshot
        return configuration.snapshot.settings.map { setting in
            let place = origins.location(setting.section, setting.key)
            return ConfigurationValue(
                section: setting.section.description, key: setting.key, value: setting.value, file: place?.file,
                line: place?.line, needsRestart: setting.effect == .restart)
        }
    }

    private func take(_ loaded: LoadedConfiguration, _ done: @escaping @Sendable () -> Void) {
        let old = configuration.snapshot
        let changes = loaded.configuration.changes(since: old)
        if changes.isEmpty, loaded.configuration.tariffs == old.tariffs {
            log.notice("the configuration was read again; nothing has changed")
        }
        for change in changes {
            log.notice("configuration: \(change)", change.effect == .restart ? ["takes-effect": "at a restart"] : [:])
        }
        let new = loaded.configuration.keepingRestartValues(of: old)
        if new.tariffs != old.tariffs { TariffArchive.keep(new, log) }
        configuration.withLock { $0 = new }
        origins.withLock { $0 = loaded.origins }
        log.level = new.general.logLevel
        for shortfall in StartChecks.shortfalls(new) { log.error("alarm: \(shortfall)") }
        apply(new, done)
    }
}
