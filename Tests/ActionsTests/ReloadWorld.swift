// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Testing

@testable import ActionEngine
@testable import Actions
@testable import Pacing
@testable import Texting

/// The engine between a voice module and binds that follow its configuration as the daemon's do, under calls.
final class ReloadWorld {
    /// What a trunk does with its calls for now.
    enum Trouble: CaseIterable { case silence, unsent, credentials, probes, registration }

    let engine: Engine
    var now = Timestamp(milliseconds: 1_000_000)
    private(set) var configuration: EngineConfiguration
    var troubles: [String: Trouble] = [:]
    /// Of whom something was learned in a trouble, since they came, moved or were spoken to otherwise.
    private(set) var troubled: Set<String> = []
    /// Calls that were answered, or never left, since this was emptied last.
    var placed: [CallOrder] = []
    var unsent = 0
    var cdrs: [CallDetailRecord] = []
    /// Binds over which messages went since this was emptied last.
    var usedBinds: Set<String> = []
    private var underWay: [(order: CallOrder, ends: Timestamp)] = []
    /// The targets that the voice module has.
    private var voice: [String: Set<UInt32>] = [:]
    private var upBinds: Set<BindKey> = []
    private var firstNumber = 10_000_000

    init(_ configuration: EngineConfiguration) {
        self.configuration = configuration
        engine = Engine(configuration: configuration, instanceKey: [1, 2, 3])
        follow(since: [])
    }

    // MARK: - Configurations

    func reload(_ new: EngineConfiguration) {
        let former = configuration.trunks
        configuration = new
        engine.configure(new)
        follow(since: former)
        turn()
    }

    private func follow(since former: [TrunkSettings]) {
        for before in former {
            let name = before.limits.name
            let after = configuration.trunks.first { $0.limits.name == name }
            if after?.place != before.place { voice[name] = nil }
            if after?.place != before.place || after?.manner != before.manner || after?.isProbed != before.isProbed {
                troubled.remove(name)
            }
        }
        for trunk in configuration.trunks where troubles[trunk.limits.name] != nil {
            troubled.insert(trunk.limits.name)
        }
        for trunk in configuration.trunks {
            let name = trunk.limits.name
            engine.trunkResolved(name, [TargetAddress(address: "192.0.2.\(trunk.place)", port: 5060)])
            voice[name] = Set(engine.targets(of: name).map(\.id))
            let before = former.first { $0.limits.name == name }
            if trunk.mustRegister, before?.place != trunk.place || before?.mustRegister != true {
                engine.registrationChanged(name, failure: nil)
            }
        }
        for (position, smsc) in engine.smscs.enumerated() {
            for (place, bind) in smsc.binds.enumerated() {
                let (key, isWanted) = (BindKey(smsc: position, bind: place), !smsc.isRetired && !bind.isRetired)
                if isWanted, upBinds.insert(key).inserted { engine.bindUp(key, now: now) }
                if !isWanted, upBinds.remove(key) != nil {
                    engine.bindLeaving(key)
                    engine.bindDown(key, reason: "unbound", inDoubt: [], unsent: [], now: now)
                }
            }
        }
    }

    // MARK: - Calls

    func submit(_ id: String, calls: Int, messages: Int = 0) throws {
        for (suffix, channel, count) in [("v", Channel.voice, calls), ("t", .sms, messages)] where count > 0 {
            let definition = ActionDefinition(
                prompt: channel == .voice ? [.text("x")] : [], account: "GM0513", channels: [channel],
                text: channel == .sms ? TextMessage(text: "Alert") : nil)
            let key = try engine.stage(try ActionID(id + suffix), definition, now: now)
            let people = try (0..<count).map { index in
                StagedRecipient(number: try #require(PhoneNumber(e164: "+316\(firstNumber + index)")))
            }
            firstNumber += count
            engine.stageRecipients(people, of: key, now: now)
            engine.commitStaged(key, contentHash: "h", promptHash: "p", promptMilliseconds: 1000, now: now)
        }
        turn()
    }

    /// Until nothing is due before that time.
    func run(for interval: Interval) {
        let end = now + interval
        turn()
        while let next = nextEvent(), next <= end {
            now = max(now + .microseconds(1), next)
            let over = underWay.filter { $0.ends <= now }
            underWay.removeAll { $0.ends <= now }
            for call in over { finish(call.order) }
            turn()
        }
        now = end
        turn()
    }

    private func nextEvent() -> Timestamp? {
        [engine.nextDeadline(now: now), underWay.map(\.ends).min()].compactMap { $0 }.min()
    }

    private func turn() {
        engine.advance(now: now)
        let output = engine.takeOutput()
        for record in output.records {
            if case .callEnded(_, let cdr) = record { cdrs.append(cdr) }
        }
        var hasMore = false
        for effect in output.effects {
            switch effect {
            case .placeCall(let order): place(order)
            case .submit(let order):
                usedBinds.insert(engine.smscs[order.bind.smsc].binds[order.bind.bind].name)
                engine.messageAnswered(
                    order.bind, order.token, status: .ok, messageID: "\(order.token.value)", now: now)
                hasMore = true
            case .startPrompt, .repeatPrompt, .hangUp, .holdFormer, .endDialog, .acknowledge: break
            }
        }
        engine.launched(now: now)
        if hasMore { turn() }
    }

    private func place(_ order: CallOrder) {
        let isThere = voice[order.trunk]?.contains(order.target) == true
        if !isThere || troubles[order.trunk] == .unsent {
            unsent += 1
            underWay.append((order, now + .milliseconds(1)))
            return
        }
        placed.append(order)
        engine.callSent(order.attempt, at: now, now: now)
        underWay.append((order, now + (troubles[order.trunk] == .silence ? .seconds(5) : .seconds(2))))
    }

    private func finish(_ order: CallOrder) {
        let isThere = voice[order.trunk]?.contains(order.target) == true
        let wasSent = placed.contains { $0.attempt == order.attempt }
        let end: CallEnd
        switch troubles[order.trunk] {
        case _ where !wasSent:
            end = CallEnd(sipCode: 0, fromWire: false, ownReason: .transport, unsent: isThere ? .network : .noTarget)
        case .silence: end = CallEnd(sipCode: 408, fromWire: false, ownReason: .noResponse)
        case .credentials: end = CallEnd(sipCode: 401, challenge: AuthenticationChallenge(realm: "r", isOurs: true))
        case .unsent, .probes, .registration, nil:
            engine.callAnswered(order.attempt, codec: .pcma, dialog: "{}", at: now - .seconds(1))
            engine.promptEnded(order.attempt, heardMilliseconds: 1000, at: now, now: now)
            end = CallEnd(sipCode: 200, by: .callee)
        }
        engine.callEnded(order.attempt, end, at: now, now: now)
    }

    /// A trunk has it from now on; nil: it is well again.
    func trouble(_ name: String, _ trouble: Trouble?) {
        troubles[name] = trouble
        if trouble != nil { troubled.insert(name) }
        guard let settings = configuration.trunks.first(where: { $0.limits.name == name }) else { return }
        for target in engine.targets(of: name) {
            if trouble == .probes, settings.isProbed {
                engine.targetProbed(name, target: target.id, code: 200, roundTrip: .milliseconds(1))
                for _ in 0..<2 { engine.targetProbed(name, target: target.id, code: nil, roundTrip: nil) }
            } else if trouble == nil, settings.isProbed {
                engine.targetProbed(name, target: target.id, code: 200, roundTrip: .milliseconds(1))
            }
        }
        if settings.mustRegister, trouble == .registration {
            engine.registrationChanged(name, failure: "the registration failed: 503")
        } else if settings.mustRegister, trouble == nil {
            engine.registrationChanged(name, failure: nil)
        }
    }

    // MARK: - What can be seen

    /// `trunks`, `smsc` and `status`, but for what was counted since the start.
    func state() -> [String] {
        let order = configuration.trunks.map(\.limits.name)
        let trunks = engine.trunks.trunks.filter { !$0.isRetired }
            .sorted { order.firstIndex(of: $0.name) ?? 0 < order.firstIndex(of: $1.name) ?? 0 }
        var lines = trunks.map { trunk in
            "trunk \(trunk.pacer.limits) down=\(trunk.downReason ?? "no") \(trunk.targets.targets.map { "\($0.address.text) \($0.health)" }) "
                + "probed=\(trunk.targets.isProbed) registers=\(trunk.mustRegister)/\(trunk.isRegistered) off=\(trunk.disabledByOperator) "
                + "pace=\(trunk.pacer.pace(now: now)) calls=\(trunk.pacer.activeCalls) findings=\(trunk.pacer.evidence.findings(now: now).count)"
        }
        lines += engine.prefixes.all.filter { !$0.isRetired }.map { "prefix \($0.limits) calls=\($0.activeCalls)" }
            .sorted()
        lines += engine.smscs.filter { !$0.isRetired }.map { smsc in
            let binds = smsc.binds.filter { !$0.isRetired }
                .map {
                    "\($0.name) \($0.mode) up=\($0.isUp)/\($0.canSubmit) \($0.pacer.limits) \($0.pacer.outstanding)"
                }
            return
                "smsc \(smsc.name) up=\(smsc.isUsable) off=\(smsc.disabledByOperator) \(smsc.settings.priority) \(binds.sorted())"
        }.sorted()
        var book = engine.budgets
        lines += book.status(at: now).filter { $0.account != "GM0513" || $0.limit != nil }
            .map { "account \($0.account) \($0.period) \(String(describing: $0.limit)) \($0.policy) \($0.reserved)" }
        return lines
    }
}
