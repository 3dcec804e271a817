// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// How an action would go, if it were submitted now. Times count from its start; an outcome is whatever ends it for a
/// recipient, reached is who hears the message or gets the SMS.
package struct ForecastReport: Equatable, Sendable, Codable {
    package var recipients: Int
    package var invalid: Int
    package var duplicates: Int
    /// 0 without a message to be spoken.
    package var promptMilliseconds: Int
    /// Now, or the time that the action names.
    package var starts: UTCTime
    /// When half of the recipients, nine in ten, and all have an outcome.
    package var halfDoneMilliseconds: Int
    package var mostDoneMilliseconds: Int
    package var endMilliseconds: Int
    package var reached: Int
    /// When half of all recipients, and nine in ten, are reached; nil: never.
    package var halfReachedMilliseconds: Int?
    package var mostReachedMilliseconds: Int?
    package var calls: Int
    package var messages: Int
    package var overBudget: Int
    package var expired: Int
    /// What it waits for longest; nil: nothing.
    package var binds: OpenWord<ForecastLimit>?
    /// How long it waits for what, the longest first.
    package var waits: [ForecastWait]
    /// What is charged to all accounts with these outcomes, and at most; without VAT.
    package var expected: String
    package var worst: String
    /// Calls and SMS from which the daemon has learned what becomes of them.
    package var learnedCalls: Int
    package var learnedMessages: Int
    /// Numbers among them that trunks are believed to refuse, whoever they belong to; nil: none.
    package var routes: [ForecastRouteReport]?
    /// What else the operator should know.
    package var notes: [String]

    package init(
        recipients: Int, invalid: Int, duplicates: Int, promptMilliseconds: Int, starts: Timestamp,
        halfDoneMilliseconds: Int, mostDoneMilliseconds: Int, endMilliseconds: Int, reached: Int,
        halfReachedMilliseconds: Int?, mostReachedMilliseconds: Int?, calls: Int, messages: Int, overBudget: Int,
        expired: Int, binds: ForecastLimit?, waits: [ForecastWait], expected: String, worst: String, learnedCalls: Int,
        learnedMessages: Int, routes: [ForecastRouteReport]? = nil, notes: [String]
    ) {
        self.recipients = recipients
        self.invalid = invalid
        self.duplicates = duplicates
        self.promptMilliseconds = promptMilliseconds
        self.starts = UTCTime(starts)
        self.halfDoneMilliseconds = halfDoneMilliseconds
        self.mostDoneMilliseconds = mostDoneMilliseconds
        self.endMilliseconds = endMilliseconds
        self.reached = reached
        self.halfReachedMilliseconds = halfReachedMilliseconds
        self.mostReachedMilliseconds = mostReachedMilliseconds
        self.calls = calls
        self.messages = messages
        self.overBudget = overBudget
        self.expired = expired
        self.binds = binds.map(OpenWord.init)
        self.waits = waits
        self.expected = expected
        self.worst = worst
        self.learnedCalls = learnedCalls
        self.learnedMessages = learnedMessages
        self.routes = routes
        self.notes = notes
    }

    private enum CodingKeys: String, CodingKey {
        case recipients, invalid, duplicates, starts, reached, calls, messages, expired, binds, waits, expected, worst,
            routes, notes
        case promptMilliseconds = "message-ms"
        case halfDoneMilliseconds = "half-done-ms"
        case mostDoneMilliseconds = "most-done-ms"
        case endMilliseconds = "end-ms"
        case halfReachedMilliseconds = "half-reached-ms"
        case mostReachedMilliseconds = "most-reached-ms"
        case overBudget = "over-budget"
        case learnedCalls = "learned-calls"
        case learnedMessages = "learned-messages"
    }
}

/// How long an action waits for something.
package struct ForecastWait: Equatable, Sendable, Codable {
    package var limit: OpenWord<ForecastLimit>
    package var milliseconds: Int

    package init(limit: ForecastLimit, milliseconds: Int) {
        self.limit = OpenWord(limit)
        self.milliseconds = milliseconds
    }

    private enum CodingKeys: String, CodingKey {
        case limit
        case milliseconds = "ms"
    }
}

/// Recipients whose numbers begin alike, and that trunks are believed to refuse, whoever they belong to.
package struct ForecastRouteReport: Equatable, Sendable, Codable {
    package var prefix: String
    package var recipients: Int
    /// Those that refuse.
    package var trunks: [String]
    /// No trunk that is up is left beside them.
    package var isEverywhere: Bool
    /// Different numbers that were refused, and how the last one was.
    package var refused: Int
    package var sipCode: Int
    package var since: UTCTime

    package init(
        prefix: String, recipients: Int, trunks: [String], isEverywhere: Bool, refused: Int, sipCode: Int,
        since: Timestamp
    ) {
        self.prefix = prefix
        self.recipients = recipients
        self.trunks = trunks
        self.isEverywhere = isEverywhere
        self.refused = refused
        self.sipCode = sipCode
        self.since = UTCTime(since)
    }

    private enum CodingKeys: String, CodingKey {
        case prefix, recipients, trunks, refused, since
        case isEverywhere = "everywhere"
        case sipCode = "sip"
    }
}

/// What was foretold of an action when it was accepted, and what has become of it. Times count from when it may call.
package struct ForecastProgress: Equatable, Sendable, Codable {
    /// When half of the recipients, nine in ten, and all would have an outcome.
    package var halfDoneMilliseconds: Int
    package var mostDoneMilliseconds: Int
    package var endMilliseconds: Int
    /// When they had one; nil: not yet.
    package var actualHalfDoneMilliseconds: Int?
    package var actualMostDoneMilliseconds: Int?
    /// nil: it goes on, or did not come to its own end.
    package var actualEndMilliseconds: Int?
    /// How many would have an outcome by now, rounded down.
    package var percent: Int

    package init(
        halfDoneMilliseconds: Int, mostDoneMilliseconds: Int, endMilliseconds: Int,
        actualHalfDoneMilliseconds: Int? = nil, actualMostDoneMilliseconds: Int? = nil,
        actualEndMilliseconds: Int? = nil, percent: Int
    ) {
        self.halfDoneMilliseconds = halfDoneMilliseconds
        self.mostDoneMilliseconds = mostDoneMilliseconds
        self.endMilliseconds = endMilliseconds
        self.actualHalfDoneMilliseconds = actualHalfDoneMilliseconds
        self.actualMostDoneMilliseconds = actualMostDoneMilliseconds
        self.actualEndMilliseconds = actualEndMilliseconds
        self.percent = percent
    }

    private enum CodingKeys: String, CodingKey {
        case percent
        case halfDoneMilliseconds = "half-done-ms"
        case mostDoneMilliseconds = "most-done-ms"
        case endMilliseconds = "end-ms"
        case actualHalfDoneMilliseconds = "actual-half-done-ms"
        case actualMostDoneMilliseconds = "actual-most-done-ms"
        case actualEndMilliseconds = "actual-end-ms"
    }
}

extension Replies {
    /// Of the verb `plan`.
    package static let forecast = ReplyKind<ForecastReport>("plan")
}
