// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import Billing
import Configuration
import ControlProtocol
import Dispatch
import Foundation
import GatewayCore
import Glibc
import Messaging
import Platform
import SMPP
import Store
import Voice

/// Why the daemon does not start.
package struct StartError: Error, CustomStringConvertible {
    package var description: String
}

/// Everything wired together: journal, engine, telephone, speech, control socket, systemd.
///
/// Started on the main thread; lives until the process ends. What changes while it runs belongs to the
/// dispatcher's queue, which is the reason for `@unchecked Sendable`.
package final class Daemon: @unchecked Sendable {
    private let loader: ConfigurationLoader
    private let configuration: Locked<GatewayConfiguration>
    private let clock: MonotonicClock
    private let log: Log
    private let notifier: SystemdNotifier
    private let dispatcher: Dispatcher
    private let store: Store
    private let prompts = PromptLibrary()
    private let renderer: SpeechRenderer
    private let telephone: Telephone
    private let messenger: Messenger
    private let controlQueue = DispatchQueue(label: "burgernetd.control")
    private let context: ControlContext
    private let purger: NumberPurger
    private let started: Timestamp
    private let tallies: TrunkTallies
    private let housekeeping: Housekeeping
    private var server: ControlServer?
    private var signals: SignalSources?
    private var beat: (any DispatchSourceTimer)?
    private var isEnding = false

    /// Calls that live are signs of life in the journal at least this often.
    private static let beatInterval = DispatchTimeInterval.seconds(1)
    /// A few commits' time: neither a ringing telephone nor an operator notices.
    private static let gathering = Interval.milliseconds(5)

    /// Opens the journal, starts the endpoint, takes up what the former process left, then listens.
    package static func start(loader: ConfigurationLoader) throws -> Daemon {
        let loaded: LoadedConfiguration
        switch loader.load() {
        case .success(let good): loaded = good
        case .failure(let error): throw error
        }
        let daemon = try Daemon(loader: loader, loaded: loaded)
        try daemon.run()
        return daemon
    }

    private init(loader: ConfigurationLoader, loaded: LoadedConfiguration) throws {
        self.loader = loader
        let configuration = loaded.configuration
        self.configuration = Locked(configuration)
        let stepLog = Locked<Log?>(nil)
        let clock = MonotonicClock { step in
            stepLog.snapshot?.warning("the system clock was set", ["by": "\(step.seconds) s"])
        }
        self.clock = clock
        let log = Log(level: configuration.general.logLevel, clock: clock, environment: loader.environment)
        self.log = log
        stepLog.withLock { $0 = log }
        for warning in loaded.warnings { log.warning("\(warning)") }
        notifier = SystemdNotifier(environment: loader.environment)
        started = clock.now()

        let general = configuration.general
        try Self.makeDirectory(general.stateDirectory, mode: 0o750)
        try Self.makeDirectory(general.runtimeDirectory, mode: 0o755)
        // A large journal takes longer to read than systemd's patience.
        notifier.extendTimeout(.seconds(60))
        let turnQueue = DispatchQueue(label: "burgernetd.turn", qos: .userInteractive)
        let path = general.stateDirectory + "/journal.sqlite"
        let notifier = notifier
        store = try turnQueue.sync {
            try Store(path: path, queue: turnQueue) { notifier.extendTimeout(.seconds(60)) }
        }
        if let warning = store.ledgerWarning { log.error("alarm: \(warning)") }
        Self.archive(configuration, log)
        let engine = Engine(configuration: EngineConfiguration(configuration), instanceKey: store.instanceKey)
        dispatcher = Dispatcher(engine: engine, journal: store, queue: turnQueue, gathering: Self.gathering) {
            clock.now()
        }
        tallies = TrunkTallies()
        housekeeping = Housekeeping(store: store, prompts: prompts, log: log)
        renderer = SpeechRenderer(configuration: configuration)
        telephone = try Telephone(
            configuration: configuration, dispatcher: dispatcher, prompts: prompts, log: log,
            version: softwareVersion)
        dispatcher.calls = telephone
        messenger = Messenger(dispatcher: dispatcher, store: store, log: log)
        dispatcher.messages = messenger
        purger = NumberPurger(dispatcher: dispatcher, store: store, log: log)
        let (telephone, messenger, tallies, started) = (telephone, messenger, tallies, started)
        context = ControlContext(
            dispatcher: dispatcher, store: store, renderer: renderer, prompts: prompts, purger: purger,
            queue: controlQueue,
            configuration: self.configuration,
            status: { dispatcher, now in
                DaemonStatus(dispatcher, telephone.statistics(), started: started, now: now)
            },
            trunks: { dispatcher, now in
                dispatcher.engine.trunks.trunks.filter { !$0.isRetired }
                    .map { TrunkStatus($0, counters: tallies.counters(of: $0.name), now: now) }
            },
            smscs: { dispatcher, now in
                let links = Dictionary(
                    messenger.status().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
                let uptime = Int64(DispatchTime.now().uptimeNanoseconds / 1000)
                return dispatcher.engine.smscs.enumerated().filter { !$0.element.isRetired }.map { index, smsc in
                    SMSCStatus(
                        smsc, outstanding: dispatcher.engine.openMessages(of: index), binds: links,
                        clock: { now - .microseconds(uptime - $0) }, now: now)
                }
            }, log: log)
    }

    /// Versions that records will name are kept; without a copy they are rated all the same.
    private static func archive(_ configuration: GatewayConfiguration, _ log: Log) {
        do {
            try TariffArchive(stateDirectory: configuration.general.stateDirectory).keep(configuration.tariffs)
        } catch {
            log.error("alarm: tariffs cannot be kept for later", ["reason": error.localizedDescription])
        }
        for tariff in configuration.tariffs { log.notice("tariff", ["version": tariff.version]) }
    }

    private static func makeDirectory(_ path: String, mode: mode_t) throws {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue { return }
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: NSNumber(value: mode)])
        } catch {
            throw StartError(description: "cannot make the directory \(path): \(error.localizedDescription)")
        }
    }

    private func run() throws {
        let tallies = tallies
        dispatcher.onNotices = { [log] notices, _ in
            for notice in notices { Self.report(notice, log, tallies) }
        }
        try takeUp()
        signals = SignalSources(queue: dispatcher.queue) { [self] request in handle(request) }
        let general = configuration.snapshot.general
        let refusal = Reply.refusal(ProtocolError(.busy, "too many clients are connected")).encodeLine()
        let server = ControlServer(
            path: general.controlSocket, group: general.controlGroup, queue: controlQueue, refusal: refusal,
            clock: { [clock] in clock.now() },
            accept: { [context] connection in ControlSession(context: context, connection: connection) })
        try controlQueue.sync { try server.start() }
        self.server = server
        startBeat()
        CallHistory(dispatcher: dispatcher, store: store, log: log).read()
        log.notice(
            "ready",
            ["version": softwareVersion, "sip-port": Int(telephone.udpPort), "socket": general.controlSocket])
        notifier.ready(status: "ready")
    }

    /// Reads the journal and goes on where the former process stopped.
    private func takeUp() throws {
        try dispatcher.queue.sync {
            let snapshot = try store.load()
            var counters: [Int64: ActionCounters] = [:]
            for action in snapshot.actions where action.finalCounters == nil {
                counters[action.key] = try store.counters(ofAction: action.key, named: action.id.text)
            }
            let now = clock.now()
            dispatcher.engine.restore(snapshot, counters: counters, now: now)
            let open = snapshot.actions.filter { !$0.phase.isFinal }
            if !snapshot.attempts.isEmpty || !open.isEmpty {
                log.notice(
                    "takes up what a former process left",
                    [
                        "actions": open.count, "recipients": snapshot.recipients.count,
                        "calls": snapshot.attempts.count,
                        "messages": snapshot.messages.count,
                    ])
            }
            for action in open where action.definition.usesVoice { context.loadPrompt(of: action) }
            messenger.configure(configuration.snapshot)
        }
        dispatcher.post { _, _ in }
    }

    // MARK: - Life

    /// The watchdog is fed by the dispatcher's own progress: an empty turn every second, or systemd's
    /// interval when that is shorter.
    private func startBeat() {
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "burgernetd.beat"))
        var interval = Self.beatInterval
        if let watchdog = notifier.watchdogInterval, watchdog < .seconds(1) {
            interval = .milliseconds(Int(watchdog.milliseconds))
        }
        timer.schedule(deadline: .now() + interval, repeating: interval, leeway: .milliseconds(50))
        timer.setEventHandler { [self] in
            dispatcher.post { [self] dispatcher, now in
                dispatcher.beat(now: now)
                notifier.watchdog()
                housekeeping.beat(dispatcher)
                purger.look(keepNumbersFor: configuration.snapshot.privacy.keepNumbersFor, now: now)
            }
        }
        timer.activate()
        beat = timer
    }

    private func handle(_ request: SignalRequest) {
        switch request {
        case .reload: reload()
        case .drain:
            let timeout = configuration.snapshot.general.drainTimeout
            log.notice("draining: no new calls; running messages may finish", ["within": "\(timeout.seconds) s"])
            notifier.stopping(status: "draining", extension: timeout + .seconds(10))
            dispatcher.post { [self] dispatcher, now in
                dispatcher.engine.drain(now: now)
                awaitDrain(dispatcher)
            }
        case .stopNow:
            log.notice("stopping at once")
            dispatcher.post { [self] dispatcher, now in
                dispatcher.engine.terminate(now: now)
                dispatcher.whenJournalled { [self] in end() }
            }
        }
    }

    private func awaitDrain(_ dispatcher: Dispatcher) {
        dispatcher.onTurn = { [self] in
            if dispatcher.engine.isDrained { end() }
        }
    }

    /// On the dispatcher's queue; the process exits from another one, since the endpoint's last events
    /// still come here.
    private func end() {
        guard !isEnding else { return }
        isEnding = true
        beat?.cancel()
        log.notice("ends")
        DispatchQueue.global().async { [self] in
            controlQueue.sync { server?.stop() }
            // Both at a time: a stop takes no longer than the slower of them.
            let unbound = DispatchSemaphore(value: 0)
            messenger.shutdown(within: 0.4) { unbound.signal() }
            telephone.stop(lingerMilliseconds: 500)
            _ = unbound.wait(timeout: .now() + .milliseconds(200))
            // Whatever the last events changed is journalled by the turn that they caused. CDRs that still wait are
            // written by the next process, from the same journal.
            let books = DispatchSemaphore(value: 0)
            dispatcher.post { dispatcher, _ in dispatcher.whenBooksAreDone { _, _ in books.signal() } }
            _ = books.wait(timeout: .now() + .milliseconds(200))
            dispatcher.queue.sync {}
            exit(0)
        }
    }

    private func reload() {
        notifier.reloading(clock: clock)
        switch loader.load() {
        case .failure(let error):
            for complaint in error.complaints { log.error("\(complaint)") }
            log.error("the configuration was not reloaded; the former one stays")
        case .success(let loaded):
            let old = configuration.snapshot
            for change in loaded.configuration.changes(since: old) {
                log.notice(
                    "configuration: \(change)", change.effect == .restart ? ["takes-effect": "at a restart"] : [:])
            }
            let new = loaded.configuration.keepingRestartValues(of: old)
            if new.tariffs != old.tariffs { Self.archive(new, log) }
            configuration.withLock { $0 = new }
            log.level = new.general.logLevel
            renderer.configure(new)
            dispatcher.post { [self] dispatcher, _ in
                dispatcher.engine.configure(EngineConfiguration(new))
                telephone.configure(new)
                messenger.configure(new)
            }
        }
        notifier.ready(status: "ready")
    }

    private static func report(_ notice: Notice, _ log: Log, _ tallies: TrunkTallies) {
        switch notice {
        case .actionPhaseChanged(let id, let phase): log.notice("action \(phase.rawValue)", ["action": id.text])
        case .attemptEnded(let cdr, let text):
            tallies.count(cdr)
            log.debug(
                "call ended",
                [
                    "cdr": cdr.sequence, "action": cdr.action, "recipient": cdr.recipient, "trunk": cdr.trunk,
                    "attempt": cdr.attemptNumber, "disposition": cdr.disposition.rawValue, "code": cdr.sipCode,
                    "cause": cdr.cause, "reason": text,
                ])
        case .trunkDown(let name, let reason): log.error("trunk down", ["trunk": name, "reason": reason])
        case .trunkUp(let name): log.notice("trunk up", ["trunk": name])
        case .trunkPace(let name, let pace, let reason):
            let now = "\((pace * 10).rounded() / 10)"
            if let reason {
                log.warning("pace lowered: \(reason)", ["trunk": name, "calls-per-second": now])
            } else {
                log.notice("pace as contracted again", ["trunk": name, "calls-per-second": now])
            }
        case .receiptUnmatched(let smsc, let text): log.warning("\(text)", ["smsc": smsc])
        case .smscLearned(let smsc, let text): log.notice("\(text)", ["smsc": smsc])
        case .citizenWrote(let record):
            log.info(
                "a citizen wrote", ["smsc": record.smsc, "action": record.action, "recipient": record.recipient])
        case .alarm(let text): log.error("alarm: \(text)")
        }
    }
}

extension Store: Journal {}

/// Ended calls per trunk since the start. Any thread.
final class TrunkTallies: Sendable {
    private let counters = Locked<[String: TrunkCounters]>([:])

    func counters(of trunk: String) -> TrunkCounters { counters.withLock { $0[trunk] ?? TrunkCounters() } }

    func count(_ cdr: CallDetailRecord) {
        counters.withLock { all in
            var one = all[cdr.trunk] ?? TrunkCounters()
            switch cdr.disposition {
            case .answered: one.answered += 1
            case .noAnswer: one.noAnswer += 1
            case .busy: one.busy += 1
            case .failed: one.failed += 1
            case .congestion: one.congestion += 1
            case .delivered, .sent, .undelivered, .expired, .rejected, .unknown: break
            }
            all[cdr.trunk] = one
        }
    }
}

extension EngineConfiguration {
    init(_ configuration: GatewayConfiguration) {
        self.init(
            trunks: configuration.trunks.map {
                TrunkSettings(
                    limits: $0.limits, callerNumber: $0.callerNumber, isProbed: $0.probeInterval != nil,
                    mustRegister: $0.register)
            },
            prefixes: configuration.prefixes, retry: configuration.retry,
            callerNumber: configuration.call.callerNumber,
            callerName: configuration.call.callerName, listenAfterPrompt: configuration.call.listenAfterPrompt,
            maximumRepeats: configuration.call.maximumRepeats,
            maximumActionAge: configuration.general.maximumActionAge, doubtHold: configuration.general.doubtHold,
            drainTimeout: configuration.general.drainTimeout, authenticationRetry: configuration.authenticationRetry,
            messaging: MessagingSettings(
                smscs: configuration.smscs.map(\.settings),
                receiptTimeout: configuration.messaging.receiptTimeout,
                doubtHold: configuration.messaging.doubtHold, retryDelays: configuration.messaging.retry,
                optOutWords: OptOutWords(words: configuration.messaging.optOutWords)),
            countryCode: configuration.numbers.countryCode, rater: Rater(TariffBook(configuration.tariffs)),
            budgets: configuration.budgets,
            maximumCallDuration: configuration.call.maximumDuration)
    }
}

extension DaemonStatus {
    init(_ dispatcher: Dispatcher, _ voice: VoiceStatistics, started: Timestamp, now: Timestamp) {
        let engine = dispatcher.engine
        let statistics = dispatcher.statistics
        let trunks = engine.trunks.trunks.filter { !$0.isRetired }
        let meanCommit = statistics.commits > 0 ? statistics.totalCommit.microseconds / Int64(statistics.commits) : 0
        self.init(
            version: softwareVersion, started: started, uptimeSeconds: Int((now - started).seconds),
            isDraining: engine.isDraining, journalError: dispatcher.journalError,
            openActions: engine.actions.values.filter { !$0.record.phase.isFinal }.count, calls: engine.activeCalls,
            streams: Int(voice.streams), trunksUp: trunks.filter { $0.downReason(now: now) == nil }.count,
            trunks: trunks.count, smscsUp: engine.smscs.filter(\.isUsable).count,
            smscs: engine.smscs.filter { !$0.isRetired }.count, messages: engine.openMessages,
            messagesSent: engine.smscs.reduce(0) { $0 + $1.counts.accepted },
            messagesReceived: engine.smscs.reduce(0) { $0 + $1.counts.inbound },
            media: MediaStatus(
                packetsSent: voice.packetsSent, packetsReceived: voice.packetsReceived, sendErrors: voice.sendErrors,
                skipped: voice.skipped, cpuMicroseconds: voice.rtpCPUMicroseconds,
                lateness: Percentiles(
                    bounds: VoiceStatistics.latenessBounds, counts: voice.lateness,
                    maximum: Int(voice.maximumLatenessMicroseconds))),
            turns: TurnStatus(
                turns: statistics.turns, commits: statistics.commits, records: statistics.records,
                meanCommitMicroseconds: Int(meanCommit),
                longestCommitMicroseconds: Int(statistics.longestCommit.microseconds),
                longestTurnMicroseconds: Int(statistics.longestTurn.microseconds),
                journalFailures: statistics.journalFailures))
    }
}
