// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing

/// What a forecast needs of the engine: taken in a turn, worked with beside it.
public struct PlanConditions: Sendable {
    /// Those that are up.
    public var trunks: [PlanInput.Trunk]
    /// Name and reason of those that are not.
    public var trunksDown: [(name: String, reason: String)]
    public var prefixes: [DestinationLimits]
    /// Actions that run.
    public var loads: [PlanInput.Load]
    /// What all SMS centres take together, segments a second; 0: none is up.
    public var segmentsPerSecond: Double
    /// What accounts may still spend, where more is refused.
    public var budgets: [String: Money]
    public var retry: RetryPolicy
    public var listenAfterMessage: Interval
    public var mix: AnswerMix
}

extension Engine {
    /// With a bind that no contract limits, a response is expected this soon.
    private static let responseTime = 0.05

    /// `key`: of the action itself, which is no load.
    public func planConditions(except key: Int64? = nil, now: Timestamp) -> PlanConditions {
        let known = trunks.trunks.filter { !$0.isRetired }
        let indexes = destinations.all.indices.filter { !destinations.all[$0].isRetired }
        var book = budgets
        var left: [String: Money] = [:]
        for status in book.status(at: now) where status.policy == .refuse {
            guard let limit = status.limit else { continue }
            let rest = limit - status.spent - status.reserved
            left[status.account] = min(left[status.account] ?? rest, rest)
        }
        return PlanConditions(
            trunks: known.filter { $0.downReason(now: now) == nil }.map { trunk in
                var pace: Double?
                if case .refused(let taken)? = trunk.pacer.reason(now: now) { pace = taken }
                return PlanInput.Trunk(
                    trunk.pacer.limits, pace: pace, rampElapsed: trunk.pacer.rampElapsed(now: now))
            },
            trunksDown: known.compactMap { trunk in trunk.downReason(now: now).map { (trunk.name, $0) } },
            prefixes: indexes.map { destinations.all[$0].limits },
            loads: actions.values.sorted { $0.record.key < $1.record.key }.compactMap { action in
                action.record.key == key ? nil : load(of: action, indexes)
            },
            segmentsPerSecond: segmentsPerSecond, budgets: left, retry: configuration.retry,
            listenAfterMessage: configuration.listenAfterMessage, mix: answerMix.withoutPeople)
    }

    private func load(of action: LiveAction, _ indexes: [Int]) -> PlanInput.Load? {
        guard action.record.phase == .running, action.record.definition.usesVoice else { return nil }
        var parked: [Int: Int] = [:]
        for (position, index) in indexes.enumerated() {
            let count = action.parked.values.reduce(0) { $0 + $1.count(of: index) }
            if count > 0 { parked[position] = count }
        }
        let apart = action.messages.count + parked.values.reduce(0, +)
        return PlanInput.Load(
            priority: action.record.definition.priority, waiting: max(0, action.counters.waiting - apart),
            calling: action.counters.calling, parked: parked, nominal: nominal(of: action.record))
    }

    /// Of the SMS centres that are used first.
    private var segmentsPerSecond: Double {
        let usable = smscs.filter(\.isUsable)
        let first = usable.map(\.settings.priority).min()
        return usable.filter { $0.settings.priority == first }.reduce(0) { sum, smsc in
            smsc.binds.filter(\.canSubmit).reduce(sum) { sum, bind in
                let limits = bind.pacer.limits
                return sum + (limits.perSecond.map(Double.init) ?? Double(limits.window) / Self.responseTime)
            }
        }
    }

    /// From the answer to the end of a call whose message is heard.
    private func nominal(of record: ActionRecord) -> Interval {
        PlanInput.nominal(
            promptMilliseconds: record.promptMilliseconds, plays: record.definition.plays,
            listening: configuration.listenAfterMessage)
    }

    // MARK: - Learning

    func learn(_ cdr: CallDetailRecord, of action: LiveAction) {
        answerMix.learn(cdr, nominal: nominal(of: action.record))
    }

    /// Records of a former process, in the order of their ends.
    public func learn(_ records: [CallDetailRecord]) {
        for cdr in records where cdr.ledger.kind == .usage {
            let plays = action(named: cdr.action)?.record.definition.plays ?? 1
            answerMix.learn(
                cdr,
                nominal: PlanInput.nominal(
                    promptMilliseconds: cdr.promptMilliseconds, plays: plays,
                    listening: configuration.listenAfterMessage))
        }
    }

    // MARK: - Foretold and actual

    /// The forecast of an action that has begun to exist, to be journalled with it.
    public func foretold(_ forecast: Forecast, of key: Int64) {
        guard let action = actions[key], action.record.phase != .staged, !action.record.phase.isFinal,
            action.record.plan == nil
        else { return }
        action.record.plan = ActionPlan(forecast)
        output.records.append(.actionChanged(action.record))
    }

    /// Notes when half of the recipients, and nine in ten, have an outcome.
    func noteProgress(of action: LiveAction, now: Timestamp) {
        guard var plan = action.record.plan, plan.mostDone == nil else { return }
        let count = action.record.recipientCount
        let done = count - action.counters.open
        if plan.halfDone == nil, done * 2 >= count { plan.halfDone = now }
        if done * 10 >= count * 9 { plan.mostDone = now }
        guard plan != action.record.plan else { return }
        action.record.plan = plan
        output.records.append(.actionChanged(action.record))
    }
}
