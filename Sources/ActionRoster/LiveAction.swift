// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Pacing
import Participants

/// An action in memory. Its recipients are dropped once it is final and nothing of it is under way.
///
/// A class, since a copy of a large action per change would make turns grow with the number of recipients. Everybody
/// may read it; only the roster, which is this module, changes it.
package final class LiveAction {
    package internal(set) var record: ActionRecord
    package internal(set) var recipients: [RecipientRecord] = []
    package internal(set) var counters = ActionCounters()
    /// The sound is loaded; no call starts before.
    package internal(set) var isPromptReady = false
    /// Citizens' messages that answered this action.
    package internal(set) var inboundMessages = 0

    /// Those who can be called now.
    var calls = CallQueue()
    /// Those who can be sent an SMS now.
    var texts = Fifo<Int>()
    /// Where the recipient of a number stands, by ``PhoneNumber/digits``.
    var places: [UInt64: Int32] = [:]
    /// Those whose turn it was while another action had their number; they stand in no queue.
    var waitingForNumber: Set<Int> = []
    /// Since when recipients have let more pressing actions go first.
    var yielding: [Int: Timestamp] = [:]
    /// Who must not be contacted now, by what participants wish.
    package internal(set) var waits: [Int: RuleWait] = [:]
    /// Calls under way in which it was confirmed.
    var confirming = 0
    /// How many calls in a row it has begun in its turn.
    var turns = 0
    /// Messages that are over and whose CDRs are still to be written.
    var deferredEnds = 0
    /// Messages that wait for their receipt beside another channel. Their end needs the recipient.
    var backgroundMessages = 0
    /// What trunks said to those whom they refused.
    var holds: [Int: RecipientHold] = [:]
    /// Whose calls never left, and how often in a row.
    var unsent: [Int: Int] = [:]
    /// Since when, and until when it was seen, every trunk that is left for a lane was down.
    var stranded: [CallLane: (since: Timestamp, seen: Timestamp)] = [:]
    /// When it began to run, in engine time; nil: not yet, or a former process knew it.
    var began: Timestamp?
    /// Until when it goes on since its interrupted were asked for again, in engine time.
    var prolonged: Timestamp?
    /// It is past its end by a civil clock that was set just now: nobody is tried, and it has not expired yet.
    package internal(set) var isHeldByClock = false
    /// Since when a channel has had no way out.
    var blockedSince: [Channel: Timestamp] = [:]

    // What the definition says, which never changes, and what is asked for each attempt.
    package let priority: ActionPriority
    /// Its share among actions of its priority.
    package let weight: Int
    /// What is asked of participants' wishes.
    private(set) var rules: ContactRules
    /// Its messages ask for delivery receipts.
    package let wantsReceipts: Bool
    /// Its messages are kept by the SMSC until then, civil time.
    package let deliverAt: Timestamp?
    /// That an SMSC took a message over leads to the next channel.
    package let cascadesWhenSent: Bool
    /// The channels of those who chose none, and by the one that they chose.
    private let steps: [Channel]
    private let stepsByChoice: [Channel: [Channel]]

    init(record: ActionRecord) {
        self.record = record
        let definition = record.definition
        priority = definition.priority
        weight = definition.weight ?? 1
        rules = record.rules
        wantsReceipts = definition.text?.wantsReceipts ?? false
        deliverAt = definition.text?.deliverAt
        cascadesWhenSent = definition.cascade.outcomes.contains(.sent)
        steps = definition.steps(for: nil)
        stepsByChoice = Dictionary(
            uniqueKeysWithValues: Channel.allCases.map { ($0, definition.steps(for: $0)) })
    }

    package var key: Int64 { record.key }

    /// It is over because it must not be heard of any more (`stop`, `correct`, `close`), or was found to be wrong since.
    package var isStopped: Bool {
        guard record.phase.isFinal, let conduct = record.conduct else { return false }
        return conduct.last(.stopped) != nil || conduct.last(.corrected) != nil
    }

    /// It puts right what another one said.
    package var isCorrection: Bool { record.conduct?.tie == .correction }

    /// Where the recipient of a number stands.
    package func place(of number: PhoneNumber) -> Int? { places[number.digits].map(Int.init) }

    package var hasTextsWaiting: Bool { !texts.isEmpty }

    /// How many wait for room at a limited prefix.
    package func parkedCount(at prefix: Int) -> Int { calls.parkedCount(at: .prefix(prefix)) }

    /// How many wait for single calls over a route that a trunk is believed to refuse.
    package func parkedCount(atRoute route: RoutePrefix) -> Int { calls.parkedCount(at: .route(route)) }

    /// How many wait until another action has done with their number.
    package var waitingForNumbers: Int { waitingForNumber.count }

    /// How many wait to be sent an SMS.
    package var textsWaiting: Int { texts.count }

    /// Everybody who can be called, in the order in which they are to be.
    package var lanes: [CallLane] { calls.lanes }

    /// Somebody of a lane can be called.
    package func hasCallsWaiting(_ lane: CallLane) -> Bool { calls.hasReady(lane) }

    // MARK: - Channels

    /// The channels by which a recipient is tried, in order.
    func steps(of recipient: RecipientRecord) -> [Channel] {
        recipient.channel.flatMap { stepsByChoice[$0] } ?? steps
    }

    /// The channel by which a recipient is tried now.
    package func channel(of recipient: RecipientRecord) -> Channel {
        recipient.channel(among: steps(of: recipient))
    }

    /// What follows from another action goes by the channel that reached each of its recipients, and by no other.
    package func hasNextStep(_ index: Int) -> Bool {
        record.conduct?.tie == nil && recipients[index].history.step + 1 < steps(of: recipients[index]).count
    }

    /// Whether a channel's time was over while a call was under way.
    package func isStepOver(_ index: Int, now: Timestamp) -> Bool {
        guard let after = record.definition.cascade.after, let started = recipients[index].history.stepStarted else {
            return false
        }
        return now - started >= after
    }

    // MARK: - What the roster changes

    /// It corrects or closes another one.
    func follow(_ original: String, as tie: ActionTie) {
        record.conduct = ActionConduct(follows: original, tie: tie)
        rules = record.rules
    }

    /// Who has which number, in order of the numbers.
    var numbers: [NumberEntry] {
        recipients.map { NumberEntry(digits: $0.number.digits, recipient: $0.id) }.sorted { $0.digits < $1.digits }
    }

    /// From `first` on, recipients have come.
    func placeRecipients(from first: Int) {
        for index in first..<recipients.count { places[recipients[index].number.digits] = Int32(clamping: index) }
    }

    func count(_ state: RecipientState, by step: Int) {
        switch state {
        case .waiting: counters.waiting += step
        case .calling: counters.calling += step
        case .messaging: counters.messaging += step
        case .ended(let outcome): counters.outcomes[outcome, default: 0] += step
        }
    }

    /// The recipient's state and the counters, without a row.
    func move(_ index: Int, to state: RecipientState) {
        count(recipients[index].state, by: -1)
        recipients[index].state = state
        count(state, by: 1)
    }

    func emptyQueues() {
        calls = CallQueue()
        texts = Fifo()
        waitingForNumber = []
        waits = [:]
        yielding = [:]
    }

    func forgetRecipients() {
        holds = [:]
        unsent = [:]
        if backgroundMessages == 0 { recipients = [] }
        places = [:]
        emptyQueues()
    }

    /// Those who wait share the action's end; no row of theirs changes.
    func closeWaiting(as outcome: Outcome) {
        guard counters.waiting > 0 else { return }
        for index in recipients.indices {
            if case .waiting = recipients[index].state { recipients[index].state = .ended(outcome) }
        }
        counters.outcomes[outcome, default: 0] += counters.waiting
        counters.waiting = 0
        emptyQueues()
    }
}
