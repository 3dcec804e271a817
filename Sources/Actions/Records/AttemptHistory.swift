// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What has been tried for a recipient, so that limits hold across restarts. Counts of the causes
/// that cost a try; see RetryPolicy in Pacing.
package struct AttemptHistory: Equatable, Hashable, Sendable, Journalled {
    package var attempts = 0
    package var busy = 0
    package var unavailable = 0
    package var ringTimeout = 0
    package var unreachable = 0
    package var congestion = 0
    package var forbidden = 0
    package var loop = 0
    /// Names of the trunks that failed this recipient in the current round.
    package var excludedTrunks: [String] = []
    package var pcmaOnly = false
    /// How often a crash left an attempt in doubt.
    package var doubts = 0
    /// SMS that failed.
    package var messages = 0
    /// SMSCs that failed this recipient in the current round.
    package var excludedSMSCs: [String] = []
    /// Position in the channels that the recipient is tried by.
    package var step = 0
    /// First attempt of that channel.
    package var stepStarted: Timestamp?

    package init() {}

    /// How often a network refused a call without a word of the callee.
    package var refusals: Int { congestion + forbidden + unreachable }

    /// A trunk's limit hardly meets the same person so often: it is the number.
    package var isOftenRefused: Bool { refusals >= 3 }

    package static let ranks = 16

    /// Whose turn it is among those to be tried again, 0 to ``ranks`` - 1: whoever was not refused first, whoever was
    /// refused often last, and within these the likeliest (docs/pace.md).
    ///
    /// - Parameters:
    ///   - likelihood: Of an answer, 0 to 1.
    ///   - isSuspect: Nothing but the number explains its refusals.
    package func rank(likelihood: Double, isSuspect: Bool) -> Int {
        guard !isOftenRefused, !isSuspect else { return 0 }
        let half = Self.ranks / 2
        let rank = Int(likelihood * Double(half - 1))
        return refusals > 0 ? 1 + rank : half + rank
    }

    /// Names in the journal, which stay whatever the properties are called.
    package enum CodingKeys: String, CodingKey {
        case attempts = "attempts"
        case busy = "busy"
        case unavailable = "unavailable"
        case ringTimeout = "ringTimeout"
        case unreachable = "unreachable"
        case congestion = "congestion"
        case forbidden = "forbidden"
        case loop = "loop"
        case excludedTrunks = "excludedTrunks"
        case pcmaOnly = "pcmaOnly"
        case doubts = "doubts"
        case messages = "messages"
        case excludedSMSCs = "excludedSMSCs"
        case step = "step"
        case stepStarted = "stepStarted"
    }

    /// What was journalled before a field existed lacks it.
    package init(from decoder: Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func count(_ key: CodingKeys) throws -> Int { try values.decodeIfPresent(Int.self, forKey: key) ?? 0 }
        attempts = try count(.attempts)
        busy = try count(.busy)
        unavailable = try count(.unavailable)
        ringTimeout = try count(.ringTimeout)
        unreachable = try count(.unreachable)
        congestion = try count(.congestion)
        forbidden = try count(.forbidden)
        loop = try count(.loop)
        excludedTrunks = try values.decodeIfPresent([String].self, forKey: .excludedTrunks) ?? []
        pcmaOnly = try values.decodeIfPresent(Bool.self, forKey: .pcmaOnly) ?? false
        doubts = try count(.doubts)
        messages = try count(.messages)
        excludedSMSCs = try values.decodeIfPresent([String].self, forKey: .excludedSMSCs) ?? []
        step = try count(.step)
        stepStarted = try values.decodeIfPresent(Timestamp.self, forKey: .stepStarted)
    }
}
