// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import Billing
import Budgeting
import Forecasting
import GatewayCore
import Pacing
import Trunks

/// Calls under way: begins them as trunks allow, follows what the voice module reports, writes their records, and lets
/// the retry rules say what follows for the recipient.
///
/// Its state is its module's: nothing outside can write it. One owner, not thread-safe.
package final class CallDesk {
    let outbox: Outbox
    let agenda: Agenda
    let trunks: TrunkBoard
    let roster: Roster
    let budget: BudgetGate
    let answers: AnswerLog
    /// Makes the Call-IDs and tags of this installation (``CallIdentity``).
    let identities: KeyedHash
    var configuration: EngineConfiguration

    var calls: [AttemptID: LiveCall] = [:]
    /// Those with changes that wait for the next sign of life.
    var unwritten: Set<AttemptID> = []
    var unresolved = RecentCalls<UnresolvedCall>()
    /// Of a call that was answered another telephone may answer as well: a fork of its INVITE (RFC 3261 13.2.2.4).
    var answered = RecentCalls<AttemptID>()
    var doubtfulCount = 0

    package init(
        _ configuration: EngineConfiguration, outbox: Outbox, agenda: Agenda, trunks: TrunkBoard, roster: Roster,
        budget: BudgetGate, answers: AnswerLog, instanceKey: [UInt8]
    ) {
        self.configuration = configuration
        self.outbox = outbox
        self.agenda = agenda
        self.trunks = trunks
        self.roster = roster
        self.budget = budget
        self.answers = answers
        identities = KeyedHash(key: instanceKey)
    }

    /// Calls under way keep what they were placed with.
    package func configure(_ configuration: EngineConfiguration) { self.configuration = configuration }

    /// Calls under way, those in doubt after a crash not counted.
    package var activeCalls: Int { calls.count - doubtfulCount }

    // MARK: - What is asked for

    /// Ends the calls of an action.
    package func hangUp(_ action: LiveAction, unansweredOnly: Bool) {
        for call in calls.values where call.action === action {
            if !unansweredOnly || call.record.answer == nil { requestHangUp(call) }
        }
    }

    /// Unanswered calls end now; answered ones may go on until ``drainEnds()``.
    package func drain() {
        for call in calls.values where call.record.answer == nil { requestHangUp(call) }
    }

    package func drainEnds() {
        for call in calls.values { requestHangUp(call) }
    }

    package func hangUpDue(_ id: AttemptID, at time: Timestamp) {
        guard let call = calls[id], call.hangUpAt == time else { return }
        requestHangUp(call)
    }

    /// Ends the journal of every call at once, before the process ends: each gets its CDR. Whether the INVITE of one that
    /// has only begun has left, the voice module says as it ends; if that is not journalled any more, it is in doubt.
    package func terminate(now: Timestamp) {
        for (id, call) in calls where !call.isDoubtful {
            guard call.record.state > .intended else {
                requestHangUp(call)
                continue
            }
            outbox.perform(.hangUp(id))
            callEnded(
                id, CallEnd(sipCode: call.record.answer == nil ? 0 : 200, by: .gateway, ownReason: .requested),
                at: now, now: now)
        }
    }

    /// The worst case of each call is reserved by the budgets and prices of now.
    package func reserveAll(now: Timestamp) {
        for call in calls.values { reserve(call, now: now) }
    }

    /// Time for a sign of life: what is known of calls under way goes to the journal. At least once a second.
    package func beat() {
        for id in unwritten.sorted() {
            if let call = calls[id] { outbox.journal(.callChanged(call.record)) }
        }
        unwritten.removeAll(keepingCapacity: true)
    }

    // MARK: - Helpers

    func change(_ call: LiveCall, _ body: (inout CallRecord) -> Void) {
        body(&call.record)
        outbox.journal(.callChanged(call.record))
        unwritten.remove(call.record.id)
    }

    /// A change that nothing follows from, now or after a crash: written with the call's next change, or the next
    /// sign of life.
    func note(_ call: LiveCall, _ body: (inout CallRecord) -> Void) {
        body(&call.record)
        unwritten.insert(call.record.id)
    }

    func requestHangUp(_ call: LiveCall) {
        if call.isDoubtful, let answer = call.lateAnswer { agenda.set(.doubtResolved(call.record.id), at: answer.time) }
        guard !call.isDoubtful, !call.hangUpRequested else { return }
        call.hangUpRequested = true
        outbox.perform(.hangUp(call.record.id))
    }

    func reserve(_ call: LiveCall, now: Timestamp) {
        guard budget.isActive, call.index < call.action.recipients.count else { return }
        budget.reserve(call.record, for: call.recipient, now: now)
    }

    /// The call is over: its CDR, in the journal and for whoever learns from it.
    func journalEnd(
        _ call: LiveCall, _ end: CallEnd, _ termination: CallTermination, at time: Timestamp, recovered: Bool
    ) {
        let cdr = budget.rated(
            call.detailRecord(sequence: outbox.nextSequence(), end, termination, at: time, recovered: recovered))
        answers.learn(cdr, plays: call.action.record.definition.plays)
        outbox.journal(.callEnded(call.record.id, cdr))
        outbox.say(.attemptEnded(cdr, text: end.text))
        roster.attemptEnded(call.record.number, of: call.index, in: call.action)
    }
}
