// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import GatewayCore
import Pacing
import Trunks

/// How calls begin.
extension CallDesk {
    /// Places calls until trunks or recipients run out: pressing actions first, equal ones in turn by weight, and less
    /// pressing ones in the places that their floor gives them. What nobody could use then is for numbers of routes that
    /// refuse.
    package func startCalls(now: Timestamp) {
        for (trunk, exoneration) in trunks.takeExonerated() { roster.release(exoneration, over: trunk, now: now) }
        for priority in ActionPriority.allCases {
            var idle = 0
            while idle < roster.runningCount(priority) {
                startOwedCalls(below: priority, now: now)
                if startOneCall(priority, now: now) {
                    idle = 0
                    roster.callCounted(priority)
                } else {
                    idle += 1
                }
            }
        }
        guard trunks.hasRefusingRoutes else { return }
        for priority in ActionPriority.allCases {
            for action in roster.running(priority) { while startOneCall(of: action, isIdle: true, now: now) {} }
        }
    }

    /// What less pressing classes are owed comes before the next call of a pressing one.
    private func startOwedCalls(below priority: ActionPriority, now: Timestamp) {
        guard roster.floors.isAnyOwed else { return }
        for lower in ActionPriority.allCases where lower > priority && roster.floors.isOwed(lower.rawValue) {
            for _ in 0..<roster.runningCount(lower) {
                guard startOneCall(lower, now: now) else { continue }
                roster.floorPaid(lower)
                break
            }
        }
    }

    /// A call of the action of this class whose turn it is; false: nothing of it can start now.
    private func startOneCall(_ priority: ActionPriority, now: Timestamp) -> Bool {
        guard let action = roster.nextInTurn(priority) else { return false }
        let hasBegun = startOneCall(of: action, isIdle: false, now: now)
        roster.hadTurn(action, hasBegun: hasBegun)
        return hasBegun
    }

    /// False when nothing of this action can start now.
    private func startOneCall(of action: LiveAction, isIdle: Bool, now: Timestamp) -> Bool {
        guard action.isPromptReady else { return false }
        let isPressing = action.priority == .lifeThreat
        for lane in action.lanes where action.hasCallsWaiting(lane) {
            let choice = trunks.choose(
                excluding: lane.mask, for: action.populations[lane.population], isPressing: isPressing,
                waiting: roster.callsWaiting(action.priority), now: now)
            switch choice {
            case .trunk(let trunk):
                while let next = roster.nextCallable(lane, over: trunk, isIdle: isIdle, of: action, now: now) {
                    let recipient = action.recipients[next.index]
                    let worst = budget.worstCase(ofCallTo: recipient, over: trunks.name(of: trunk), now: now)
                    guard budget.mayAfford(worst, next.index, of: action, now: now) else {
                        if budget.mayPassOverMore(now: now) { continue }
                        return false
                    }
                    return start(next.index, of: action, over: trunk, prefix: next.prefix, now: now)
                }
            case .wait(let until):
                agenda.wake(at: until)
            case .noneFree:
                continue
            case .exhausted:
                if lane.mask != .none { roster.startRoundAfresh(lane, of: action, now: now) }
            case .stranded(let until):
                let end = roster.strandedSince(lane, in: action, now: now) + configuration.retry.stranded
                if now >= end {
                    roster.startRoundAfresh(lane, of: action, now: now)
                } else {
                    agenda.wake(at: min(until ?? end, end))
                }
            }
        }
        return false
    }

    private func start(_ index: Int, of action: LiveAction, over trunk: Int, prefix: Int?, now: Timestamp) -> Bool {
        let recipient = action.recipients[index]
        let population = roster.population(of: index, in: action)
        let own = roster.settings(ofPopulation: population)
        guard
            let (seizure, target) = trunks.seize(
                trunk, for: recipient.number, isSuspect: recipient.history.isOftenRefused, prefix: prefix,
                of: population, isPressing: action.priority == .lifeThreat, now: now)
        else {
            roster.putBackCall(index, of: action)
            return false
        }
        let trunkName = trunks.name(of: trunk)
        let settings = configuration.trunks.first { $0.limits.name == trunkName }
        let definition = action.record.definition
        let id = outbox.nextAttempt()
        let identity = CallIdentity(of: id, hash: identities)
        let record = CallRecord(
            id: id, recipient: recipient.id, action: action.key, number: recipient.history.attempts + 1,
            trunk: trunkName, target: target.address.text, callID: identity.callID,
            caller: definition.callerNumber ?? own?.callerNumber ?? settings?.callerNumber
                ?? configuration.callerNumber,
            start: now,
            redial: recipient.history.doubts > 0)
        let call = LiveCall(
            record, of: action, index: index, civilOffset: roster.clock.offset, seizure: seizure,
            playsLeft: max(1, definition.plays))
        calls[id] = call
        reserve(call, now: now)
        roster.began(.calling(id), of: index, in: action, now: now)
        roster.noteFirstAttempt(of: action, now: now)
        outbox.journal(.callStarted(record))
        outbox.perform(
            .placeCall(
                CallOrder(
                    attempt: id, trunk: record.trunk, target: target.id, callID: record.callID,
                    tag: identity.tag, callee: recipient.number, caller: record.caller,
                    callerName: definition.callerName ?? own?.callerName ?? configuration.callerName,
                    pcmaOnly: recipient.history.pcmaOnly)))
        return true
    }

    /// The disk did not take the beginning of these calls, so none of them was placed: as if they had not begun. Their
    /// recipients come first when calls are placed again.
    package func takeBack(_ ids: [AttemptID], now: Timestamp) {
        for id in ids.reversed() {
            guard let call = calls.removeValue(forKey: id) else { continue }
            unwritten.remove(id)
            budget.release(id)
            if let seizure = call.seizure { trunks.takenBack(seizure, now: now) }
            roster.callOver(call.index, of: call.action, pause: .zero, now: now)
            let end = call.action.record.phase.outcomeOfWaiting
            roster.setState(
                end.map { .ended($0) } ?? .waiting(due: now), of: call.index, in: call.action, now: now, isFirst: true)
        }
    }
}
