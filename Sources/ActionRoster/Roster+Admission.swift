// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Participants

/// What stands between whose turn it is and their attempt: what participants wish, and that a number has one call at a time.
///
/// Wishes are asked at the moment of dialling, not when the action was submitted: who may not be called at 22:55 is called at
/// 07:05, if the action still runs. Across actions a number has one call or unanswered SMS at a time, and a pause after it;
/// the more pressing action goes first. Whoever has to wait loses no try, and has no record of it.
extension Roster {
    // MARK: - What participants wish

    /// Whether a recipient whose turn it is may be tried now. If not, they wait until they may, or have their outcome.
    package func mayContact(_ index: Int, of action: LiveAction, now: Timestamp) -> Bool {
        switch decision(index, by: action.channel(of: action.recipients[index]), of: action, now: now) {
        case .allowed:
            if !action.waits.isEmpty { action.waits[index] = nil }
            return true
        case .never(let reason):
            endStep(with: reason.outcome, index, of: action, now: now)
        case .waits(let until, let reason):
            let due = clock.engineTime(of: until)
            guard due >= expiry(of: action) else {
                wait(index, of: action, RuleWait(reason: reason, until: until), due: due, now: now)
                break
            }
            // It does not come to that in this action; but a clock that was set just now says nothing final.
            if let steady = clock.steadyAt, steady > now {
                wait(index, of: action, RuleWait(reason: reason, until: until), due: steady, now: now)
            } else {
                endStep(with: reason.outcome, index, of: action, now: now)
            }
        }
        parkedInTurn += 1
        return false
    }

    /// Whether a recipient may still be contacted, whose SMS is journalled and has not left.
    package func isStillWelcome(_ index: Int, of action: LiveAction, now: Timestamp) -> Bool {
        decision(index, by: .sms, of: action, now: now) == .allowed
    }

    private func decision(
        _ index: Int, by channel: Channel, of action: LiveAction, now: Timestamp
    ) -> ContactDecision {
        // Nearly always nothing is said of anybody: nothing is copied before that is known.
        let wishes = action.recipients[index].preferences
        let number = action.recipients[index].number
        let person = isWithoutRules ? nil : register[number]
        let rules = rules(for: index, of: action)
        guard person != nil || wishes != nil || rules.onlyTestNumbers || rules.population != .none else {
            return .allowed
        }
        return rules.decide(
            person, submission: wishes, by: channel, at: moment(now),
            former: register.former(number, actionClass: action.priority, except: action.key))
    }

    /// What a decision depends on beside its recipient: as long as it is the same, who was welcome is.
    package func rulesMoment(now: Timestamp) -> RulesMoment {
        // Welcome times begin and end with a minute; pauses and caps only ever open.
        RulesMoment(changes: register.changes, minute: clock.civil(now).microseconds / 60_000_000)
    }

    /// What the action asks of a recipient, with what holds for the population.
    private func rules(for index: Int, of action: LiveAction) -> ContactRules {
        guard !populations.isEmpty || action.rules.onlyTestNumbers else { return action.rules }
        var rules = action.rules
        if !populations.isEmpty {
            rules.population = populations[population(of: index, in: action)]?.preferences ?? .none
        }
        if plan.isTestNumber(action.recipients[index].number) { rules.onlyTestNumbers = false }
        return rules
    }

    private func wait(_ index: Int, of action: LiveAction, _ wait: RuleWait, due: Timestamp, now: Timestamp) {
        // Its row says that it waits: the rules are asked anew by whoever takes it up.
        setState(.waiting(due: max(due, now + .microseconds(1))), of: index, in: action, now: now, isJournalled: false)
        action.waits[index] = wait
    }

    /// What the clock on the wall shows, made once in a turn.
    private func moment(_ now: Timestamp) -> CivilMoment {
        let time = clock.civil(now)
        if let known = civilMoment, known.time == time { return known }
        let made = CivilMoment(time)
        civilMoment = made
        return made
    }

    /// Nobody said anything: nothing has to be asked.
    private var isWithoutRules: Bool { register.isEmpty }

    /// Something has left for a recipient, or may have: an INVITE, or an SMS that was handed over. Remembered of every number,
    /// once in an action, whatever the register says of it at that time. It is on the disk with the end of the attempt; until
    /// then the attempt's own row says the same.
    package func noteContact(_ index: Int, of action: LiveAction, now: Timestamp) {
        let number = action.recipients[index].number
        let contact = ParticipantRegister.Contact(
            actionClass: action.priority, action: action.key, at: clock.civil(now))
        if register.contacted(number, contact) { action.contacts[number.digits] = contact }
    }

    /// An attempt is over: that its recipient was in the action is journalled with it.
    func writeContact(_ index: Int, of action: LiveAction) {
        guard !action.contacts.isEmpty else { return }
        let number = action.recipients[index].number
        guard let contact = action.contacts.removeValue(forKey: number.digits) else { return }
        outbox.journal(.participantContacted(number, contact))
    }

    private var withWaits: [LiveAction] { inOrder.filter { !$0.waits.isEmpty } }

    /// The clock was set: whoever waits by the rules is asked about anew.
    private func askRulesAnew(now: Timestamp) {
        for action in withWaits {
            for index in action.waits.keys.sorted() { askAnew(index, of: action, now: now) }
        }
    }

    /// What some wish has changed. They may be a hundred thousand, and the actions that are kept a thousand.
    package func askRulesAnew(of numbers: [PhoneNumber], now: Timestamp) {
        let actions = withWaits
        guard !actions.isEmpty else { return }
        for number in numbers {
            for action in actions {
                if let place = action.places[number.digits] { askAnew(Int(place), of: action, now: now) }
            }
        }
    }

    private func askAnew(_ index: Int, of action: LiveAction, now: Timestamp) {
        guard action.waits.removeValue(forKey: index) != nil, index < action.recipients.count,
            case .waiting = action.recipients[index].state
        else { return }
        setState(.waiting(due: now), of: index, in: action, now: now, isJournalled: false)
    }

    // MARK: - One person, one call

    /// How soon who lets a more pressing action go first looks whether it did.
    private static let precedence = Interval.seconds(10)
    /// So long anybody waits for a more pressing action in all: its own number may be kept from it by a dead route.
    private static let longestPrecedence = Interval.minutes(10)
    /// How long an SMS may be unanswered when its action does not say.
    private static let answerWindow = Interval.minutes(2)

    /// Whether a recipient whose turn it is has to wait until another action has done with the number; then nobody looks
    /// at them before that.
    package func mustWait(_ index: Int, of action: LiveAction, now: Timestamp) -> Bool {
        let number = action.recipients[index].number.digits
        let until: Timestamp
        if let taken = taken(number, from: action, now: now) {
            until = taken
        } else if isWantedFirst(index, before: action, now: now) {
            until = now + Self.precedence
        } else {
            return false
        }
        numbers.wait(for: number, NumberUse.Waiter(action: action.key, index: index))
        action.waitingForNumber.insert(index)
        if until < .distantFuture { agenda.set(.numberFree(number), at: until) }
        parkedInTurn += 1
        return true
    }

    /// Enough recipients were passed over in this turn; the next one, which comes at once, goes on.
    package func mustStopParking(now: Timestamp) -> Bool {
        guard parkedInTurn >= Self.mostParked else { return false }
        agenda.wake(at: now)
        return true
    }

    /// Another action has the number now.
    package func isTaken(_ index: Int, of action: LiveAction, now: Timestamp) -> Bool {
        taken(action.recipients[index].number.digits, from: action, now: now) != nil
    }

    /// Until when another action has a number. A more pressing one, and a correction, waits for the end of its call, but for
    /// no pause, and for no answer to its SMS.
    private func taken(_ number: UInt64, from action: LiveAction, now: Timestamp) -> Timestamp? {
        numbers.taken(number, from: action.key, now: now) { holder in
            if action.record.conduct?.tie == .correction { return true }
            return actions[holder].map { $0.priority.rawValue > action.priority.rawValue } ?? false
        }
    }

    /// A recipient whose message is journalled and has not left has to wait after all.
    package func mustGoBack(_ index: Int, of action: LiveAction, now: Timestamp) -> Bool {
        isTaken(index, of: action, now: now) || isWantedFirst(index, before: action, now: now)
    }

    /// A more pressing action is about to try the number, and has a way out to do so.
    private func isWantedFirst(_ index: Int, before action: LiveAction, now: Timestamp) -> Bool {
        for rank in 0..<action.priority.rawValue where !runnable[rank].isEmpty {
            let number = action.recipients[index].number.digits
            if let since = action.yielding[index], now - since > Self.longestPrecedence { return false }
            for other in runnable[rank] {
                guard let place = other.places[number], case .waiting(let due) = other.recipients[Int(place)].state,
                    due <= now
                else { continue }
                switch other.channel(of: other.recipients[Int(place)]) {
                case .voice: guard other.isPromptReady, !isVoiceDead else { continue }
                case .sms: guard !isSMSDead else { continue }
                }
                if action.yielding[index] == nil { action.yielding[index] = now }
                return true
            }
        }
        return false
    }

    /// The time for which a number was taken may be over: whoever waits for it has a turn, the most pressing first.
    package func numberFree(_ number: UInt64, now: Timestamp) {
        var next: Timestamp?
        for waiter in numbers.takeWaiters(number) {
            guard let action = actions[waiter.action], action.waitingForNumber.contains(waiter.index),
                waiter.index < action.recipients.count
            else { continue }
            if let until = taken(number, from: action, now: now) {
                numbers.wait(for: number, waiter)
                next = min(next ?? until, until)
                continue
            }
            action.waitingForNumber.remove(waiter.index)
            if case .waiting = action.recipients[waiter.index].state {
                enqueue(waiter.index, of: action, isFirst: true)
            }
        }
        if let next, next < .distantFuture { agenda.set(.numberFree(number), at: next) }
    }

    /// A message leaves.
    package func messageLeft(_ index: Int, of action: LiveAction, now: Timestamp) {
        if !action.yielding.isEmpty { action.yielding[index] = nil }
        let window = action.record.definition.cascade.after ?? Self.answerWindow
        numbers.messageLeft(action.recipients[index].number.digits, of: action.key, until: now + window)
    }

    /// It was answered, by a receipt or by whoever knows that none comes.
    ///
    /// - Parameter pause: nil: the configuration's; none after what never left.
    package func messageOver(_ index: Int, of action: LiveAction, pause: Interval? = nil, now: Timestamp) {
        guard index < action.recipients.count else { return }
        let number = action.recipients[index].number.digits
        if numbers.messageEnded(number, of: action.key, pause: pause, now: now) { letWaiters(of: number, look: now) }
    }

    func callBegan(_ index: Int, of action: LiveAction) {
        if !action.yielding.isEmpty { action.yielding[index] = nil }
        numbers.callBegan(action.recipients[index].number.digits, of: action.key)
    }

    /// - Parameter pause: nil: the configuration's; none after what never left.
    package func callOver(_ index: Int, of action: LiveAction, pause: Interval? = nil, now: Timestamp) {
        let number = action.recipients[index].number.digits
        if numbers.callEnded(number, of: action.key, pause: pause, now: now) { letWaiters(of: number, look: now) }
    }

    /// Each who waits for a number finds out how long it still is for them.
    private func letWaiters(of number: UInt64, look now: Timestamp) { agenda.set(.numberFree(number), at: now) }

    // MARK: - A clock that is set: `starts` and `expires` name civil moments, all else is engine time

    /// The civil clock was set: moments that it names come at another engine time now.
    ///
    /// - Parameter step: How far ahead.
    /// - Returns: What it does to which action, for people.
    package func clockSet(by step: Interval, now: Timestamp) -> [String] {
        if CivilClock.isStep(step) { askRulesAnew(now: now) }
        return inOrder.compactMap { action in
            switch action.record.phase {
            case .staged, .completed, .cancelled, .expired, .stale: nil
            case .scheduled, .running, .paused, .awaitingApproval: clockSet(for: action, now: now)
            }
        }
    }

    private func clockSet(for action: LiveAction, now: Timestamp) -> String? {
        var effects: [String] = []
        if action.record.phase == .scheduled, let starts = action.record.definition.starts {
            let due = clock.engineTime(of: starts)
            agenda.set(.actionStarts(action.key), at: due)
            effects.append(due <= now ? "starts at once" : "starts in \(Self.seconds(due - now))")
        }
        let end = expiry(of: action)
        agenda.set(.actionExpires(action.key), at: end)
        if end <= now {
            effects.append("is past its end: nobody is tried, and it expires unless the clock is set back")
        } else if action.isHeldByClock {
            letGo(action)
            effects.append("is before its end again and goes on")
        } else if action.record.definition.expires != nil {
            effects.append("expires in \(Self.seconds(end - now))")
        }
        return effects.isEmpty ? nil : "action \(action.record.id.text) \(effects.joined(separator: ", "))"
    }

    private func letGo(_ action: LiveAction) {
        action.isHeldByClock = false
        if action.record.phase == .running { runnable[action.priority.rawValue].append(action) }
    }

    private static func seconds(_ interval: Interval) -> String { "\(interval.milliseconds / 1000) s" }
}

/// Why a recipient waits, and until when.
package struct RuleWait: Equatable, Sendable {
    package let reason: ContactReason
    /// Civil time.
    package let until: Timestamp
}

/// When participants' wishes were asked for, see ``Roster/rulesMoment(now:)``.
package struct RulesMoment: Equatable {
    fileprivate let changes: Int
    /// Civil time, in minutes since the epoch.
    fileprivate let minute: Int64
}
