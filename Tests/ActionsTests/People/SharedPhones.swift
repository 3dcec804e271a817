// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Testing

@testable import ActionEngine
@testable import Actions

/// Telephones that can be in one call, and several actions that want them, in simulated time: whoever is called while
/// the telephone is in use is a fault.
final class SharedPhones {
    struct Call {
        var order: CallOrder
        var action: Int64
        var isAnswered = false
    }

    private(set) var network: Network
    private(set) var journal = Journal()
    private(set) var faults: [String] = []
    /// Who was called, by action, in order.
    private(set) var called: [(action: Int64, number: String, at: Timestamp)] = []
    /// By attempt.
    private(set) var calls: [AttemptID: Call] = [:]
    /// Whose call a telephone is in.
    private var engaged: [String: Int64] = [:]
    /// When something becomes of calls next.
    private var dues = DeadlineHeap<AttemptID>()
    /// Whose call at a number ended last, and when.
    private var ends: [String: (action: Int64, at: Timestamp)] = [:]
    private var priorities: [Int64: ActionPriority] = [:]
    private var random: Seeded
    /// What a telephone that is free does when it is called, and how long it rings; then it talks for some seconds.
    var answers: (inout Seeded) -> (code: Int, ringing: Interval) = { _ in (200, .seconds(5)) }

    init(_ configuration: EngineConfiguration, seed: UInt64 = 1) {
        network = Network(configuration)
        random = Seeded(state: seed)
    }

    @discardableResult
    func submit(
        _ id: String, _ people: [Int], priority: ActionPriority = .normal, weight: Int? = nil
    ) throws -> Int64 {
        let key = try network.engine.stage(
            try ActionID(id),
            ActionDefinition(priority: priority, prompt: [.text("x")], account: "GM0513", weight: weight),
            now: network.now)
        priorities[key] = priority
        let staged = try people.map {
            StagedRecipient(number: try #require(PhoneNumber(e164: "+316\(10_000_000 + $0)")))
        }
        network.engine.stageRecipients(staged, of: key, now: network.now)
        network.engine.commitStaged(
            key, contentHash: "h", promptHash: "p", promptMilliseconds: 10_000, now: network.now)
        turn()
        return key
    }

    func turn() {
        let before = network.orders.count
        network.turn()
        var owners: [AttemptID: Int64] = [:]
        for case .callStarted(let call) in network.journal { owners[call.id] = call.action }
        journal.apply(network.journal)
        network.journal = []
        let effects = network.effects
        network.effects = []
        for (order, _) in network.orders[before...] { ring(order, owners[order.attempt] ?? 0) }
        for effect in effects {
            switch effect {
            case .holdFormer(let former):
                // The telephone stops ringing, and the far end says so.
                let attempt = former.order.attempt
                if !former.isAnswered, calls[attempt] != nil { ended(attempt, CallEnd(sipCode: 487)) }
            case .endDialog(_, let dialog):
                if let attempt = Int64(dialog).map({ AttemptID($0) }) { remove(attempt) }
            case .hangUp(let attempt):
                if calls[attempt] != nil { ended(attempt, CallEnd(sipCode: 487, by: .gateway, ownReason: .requested)) }
            case .placeCall, .startPrompt, .repeatPrompt, .submit, .acknowledge: break
            }
        }
    }

    private func ring(_ order: CallOrder, _ action: Int64) {
        let number = order.callee.e164
        called.append((action, number, network.now))
        network.engine.callSent(order.attempt, at: network.now, now: network.now)
        if let other = engaged.updateValue(action, forKey: number) {
            faults.append("\(number) called by \(action) while \(other) had it, at \(network.now)")
        }
        if let last = ends[number], last.action != action, network.now - last.at < pause(of: action, after: last.action)
        {
            faults.append("\(number) called by \(action) \(network.now - last.at) after \(last.action)")
        }
        let (code, ringing) = answers(&random)
        calls[order.attempt] = Call(order: order, action: action)
        dues.insert(order.attempt, at: (network.now + ringing).microseconds)
        if code != 200 { refusals[order.attempt] = code }
    }

    private func pause(of action: Int64, after other: Int64) -> Interval {
        let isMorePressing = (priorities[action] ?? .normal).rawValue < (priorities[other] ?? .normal).rawValue
        return isMorePressing ? .seconds(2) : network.engine.configuration.pauseBetweenActions
    }

    private var refusals: [AttemptID: Int] = [:]

    private func remove(_ attempt: AttemptID) {
        guard let call = calls.removeValue(forKey: attempt) else { return }
        let number = call.order.callee.e164
        engaged[number] = nil
        ends[number] = (call.action, network.now)
    }

    private func ended(_ attempt: AttemptID, _ end: CallEnd) {
        remove(attempt)
        network.engine.callEnded(attempt, end, at: network.now, now: network.now)
    }

    /// What is due at the far end happens.
    private func happen() {
        while let due = dues.popDue(now: network.now.microseconds) {
            let attempt = due.payload
            guard let call = calls[attempt] else { continue }
            if call.isAnswered {
                network.engine.promptEnded(attempt, heardMilliseconds: 10_000, at: network.now, now: network.now)
                ended(attempt, CallEnd(sipCode: 200, by: .callee))
            } else if let code = refusals.removeValue(forKey: attempt) {
                ended(attempt, CallEnd(sipCode: code))
            } else {
                calls[attempt]?.isAnswered = true
                let talked = Interval.seconds(Double(5 + random.next() % 20))
                dues.insert(attempt, at: (network.now + talked).microseconds)
                network.engine.callAnswered(attempt, codec: .pcma, dialog: "\(attempt.value)", at: network.now)
            }
        }
    }

    /// From event to event, until everybody has an outcome or the time is over.
    func run(for interval: Interval, until isDone: () -> Bool = { false }) {
        let end = network.now + interval
        turn()
        while network.now < end, !isDone() {
            let next = [
                network.engine.nextDeadline(now: network.now), dues.earliest.map { Timestamp(microseconds: $0) },
            ].compactMap { $0 }.min()
            guard let next, next <= end else { break }
            network.now = max(network.now + .microseconds(1), next)
            happen()
            turn()
        }
        if !isDone() { network.now = max(network.now, end) }
    }

    /// The process is killed, and another one takes up the journal a second later.
    func kill() {
        let died = network.now
        network = Network(network.engine.configuration)
        network.now = died + .seconds(1)
        network.engine.restore(journal.snapshot(lastAlive: died), counters: journal.counters(), now: network.now)
        network.engine.promptReady(hash: "p")
        // What a pause was waited for is not journalled.
        ends = [:]
        turn()
    }

    func outcomes(_ id: String) -> [Outcome: Int] { network.counters(id)?.outcomes ?? [:] }

    var isDone: Bool { network.engine.actions.values.allSatisfy { $0.record.phase.isFinal } }
}
