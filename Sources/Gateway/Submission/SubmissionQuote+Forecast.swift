// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import ControlProtocol
import Dispatch
import Forecasting
import GatewayCore

/// Forecasts are made beside the turns: one of a large action takes longer than a call may wait.
private let forecastQueue = DispatchQueue(label: "burgernetd.plan", qos: .utility)

extension SubmissionQuote {
    /// In the turn in which the action begins to exist: its forecast follows in a later one.
    @TurnActor func foretell(_ key: Int64, _ promptMilliseconds: Int, _ dispatcher: Dispatcher, now: Timestamp) {
        let conditions = dispatcher.engine.forecastConditions(except: key, for: definition.people, now: now)
        let now = dispatcher.engine.civil(now)
        forecastQueue.async {
            let forecast = Forecast(forecastInput(conditions, promptMilliseconds: promptMilliseconds, now: now))
            dispatcher.post { dispatcher, _ in dispatcher.engine.foretold(forecast, of: key) }
        }
    }

    /// How it would go if it were submitted now; `completion` comes on any queue.
    func foretell(
        _ counts: SubmissionCounts, promptMilliseconds: Int, _ dispatcher: Dispatcher,
        completion: @escaping @Sendable (ForecastReport, [QuoteReport]) -> Void
    ) {
        dispatcher.post { dispatcher, now in
            let conditions = dispatcher.engine.forecastConditions(for: definition.people, now: now)
            let now = dispatcher.engine.civil(now)
            forecastQueue.async {
                let input = forecastInput(conditions, promptMilliseconds: promptMilliseconds, now: now)
                let quotes = reports(promptMilliseconds: promptMilliseconds)
                let worst = quotes.reduce(Money.zero) { $0 + (Money(decimal: $1.worst) ?? .zero) }
                let report = ForecastReport(
                    Forecast(input), of: input, counts, conditions, promptMilliseconds: promptMilliseconds,
                    starts: now + input.begins, worst: worst, definition: definition,
                    remarks: remarks(promptMilliseconds: promptMilliseconds))
                completion(report, quotes)
            }
        }
    }
}
