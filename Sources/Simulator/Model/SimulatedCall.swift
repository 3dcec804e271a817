// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What happened to a call, seen from the called side.
package enum CallEvent: Equatable, Sendable {
    case inviteReceived
    /// The time of ``SimulatedCall/deadline`` has come.
    case deadlineReached
    case ackReceived
    case keyHeard(Character)
    /// Nothing follows: BYE, CANCEL, the ACK of a refusal, a timeout.
    case ended
}

/// One call as the called side sees it: follows its ``CallScript`` until either side ends it.
///
/// Pure: takes one event and the time, returns what to do now; asks for the next event at ``deadline``.
package struct SimulatedCall: Sendable {
    package enum State: String, Sendable {
        /// The INVITE is not here yet. Next: `proceeding`.
        case idle
        /// No final response yet, perhaps 180 or 183. Next: `answered`, `leaving`, `ended` (CANCEL).
        case proceeding
        /// 200 went out, its ACK has not come. Next: `talking`, `ended` (no ACK, or BYE).
        case answered
        /// The ACK came. Next: `leaving`, `ended` (BYE of the caller).
        case talking
        /// We refused or hung up. Next: `ended`.
        case leaving
        case ended
    }

    package private(set) var state: State = .idle
    /// Keys that the caller sent us.
    package private(set) var keysHeard: [Character] = []
    package let script: CallScript

    private var phaseStart = Timestamp.epoch
    private var nextStep = 0

    package init(script: CallScript) { self.script = script }

    /// When to call ``handle(_:at:)`` with ``CallEvent/deadlineReached``; nil: never.
    package var deadline: Timestamp? {
        let steps = currentSteps
        return nextStep < steps.count ? phaseStart + steps[nextStep].after : nil
    }

    private var currentSteps: [CallScript.Step] {
        switch state {
        case .proceeding: script.beforeAnswer
        case .talking: script.afterAnswer
        case .idle, .answered, .leaving, .ended: []
        }
    }

    package mutating func handle(_ event: CallEvent, at now: Timestamp) -> [CallAction] {
        switch (event, state) {
        case (.inviteReceived, .idle):
            enter(.proceeding, at: now)
            return dueActions(at: now)
        case (.ackReceived, .answered):
            enter(.talking, at: now)
            return dueActions(at: now)
        case (.deadlineReached, .proceeding), (.deadlineReached, .talking):
            return dueActions(at: now)
        case (.keyHeard(let key), .answered), (.keyHeard(let key), .talking), (.keyHeard(let key), .proceeding):
            keysHeard.append(key)
            return []
        case (.ended, _):
            enter(.ended, at: now)
            return []
        case (.inviteReceived, _), (.ackReceived, _), (.deadlineReached, _), (.keyHeard, _):
            // A timer that lost the race against a CANCEL, or an ACK that came twice.
            return []
        }
    }

    private mutating func enter(_ next: State, at now: Timestamp) {
        state = next
        phaseStart = now
        nextStep = 0
    }

    private mutating func dueActions(at now: Timestamp) -> [CallAction] {
        var actions: [CallAction] = []
        while let time = deadline, time <= now {
            let action = currentSteps[nextStep].action
            nextStep += 1
            actions.append(action)
            switch action {
            case .answer: enter(.answered, at: now)
            case .hangUp: enter(.leaving, at: now)
            case .respond(let response) where response.code >= 300: enter(.leaving, at: now)
            case .respond, .play, .sendKey: break
            }
        }
        return actions
    }
}
