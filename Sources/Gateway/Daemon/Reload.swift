// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import GatewayCore
import Platform

/// Loads the configuration again when systemd asks for it, and hands it to those who work by it. Any thread.
final class Reload: Sendable {
    private let loader: ConfigurationLoader
    private let configuration: Locked<GatewayConfiguration>
    private let notifier: SystemdNotifier
    private let log: Log
    private let apply: @Sendable (GatewayConfiguration) -> Void

    /// `apply` takes what a running daemon works by from then on.
    init(_ base: DaemonBase, apply: @escaping @Sendable (GatewayConfiguration) -> Void) {
        loader = base.loader
        configuration = base.configuration
        notifier = base.notifier
        log = base.log
        self.apply = apply
    }

    /// Blocks on file access. When something is wrong, the former configuration stays.
    func run() {
        notifier.reloading()
        switch loader.load() {
        case .failure(let error):
            for complaint in error.complaints { log.error("\(complaint)") }
            log.error("the configuration was not reloaded; the former one stays")
        case .success(let loaded):
            take(loaded.configuration)
        }
        notifier.ready(status: "ready")
    }

    private func take(_ loaded: GatewayConfiguration) {
        let old = configuration.snapshot
        let changes = loaded.changes(since: old)
        if changes.isEmpty, loaded.tariffs == old.tariffs {
            log.notice("the configuration was read again; nothing has changed")
        }
        for change in changes {
            log.notice("configuration: \(change)", change.effect == .restart ? ["takes-effect": "at a restart"] : [:])
        }
        let new = loaded.keepingRestartValues(of: old)
        if new.tariffs != old.tariffs { TariffArchive.keep(new, log) }
        configuration.withLock { $0 = new }
        log.level = new.general.logLevel
        for shortfall in StartChecks.shortfalls(new) { log.error("alarm: \(shortfall)") }
        apply(new)
    }
}
