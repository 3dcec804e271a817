// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import Configuration
import ControlProtocol
import Dispatch
import GatewayCore
import Platform
import Store

/// Everything wired together: journal, engine, telephone, speech, control socket, systemd.
///
/// Started on the main thread; lives until the process ends.
package final class Daemon {
    private let base: DaemonBase
    private let dispatcher: Dispatcher
    private let telephone: Telephone
    private let messenger: Messenger
    private let renderer: SpeechRenderer
    private let context: ControlContext
    private let server: ControlServer
    /// nil: the server has it.
    private var place: ControlSocketPlace?
    private let heartbeat: Heartbeat
    private let space: SpaceMonitor
    private let reload: Reload
    private var signals: SignalSources?

    /// A few commits' time: neither a ringing telephone nor an operator notices.
    private static let gathering = Interval.milliseconds(5)

    /// Opens the journal, starts the endpoint, takes up what the former process left, then listens.
    package static func start(loader: ConfigurationLoader) throws -> Daemon {
        let loaded = try loader.load().get()
        if let obstacle = ResourceNeeds(loaded.configuration).obstacle(.read()) {
            throw RefusedStart(description: obstacle)
        }
        let daemon = try Daemon(DaemonBase(loader: loader, loaded: loaded), loaded.configuration)
        try daemon.run()
        return daemon
    }

    private init(_ base: DaemonBase, _ configuration: GatewayConfiguration) throws {
        let log = base.log
        self.base = base
        try DaemonDirectories.make(configuration.general)
        // Before the journal, the SIP port or a bind: a second daemon takes nothing from the first.
        place = try ControlSocketPlace(
            path: configuration.general.controlSocket, group: configuration.general.controlGroup)
        let store = try Self.openStore(base)
        let hasRoom = TurnActor.queue.sync { store.takeRoom() }
        if !hasRoom {
            log.error(
                "alarm: no room can be kept for the journal: calls under way are not written when the disk is full")
        }
        TariffArchive.keep(configuration, log)
        let tallies = TrunkTallies()
        let prompts = PromptLibrary()
        let housekeeping = Housekeeping(store: store, prompts: prompts, log: log)
        renderer = SpeechRenderer(configuration: configuration)
        let (dispatcher, telephone, messenger) = try TurnActor.sync {
            let dispatcher = Self.makeDispatcher(base, store, NoticeLog(log: log, tallies: tallies))
            let telephone = try Telephone(
                configuration: configuration, dispatcher: dispatcher, prompts: prompts, log: log,
                version: softwareVersion, clock: base.clock)
            let messenger = Messenger(dispatcher: dispatcher, store: store, log: log)
            dispatcher.calls = telephone
            dispatcher.messages = messenger
            return (dispatcher, telephone, messenger)
        }
        self.telephone = telephone
        self.messenger = messenger
        let purger = NumberPurger(dispatcher: dispatcher, store: store, log: log)
        let reports = StatusReports(
            telephone: telephone, messenger: messenger, tallies: tallies, clock: base.clock,
            configuration: base.configuration)
        let space = SpaceMonitor(
            path: configuration.general.stateDirectory, hadRoom: hasRoom, watch: SpaceWatch(configuration.general),
            dispatcher: dispatcher,
            store: store, log: log)
        self.space = space
        reload = Reload(base) { [renderer] configuration, done in
            space.configure(SpaceWatch(configuration.general))
            renderer.configure(configuration)
            dispatcher.post { dispatcher, _ in
                dispatcher.engine.configure(EngineConfiguration(configuration))
                telephone.configure(configuration)
                messenger.configure(configuration)
                log.notice("configuration reloaded")
                done()
            }
        }
        context = ControlContext(
            dispatcher: dispatcher, store: store, renderer: renderer, prompts: prompts, purger: purger,
            configuration: base.configuration, reload: reload,
            status: reports.daemon, trunks: reports.trunks, smscs: reports.smscs, log: log)
        server = Self.makeServer(context, base)
        heartbeat = Self.makeHeartbeat(dispatcher, base, housekeeping, purger)
        self.dispatcher = dispatcher
    }

    /// The store belongs to the turns' queue.
    private static func openStore(_ base: DaemonBase) throws -> Store {
        let queue = TurnActor.queue
        let general = base.configuration.snapshot.general
        let path = JournalPlace.path(general)
        // A large journal takes longer to read than systemd's patience.
        let goOn: @Sendable () -> Void = { [notifier = base.notifier] in notifier.extendTimeout(.seconds(60)) }
        goOn()
        let store = try queue.sync {
            try JournalPlace.refusing {
                try Store(path: path, queue: queue, rescuePaths: JournalPlace.rescuePaths(general), progress: goOn)
            }
        }
        if let warning = store.ledgerWarning { base.log.error("alarm: \(warning)") }
        return store
    }

    @TurnActor private static func makeDispatcher(
        _ base: DaemonBase, _ store: Store, _ notices: NoticeLog
    ) -> Dispatcher {
        let engine = Engine(
            configuration: EngineConfiguration(base.configuration.snapshot), instanceKey: store.instanceKey)
        let dispatcher = Dispatcher(
            engine: engine, journal: store, gathering: gathering, clock: { [clock = base.clock] in clock.now() },
            // A turn before the journal is taken over must not write a clock of its own into it.
            civilOffset: { [clock = base.clock] in clock.hasGoneOn ? clock.civilOffset() : .zero })
        dispatcher.onNotices = { all, _ in
            for notice in all { notices.report(notice) }
        }
        return dispatcher
    }

    private static func makeServer(
        _ context: ControlContext, _ base: DaemonBase
    ) -> ControlServer {
        let refusal = Reply.refusal(ProtocolError(.busy, "too many clients are connected")).encodeLine()
        var limits = ControlLimits()
        limits.connections = ResourceNeeds(base.configuration.snapshot).clients(.read())
        return ControlActor.sync { [limits] in
            ControlServer(
                limits: limits, refusal: refusal,
                clock: { [clock = base.clock] in clock.now() },
                accept: { [context] connection in ControlSession(context: context, connection: connection) })
        }
    }

    /// The watchdog is fed by the dispatcher's own progress: by turns that may be empty.
    private static func makeHeartbeat(
        _ dispatcher: Dispatcher, _ base: DaemonBase, _ housekeeping: Housekeeping, _ purger: NumberPurger
    ) -> Heartbeat {
        Heartbeat(watchdogInterval: base.notifier.watchdogInterval) {
            dispatcher.post { dispatcher, now in
                dispatcher.beat(now: now)
                base.notifier.watchdog()
                housekeeping.beat(dispatcher)
                base.log.writeRepeated()
                guard dispatcher.journalFault == nil else { return }
                purger.look(keepNumbersFor: base.configuration.snapshot.privacy.keepNumbersFor, now: now)
            }
        }
    }

    private func run() throws {
        try TakeOver(context: context, telephone: telephone, messenger: messenger, clock: base.clock).run()
        signals = listenToSignals()
        if let place { try ControlActor.sync { [server] in try server.start(at: place) } }
        place = nil
        heartbeat.start()
        space.start()
        CallHistory(dispatcher: dispatcher, store: context.store, log: base.log).read()
        base.log.notice(
            "ready",
            [
                "version": softwareVersion, "sip-port": Int(telephone.udpPort),
                "socket": base.configuration.snapshot.general.controlSocket,
            ])
        base.notifier.ready(status: "ready")
    }

    private func listenToSignals() -> SignalSources {
        let shutdown = Shutdown(
            base, dispatcher: dispatcher, telephone: telephone, messenger: messenger,
            stopBeat: { [heartbeat] in heartbeat.stop() },
            stopServer: { [server] in ControlActor.sync { server.stop() } })
        return SignalSources(queue: dispatcher.queue) { [reload] request in
            switch request {
            case .reload: reload.run()
            case .drain: shutdown.drain()
            case .stopNow: shutdown.stopNow()
            }
        }
    }
}
