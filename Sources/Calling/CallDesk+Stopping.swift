// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import GatewayCore

/// What becomes of the calls of an action that is stopped while people listen.
extension CallDesk {
    /// Calls that were not answered end; in the others the message is played to its end, and not again.
    package func stop(_ action: LiveAction) {
        hangUp(action, unansweredOnly: true)
        for call in listening(to: action) {
            call.isStopped = true
            call.playsLeft = min(1, call.playsLeft)
        }
    }

    /// Says something to whoever still listens to a stopped action.
    ///
    /// - Parameters:
    ///   - sound: Hash of a sound that is loaded.
    ///   - isSwitch: At once, in place of the message; else when that has ended.
    /// - Returns: To how many.
    package func say(_ sound: String, to action: LiveAction, isSwitch: Bool, now: Timestamp) -> Int {
        let calls = listening(to: action)
        for call in calls {
            call.isStopped = true
            call.playsLeft = min(1, call.playsLeft)
            call.afterword = sound
            // Its message has ended: it only waits for keys.
            if isSwitch || call.hangUpAt != nil || call.saysSince != nil { say(call, now: now) }
        }
        return calls.count
    }

    func say(_ call: LiveCall, now: Timestamp) {
        guard let afterword = call.afterword else { return }
        call.saysSince = now
        call.hangUpAt = nil
        call.playsLeft = 0
        outbox.perform(.repeatPrompt(call.record.id, promptHash: afterword))
    }

    /// Those who listen to an action, or have.
    package func contacts(of action: LiveAction) -> [RecipientContact] {
        calls.values.compactMap { call in
            guard call.action === action, let answer = call.record.answer, call.isSpokenTo || call.isDoubtful,
                call.index < action.recipients.count
            else { return nil }
            return RecipientContact(call.recipient, .voice, at: answer + call.civilOffset, isCertain: true)
        }
    }

    /// Sounds that calls of stopped actions still need.
    package var afterwords: Set<String> { Set(calls.values.compactMap(\.afterword)) }

    private func listening(to action: LiveAction) -> [LiveCall] {
        calls.values.filter {
            $0.action === action && $0.record.answer != nil && !$0.hangUpRequested && !$0.isDoubtful
        }.sorted { $0.record.id < $1.record.id }
    }
}
