// SPDX-License-Identifier: GPL-3.0-or-later

/// Everything that decides how the simulated SMSC behaves (docs/simulator.md). Times are in seconds, shares from 0
/// to 1; 0 turns a disturbance off.
package struct SMSCSettings: Equatable, Sendable {
    /// How message_id is written in responses (SMPP 3.4 section 5.2.23).
    package enum Identifiers: String, Sendable, CaseIterable {
        case decimal
        /// Lower case.
        case hex
        case uuid
        /// Every message has the same one.
        case same
        /// Empty.
        case none
    }

    /// How receipts write the id, compared with the response.
    package enum ReceiptIdentifiers: String, Sendable, CaseIterable {
        case same
        case hex
        case decimal
        /// Zeros in front, 20 characters in all.
        case zeroPadded = "zero-padded"
        case upper
        case lower
    }

    package enum ReceiptFormat: String, Sendable, CaseIterable {
        /// The text of SMPP 3.4 Appendix B, no TLVs.
        case standard
        /// Without `sub:` and `dlvrd:`.
        case short
        /// receipted_message_id, message_state and network_error_code alone; no text.
        case tlv
        /// The text in message_payload, with the TLVs.
        case payload
        /// `text:` before the other fields.
        case textFirst = "text-first"
        /// Each message draws one of the others.
        case mixed
    }

    /// How a connection is broken.
    package enum Break: String, Sendable, CaseIterable {
        /// TCP reset; what was under way is lost.
        case reset
        /// In order, without unbind.
        case close
    }

    /// Passwords by system_id; empty: everybody may bind.
    package var accounts: [String: String] = [:]
    package var identifiers = Identifiers.decimal
    package var receiptIdentifiers = ReceiptIdentifiers.same

    package var receiptFormat = ReceiptFormat.standard
    /// Mean of the time from the submit to the outcome.
    package var receiptDelay = 1.0
    /// The outcome comes evenly within the mean, less and plus this (at most the mean itself).
    package var receiptSpread = 0.5
    package var outcomes = Weights<MessageOutcome>.allDelivered
    /// Share of the receipts that come before the submit's response.
    package var receiptEarly = 0.0
    /// Share that comes twice.
    package var receiptDoubled = 0.0
    /// Share that comes after the one behind it.
    package var receiptReordered = 0.0
    /// Share that comes on another bind of the same system_id.
    package var receiptOtherBind = 0.0
    /// Share that waits for a bind made after it was due.
    package var receiptAfterReconnect = 0.0
    /// Unanswered deliver_sm of one bind, at most.
    package var deliverWindow = 100
    /// An unanswered deliver_sm is sent again after this.
    package var deliverTimeout = 60.0
    /// A deliver_sm that was refused for now is sent again after this.
    package var deliverRetry = 5.0

    /// Submits a second and system_id; 0: no limit.
    package var rate = 0.0
    /// LimitedPrefixes that begin with this have a full queue at first; "": none.
    package var queueFullPrefix = ""
    /// Share of the destinations that have a full queue at first.
    package var queueFullShare = 0.0
    /// For this long after the first submit to it.
    package var queueFullSeconds = 5.0

    /// A connection is broken at its N-th submit, whose response is lost; 0: never.
    package var dropAfter = 0
    /// A connection is broken at random after this on the average; 0: never.
    package var dropEvery = 0.0
    package var dropHow = Break.reset
    /// After N submits of a connection nothing is read or written any more; 0: never.
    package var blackHoleAfter = 0
    /// The same at random after this on the average; 0: never.
    package var blackHoleEvery = 0.0
    /// A black hole is reset after this, if the other side has not given up before.
    package var blackHoleSeconds = 120.0

    /// Mean of the time to the response of a submit.
    package var latency = 0.0
    /// The response comes evenly within the mean, less and plus this (at most the mean itself).
    package var latencySpread = 0.0
    /// Share of the submits that are accepted and never answered.
    package var responseDrop = 0.0

    /// enquire_link after this much silence; 0: never.
    package var enquire = 60.0
    /// A connection that stays silent after an enquire_link is closed.
    package var enquireTimeout = 10.0

    /// Share of the citizens who answer a message that reached them.
    package var answerShare = 0.0
    /// Mean of the time from the delivery to the answer; drawn evenly up to twice this.
    package var answerDelay = 5.0
    package var answers = Weights<CitizenAnswer>.usual

    /// Behaviours by the last digits of a number; the longest that fits counts.
    package var digits: [String: SMSCBehaviour] = [:]
    /// Finished messages that query_sm still knows, at least.
    package var keep = 100_000

    package init() {}

    /// Throws ``ScenarioError`` when settings contradict each other.
    package func validate() throws {
        // A UUID and the one id of all messages are no numbers that another base could write.
        if identifiers == .uuid || identifiers == .same, receiptIdentifiers == .hex || receiptIdentifiers == .decimal {
            throw ScenarioError("receipt-ids \(receiptIdentifiers.rawValue) needs ids decimal, hex or none")
        }
    }

    /// Seconds of ``receiptDelay``.
    var receiptRange: ClosedRange<Double> { Self.range(receiptDelay, receiptSpread) }
    var latencyRange: ClosedRange<Double> { Self.range(latency, latencySpread) }

    private static func range(_ mean: Double, _ spread: Double) -> ClosedRange<Double> {
        let spread = min(spread, mean)
        return mean - spread...mean + spread
    }
}

/// Values dealt out by weight, as `ja=70,stop=30`.
package struct Weights<Value>: Equatable, Sendable
where Value: RawRepresentable & CaseIterable & Sendable & Equatable, Value.RawValue == String {
    private struct Part: Equatable, Sendable {
        var value: Value
        var weight: Double
    }
    private let parts: [Part]
    private let total: Double

    init(_ weights: [(Value, Double)]) {
        parts = weights.filter { $0.1 > 0 }.map { Part(value: $0.0, weight: $0.1) }
        total = parts.reduce(0) { $0 + $1.weight }
    }

    /// Throws ``ScenarioError``.
    static func parse(_ text: String) throws -> Weights {
        var weights: [(Value, Double)] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard pair.count == 2, let weight = Double(pair[1]), weight >= 0, weight.isFinite else {
                throw ScenarioError("\"\(part.prefix(40))\" must be NAME=WEIGHT, the weight 0 or more")
            }
            let value: Value = try SMSCSettings.word(pair[0])
            guard !weights.contains(where: { $0.0 == value }) else {
                throw ScenarioError("\(pair[0]) is given twice")
            }
            weights.append((value, weight))
        }
        let read = Weights(weights)
        guard read.total > 0 else { throw ScenarioError("the weights add up to 0") }
        return read
    }

    /// The one value that is possible; nil when there are several.
    var only: Value? { parts.count == 1 ? parts.first?.value : nil }

    /// - Parameter point: at least 0, below 1.
    func value(at point: Double) -> Value? {
        var rest = point * total
        for part in parts {
            if rest < part.weight { return part.value }
            rest -= part.weight
        }
        // Rounding can leave a crumb after the last weight.
        return parts.last?.value
    }
}

extension SMSCSettings {
    /// Throws ``ScenarioError`` that lists all words.
    static func word<Value>(_ text: String) throws -> Value
    where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw ScenarioError("unknown word \"\(text.prefix(40))\"; known: \(known)")
        }
        return value
    }
}
