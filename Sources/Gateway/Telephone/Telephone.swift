// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import Configuration
import Dispatch
import Foundation
import GatewayCore
import Pacing
import Platform
import Voice

/// Performs the engine's effects on the voice module, and turns what the voice module reports into
/// events of the dispatcher.
@TurnActor final class Telephone: CallControl {
    private nonisolated let endpoint: VoiceEndpoint
    private let dispatcher: Dispatcher
    private let prompts: PromptLibrary
    private let log: Log
    private let resolver = TrunkResolver()
    private var configuration: GatewayConfiguration
    /// Trunk names by the voice module's numbers; a name keeps its number while the process lives.
    private var trunkNames: [UInt32: String] = [:]
    private var lookups: [String: DispatchWorkItem] = [:]
    /// What the voice module has, or gets when it is opened: each trunk's targets, by its number.
    private var placed: [UInt32: [VoiceTarget]] = [:]
    /// The voice module knows the calls that a former process left. Before, it listens to no target: what comes from there
    /// would be of a call that nobody knows, and would be ended.
    private var isOpen = false
    private(set) var contactWarnings = ContactWarnings()

    private static let retryLookup = 30

    /// Starts the SIP endpoint; its events go to the dispatcher from then on.
    init(
        configuration: GatewayConfiguration, dispatcher: Dispatcher, prompts: PromptLibrary, log: Log, version: String,
        clock: SteadyClock
    ) throws {
        self.configuration = configuration
        self.dispatcher = dispatcher
        self.prompts = prompts
        self.log = log
        var voice = VoiceConfiguration(configuration, version: version) { level, line in
            if level <= 1 {
                log.flood(.warning, "sip \(Self.kind(of: line))", "sip: \(line)")
            } else {
                log.debug("sip: \(line)")
            }
        }
        voice.time = { [clock] in clock.time(atBoot: $0) }
        // The handler outlives nothing: the endpoint is stopped before the dispatcher goes.
        let relay = Relay()
        endpoint = try VoiceEndpoint.start(configuration: voice, queue: dispatcher.queue) { relay.eventsWait() }
        prompts.attach(endpoint)
        relay.telephone = self
        dispatcher.post { [self] _, _ in applyTrunks() }
    }

    /// Lets the endpoint exist before the telephone does.
    private final class Relay: Sendable {
        private struct Target {
            weak var telephone: Telephone?
        }
        private let target = Locked(Target())
        var telephone: Telephone? {
            get { target.withLock { $0.telephone } }
            set { target.withLock { $0.telephone = newValue } }
        }
        /// They are taken when their turn comes, together with what comes until then.
        func eventsWait() {
            guard let telephone else { return }
            telephone.dispatcher.post { dispatcher, now in
                telephone.handle(telephone.endpoint.takeEvents(), dispatcher.engine, now)
            }
        }
    }

    nonisolated var udpPort: UInt16 { endpoint.udpPort }
    func statistics() -> VoiceStatistics { endpoint.statistics() }

    /// Every call that a former process left has been handed over: its far ends are listened to from here on.
    func open() {
        guard !isOpen else { return }
        isOpen = true
        for (trunk, targets) in placed.sorted(by: { $0.key < $1.key }) { endpoint.setTargets(trunk: trunk, targets) }
    }

    /// Ends everything; blocks. Not on the dispatcher's queue.
    nonisolated func stop(lingerMilliseconds: UInt32, unheardMilliseconds: UInt32) {
        endpoint.stop(lingerMilliseconds: lingerMilliseconds, unheardMilliseconds: unheardMilliseconds)
    }

    // MARK: - Effects

    func perform(_ effect: Effect) {
        switch effect {
        case .placeCall(let order): place(order)
        case .startPrompt(let attempt, let hash):
            endpoint.confirm(VoiceCallID(attempt.value))
            play(attempt, hash)
        case .repeatPrompt(let attempt, let hash): play(attempt, hash)
        case .hangUp(let attempt): endpoint.hangup(VoiceCallID(attempt.value))
        case .holdFormer(let call): hold(call)
        case .endDialog(let trunk, let text):
            guard var dialog = DialogRecord(journalText: text) else {
                log.error("a stored dialog cannot be read; the far end has to hang up itself", ["trunk": trunk])
                return
            }
            // The numbers of trunks and targets are another process's; the first target is as good.
            dialog.trunk = number(of: trunk)
            dialog.target = 0
            endpoint.endDialog(dialog)
        case .submit, .acknowledge: break
        }
    }

    /// Of a line of PJSIP's: how it begins, without the objects that it is about.
    private nonisolated static func kind(of line: String) -> String {
        line.split(separator: " ").filter { !$0.contains("0x") }.prefix(3).joined(separator: " ")
    }

    private func play(_ attempt: AttemptID, _ hash: String) {
        guard let prompt = prompts.number(of: hash) else {
            log.error("the message is not loaded; the call is ended", ["attempt": attempt])
            endpoint.hangup(VoiceCallID(attempt.value))
            return
        }
        endpoint.play(VoiceCallID(attempt.value), prompt: prompt)
    }

    /// nil: the trunk is not in the configuration any more.
    private func request(_ order: CallOrder) -> VoiceCallRequest? {
        guard let trunk = configuration.trunk(named: order.trunk) else { return nil }
        let plan = configuration.numbers
        func written(_ text: String) -> String {
            PhoneNumber(e164: text).map { trunk.numberFormat.write($0, countryCode: plan.countryCode) } ?? text
        }
        var request = VoiceCallRequest(
            call: VoiceCallID(order.attempt.value), trunk: number(of: order.trunk), target: order.target,
            sipCallID: order.callID, callee: written(order.callee.e164), caller: written(order.caller))
        request.tag = order.tag
        request.callerName = order.callerName.isEmpty ? nil : order.callerName
        request.codecs = []
        for codec in trunk.codecs ?? configuration.call.codecs {
            request.codecs.insert(codec == .pcma ? .pcma : .pcmu)
        }
        if order.pcmaOnly { request.codecs = .pcma }
        func milliseconds(_ interval: Interval) -> UInt32 { UInt32(clamping: interval.milliseconds) }
        // Silence for as long as the telephone may ring is silence, not ringing.
        let call = configuration.call
        request.noResponseTimeoutMilliseconds = milliseconds(
            min(call.noResponseTimeout, call.ringTimeout - .milliseconds(1)))
        request.ringTimeoutMilliseconds = milliseconds(call.ringTimeout)
        request.maximumDurationMilliseconds = milliseconds(call.maximumDuration)
        request.holdTimeoutMilliseconds = milliseconds(call.holdTimeout)
        return request
    }

    private func hold(_ call: FormerCall) {
        guard let request = request(call.order), let target = TargetAddress(text: call.address) else {
            log.warning(
                "a call of the former process can be neither cancelled nor taken over: its trunk is gone",
                ["trunk": call.order.trunk, "attempt": call.order.attempt])
            return
        }
        endpoint.holdFormer(
            FormerVoiceCall(
                request, address: target.address, port: target.port, rtpPort: call.rtpPort,
                isAnswered: call.isAnswered))
    }

    private func place(_ order: CallOrder) {
        // Calls of the former process come before new ones.
        open()
        guard let request = request(order) else {
            // It went while the disk kept the call waiting.
            dispatcher.post { dispatcher, now in
                let end = CallEnd(sipCode: 0, fromWire: false, ownReason: .transport, unsent: .noTarget)
                dispatcher.engine.callEnded(order.attempt, end, at: now, now: now)
            }
            return
        }
        endpoint.placeCall(request)
    }

    // MARK: - Events

    private func handle(_ events: [VoiceEvent], _ engine: Engine, _ now: Timestamp) {
        for event in events {
            switch event {
            case .sent(let sent):
                engine.callSent(attempt(sent.call), rtpPort: sent.rtpPort, at: sent.time, now: now)
            case .provisional(let ringing): engine.callRinging(attempt(ringing.call), at: ringing.time)
            case .answered(let answer):
                checkContact(of: answer, engine)
                engine.callAnswered(
                    attempt(answer.call), codec: answer.codec, dialog: answer.dialog.journalText, at: answer.time)
            case .promptEnded(let ended):
                engine.promptEnded(
                    attempt(ended.call), heardMilliseconds: Int(ended.media.heardMilliseconds), at: ended.time, now: now
                )
            case .key(let key): engine.keyPressed(attempt(key.call), digit: key.digit, now: now)
            case .ended(let ended): engine.callEnded(attempt(ended.call), CallEnd(ended), at: ended.time, now: now)
            case .strayAnswer(let stray): engine.strayAnswer(callID: stray.sipCallID, at: stray.time, now: now)
            case .targetStatus(let status):
                guard let trunk = trunkNames[status.trunk] else { continue }
                engine.targetProbed(
                    trunk, target: status.target, code: status.isAnswered ? status.code : nil,
                    roundTrip: status.isAnswered ? .microseconds(Int64(status.roundTripMicroseconds)) : nil,
                    refusesCredentials: status.challenge?.isOurs == true)
            case .targetSilence(let silence):
                guard let trunk = trunkNames[silence.trunk] else { continue }
                engine.targetListened(trunk, target: silence.target, isSilent: silence.isSilent, now: now)
            case .registration(let status):
                guard let trunk = trunkNames[status.trunk] else { continue }
                let isRegistered = status.expiresSeconds != nil
                engine.registrationChanged(
                    trunk, failure: isRegistered ? nil : "the registration failed: \(status.code) \(status.reason)")
            case .incoming(let call):
                // Citizens who call back reach the operator by another way; a trunk without
                // AcceptIncoming= never gets here.
                endpoint.respond(call.call, code: 480)
            case .promptReleased: break
            }
        }
    }

    private func checkContact(of answer: CallAnswered, _ engine: Engine) {
        guard let trunk = trunkNames[answer.trunk].flatMap(configuration.trunk(named:)),
            let target = engine.targets(of: trunk.name).first(where: { $0.id == answer.target }),
            let contact = answer.dialog.unreachableContact(behind: target.address.address),
            let warning = contactWarnings.answered(trunk, contact)
        else { return }
        log.warning(warning, ["trunk": trunk.name])
    }

    private func attempt(_ call: VoiceCallID) -> AttemptID { AttemptID(Int64(truncatingIfNeeded: call)) }

    // MARK: - Trunks

    /// Another configuration, on the dispatcher's queue.
    func configure(_ new: GatewayConfiguration) {
        let former = configuration
        configuration = new
        contactWarnings.configure(new.trunks)
        // One that is at another place unregisters where it was, and is another trunk from here on.
        for trunk in former.trunks where new.trunk(named: trunk.name)?.place != trunk.place {
            lookups[trunk.name]?.cancel()
            lookups[trunk.name] = nil
            endpoint.removeTrunk(number(of: trunk.name))
            placed[number(of: trunk.name)] = nil
        }
        applyTrunks()
    }

    private func number(of name: String) -> UInt32 {
        if let known = trunkNames.first(where: { $0.value == name }) { return known.key }
        let number = UInt32(trunkNames.count + 1)
        trunkNames[number] = name
        return number
    }

    private func applyTrunks() {
        for trunk in configuration.trunks {
            endpoint.setTrunk(VoiceTrunk(trunk, id: number(of: trunk.name)))
            resolve(trunk)
        }
    }

    private func resolve(_ trunk: GatewayConfiguration.Trunk) {
        lookups[trunk.name]?.cancel()
        lookups[trunk.name] = nil
        if !trunk.addresses.isEmpty {
            targets(
                trunk.addresses.map {
                    TargetAddress(address: $0.address, port: $0.port ?? trunk.port ?? 5060)
                }, of: trunk.name)
            return
        }
        let family: TrunkQuery.Family =
            configuration.sip.bind == nil ? .ipv6 : configuration.sip.bindIPv6 == nil ? .ipv4 : .any
        let query = TrunkQuery(
            host: trunk.host, port: trunk.port, transport: trunk.transport == .tcp ? .tcp : .udp, family: family)
        // In the same turn: a trunk is not said to be down because nobody has looked yet.
        if let known = TrunkResolver.numeric(query) { return looked(up: trunk, .success(known)) }
        resolver.resolve(query) { [self] result in
            dispatcher.post { [self] _, _ in looked(up: trunk, result) }
        }
    }

    private func looked(
        up trunk: GatewayConfiguration.Trunk, _ result: Result<TrunkResolution, TrunkResolutionError>
    ) {
        guard configuration.trunk(named: trunk.name) == trunk else { return }
        var again: Int?
        switch result {
        case .success(let resolution):
            targets(
                resolution.targets.map {
                    TargetAddress(address: $0.address, port: $0.port, priority: $0.priority, weight: $0.weight)
                }, of: trunk.name)
            again = resolution.timeToLiveSeconds
        case .failure(let error):
            // What was known stays in use: old addresses are better than none.
            log.warning("\(error)", ["trunk": trunk.name])
            again = Self.retryLookup
        }
        guard let again else { return }
        let item = DispatchWorkItem { [weak self] in self?.resolve(trunk) }
        lookups[trunk.name] = item
        dispatcher.queue.asyncAfter(deadline: .now() + .seconds(again), execute: item)
    }

    private func targets(_ addresses: [TargetAddress], of name: String) {
        let engine = dispatcher.engine
        engine.trunkResolved(name, addresses)
        let wanted = engine.targets(of: name)
            .map { VoiceTarget(id: $0.id, address: $0.address.address, port: $0.address.port) }
        guard placed[number(of: name)] != wanted else { return }
        placed[number(of: name)] = wanted
        if isOpen { endpoint.setTargets(trunk: number(of: name), wanted) }
        // Addresses can arrive outside of a turn's events; a turn follows up.
        dispatcher.post { _, _ in }
    }
}

extension CallEnd {
    init(_ ended: CallEnded) {
        self.init(
            sipCode: ended.code, fromWire: ended.isCodeFromWire, reasonCause: ended.q850Cause ?? 0,
            retryAfter: ended.retryAfterSeconds.map { .seconds(Double($0)) },
            challenge: ended.challenge, by: ended.endedBy,
            ownReason: ended.ownReason, unsent: ended.unsent, heardMilliseconds: Int(ended.media.heardMilliseconds),
            packetsSent: Int(ended.media.packetsSent), packetsReceived: Int(ended.media.packetsReceived),
            audio: ended.media.packetsSent == 0
                ? nil
                : AudioTiming(
                    meanLateness: .microseconds(Int64(ended.media.meanLatenessMicroseconds)),
                    maximumLateness: .microseconds(Int64(ended.media.maximumLatenessMicroseconds)),
                    skipped: Int(ended.media.skipped)),
            text: ended.reason)
    }
}
