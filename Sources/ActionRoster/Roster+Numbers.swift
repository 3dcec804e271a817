// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// One person, one call: across actions a number has one call or unanswered SMS at a time, and a pause after it. The more
/// pressing action goes first. Whoever has to wait loses no try, and has no record of it.
extension Roster {
    /// How soon who lets a more pressing action go first looks whether it did.
    private static let precedence = Interval.seconds(10)
    /// How long an SMS may be unanswered when its action does not say.
    private static let answerWindow = Interval.minutes(2)

    /// Whether a recipient whose turn it is has to wait until another action has done with the number; then nobody looks
    /// at them before that.
    package func mustWait(_ index: Int, of action: LiveAction, now: Timestamp) -> Bool {
        let number = action.recipients[index].number.digits
        let until: Timestamp
        if let taken = numbers.taken(number, from: action.key, now: now) {
            until = taken
        } else if isWantedFirst(number, before: action, now: now) {
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
        numbers.taken(action.recipients[index].number.digits, from: action.key, now: now) != nil
    }

    /// A more pressing action is about to try the number, and has a way out to do so.
    private func isWantedFirst(_ number: UInt64, before action: LiveAction, now: Timestamp) -> Bool {
        for rank in 0..<action.priority.rawValue {
            for other in runnable[rank] {
                guard let place = other.places[number], case .waiting(let due) = other.recipients[Int(place)].state,
                    due <= now
                else { continue }
                switch other.channel(of: other.recipients[Int(place)]) {
                case .voice: if other.isPromptReady, !isVoiceDead { return true }
                case .sms: if !isSMSDead { return true }
                }
            }
        }
        return false
    }

    /// The time for which a number was taken may be over: whoever waits for it has a turn, the most pressing first.
    package func numberFree(_ number: UInt64, now: Timestamp) {
        if let until = numbers.taken(number, now: now) {
            if until < .distantFuture { agenda.set(.numberFree(number), at: until) }
            return
        }
        for waiter in numbers.takeWaiters(number) {
            guard let action = actions[waiter.action], action.waitingForNumber.contains(waiter.index),
                waiter.index < action.recipients.count
            else { continue }
            action.waitingForNumber.remove(waiter.index)
            if case .waiting = action.recipients[waiter.index].state {
                enqueue(waiter.index, of: action, isFirst: true)
            }
        }
    }

    // MARK: - What attempts do to numbers

    /// A message leaves.
    package func messageLeft(_ index: Int, of action: LiveAction, now: Timestamp) {
        let window = action.record.definition.cascade.after ?? Self.answerWindow
        numbers.messageLeft(action.recipients[index].number.digits, of: action.key, until: now + window)
    }

    /// It was answered, by a receipt or by whoever knows that none comes.
    package func messageOver(_ index: Int, of action: LiveAction, now: Timestamp) {
        guard index < action.recipients.count else { return }
        free(numbers.messageEnded(action.recipients[index].number.digits, of: action.key, now: now), index, of: action)
    }

    func callBegan(_ index: Int, of action: LiveAction) {
        numbers.callBegan(action.recipients[index].number.digits, of: action.key)
    }

    /// - Parameter pause: nil: the configuration's.
    func callOver(_ index: Int, of action: LiveAction, pause: Interval? = nil, now: Timestamp) {
        let number = action.recipients[index].number.digits
        free(numbers.callEnded(number, of: action.key, pause: pause, now: now), index, of: action)
    }

    private func free(_ time: Timestamp?, _ index: Int, of action: LiveAction) {
        if let time { agenda.set(.numberFree(action.recipients[index].number.digits), at: time) }
    }
}
