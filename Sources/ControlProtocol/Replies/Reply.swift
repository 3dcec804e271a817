// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore

/// One line to a client: `{"<kind>": <content>}`, with `"ok"` and `"final": true` on the last of a request.
package struct Reply: Equatable, Sendable {
    /// `id` on the wire: the tag of the request.
    package var tag: String?
    package var isFinal: Bool
    package var body: Body

    package enum Body: Equatable, Sendable {
        case error(ProtocolError)
        // submit
        case invalid(InvalidRecipient)
        case duplicate(DuplicateRecipient)
        case accepted(Acceptance)
        case aborted(SubmissionCounts)
        // list, show, pause, resume, cancel, retry
        case action(ActionSummary)
        case recipient(RecipientReport)
        case inbound(InboundReport)
        /// Of `watch`; its last one is final.
        case progress(ActionSummary)
        /// How many were streamed.
        case count(Int)
        // cdr-export
        case lines([String])
        /// CDRs exported; a heading is none.
        case rows(Int)
        // budget
        case budget(BudgetReport)
        // abort of a submission, plan
        case quote(QuoteReport)
        // plan
        case plan(PlanReport)
        // cdr-export
        case totals(ExportReport)
        // cdr-verify
        case verified(LedgerVerdict)
        // cdr-credit
        case appended(LedgerAppendix)
        // cdr-rerate
        case change(RatingChange)
        case rerated(RerateReport)
        // trunks, trunk-up, trunk-down
        case trunk(TrunkStatus)
        /// Of `trunks`: one for each limited prefix.
        case prefix(PrefixStatus)
        // smsc, smsc-up, smsc-down
        case smsc(SMSCStatus)
        case status(DaemonStatus)
        // prompt-render
        /// Piece of a WAV file; on the wire in base64.
        case audio([UInt8])
        case rendered(RenderedPrompt)
        /// Of a newer daemon than this client.
        case unknown
    }

    package init(_ body: Body, isFinal: Bool, tag: String? = nil) {
        self.body = body
        self.isFinal = isFinal
        self.tag = tag
    }

    /// One of several.
    package static func part(_ body: Body, tag: String? = nil) -> Reply { Reply(body, isFinal: false, tag: tag) }
    /// The last one of a request.
    package static func final(_ body: Body, tag: String? = nil) -> Reply { Reply(body, isFinal: true, tag: tag) }
    /// Refuses a request.
    package static func refusal(_ error: ProtocolError, tag: String? = nil) -> Reply {
        Reply(.error(error), isFinal: true, tag: tag)
    }

    package var error: ProtocolError? {
        if case .error(let error) = body { error } else { nil }
    }
}

extension Reply: Codable {
    private enum Key: String, CodingKey {
        case id, ok, final, error, invalid, duplicate, accepted, aborted, action, recipient, progress, count, lines,
            rows, trunk, prefix, status, audio, rendered, inbound, smsc, budget, quote, plan, totals, verified,
            appended,
            change, rerated
    }

    package init(from decoder: Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        tag = try container.decodeIfPresent(String.self, forKey: .id)
        isFinal = try container.decodeIfPresent(Bool.self, forKey: .final) ?? false
        body = .unknown
        for key in container.allKeys {
            switch key {
            case .id, .ok, .final: continue
            case .error: body = .error(try container.decode(ProtocolError.self, forKey: key))
            case .invalid: body = .invalid(try container.decode(InvalidRecipient.self, forKey: key))
            case .duplicate: body = .duplicate(try container.decode(DuplicateRecipient.self, forKey: key))
            case .accepted: body = .accepted(try container.decode(Acceptance.self, forKey: key))
            case .aborted: body = .aborted(try container.decode(SubmissionCounts.self, forKey: key))
            case .action: body = .action(try container.decode(ActionSummary.self, forKey: key))
            case .recipient: body = .recipient(try container.decode(RecipientReport.self, forKey: key))
            case .progress: body = .progress(try container.decode(ActionSummary.self, forKey: key))
            case .count: body = .count(try container.decode(Int.self, forKey: key))
            case .lines: body = .lines(try container.decode([String].self, forKey: key))
            case .rows: body = .rows(try container.decode(Int.self, forKey: key))
            case .budget: body = .budget(try container.decode(BudgetReport.self, forKey: key))
            case .quote: body = .quote(try container.decode(QuoteReport.self, forKey: key))
            case .plan: body = .plan(try container.decode(PlanReport.self, forKey: key))
            case .totals: body = .totals(try container.decode(ExportReport.self, forKey: key))
            case .verified: body = .verified(try container.decode(LedgerVerdict.self, forKey: key))
            case .appended: body = .appended(try container.decode(LedgerAppendix.self, forKey: key))
            case .change: body = .change(try container.decode(RatingChange.self, forKey: key))
            case .rerated: body = .rerated(try container.decode(RerateReport.self, forKey: key))
            case .trunk: body = .trunk(try container.decode(TrunkStatus.self, forKey: key))
            case .prefix: body = .prefix(try container.decode(PrefixStatus.self, forKey: key))
            case .inbound: body = .inbound(try container.decode(InboundReport.self, forKey: key))
            case .smsc: body = .smsc(try container.decode(SMSCStatus.self, forKey: key))
            case .status: body = .status(try container.decode(DaemonStatus.self, forKey: key))
            case .audio: body = .audio(Array(try container.decode(Data.self, forKey: key)))
            case .rendered: body = .rendered(try container.decode(RenderedPrompt.self, forKey: key))
            }
        }
    }

    package func encode(to encoder: Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(tag, forKey: .id)
        if isFinal {
            try container.encode(error == nil, forKey: .ok)
            try container.encode(true, forKey: .final)
        }
        switch body {
        case .error(let error): try container.encode(error, forKey: .error)
        case .invalid(let invalid): try container.encode(invalid, forKey: .invalid)
        case .duplicate(let duplicate): try container.encode(duplicate, forKey: .duplicate)
        case .accepted(let acceptance): try container.encode(acceptance, forKey: .accepted)
        case .aborted(let counts): try container.encode(counts, forKey: .aborted)
        case .action(let summary): try container.encode(summary, forKey: .action)
        case .recipient(let report): try container.encode(report, forKey: .recipient)
        case .progress(let summary): try container.encode(summary, forKey: .progress)
        case .count(let count): try container.encode(count, forKey: .count)
        case .lines(let lines): try container.encode(lines, forKey: .lines)
        case .rows(let rows): try container.encode(rows, forKey: .rows)
        case .budget(let report): try container.encode(report, forKey: .budget)
        case .quote(let report): try container.encode(report, forKey: .quote)
        case .plan(let report): try container.encode(report, forKey: .plan)
        case .totals(let report): try container.encode(report, forKey: .totals)
        case .verified(let verdict): try container.encode(verdict, forKey: .verified)
        case .appended(let appendix): try container.encode(appendix, forKey: .appended)
        case .change(let change): try container.encode(change, forKey: .change)
        case .rerated(let report): try container.encode(report, forKey: .rerated)
        case .trunk(let status): try container.encode(status, forKey: .trunk)
        case .prefix(let status): try container.encode(status, forKey: .prefix)
        case .inbound(let report): try container.encode(report, forKey: .inbound)
        case .smsc(let status): try container.encode(status, forKey: .smsc)
        case .status(let status): try container.encode(status, forKey: .status)
        case .audio(let bytes): try container.encode(Data(bytes), forKey: .audio)
        case .rendered(let prompt): try container.encode(prompt, forKey: .rendered)
        case .unknown: break
        }
    }
}

extension Reply {
    /// Bytes of audio in one reply at most, so that its line stays within the limit.
    package static let audioPiece = 48 * 1024
    /// CDR lines in one reply at most.
    package static let linesPerPiece = 100

    /// The line, LF included, keys in alphabetical order.
    package func encodeLine() -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        // Strings, numbers and lists of them always encode.
        guard let data = try? encoder.encode(self) else {
            let apology = #"{"error":{"code":"internal-error","message":"unencodable reply"},"final":true,"ok":false}"#
            return Array(apology.utf8) + [10]
        }
        return Array(data) + [10]
    }

    /// Reads one line, without its LF. Keys that are not known are passed over: the daemon may be newer.
    package static func decode(_ bytes: some Collection<UInt8>) throws(ProtocolError) -> Reply {
        do {
            return try JSONDecoder().decode(Reply.self, from: Data(bytes))
        } catch {
            let text = String(decoding: bytes.prefix(80), as: UTF8.self)
            throw ProtocolError(.invalidReply, "this is no reply of burgernetd: \(excerpt(text))")
        }
    }
}

/// A ``Timestamp`` that stands in JSON as ISO 8601 text in UTC: `2026-11-24T12:30:41.123Z`.
package struct UTCTime: Hashable, Sendable, Codable, CustomStringConvertible {
    package var timestamp: Timestamp

    package init(_ timestamp: Timestamp) { self.timestamp = timestamp }

    package init(from decoder: Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let timestamp = Timestamp(iso8601: text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not ISO 8601: \(text)")
        }
        self.timestamp = timestamp
    }

    package func encode(to encoder: Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    package var description: String { timestamp.description }
}
