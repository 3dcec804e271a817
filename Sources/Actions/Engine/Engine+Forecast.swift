// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing

/// What a forecast needs of the engine: taken in a turn, worked with beside it.
package struct ForecastConditions: Sendable {
    /// Those that are up.
    package var trunks: [ForecastInput.Trunk]
    /// Name and reason of those that are not.
    package var trunksDown: [(name: String, reason: String)]
    package var prefixes: [PrefixLimits]
    /// Actions that run.
    package var loads: [ForecastInput.Load]
    /// What all SMSCs take together, segments a second; 0: none is up.
    package var segmentsPerSecond: Double
    /// What accounts may still spend, where more is refused.
    package var budgets: [String: Money]
    package var retry: RetryPolicy
    package var listenAfterPrompt: Interval
    package var mix: AnswerMix
}

extension Engine {
    /// With a bind that no contract limits, a response is expected this soon.
    private static let responseTime = 0.05

    /// `key`: of the action itself, which is no load.
    package func forecastConditions(except key: Int64? = nil, now: Timestamp) -> ForecastConditions {
        let known = trunks.trunks.filter { !$0.isRetired }
        let indexes = prefixes.all.indices.filter { !prefixes.all[$0].isRetired }
        var book = budgets
        var left: [String: Money] = [:]
        for status in book.status(at: now) where status.policy == .refuse {
            guard let limit = status.limit else { continue }
            let rest = limit - status.spent - status.reserved
            left[status.account] = min(left[status.account] ?? rest, rest)
        }
        return ForecastConditions(
            trunks: known.filter { $0.downReason(now: now) == nil }.map { trunk in
                var pace: Double?
                if case .refused(let taken)? = trunk.pacer.reason(now: now) { pace = taken }
                return ForecastInput.Trunk(
                    trunk.pacer.limits, pace: pace, rampElapsed: trunk.pacer.rampElapsed(now: now))
            },
            trunksDown: known.compactMap { trunk in trunk.downReason(now: now).map { (trunk.name, $0) } },
            prefixes: indexes.map { prefixes.all[$0].limits },
            loads: actions.values.sorted { $0.record.key < $1.record.key }.compactMap { action in
                action.record.key == key ? nil : load(of: action, indexes)
            },
            segmentsPerSecond: segmentsPerSecond, budgets: left, retry: configuration.retry,
            listenAfterPrompt: configuration.listenAfterPrompt, mix: answerMix.withoutPeople)
    }

    private func load(of action: LiveAction, _ indexes: [Int]) -> ForecastInput.Load? {
        guard action.record.phase == .running, action.record.definition.usesVoice else { return nil }
        var parked: [Int: Int] = [:]
        for (position, index) in indexes.enumerated() {
            let count = action.parked.values.reduce(0) { $0 + $1.count(of: index) }
            if count > 0 { parked[position] = count }
        }
        let apart = action.messages.count + parked.values.reduce(0, +)
        return ForecastInput.Load(
            priority: action.record.definition.priority, waiting: max(0, action.counters.waiting - apart),
            calling: action.counters.calling, parked: parked, nominal: nominal(of: action.record))
    }

    /// Of the SMSCs that are used first.
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
        ForecastInput.nominal(
            promptMilliseconds: record.promptMilliseconds, plays: record.definition.plays,
            listening: configuration.listenAfterPrompt)
    }

    // MARK: - Learning

    func learn(_ cdr: CallDetailRecord, of action: LiveAction) {
        answerMix.learn(cdr, nominal: nominal(of: action.record))
    }

    /// Records of a former process, in the order of their ends.
    package func learn(_ records: [CallDetailRecord]) {
        for cdr in records where cdr.ledger.kind == .usage {
            let plays = action(named: cdr.action)?.record.definition.plays ?? 1
            answerMix.learn(
                cdr,
                nominal: ForecastInput.nominal(
                    promptMilliseconds: cdr.promptMilliseconds, plays: plays,
                    listening: configuration.listenAfterPrompt))
        }
    }

    // MARK: - Foretold and actual

    /// The forecast of an action that has begun to exist, to be journalled with it.
    package func foretold(_ forecast: Forecast, of key: Int64) {
        guard let action = actions[key], action.record.phase != .staged, !action.record.phase.isFinal,
            action.record.forecast == nil
        else { return }
        action.record.forecast = ActionForecast(forecast)
        output.records.append(.actionChanged(action.record))
    }

    /// Notes when half of the recipients, and nine in ten, have an outcome.
    func noteProgress(of action: LiveAction, now: Timestamp) {
        guard var progress = action.record.forecast, progress.mostDone == nil else { return }
        let count = action.record.recipientCount
        let done = count - action.counters.open
        if progress.halfDone == nil, done * 2 >= count { progress.halfDone = now }
        if done * 10 >= count * 9 { progress.mostDone = now }
        guard progress != action.record.forecast else { return }
        action.record.forecast = progress
        output.records.append(.actionChanged(action.record))
    }
}
