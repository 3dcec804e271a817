// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Participants

/// What participants wish, asked at the moment at which somebody would be called or sent an SMS, not when the action was
/// submitted: who may not be called at 22:55 is called at 07:05, if the action still runs.
extension Roster {
    /// Whether a recipient whose turn it is may be tried now. If not, they wait until they may, or have their outcome.
    package func mayContact(_ index: Int, of action: LiveAction, now: Timestamp) -> Bool {
        guard !isWithoutRules else { return true }
        let recipient = action.recipients[index]
        let person = register[recipient.number]
        guard person != nil else { return true }
        let channel = action.channel(of: recipient)
        let former = register.former(recipient.number, actionClass: action.priority, except: action.key)
        switch action.rules.decide(person, by: channel, at: moment(now), former: former) {
        case .allowed:
            if !action.waits.isEmpty { action.waits[index] = nil }
            return true
        case .never(let reason):
            endStep(with: Self.outcome(reason), index, of: action, now: now)
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
                endStep(with: Self.outcome(reason), index, of: action, now: now)
            }
        }
        return false
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

    /// How it ended for somebody who is not contacted.
    private static func outcome(_ reason: ContactReason) -> Outcome {
        switch reason {
        case .optedOut: .optedOut
        case .capped, .classNotWanted: .capped
        case .noTestNumber, .channelNotWanted, .paused, .notWelcome, .neverWelcome: .notWelcome
        }
    }

    /// A recipient is tried for the first time: participants who limit how often remember it.
    func noteContact(_ index: Int, of action: LiveAction, now: Timestamp) {
        let recipient = action.recipients[index]
        guard recipient.history.attempts == 0, recipient.history.step == 0, !isWithoutRules,
            let person = register[recipient.number], !person.preferences.caps.isEmpty
        else { return }
        let contact = ParticipantRegister.Contact(
            actionClass: action.priority, action: action.key, at: clock.civil(now))
        guard register.contacted(recipient.number, contact) else { return }
        outbox.journal(.participantContacted(recipient.number, contact))
    }

    /// What somebody wishes has changed, or the clock was set: whoever waits by the rules is asked about anew.
    package func askRulesAnew(of number: PhoneNumber? = nil, now: Timestamp) {
        for action in inOrder where !action.waits.isEmpty {
            if let number {
                if let place = action.places[number.digits] { askAnew(Int(place), of: action, now: now) }
            } else {
                for index in action.waits.keys.sorted() { askAnew(index, of: action, now: now) }
            }
        }
    }

    private func askAnew(_ index: Int, of action: LiveAction, now: Timestamp) {
        guard action.waits.removeValue(forKey: index) != nil, index < action.recipients.count,
            case .waiting = action.recipients[index].state
        else { return }
        setState(.waiting(due: now), of: index, in: action, now: now, isJournalled: false)
    }
}

/// Why a recipient waits, and until when.
package struct RuleWait: Equatable, Sendable {
    package let reason: ContactReason
    /// Civil time.
    package let until: Timestamp
}
