// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import ControlProtocol
import Forecasting
import GatewayCore

extension ForecastProgress {
    init(_ foretold: ActionForecast, of record: ActionRecord, now: Timestamp) {
        let forecast = foretold.forecast
        func time(_ time: Timestamp?) -> Int? { time.map { Int(($0 - record.begins).milliseconds) } }
        self.init(
            halfDoneMilliseconds: Int(forecast.halfDone.milliseconds),
            mostDoneMilliseconds: Int(forecast.mostDone.milliseconds),
            endMilliseconds: Int(forecast.end.milliseconds), actualHalfDoneMilliseconds: time(foretold.halfDone),
            actualMostDoneMilliseconds: time(foretold.mostDone),
            actualEndMilliseconds: record.phase == .completed ? time(record.ended) : nil,
            percent: Int(forecast.percentDone(after: max(.zero, (record.ended ?? now) - record.begins))))
    }
}

extension ForecastReport {
    init(
        _ forecast: Forecast, of input: ForecastInput, _ counts: SubmissionCounts, _ conditions: ForecastConditions,
        promptMilliseconds: Int,
        starts: Timestamp, worst: Money, definition: ActionDefinition, remarks: [String]
    ) {
        func milliseconds(_ interval: Interval) -> Int { Int(interval.milliseconds) }
        self.init(
            recipients: counts.recipients, invalid: counts.invalid, duplicates: counts.duplicates,
            promptMilliseconds: promptMilliseconds, starts: starts,
            halfDoneMilliseconds: milliseconds(forecast.halfDone),
            mostDoneMilliseconds: milliseconds(forecast.mostDone), endMilliseconds: milliseconds(forecast.end),
            reached: forecast.reached, halfReachedMilliseconds: forecast.halfReached.map(milliseconds),
            mostReachedMilliseconds: forecast.mostReached.map(milliseconds), calls: forecast.calls,
            messages: forecast.messages, overBudget: forecast.overBudget, expired: forecast.expired,
            binds: forecast.binds,
            waits: forecast.waits.map { ForecastWait(limit: $0.limit, milliseconds: milliseconds($0.time)) },
            expected: forecast.charge.decimal, worst: worst.decimal, learnedCalls: conditions.mix.calls,
            learnedMessages: conditions.mix.messages,
            routes: Self.routes(input, conditions), notes: remarks + Self.notes(conditions, definition))
    }

    /// nil: of no recipient's number a trunk is believed to refuse the route.
    private static func routes(_ input: ForecastInput, _ conditions: ForecastConditions) -> [ForecastRouteReport]? {
        let reports = input.routes.indices.compactMap { index -> ForecastRouteReport? in
            let route = input.routes[index]
            let recipients = input.groups.reduce(0) { $0 + ($1.route == index ? $1.count : 0) }
            let believed = conditions.routes.filter {
                route.trunks.contains($0.trunk)
                    && ($0.prefix.hasPrefix(route.prefix) || route.prefix.hasPrefix($0.prefix))
            }
            guard recipients > 0, let first = believed.min(by: { $0.since < $1.since }) else { return nil }
            return ForecastRouteReport(
                prefix: route.prefix, recipients: recipients,
                trunks: route.trunks.sorted().map { input.trunks[$0].limits.name },
                isEverywhere: route.trunks.count == input.trunks.count,
                refused: believed.reduce(0) { $0 + $1.refused }, sipCode: first.sipCode, since: first.since)
        }
        return reports.isEmpty ? nil : reports
    }

    private static func notes(_ conditions: ForecastConditions, _ definition: ActionDefinition) -> [String] {
        var notes: [String] = []
        if definition.usesVoice {
            notes += conditions.trunksDown.map { "trunk \($0.name) is not counted: \($0.reason)" }
            if conditions.trunks.isEmpty { notes.append("no trunk is up: nobody can be called") }
            if conditions.mix.calls == 0 {
                notes.append("no call has been made yet: what becomes of calls is assumed, see docs/planning.md")
            }
        }
        if definition.text != nil, conditions.segmentsPerSecond == 0 {
            notes.append("no SMSC is up: no SMS can be sent")
        }
        let others = conditions.loads.reduce(0) { $0 + $1.waiting + $1.calling + $1.parked.values.reduce(0, +) }
        if others > 0 {
            let actions = conditions.loads.count == 1 ? "another action" : "\(conditions.loads.count) other actions"
            notes.append("\(actions) with \(others) recipients to be called are counted in")
        }
        return notes
    }
}
