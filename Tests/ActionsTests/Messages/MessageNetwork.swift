// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import SMPP
import Testing

@testable import ActionEngine
@testable import Actions
@testable import Pacing

/// What a simulated SMSC does with a submit_sm.
enum Reply {
    case taken
    /// Taken, and these states are told by receipts after the response.
    case told([MessageState])
    case refused(CommandStatus)
    /// No response.
    case silence
}

/// One submit_sm as an SMSC saw it.
struct Submission {
    var order: MessageOrder
    var number: String
    var at: Timestamp
    /// How many processes there were before the one that sent it.
    var generation: Int
    /// How often this segment came to this number, this time counted.
    var times: Int
    var messageID = ""
    var wasTaken = false
    var wasRefused = false
    var segment: Int { order.token.segment }
    var attempt: AttemptID { order.token.attempt }
    var fields: MessageFields {
        switch order.body {
        case .submitSM(let submit): submit.fields
        default: MessageFields()
        }
    }
}

/// One cancel_sm or replace_sm as an SMSC saw it.
struct SMSCCommand {
    var order: MessageOrder
    var at: Timestamp
    var isAnswered = false

    /// Of the message that it is about.
    var messageID: String {
        switch order.body {
        case .cancelSM(let cancel): cancel.messageID
        case .replaceSM(let replace): replace.messageID
        default: ""
        }
    }
    /// nil: it is a cancel_sm.
    var text: String? {
        if case .replaceSM(let replace) = order.body {
            String(decoding: replace.shortMessage, as: UTF8.self)
        } else {
            nil
        }
    }
}

/// SMSCs, telephones and a journal around the engine: what it submits is answered, what it journals is kept,
/// and it can be thrown away at any point.
final class MessageNetwork {
    enum Death {
        /// The turn's records never reached the disk.
        case beforeJournal
        /// They did, and nothing of them left.
        case afterJournal
        /// All of it left, and no response was read.
        case afterActing
    }

    var configuration: EngineConfiguration
    private(set) var engine: Engine
    var now = Timestamp(milliseconds: 1_000_000)
    private(set) var journal = Journal()
    /// The journal as a loss of power leaves it.
    private(set) var durable = Journal()
    private(set) var generation = 0
    private(set) var notices: [Notice] = []
    private(set) var calls: [(order: CallOrder, at: Timestamp)] = []
    private(set) var acknowledged: Set<UInt64> = []
    private(set) var turns = 0
    /// Civil time minus engine time.
    var civilOffset = Interval.zero
    /// Ends of messages may wait for more of their kind, as they do in the daemon.
    var defersEnds = false

    /// Every cancel_sm and replace_sm.
    private(set) var commands: [SMSCCommand] = []
    /// What the SMSC answers to one; nil: nothing.
    var commandReply: (SMSCCommand) -> CommandStatus? = { _ in .ok }
    /// What the SMSC still has, by message id: as it was submitted, or replaced since.
    private(set) var stored: [String: String] = [:]

    /// Everything that was ever submitted.
    private(set) var submissions: [Submission] = []
    private(set) var mostOutstanding: [BindKey: Int] = [:]
    private(set) var outstanding: [BindKey: [Int]] = [:]
    private var times: [String: Int] = [:]
    private var upBinds: Set<BindKey> = []
    private var ticket: UInt64 = 0

    /// nil: the test answers by hand.
    var reply: ((Submission) -> Reply)? = { _ in .taken }
    /// nil: the test ends the calls by hand.
    var call: ((CallOrder, Int) -> CallEnd)?

    init(_ configuration: EngineConfiguration, areUp: Bool = true) {
        self.configuration = configuration
        engine = Engine(configuration: configuration, instanceKey: [1, 2, 3])
        resolveTrunks()
        if areUp { bindAll() }
    }

    /// SMSCs with one bind each.
    static func configuration(
        _ smscs: [SMSCSettings], trunks: [TrunkSettings] = [], receiptTimeout: Interval = .minutes(60),
        doubtHold: Interval = .minutes(10)
    ) -> EngineConfiguration {
        EngineConfiguration(
            trunks: trunks,
            messaging: MessagingSettings(smscs: smscs, receiptTimeout: receiptTimeout, doubtHold: doubtHold))
    }

    static func smsc(
        _ name: String, window: Int = 10, perSecond: Int? = nil, priority: Int = 1, binds: Int = 1
    ) -> SMSCSettings {
        SMSCSettings(
            name: name, binds: (1...binds).map { .init(name: "\(name)-\($0)", mode: .transceiver) },
            limits: BindLimits(window: window, perSecond: perSecond), priority: priority, sender: "NL-Alert")
    }

    static func number(_ index: Int) -> String { "+316\(10_000_000 + index)" }

    // MARK: - Submitting

    @discardableResult
    func submit(
        _ id: String, count: Int, text: TextMessage? = TextMessage(text: "Alert"), priority: ActionPriority = .normal,
        channels: [Channel] = [.sms], cascade: Cascade = Cascade(), own: (Int) -> Channel? = { _ in nil },
        starts: Timestamp? = nil, expires: Timestamp? = nil, firstNumber: Int = 0, corrects original: String? = nil
    ) throws -> Int64 {
        let definition = ActionDefinition(
            priority: priority, prompt: channels.contains(.voice) ? [.text("x")] : [], starts: starts,
            expires: expires, account: "GM0513", channels: channels, text: text, cascade: cascade)
        let key = try engine.stage(try ActionID(id), definition, now: now)
        let people = try (0..<count).map {
            StagedRecipient(
                number: try #require(PhoneNumber(e164: Self.number(firstNumber + $0))), channel: own($0))
        }
        engine.stageRecipients(people, of: key, now: now)
        engine.commitStaged(
            key, contentHash: "h", promptHash: "p", promptMilliseconds: 10_000,
            follows: original.map { ($0, .correction) }, now: now)
        return key
    }

    // MARK: - Turns

    /// One turn: journal, then effects. With a death the process that comes after it is there when this returns.
    func turn(dying death: Death? = nil, machine: Bool = false) {
        turns += 1
        engine.clockRead(civilOffset: civilOffset, now: now)
        engine.advance(now: now)
        let output = engine.takeOutput(all: !defersEnds || turns % 5 == 0)
        if death == .beforeJournal { return restart(machine: machine) }
        journal.apply(output.records)
        if !output.mayBeRelaxed { durable = journal }
        notices += output.notices
        if death == .afterJournal { return restart(machine: machine) }
        var ended: [(CallOrder, CallEnd)] = []
        for effect in output.effects {
            switch effect {
            case .submit(let order): arrive(order)
            case .acknowledge(_, let ticket): acknowledged.insert(ticket)
            case .placeCall(let order):
                calls.append((order, now))
                if let end = call?(order, calls.count { $0.order.callee == order.callee }) {
                    ended.append((order, end))
                }
            case .startPrompt, .repeatPrompt, .hangUp, .holdFormer, .endDialog: break
            }
        }
        engine.launched(now: now)
        if death == .afterActing { return restart(machine: machine) }
        for (order, end) in ended {
            if end.sipCode == 200 {
                engine.callAnswered(order.attempt, codec: .pcma, dialog: "{}", at: now)
                engine.promptEnded(order.attempt, heardMilliseconds: 10_000, at: now, now: now)
            }
            engine.callEnded(order.attempt, end, at: now, now: now)
        }
        if !ended.isEmpty { turn() }
    }

    /// Turns and answers until nothing moves at this moment.
    func settle() {
        turn()
        while respond() || respondToCommands() { turn() }
    }

    /// To `interval` from now, from deadline to deadline.
    func run(for interval: Interval) {
        let end = now + interval
        settle()
        while let deadline = engine.nextDeadline(now: now), deadline <= end {
            now = max(now + .microseconds(1), deadline)
            settle()
        }
        now = end
        settle()
    }

    // MARK: - The SMSC

    private func arrive(_ order: MessageOrder) {
        guard upBinds.contains(order.bind) else {
            engine.messageUnsent(order.bind, order.token, now: now)
            return
        }
        guard order.token.request == .submit else {
            commands.append(SMSCCommand(order: order, at: now))
            return
        }
        var submission = Submission(order: order, number: "", at: now, generation: generation, times: 1)
        submission.number = "+" + submission.fields.destination.value
        let place = "\(submission.number)/\(submission.segment)"
        times[place, default: 0] += 1
        submission.times = times[place] ?? 1
        submissions.append(submission)
        outstanding[order.bind, default: []].append(submissions.count - 1)
        mostOutstanding[order.bind] = max(mostOutstanding[order.bind] ?? 0, outstanding[order.bind]?.count ?? 0)
    }

    /// Answers at most so many of what is outstanding, by ``reply``; false when nothing was to be answered.
    @discardableResult
    func respond(atMost limit: Int = .max) -> Bool {
        guard let reply else { return false }
        var left = limit
        var moved = false
        for bind in outstanding.keys.sorted(by: { ($0.smsc, $0.bind) < ($1.smsc, $1.bind) }) {
            for index in outstanding[bind] ?? [] where left > 0 {
                switch reply(submissions[index]) {
                case .silence: continue
                case .taken: answer(index)
                case .refused(let status): answer(index, status)
                case .told(let states):
                    answer(index)
                    for state in states { receipt(index, state) }
                }
                moved = true
                left -= 1
            }
        }
        return moved
    }

    /// Answers what was asked about messages, by ``commandReply``; false when nothing was to be answered.
    @discardableResult
    func respondToCommands() -> Bool {
        var moved = false
        for index in commands.indices where !commands[index].isAnswered && upBinds.contains(commands[index].order.bind)
        {
            guard let status = commandReply(commands[index]) else { continue }
            answerCommand(index, status)
            moved = true
        }
        return moved
    }

    /// The answer to one cancel_sm or replace_sm, which is done if it is a yes.
    func answerCommand(_ index: Int, _ status: CommandStatus = .ok, isLate: Bool = false) {
        let command = commands[index]
        commands[index].isAnswered = true
        if status == .ok { stored[command.messageID] = command.text }
        engine.messageAnswered(
            command.order.bind, command.order.token, status: status, messageID: "", isLate: isLate, now: now)
    }

    /// The SMSC does it, and nobody hears of that.
    func replaceUnheard(_ index: Int) { stored[commands[index].messageID] = commands[index].text }

    /// No answer to a cancel_sm or replace_sm in time.
    func timeOutCommand(_ index: Int) {
        commands[index].isAnswered = true
        engine.messageTimedOut(commands[index].order.bind, commands[index].order.token, now: now)
    }

    /// The response to one submission.
    ///
    /// - Parameter read: The message id as it was read; nil: as it was given.
    func answer(_ index: Int, _ status: CommandStatus = .ok, isLate: Bool = false, read: String? = nil) {
        let bind = submissions[index].order.bind
        outstanding[bind]?.removeAll { $0 == index }
        if status == .ok { take(index) } else { submissions[index].wasRefused = true }
        engine.messageAnswered(
            bind, submissions[index].order.token, status: status, messageID: read ?? submissions[index].messageID,
            isLate: isLate, now: now)
    }

    /// No response within the bind's time.
    func timeOut(_ index: Int) {
        let bind = submissions[index].order.bind
        outstanding[bind]?.removeAll { $0 == index }
        engine.messageTimedOut(bind, submissions[index].order.token, now: now)
    }

    /// The SMSC has it, whether or not anybody is told.
    func take(_ index: Int) {
        submissions[index].wasTaken = true
        submissions[index].messageID = "m\(index)"
        stored["m\(index)"] = String(decoding: submissions[index].fields.shortMessage, as: UTF8.self)
    }

    /// A receipt for one submission, over its own bind or another one. Returns its ticket.
    @discardableResult
    func receipt(
        _ index: Int, _ state: MessageState, over bind: BindKey? = nil, withReference: Bool = false,
        withID: Bool = true
    ) -> UInt64 {
        if submissions[index].messageID.isEmpty { take(index) }
        var fields = MessageFields()
        fields.source = .e164(submissions[index].number)
        fields.destination = Address(.alphanumeric, .unknown, "NL-Alert")
        fields.esmClass = .deliveryReceipt
        fields.parameters = [OptionalParameter(.messageState, state.rawValue)]
        if withID {
            fields.parameters.append(OptionalParameter(.receiptedMessageID, text: submissions[index].messageID))
        }
        if withReference, let reference = submissions[index].fields.parameters.number(.userMessageReference) {
            fields.parameters.append(OptionalParameter(.userMessageReference, reference))
        }
        return deliver(fields, over: bind ?? submissions[index].order.bind)
    }

    /// A deliver_sm, with the number as the ticket by which it must be acknowledged.
    @discardableResult
    func deliver(
        _ fields: MessageFields, over bind: BindKey = BindKey(smsc: 0, bind: 0),
        latest: (PhoneNumber) -> (action: String, recipient: String)? = { _ in nil }
    ) -> UInt64 {
        ticket += 1
        engine.messageReceived(bind, ticket: ticket, fields, now: now, latest: latest)
        return ticket
    }

    // MARK: - Links

    func up(_ smsc: Int, _ bind: Int = 0) {
        let key = BindKey(smsc: smsc, bind: bind)
        upBinds.insert(key)
        outstanding[key] = []
        engine.bindUp(key, now: now)
    }

    /// The link is cut: of what is outstanding, the last `unsent` had not left the machine.
    func down(_ smsc: Int, _ bind: Int = 0, unsent: Int = 0) {
        let key = BindKey(smsc: smsc, bind: bind)
        upBinds.remove(key)
        let indices = outstanding.removeValue(forKey: key) ?? []
        let kept = indices.suffix(unsent)
        for index in kept { times["\(submissions[index].number)/\(submissions[index].segment)"]? -= 1 }
        let asked = commands.indices.filter { !commands[$0].isAnswered && commands[$0].order.bind == key }
        for index in asked { commands[index].isAnswered = true }
        engine.bindDown(
            key, reason: "cut",
            inDoubt: indices.dropLast(unsent).map { submissions[$0].order.token }
                + asked.map { commands[$0].order.token },
            unsent: kept.map { submissions[$0].order.token }, now: now)
        unsentIndices.formUnion(kept)
    }

    /// Submissions that never reached the SMSC.
    private(set) var unsentIndices: Set<Int> = []

    /// The process dies, or the machine with it; another one takes up the journal.
    func restart(machine: Bool = false, areUp: Bool = true) {
        if machine { journal = durable }
        generation += 1
        for index in commands.indices { commands[index].isAnswered = true }
        outstanding = [:]
        upBinds = []
        engine = Engine(configuration: configuration, instanceKey: [1, 2, 3])
        resolveTrunks()
        engine.restore(
            journal.snapshot(lastAlive: now, machineRestarted: machine), counters: journal.counters(), now: now)
        engine.promptReady(hash: "p")
        if areUp { bindAll() }
    }

    func bindAll() {
        for smsc in engine.smscs.indices where !engine.smscs[smsc].isRetired {
            for bind in engine.smscs[smsc].binds.indices { up(smsc, bind) }
        }
    }

    private func resolveTrunks() {
        for trunk in configuration.trunks {
            engine.trunkResolved(trunk.limits.name, [TargetAddress(address: "192.0.2.1", port: 5060)])
        }
    }

    // MARK: - What came of it

    var cdrs: [CallDetailRecord] { journal.cdrs }

    func counters(_ id: String) -> ActionCounters? { engine.action(named: id)?.counters }

    func phase(_ id: String) -> ActionPhase? { engine.action(named: id)?.record.phase }

    /// Outcomes as the journal has them, waiting recipients under nil.
    func outcomes() -> [Outcome?: Int] {
        journal.recipients.values.reduce(into: [:]) { sum, recipient in
            if case .ended(let outcome) = recipient.state {
                sum[outcome, default: 0] += 1
            } else {
                sum[nil, default: 0] += 1
            }
        }
    }

    /// What holds at every moment at which nothing is under way: one CDR per attempt, no gap, no leftovers.
    func checkLedger(_ comment: Comment? = nil) {
        #expect(cdrs.map(\.sequence) == cdrs.indices.map { Int64($0 + 1) }, comment)
        #expect(Set(cdrs.map(\.attempt)).count == cdrs.count, comment)
        #expect(journal.messages.isEmpty, comment)
        #expect(engine.openMessages == 0, comment)
    }
}
