// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Pacing
import Participants
import Trunks

/// Actions and their recipients: the only place where a phase or a recipient's state changes, and where it stands who
/// can be tried now.
///
/// What else follows from an action's end or pause (calls to hang up, messages to take back) is the engine's to order
/// from the desks. One owner, not thread-safe.
package final class Roster {
    let outbox: Outbox
    /// What participants wish.
    let register: ParticipantRegister
    let agenda: Agenda
    let trunks: TrunkBoard
    /// What the civil clock says; only the engine's door sets it.
    package let clock = CivilClock()
    /// Makes the pseudonyms of this installation.
    let instanceKey: [UInt8]
    /// How likely a call is to be answered after what has been tried, 0 to 1.
    let likelihood: (AttemptHistory) -> Double

    package internal(set) var actions: [Int64: LiveAction] = [:]
    var keysByID: [String: Int64] = [:]
    /// Running actions by priority, in turn within one priority.
    var runnable: [[LiveAction]] = ActionPriority.allCases.map { _ in [] }
    var lastActionKey: Int64 = 0
    var lastRecipient: Int64 = 0
    var maximumActionAge = Interval.zero
    /// SIGTERM was given: nothing new begins.
    package internal(set) var isDraining = false
    /// Keys of final actions of which nothing seemed to be under way while what a former process left is taken up, call
    /// by call and message by message; nil: nothing is being taken up.
    var doneMeanwhile: Set<Int64>?
    /// How many were parked at gates, or wait for their number, since this turn began.
    var parkedInTurn = 0
    /// What the clock on the wall showed last.
    var civilMoment: CivilMoment?
    /// Which numbers are in use.
    var numbers = NumberUse()
    /// Nothing can leave by this channel, as the turn found it.
    var isVoiceDead = false
    var isSMSDead = false
    /// What less pressing actions are owed of the calls.
    package internal(set) var floors = ClassFloors()
    /// Actions in which enough have confirmed, since this was asked for last.
    var satisfied: [String] = []
    /// Actions whose recipients were dropped since this was asked for last.
    var forgotten: [Int64] = []

    package init(
        outbox: Outbox, agenda: Agenda, trunks: TrunkBoard, register: ParticipantRegister, instanceKey: [UInt8],
        likelihood: @escaping (AttemptHistory) -> Double
    ) {
        self.outbox = outbox
        self.register = register
        self.agenda = agenda
        self.trunks = trunks
        self.instanceKey = instanceKey
        self.likelihood = likelihood
    }

    package func configure(_ configuration: EngineConfiguration) {
        maximumActionAge = configuration.maximumActionAge
        numbers.pause = configuration.pauseBetweenActions
        floors.share = configuration.classFloor
    }

    /// Nothing new is taken in from here on.
    package func drain() { isDraining = true }

    // MARK: - Questions

    package func action(_ key: Int64) -> LiveAction? { actions[key] }

    /// The action of this name, submitted before; nil: none.
    package func action(named id: String) -> LiveAction? { keysByID[id].flatMap { actions[$0] } }

    /// - Throws: ``EngineError/unknownAction(_:)``.
    package func existing(_ id: String) throws(EngineError) -> LiveAction {
        guard let action = action(named: id), action.record.phase != .staged else { throw .unknownAction(id) }
        return action
    }

    /// In the order of their submission.
    package var inOrder: [LiveAction] { actions.values.sorted { $0.key < $1.key } }

    /// Whose texts a correction puts right: the action's that it follows, and of corrections before it.
    package func corrected(by correction: LiveAction) -> [LiveAction] {
        guard correction.isCorrection, let original = correction.record.conduct?.follows else { return [] }
        return inOrder.filter { other in
            other.record.id.text == original
                || (other.isCorrection && other.record.conduct?.follows == original && other.key < correction.key)
        }
    }

    /// The correction under way that puts an action's text right; nil: there is none.
    package func correction(of action: LiveAction) -> LiveAction? {
        let original = action.isCorrection ? action.record.conduct?.follows : action.record.id.text
        return actions.values.filter {
            $0.isCorrection && $0.record.conduct?.follows == original && $0.key > action.key && !$0.record.phase.isFinal
        }.max { $0.key < $1.key }
    }

    /// After it no attempt of this action begins. In engine time, as the civil clock is now.
    package func expiry(of action: LiveAction) -> Timestamp {
        if let prolonged = action.prolonged { return prolonged }
        let end = action.record.definition.expires.map(clock.engineTime) ?? .distantFuture
        return min(end, began(action) + maximumActionAge)
    }

    /// From when on it may be tried, in engine time. Does not follow the civil clock any more once it is so far.
    private func began(_ action: LiveAction) -> Timestamp {
        if let began = action.began { return began }
        let accepted = action.record.accepted - action.record.civilOffset
        return action.record.definition.starts.map { max(accepted, clock.engineTime(of: $0)) } ?? accepted
    }

    /// Whose recipients were dropped since the last call.
    package func takeForgotten() -> [Int64] {
        defer { forgotten = [] }
        return forgotten
    }

    // MARK: - Phases

    /// The one place where an action's phase changes.
    func setPhase(_ phase: ActionPhase, of action: LiveAction, now: Timestamp) {
        action.record.phase = phase
        action.record.ended = phase.isFinal ? action.record.civil(now) : nil
        action.record.finalCounters = nil
        outbox.journal(.actionChanged(action.record))
        outbox.say(.actionPhaseChanged(action.record.id, phase))
        let priority = action.priority.rawValue
        runnable[priority].removeAll { $0 === action }
        if phase.isFinal { action.isHeldByClock = false }
        switch phase {
        case .running:
            if action.began == nil { action.began = max(now, began(action)) }
            if !action.isHeldByClock { runnable[priority].append(action) }
        case .completed:
            close(action)
        case .cancelled:
            action.closeWaiting(as: .cancelled)
        case .expired:
            action.closeWaiting(as: .expired)
        case .stale:
            action.closeWaiting(as: .notApproved)
        case .staged, .scheduled, .paused, .awaitingApproval:
            break
        }
    }

    /// nil: it was paused before.
    package func pause(_ id: String, by requester: Requester? = nil, now: Timestamp) throws(EngineError) -> LiveAction?
    {
        let action = try existing(id)
        switch action.record.phase {
        case .running, .scheduled:
            note(.paused, by: requester, in: action, now: now)
            setPhase(.paused, of: action, now: now)
            return action
        case .paused: return nil
        case .staged, .completed, .cancelled, .expired, .awaitingApproval, .stale:
            throw .wrongPhase(action: id, phase: action.record.phase, operation: "paused")
        }
    }

    package func resume(_ id: String, by requester: Requester? = nil, now: Timestamp) throws(EngineError) {
        let action = try existing(id)
        switch action.record.phase {
        case .paused:
            note(.resumed, by: requester, in: action, now: now)
            begin(action, now: now)
        case .running, .scheduled: break
        case .staged, .completed, .cancelled, .expired, .awaitingApproval, .stale:
            throw .wrongPhase(action: id, phase: action.record.phase, operation: "resumed")
        }
    }

    /// Runs from now on, or from its start.
    func begin(_ action: LiveAction, now: Timestamp) {
        guard action.began == nil, let starts = action.record.definition.starts, starts > clock.civil(now) else {
            return setPhase(.running, of: action, now: now)
        }
        setPhase(.scheduled, of: action, now: now)
        agenda.set(.actionStarts(action.key), at: clock.engineTime(of: starts))
    }

    /// Nobody is tried any more; nil: it was cancelled before. The caller ends what is under way, then ``closeIfDone(_:)``.
    ///
    /// Of an action that is over those who still listen can be cut off, or told something, as long as there are any.
    ///
    /// - Parameter deed: What its end is called.
    package func cancel(
        _ id: String, by requester: Requester? = nil, as deed: Deed = .cancelled, now: Timestamp
    ) throws(EngineError) -> LiveAction? {
        let action = try existing(id)
        let isOver = EngineError.wrongPhase(action: id, phase: action.record.phase, operation: deed.word)
        switch action.record.phase {
        case .running, .scheduled, .paused, .awaitingApproval: break
        case .cancelled, .expired:
            guard action.counters.calling > 0 else {
                if action.record.phase == .cancelled { return nil }
                throw isOver
            }
            if let requester, action.record.conduct?.last(deed) == nil {
                noteAlone(deed, by: requester, in: action, now: now)
            }
            return action
        case .staged, .completed, .stale: throw isOver
        }
        note(deed, by: requester, in: action, now: now)
        setPhase(.cancelled, of: action, now: now)
        return action
    }

    package func startDue(_ key: Int64, now: Timestamp) {
        // Stale when the clock was set back since.
        guard let action = actions[key], action.record.phase == .scheduled,
            action.record.definition.starts.map({ $0 <= clock.civil(now) }) ?? true
        else { return }
        action.record.anchor(civilOffset: clock.offset)
        setPhase(.running, of: action, now: now)
    }

    /// What follows when an action's time is over.
    package enum Expiry {
        /// The caller ends what is under way, then ``closeIfDone(_:)``.
        case expired(LiveAction)
        /// Nobody is tried until the clock is set right, or has been as it is for long enough. The caller takes back
        /// what has not left.
        case held(LiveAction)
    }

    /// Its time is over; nil: it ended before, or its end is later now.
    package func expiryDue(_ key: Int64, now: Timestamp) -> Expiry? {
        guard let action = actions[key], !action.record.phase.isFinal, action.record.phase != .staged,
            now >= expiry(of: action)
        else { return nil }
        if let steadyAt = clock.steadyAt, steadyAt > now {
            agenda.set(.actionExpires(key), at: steadyAt)
            guard !action.isHeldByClock else { return nil }
            action.isHeldByClock = true
            runnable[action.priority.rawValue].removeAll { $0 === action }
            return .held(action)
        }
        action.isHeldByClock = false
        setPhase(.expired, of: action, now: now)
        return .expired(action)
    }

    func completeIfDone(_ action: LiveAction, now: Timestamp) {
        switch action.record.phase {
        case .running, .paused:
            if action.counters.open == 0 { setPhase(.completed, of: action, now: now) }
        case .cancelled, .expired, .stale:
            closeIfDone(action)
        case .staged, .scheduled, .completed, .awaitingApproval:
            break
        }
    }

    /// Of a final action nothing is under way any more but, perhaps, messages beside another channel.
    package func closeIfDone(_ action: LiveAction) {
        guard action.record.phase.isFinal, action.counters.calling + action.counters.messaging == 0 else { return }
        // The next of its calls may not be counted yet, and needs its recipient.
        if doneMeanwhile != nil { doneMeanwhile?.insert(action.key) } else { close(action) }
    }

    /// Final, and no call of it is under way. Again, with its counts, when a message beside another channel ends.
    private func close(_ action: LiveAction) {
        // The recipients stay until the CDRs that wait are written; then this comes again.
        guard action.deferredEnds == 0 else { return }
        action.record.finalCounters = action.counters
        outbox.journal(.actionChanged(action.record))
        forgetRecipients(of: action)
    }

    func forgetRecipients(of action: LiveAction) {
        action.forgetRecipients()
        forgotten.append(action.key)
    }

    // MARK: - Sounds

    /// The sound of these actions is loaded (after a restart).
    package func promptReady(hash: String) {
        for action in actions.values where action.record.promptHash == hash { action.isPromptReady = true }
    }

    /// Sounds that an action still needs.
    package var neededPrompts: Set<String> {
        let open = actions.values.filter { !$0.record.phase.isFinal && !$0.record.promptHash.isEmpty }
        return Set(open.map(\.record.promptHash))
    }

    /// All other sounds were unloaded: an action that is taken up again waits for its own.
    package func promptsUnloaded(except kept: Set<String>) {
        for action in actions.values where !kept.contains(action.record.promptHash) { action.isPromptReady = false }
    }

    // MARK: - Counts and notes

    package func countHeard(in action: LiveAction) { action.counters.heard += 1 }

    /// Somebody confirms, or the call in which somebody did is over and counts as such.
    package func countConfirming(in action: LiveAction, by step: Int) {
        action.confirming += step
        guard step > 0, let enough = action.record.definition.enough, action.record.phase == .running,
            action.confirming + action.counters.outcomes[.confirmed, default: 0] >= enough
        else { return }
        satisfied.append(action.record.id.text)
    }

    /// Actions in which enough have confirmed since the last call.
    package func takeSatisfied() -> [String] {
        defer { satisfied = [] }
        return satisfied
    }

    /// The action that a citizen's message answered.
    package func countInbound(_ id: String) { action(named: id)?.inboundMessages += 1 }

    /// The first INVITE or submit_sm leaves now.
    package func noteFirstAttempt(of action: LiveAction, now: Timestamp) {
        guard action.record.firstCall == nil else { return }
        action.record.firstCall = action.record.civil(now)
        outbox.journal(.actionChanged(action.record))
    }

    /// The forecast of an action that has begun to exist, to be journalled with it.
    package func foretold(_ forecast: Forecast, of key: Int64) {
        guard let action = actions[key], action.record.phase != .staged, !action.record.phase.isFinal,
            action.record.forecast == nil
        else { return }
        action.record.forecast = ActionForecast(forecast)
        outbox.journal(.actionChanged(action.record))
    }

    /// Notes when half of the recipients, and nine in ten, have an outcome.
    func noteProgress(of action: LiveAction, now: Timestamp) {
        guard var progress = action.record.forecast, progress.mostDone == nil else { return }
        let count = action.record.recipientCount
        let done = count - action.counters.open
        if progress.halfDone == nil, done * 2 >= count { progress.halfDone = action.record.civil(now) }
        if done * 10 >= count * 9 { progress.mostDone = action.record.civil(now) }
        guard progress != action.record.forecast else { return }
        action.record.forecast = progress
        outbox.journal(.actionChanged(action.record))
    }
}
