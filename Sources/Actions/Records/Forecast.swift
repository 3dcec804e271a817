// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// How an action will go. Times count from its start.
package struct Forecast: Equatable, Sendable, Journalled {
    package var recipients = 0
    /// When each twentieth of the recipients has an outcome: 5 % to 100 %.
    package var course: [Interval] = []
    /// Recipients who hear the message, or get the SMS.
    package var reached = 0
    /// When half of all recipients are reached; nil: never.
    package var halfReached: Interval?
    /// When nine in ten of all recipients are.
    package var mostReached: Interval?
    package var calls = 0
    package var messages = 0
    /// Recipients whose account's budget does not allow it.
    package var overBudget = 0
    /// Recipients who are not tried, or not tried again, because the action's time is over.
    package var expired = 0
    /// What is charged, without VAT.
    package var charge = Money.zero
    /// How long it waited for what; what it waited for longest comes first.
    package var waits: [Wait] = []

    package struct Wait: Equatable, Sendable, Journalled {
        package var limit: ForecastLimit
        package var time: Interval

        package init(_ limit: ForecastLimit, _ time: Interval) {
            self.limit = limit
            self.time = time
        }

        /// Names in the journal, which stay whatever the properties are called.
        package enum CodingKeys: String, CodingKey {
            case limit = "limit"
            case time = "time"
        }
    }

    /// Names in the journal, which stay whatever the properties are called.
    package enum CodingKeys: String, CodingKey {
        case recipients = "recipients"
        case course = "course"
        case reached = "reached"
        case halfReached = "halfReached"
        case mostReached = "mostReached"
        case calls = "calls"
        case messages = "messages"
        case overBudget = "overBudget"
        case expired = "expired"
        case charge = "charge"
        case waits = "waits"
    }

    package init() {}

    /// When the last recipient has an outcome.
    package var end: Interval { course.last ?? .zero }
    /// When half of the recipients have an outcome.
    package var halfDone: Interval { course.count == 20 ? course[9] : .zero }
    /// When nine in ten do.
    package var mostDone: Interval { course.count == 20 ? course[17] : .zero }
    /// What it waits for longest; nil: nothing.
    package var binds: ForecastLimit? { waits.first?.limit }

    /// Share of the recipients that has an outcome by then, in percent.
    package func percentDone(after time: Interval) -> Double {
        guard !course.isEmpty else { return 100 }
        var (before, share) = (Interval.zero, 0.0)
        let step = 100 / Double(course.count)
        for point in course {
            guard point <= time else {
                let width = (point - before).seconds
                return width > 0 ? share + step * max(0, (time - before).seconds) / width : share
            }
            (before, share) = (point, share + step)
        }
        return 100
    }
}

/// What was foretold of an action, and what became of it.
package struct ActionForecast: Equatable, Sendable, Journalled {
    package var forecast: Forecast
    /// When half of the recipients had an outcome.
    package var halfDone: Timestamp?
    /// When nine in ten had.
    package var mostDone: Timestamp?

    package init(_ forecast: Forecast, halfDone: Timestamp? = nil, mostDone: Timestamp? = nil) {
        self.forecast = forecast
        self.halfDone = halfDone
        self.mostDone = mostDone
    }

    /// Names in the journal, which stay whatever the properties are called.
    package enum CodingKeys: String, CodingKey {
        case forecast = "forecast"
        case halfDone = "halfDone"
        case mostDone = "mostDone"
    }
}
