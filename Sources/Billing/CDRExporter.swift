// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// The layouts in which CDRs leave. docs/cdr-format.md is the contract.
public enum CDRFormat: String, Sendable, CaseIterable {
    /// Every column, with a header line.
    case native
    /// Asterisk's `cdr_csv` (Master.csv), without header.
    case asterisk
    /// The `example` template of FreeSWITCH's mod_cdr_csv, without header.
    case freeswitch
}

/// Writes CDRs as lines of CSV, one at a time. Lines end with LF, which the caller adds.
public struct CDRExporter: Sendable {
    public let format: CDRFormat

    public init(format: CDRFormat) { self.format = format }

    /// The names of the native columns, in order.
    public static let nativeColumns = [
        "sequence", "action", "recipient", "account", "callee", "caller", "trunk", "call_id", "attempt", "start",
        "ringing", "answer", "end", "duration", "billsec", "sip_code", "q850_cause", "hangup_by", "own_reason",
        "disposition", "codec", "prompt_hash", "heard_ms", "prompt_ms", "heard_percent", "keys", "recovered", "redial",
        "packets_sent", "packets_received", "channel", "segments", "segments_accepted", "encoding", "accepted",
        "message_ids", "message_references", "message_state", "smsc_error", "submits", "doubtful",
    ]

    /// nil: the format has none.
    public var header: String? {
        switch format {
        case .native: Self.nativeColumns.joined(separator: ",")
        case .asterisk, .freeswitch: nil
        }
    }

    public func line(for cdr: CallDetailRecord) -> String {
        switch format {
        case .native: native(cdr)
        case .asterisk: asterisk(cdr)
        case .freeswitch: freeSwitch(cdr)
        }
    }

    private func native(_ cdr: CallDetailRecord) -> String {
        let fields: [String] = [
            "\(cdr.sequence)", text(cdr.action), text(cdr.recipient), text(cdr.account), cdr.callee, text(cdr.caller),
            text(cdr.trunk), text(cdr.callID), "\(cdr.attemptNumber)", cdr.start.description,
            cdr.ringing?.description ?? "", cdr.answer?.description ?? "", cdr.end.description,
            seconds(cdr.start, cdr.end), cdr.answer.map { seconds($0, cdr.end) } ?? "0.000", "\(cdr.sipCode)",
            "\(cdr.cause)", cdr.hangupBy.rawValue, cdr.ownReason.rawValue, cdr.disposition.rawValue,
            cdr.codec?.rawValue ?? "", cdr.promptHash, "\(cdr.heardMilliseconds)", "\(cdr.promptMilliseconds)",
            "\(cdr.heardPercent)", text(cdr.keys), cdr.recovered ? "1" : "0", cdr.redial ? "1" : "0",
            "\(cdr.packetsSent)", "\(cdr.packetsReceived)",
        ]
        return (fields + messageFields(cdr.message)).joined(separator: ",")
    }

    /// The columns from `channel` on; empty for a call but for `channel`.
    private func messageFields(_ message: MessageDetail?) -> [String] {
        guard let message else { return ["voice"] + Array(repeating: "", count: 10) }
        let hasIDs = message.messageIDs.contains { !$0.isEmpty }
        let ids = hasIDs ? message.messageIDs.map { $0.isEmpty ? "?" : Self.visible($0, blanks: false) } : []
        return [
            "sms", "\(message.segments)", "\(message.acceptedSegments)", text(message.encoding),
            message.accepted?.description ?? "", text(ids.joined(separator: " ")),
            message.references.map(fourDigits).joined(separator: " "), text(message.state),
            text(Self.visible(message.error, blanks: true)), "\(message.submits)", message.doubtful ? "1" : "0",
        ]
    }

    /// Strings in quotes, numbers bare, as cdr_csv's build_csv_record writes them; times in UTC
    /// (`usegmtime=yes`).
    private func asterisk(_ cdr: CallDetailRecord) -> String {
        let fields: [String] = [
            quoted(cdr.account), quoted(cdr.caller), quoted(cdr.callee), quoted("burgernet"),
            quoted("<\(cdr.caller)>"), quoted(channel(cdr)), quoted(""),
            quoted(cdr.message == nil ? "Playback" : "SendSMS"),
            quoted(cdr.message?.encoding ?? cdr.promptHash),
            quoted(stamp(cdr.start)), quoted(cdr.answer.map(stamp) ?? ""), quoted(stamp(cdr.end)),
            "\(wholeSeconds(cdr.start, cdr.end))", "\(cdr.answer.map { wholeSeconds($0, cdr.end) } ?? 0)",
            quoted(cdr.disposition.rawValue), quoted("DOCUMENTATION"), quoted(cdr.callID), quoted(cdr.action),
        ]
        return fields.joined(separator: ",")
    }

    private func freeSwitch(_ cdr: CallDetailRecord) -> String {
        let fields: [String] = [
            "", cdr.caller, cdr.callee, cdr.message == nil ? "burgernet" : "burgernet-sms", stamp(cdr.start),
            cdr.answer.map(stamp) ?? "", stamp(cdr.end),
            "\(wholeSeconds(cdr.start, cdr.end))", "\(cdr.answer.map { wholeSeconds($0, cdr.end) } ?? 0)",
            hangupCauseName(cdr.cause), uuid(cdr), "", cdr.account, cdr.codec?.rawValue ?? "",
            cdr.codec?.rawValue ?? "",
        ]
        return fields.map(quoted).joined(separator: ",")
    }

    // MARK: - Fields

    private func channel(_ cdr: CallDetailRecord) -> String {
        let digits = String(UInt32(truncatingIfNeeded: cdr.attempt.value), radix: 16)
        let technology = cdr.message == nil ? "PJSIP" : "SMPP"
        return "\(technology)/\(cdr.trunk)-\(String(repeating: "0", count: 8 - digits.utf8.count))\(digits)"
    }

    /// Stable: the same CDR has the same UUID in every export (RFC 9562, version 8).
    private func uuid(_ cdr: CallDetailRecord) -> String {
        var bytes = Array(SHA256.hash("burgernetd cdr \(cdr.callID)".utf8).prefix(16))
        bytes[6] = bytes[6] & 0x0f | 0x80
        bytes[8] = bytes[8] & 0x3f | 0x80
        let digits = Array(hexadecimal(bytes))
        let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return groups.map { String(digits[$0]) }.joined(separator: "-")
    }

    /// `2026-11-24 13:30:41`, UTC.
    private func stamp(_ time: Timestamp) -> String {
        let text = time.description
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8)
    }

    /// Seconds with three decimals, from the milliseconds that the same row shows.
    private func seconds(_ from: Timestamp, _ to: Timestamp) -> String {
        let milliseconds = max(0, to.milliseconds - from.milliseconds)
        let fraction = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
    }

    /// Whole seconds that have passed, as Asterisk and FreeSWITCH count them.
    private func wholeSeconds(_ from: Timestamp, _ to: Timestamp) -> Int64 {
        max(0, to.milliseconds - from.milliseconds) / 1000
    }

    private func fourDigits(_ reference: UInt16) -> String {
        let digits = String(reference, radix: 16)
        return String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }

    /// What a far end wrote, reduced to what can stand in a field: visible ASCII without the semicolon, which
    /// spreadsheets of many countries take for the end of a field. Anything else becomes `?`.
    private static func visible(_ value: String, blanks: Bool) -> String {
        var clean = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            let isKept = (0x21...0x7e).contains(scalar.value) && scalar != ";" || blanks && scalar == " "
            clean.append(isKept ? scalar : "?")
        }
        return String(clean)
    }

    /// RFC 4180, and no text can become a formula in a spreadsheet. Numbers keep their `+`: with
    /// digits alone behind it, it is a number to every spreadsheet, never a formula with an effect.
    private func text(_ value: String) -> String {
        let safe = Self.disarmed(value)
        guard safe.utf8.contains(where: { $0 == 34 || $0 == 44 || $0 == 10 || $0 == 13 }) else { return safe }
        return quoted(value)
    }

    private func quoted(_ value: String) -> String {
        "\"" + Self.disarmed(value).split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
            + "\""
    }

    private static func disarmed(_ value: String) -> String {
        guard let first = value.utf8.first else { return value }
        let isNumber = first == 43 && value.utf8.dropFirst().allSatisfy { (48...57).contains($0) }
        // = + - @ TAB CR start a formula in one spreadsheet or another.
        return [61, 43, 45, 64, 9, 13].contains(first) && !isNumber ? "'" + value : value
    }
}
