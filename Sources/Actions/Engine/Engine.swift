// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing
import SMPP

/// The pure core: takes events and the time, says what to journal and then to do.
///
/// A turn calls event methods, then ``advance(now:)``, then ``takeOutput()``; it writes the records
/// in one transaction and performs the effects after it. Nothing here reads a clock or touches the
/// world, so an action over hours is tested in milliseconds. Classes, since a copy of a large action per
/// change would make turns grow with the number of recipients. Not thread-safe; one owner.
package final class Engine {
    package internal(set) var configuration: EngineConfiguration
    package internal(set) var trunks = TrunkGroup()
    package internal(set) var prefixes = LimitedPrefixes()
    package internal(set) var actions: [Int64: LiveAction] = [:]
    package internal(set) var isDraining = false

    var keysByID: [String: Int64] = [:]
    var attempts: [AttemptID: LiveCall] = [:]
    /// Those with changes that wait for the next sign of life.
    var unwritten: Set<AttemptID> = []
    var deadlines = DeadlineHeap<Deadline>()
    var output = EngineOutput()

    /// Attempts whose answer may still come: in doubt after a crash, or given up without any response.
    var unresolved: [String: Unresolved] = [:]
    var unresolvedOrder = Fifo<String>()
    static let unresolvedLimit = 20_000

    var lastActionKey: Int64 = 0
    var lastRecipient: Int64 = 0
    var lastAttempt: Int64 = 0
    var lastSequence: Int64 = 0
    /// Keys the Call-IDs and pseudonyms of this installation.
    let instanceKey: [UInt8]
    package let pseudonyms: NumberPseudonyms

    /// Running actions by priority, in turn within one priority.
    var runnable: [[Int64]] = ActionPriority.allCases.map { _ in [] }
    var wake: Timestamp?
    // SMS.
    package internal(set) var smscs: [SMSCState] = []
    var messages: [AttemptID: LiveMessage] = [:]
    /// Messages up to here are on the disk, and may leave; nil: whatever is journalled may.
    package private(set) var hardened: AttemptID?
    /// Numbers that want no SMS, E.164.
    var optOuts: Set<String> = []
    /// Some of them are pseudonyms.
    var hasForgottenOptOuts = false
    /// From the journal: the action by which a number was alerted last, and its reference there. For what ends by
    /// itself; whoever brings a message brings his own.
    package var latestAction: (PhoneNumber) -> (action: String, recipient: String)? = { _ in nil }
    var lastReference: UInt16 = 0
    var lastInbound: Int64 = 0
    /// A recipient whose last change is journalled with its message.
    var finishedRecipient: RecipientRecord?
    /// Messages that are over and whose acceptance is journalled: their CDRs are written when there is time.
    var deferredEnds = Fifo<LiveMessage>()
    static let deferredLimit = 131_072
    /// So many with each turn when there are too many.
    static let deferredSlice = 512

    /// What accounts have spent and hold in reserve.
    package internal(set) var budgets = BudgetBook()
    /// By account, those who wait until others give back what they did not need.
    var budgetWaiters: [String: Fifo<BudgetWaiter>] = [:]
    /// Accounts of which something was given back in this turn.
    var loosened: Set<String> = []
    /// By the row that they are about.
    var adjustmentsUnderWay: [Int64: [LedgerEntry]] = [:]
    /// A configuration has come whose budgets and prices are not reserved by yet.
    var budgetsChanged = false

    /// What becomes of calls, learned from those that ended.
    var answerMix = AnswerMix()

    var reportedDown: [Int: String] = [:]
    /// Trunks whose pace was reported as lowered.
    var reportedSlow: Set<Int> = []
    var parkedInTurn = 0
    /// Those who could not be afforded in this turn.
    var unaffordedInTurn = 0

    enum Deadline: Sendable {
        case recipientDue(action: Int64, index: Int)
        case hangUp(AttemptID)
        case actionStarts(Int64)
        case actionExpires(Int64)
        case doubtResolved(AttemptID)
        case drainEnds
        /// A number's queue may have room again.
        case segmentDue(SegmentToken)
        case messageExpires(AttemptID)
        /// An SMSC did not come back: what waits for it goes elsewhere.
        case evacuation(smsc: Int)
        /// A channel had its time.
        case stepExpires(action: Int64, index: Int, step: Int)
        /// A citizen's message may stay without its missing segments.
        case partsExpire(smsc: Int)
        /// A receipt has waited for its submit response long enough.
        case earlyReceipt(smsc: Int)
        /// A channel had no way out for its whole time.
        case channelBlocked(action: Int64, Channel)
    }

    struct Unresolved: Sendable {
        var action: Int64
        var index: Int
        var attempt: AttemptID
    }

    package init(configuration: EngineConfiguration, instanceKey: [UInt8]) {
        self.configuration = configuration
        self.instanceKey = instanceKey
        pseudonyms = NumberPseudonyms(instanceKey: instanceKey)
        applyTrunks()
        applyPrefixes()
        applySMSCs()
        budgets.configure(configuration.budgets)
    }

    /// What this turn has to write and do; empties it. `all`: with what could wait until there is time.
    package func takeOutput(all: Bool = true) -> EngineOutput {
        let count = all ? .max : deferredEnds.count > Self.deferredLimit ? Self.deferredSlice : 0
        if count > 0 { output.records += takeDeferred(count) }
        defer { output = EngineOutput() }
        return output
    }

    /// Of what could wait, the oldest; to be journalled at once. Whatever follows from it is in the next output.
    package func takeDeferred(_ count: Int) -> [JournalRecord] {
        var records: [JournalRecord] = []
        while records.count < count, let message = deferredEnds.popFirst() {
            guard let action = actions[message.record.action] else { continue }
            records.append(deferredRecord(message, of: action))
            action.deferredEnds -= 1
            if action.deferredEnds == 0 { closeIfDone(action) }
        }
        return records
    }

    /// How many messages wait until there is time.
    package var deferredCount: Int { deferredEnds.count }

    /// There is something to write, do or say.
    package var hasOutput: Bool { !output.isEmpty }

    /// The newest message there is; what is journalled with it is on the disk once ``messagesHardened(through:)`` says so.
    package var newestAttempt: AttemptID { AttemptID(lastAttempt) }

    /// The journal has everything up to this message on the disk. Once called, others wait for their own.
    package func messagesHardened(through id: AttemptID) { hardened = max(hardened ?? id, id) }

    /// Calls under way, those in doubt after a crash not counted.
    package var activeCalls: Int { attempts.count - doubtfulCount }
    var doubtfulCount = 0

    /// SIGTERM was given and no call is left.
    package var isDrained: Bool { isDraining && activeCalls == 0 }

    /// Runs everything that is due, places the calls that trunks allow.
    /// `mayStartCalls` is false while the journal cannot be written.
    package func advance(now: Timestamp, mayStartCalls: Bool = true) {
        while let (time, deadline) = deadlines.popDue(now: now.microseconds) {
            handle(deadline, at: Timestamp(microseconds: time), now: now)
        }
        wake = nil
        parkedInTurn = 0
        unaffordedInTurn = 0
        if budgetsChanged { applyBudgets(now: now) }
        admitBudgetWaiters(now: now)
        if !isDraining, mayStartCalls {
            sendMessages(now: now)
            startCalls(now: now)
            watchChannels(now: now)
        }
        reportTrunks(now: now)
    }

    /// The messages of this turn have been sent; their pace counts from here. That of calls: ``callSent(_:at:now:)``.
    package func launched(now: Timestamp) {
        for smsc in smscs {
            for index in smsc.binds.indices where smsc.binds[index].admitted > 0 {
                smsc.binds[index].pacer.launched(smsc.binds[index].admitted, now: now)
                smsc.binds[index].admitted = 0
            }
        }
    }

    /// When ``advance(now:)`` must be called next without any event; nil: not by time.
    package func nextDeadline(now: Timestamp) -> Timestamp? {
        // A record that was written in a quiet moment has given money back.
        if !loosened.isEmpty, !budgetWaiters.isEmpty { return now }
        let candidates = [
            deadlines.earliest.map { Timestamp(microseconds: $0) }, wake, trunks.nextDeadline(now: now),
        ]
        return candidates.compactMap { $0 }.min()
    }

    /// Another configuration, e.g. after SIGHUP. Calls under way keep what they were placed with.
    package func configure(_ new: EngineConfiguration) {
        configuration = new
        applyTrunks()
        applyPrefixes()
        applySMSCs()
        budgetsChanged = true
    }

    private func applySMSCs() {
        for settings in configuration.messaging.smscs {
            if let index = smscs.firstIndex(where: { $0.name == settings.name }) {
                let isOtherMatcher = settings.receipts != smscs[index].settings.receipts
                smscs[index].apply(settings)
                if isOtherMatcher { awaitReceiptsAgain(index) }
            } else {
                smscs.append(SMSCState(settings: settings))
            }
        }
        let names = Set(configuration.messaging.smscs.map(\.name))
        for (index, smsc) in smscs.enumerated() where !names.contains(smsc.name) && !smsc.isRetired {
            smsc.isRetired = true
            // In the next turn, which has a time.
            deadlines.insert(.evacuation(smsc: index), at: 0)
        }
        // Another alphabet or sender makes another message.
        for action in actions.values { action.plans = [:] }
    }

    private func applyTrunks() {
        for settings in configuration.trunks {
            guard let index = trunks.index(of: settings.limits.name) else {
                trunks.trunks.append(
                    TrunkState(
                        limits: settings.limits, isProbed: settings.isProbed, mustRegister: settings.mustRegister))
                continue
            }
            trunks.trunks[index].pacer.limits = settings.limits
            trunks.trunks[index].targets.isProbed = settings.isProbed
            trunks.trunks[index].isRetired = false
            trunks.trunks[index].authenticationFailure = nil
            if !settings.mustRegister { trunks.trunks[index].registrationFailure = nil }
        }
        let names = Set(configuration.trunks.map(\.limits.name))
        for index in trunks.trunks.indices where !names.contains(trunks.trunks[index].name) {
            trunks.trunks[index].isRetired = true
        }
    }

    private func handle(_ deadline: Deadline, at time: Timestamp, now: Timestamp) {
        switch deadline {
        case .recipientDue(let key, let index):
            // Stale when the recipient has moved on since.
            guard let action = actions[key], index < action.recipients.count,
                action.recipients[index].state == .waiting(due: time)
            else { return }
            enqueue(index, of: key)
        case .hangUp(let id):
            guard let attempt = attempts[id], attempt.hangUpAt == time else { return }
            requestHangUp(id)
        case .actionStarts(let key):
            guard let action = actions[key], action.record.phase == .scheduled else { return }
            setPhase(.running, of: key, now: now)
        case .actionExpires(let key):
            guard let action = actions[key], !action.record.phase.isFinal, action.record.phase != .staged else {
                return
            }
            setPhase(.expired, of: key, now: now)
        case .doubtResolved(let id):
            doubtExpired(id, now: now)
        case .drainEnds:
            for id in Array(attempts.keys) { requestHangUp(id) }
        case .segmentDue(let token):
            segmentDue(token, now: now)
        case .messageExpires(let id):
            messageExpired(id, at: time, now: now)
        case .evacuation(let index):
            evacuationDue(index, now: now)
        case .partsExpire(let smsc):
            partsExpired(smsc, now: now)
        case .earlyReceipt(let smsc):
            acknowledgeEarly(1, of: smsc)
        case .channelBlocked(let key, let channel):
            channelBlocked(key, channel, now: now)
        case .stepExpires(let key, let index, let step):
            stepExpired(key, index, step, now: now)
        }
    }

    /// Says once when a trunk goes down or comes up.
    private func reportTrunks(now: Timestamp) {
        for index in trunks.trunks.indices {
            let reason = trunks.trunks[index].downReason(now: now)
            guard reason != reportedDown[index] else { continue }
            let name = trunks.trunks[index].name
            if let reason {
                output.notices.append(.trunkDown(name, reason: reason))
            } else {
                output.notices.append(.trunkUp(name))
                trunks.trunks[index].pacer.cameUp()
            }
            reportedDown[index] = reason
        }
    }

    /// Says once when a trunk is used at less than its contract, and when it no longer is.
    func reportPace(_ index: Int, now: Timestamp) {
        let pacer = trunks.trunks[index].pacer
        guard let reason = pacer.reason(now: now), reason != .rampUp else {
            if reportedSlow.remove(index) != nil {
                output.notices.append(.trunkPace(trunks.trunks[index].name, pace: pacer.pace(now: now), reason: nil))
            }
            return
        }
        if reportedSlow.insert(index).inserted {
            output.notices.append(.trunkPace(trunks.trunks[index].name, pace: pacer.pace(now: now), reason: reason))
        }
    }
}

/// An action in memory. Its recipients are dropped once it is final.
package final class LiveAction {
    package internal(set) var record: ActionRecord
    package internal(set) var recipients: [RecipientRecord] = []
    package internal(set) var counters = ActionCounters()
    /// The sound is loaded; no call starts before.
    package internal(set) var isPromptReady = false

    /// Messages that are over and whose CDRs are still to be written.
    var deferredEnds = 0
    /// Since when a channel has had no way out.
    var blockedSince: [Channel: Timestamp] = [:]
    /// Citizens' messages that answered this action.
    package internal(set) var inboundMessages = 0

    /// Messages that wait for their receipt beside another channel. Their end needs the recipient.
    var backgroundMessages = 0

    /// To be sent an SMS now.
    var messages = Fifo<Int>()
    struct Plan {
        /// nil: this text cannot go over this SMSC.
        var plan: MessageTemplate?
    }
    /// The text as each SMSC wants it.
    var plans: [Int: Plan] = [:]
    /// validity_period as written in this second.
    var validity: (second: Int64, text: String)?

    /// Never tried yet, in the order of submission.
    var fresh = Fifo<Int>()
    /// To be tried again now, by the trunks they must not use.
    var again: [TrunkMask: Fifo<Int>] = [:]
    /// Of both, those whose prefix had no room.
    var parked: [TrunkMask: ParkedRecipients] = [:]

    /// The channels of those who chose none, and by the one that they chose.
    private let steps: [Channel]
    private let stepsByChoice: [Channel: [Channel]]

    init(record: ActionRecord) {
        self.record = record
        // The definition never changes, and this is asked for each call.
        let definition = record.definition
        steps = definition.steps(for: nil)
        stepsByChoice = Dictionary(
            uniqueKeysWithValues: Channel.allCases.map { ($0, definition.steps(for: $0)) })
    }

    func steps(for choice: Channel?) -> [Channel] { choice.flatMap { stepsByChoice[$0] } ?? steps }

    /// Who has which number, in order of the numbers.
    var numbers: [NumberEntry] {
        recipients.map { NumberEntry(digits: $0.number.digits, recipient: $0.id) }.sorted { $0.digits < $1.digits }
    }
}

/// An attempt under way.
struct LiveCall: Sendable {
    var record: CallRecord
    /// Position in the action's recipients.
    var index: Int
    /// Index in the trunk group; nil for one of a former process.
    var trunk: Int?
    var target: UInt32
    /// The limited prefix that it counts for.
    var prefix: Int?
    /// When it was begun, by the turn's time.
    var begun = Timestamp.epoch
    var hangUpAt: Timestamp?
    var hangUpRequested = false
    var playsLeft: Int
    var repeats = 0
    var confirmed = false
    /// Of a former process: it may or may not have been answered.
    var isDoubtful = false
}
