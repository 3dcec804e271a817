// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

package struct ActionRecord: Equatable, Sendable {
    /// The journal's key.
    package var key: Int64
    package var id: ActionID
    /// SHA-256 over definition and recipients: the test of "the same content again".
    package var contentHash: String
    package var definition: ActionDefinition
    package var promptHash: String
    package var promptMilliseconds: Int
    package var phase: ActionPhase
    package var accepted: Timestamp
    /// First INVITE.
    package var firstCall: Timestamp?
    package var ended: Timestamp?
    package var recipientCount: Int
    /// How it ended, once it is final and no call of it is under way: a restarted daemon need not count
    /// the recipients of every action that ever was.
    package var finalCounters: ActionCounters?
    /// What was foretold; nil: not yet, or the action is older than that.
    package var forecast: ActionForecast?
    /// Civil time minus engine time, by which this record's times were made.
    package var civilOffset = Interval.zero
    /// Who did what to it; nil: it is older than that.
    package var conduct: ActionConduct?

    package init(
        key: Int64, id: ActionID, contentHash: String, definition: ActionDefinition, promptHash: String,
        promptMilliseconds: Int, phase: ActionPhase, accepted: Timestamp, firstCall: Timestamp? = nil,
        ended: Timestamp? = nil, recipientCount: Int = 0, finalCounters: ActionCounters? = nil,
        forecast: ActionForecast? = nil
    ) {
        self.key = key
        self.id = id
        self.contentHash = contentHash
        self.definition = definition
        self.promptHash = promptHash
        self.promptMilliseconds = promptMilliseconds
        self.phase = phase
        self.accepted = accepted
        self.firstCall = firstCall
        self.ended = ended
        self.recipientCount = recipientCount
        self.finalCounters = finalCounters
        self.forecast = forecast
    }
}

extension ActionRecord {
    /// From when on it may call: what a forecast counts its times from.
    package var begins: Timestamp {
        max(conduct?.last(.approved)?.at ?? accepted, definition.starts ?? accepted)
    }

    /// An engine time as this record's times are written.
    package func civil(_ time: Timestamp) -> Timestamp { time + civilOffset }

    /// A new anchor: times that are there are of the same moments, as the civil clock would have named them.
    package mutating func anchor(civilOffset new: Interval) {
        let shift = new - civilOffset
        guard shift != .zero else { return }
        civilOffset = new
        accepted = accepted + shift
        firstCall = firstCall.map { $0 + shift }
        ended = ended.map { $0 + shift }
        conduct?.shift(by: shift)
    }
}

/// Counts of one action.
package struct ActionCounters: Equatable, Sendable, Journalled {
    package var waiting = 0
    package var calling = 0
    /// An SMS is under way: to be submitted, or waiting for its receipt.
    package var messaging = 0
    package var outcomes: [Outcome: Int] = [:]
    /// Attempts that ended, those under way not counted.
    package var attempts = 0
    /// Calls in which the message was played to its end.
    package var heard = 0
    package init() {}

    package var open: Int { waiting + calling + messaging }

    /// Names in the journal, which stay whatever the properties are called.
    package enum CodingKeys: String, CodingKey {
        case waiting = "waiting"
        case calling = "calling"
        case messaging = "messaging"
        case outcomes = "outcomes"
        case attempts = "attempts"
        case heard = "heard"
    }

    /// Journals of before the SMS channel lack its count.
    package init(from decoder: Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        waiting = try values.decode(Int.self, forKey: .waiting)
        calling = try values.decode(Int.self, forKey: .calling)
        messaging = try values.decodeIfPresent(Int.self, forKey: .messaging) ?? 0
        var pairs = try values.nestedUnkeyedContainer(forKey: .outcomes)
        while !pairs.isAtEnd {
            let outcome = try pairs.decode(Outcome.self)
            outcomes[outcome] = try pairs.decode(Int.self)
        }
        attempts = try values.decode(Int.self, forKey: .attempts)
        heard = try values.decode(Int.self, forKey: .heard)
    }

    /// Outcomes as a list, each followed by its count: `["answered",2,"busy",1]`.
    package func encode(to encoder: Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(waiting, forKey: .waiting)
        try values.encode(calling, forKey: .calling)
        try values.encode(messaging, forKey: .messaging)
        var pairs = values.nestedUnkeyedContainer(forKey: .outcomes)
        for (outcome, count) in outcomes.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            try pairs.encode(outcome)
            try pairs.encode(count)
        }
        try values.encode(attempts, forKey: .attempts)
        try values.encode(heard, forKey: .heard)
    }
}
