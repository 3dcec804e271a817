// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// The layouts in which CDRs leave. docs/cdr-format.md is the contract.
package enum CDRFormat: String, Sendable, CaseIterable {
    /// Every column, with a header line.
    case native
    /// Asterisk's `cdr_csv` (Master.csv), without header. Usage alone: it has no column for an amount.
    case asterisk
    /// The `example` template of FreeSWITCH's mod_cdr_csv, without header. Usage alone.
    case freeswitch
}

/// Writes CDRs as lines of CSV, one at a time, without their line ends.
package struct CDRExporter: Sendable {
    package let format: CDRFormat
    package let locale: CSVLocale

    package init(format: CDRFormat, locale: CSVLocale = .plain) {
        self.format = format
        self.locale = locale
    }

    /// The names of the native columns, in order.
    package static let nativeColumns = [
        "sequence", "action", "recipient", "account", "callee", "caller", "trunk", "call_id", "attempt", "start",
        "ringing", "answer", "end", "duration", "billsec", "sip_code", "q850_cause", "hangup_by", "own_reason",
        "disposition", "codec", "prompt_hash", "heard_ms", "prompt_ms", "heard_percent", "keys", "recovered", "redial",
        "packets_sent", "packets_received", "channel", "segments", "segments_accepted", "encoding", "accepted",
        "message_ids", "message_references", "message_state", "smsc_error", "submits", "doubtful", "kind", "corrects",
        "cost", "cost_vat", "cost_tariff", "charge", "charge_vat", "charge_tariff", "note",
        "late_mean_us", "late_max_us", "skipped",
    ]

    /// nil: the format has none.
    package var header: String? {
        switch format {
        case .native: Self.nativeColumns.joined(separator: locale == .dutch ? ";" : ",")
        case .asterisk, .freeswitch: nil
        }
    }

    /// Whether the format has a line for it.
    package func includes(_ cdr: CallDetailRecord) -> Bool {
        switch format {
        case .native: true
        case .asterisk, .freeswitch: cdr.ledger.kind == .usage
        }
    }

    package func line(for cdr: CallDetailRecord) -> String {
        var bytes: [UInt8] = []
        append(cdr, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The line as UTF-8, behind what is there.
    package func append(_ cdr: CallDetailRecord, to bytes: inout [UInt8]) {
        var line = CSVLine(bytes, locale: locale)
        bytes = []
        switch format {
        case .native: native(cdr, &line)
        case .asterisk: asterisk(cdr, &line)
        case .freeswitch: freeSwitch(cdr, &line)
        }
        bytes = line.bytes
    }

    private func native(_ cdr: CallDetailRecord, _ line: inout CSVLine) {
        line.integer(cdr.sequence)
        line.text(cdr.action)
        line.text(cdr.recipient)
        line.text(cdr.account)
        line.word(cdr.callee)
        line.text(cdr.caller)
        line.text(cdr.trunk)
        line.text(cdr.callID)
        line.integer(cdr.attemptNumber)
        line.time(cdr.start)
        line.time(cdr.ringing)
        line.time(cdr.answer)
        line.time(cdr.end)
        line.seconds(milliseconds: milliseconds(cdr.start, cdr.end))
        line.seconds(milliseconds: cdr.answer.map { milliseconds($0, cdr.end) } ?? 0)
        line.integer(cdr.sipCode)
        line.integer(cdr.cause)
        line.word(cdr.hangupBy.rawValue)
        line.word(cdr.ownReason.rawValue)
        line.word(cdr.disposition.rawValue)
        line.word(cdr.codec?.rawValue ?? "")
        line.word(cdr.promptHash)
        line.integer(cdr.heardMilliseconds)
        line.integer(cdr.promptMilliseconds)
        line.integer(cdr.heardPercent)
        line.text(cdr.keys)
        line.flag(cdr.recovered)
        line.flag(cdr.redial)
        line.integer(cdr.packetsSent)
        line.integer(cdr.packetsReceived)
        if let message = cdr.message {
            fields(of: message, &line)
        } else {
            line.word("voice")
            line.empty(10)
        }
        fields(of: cdr.ledger, &line)
        if let audio = cdr.audio {
            line.integer(audio.meanLateness.microseconds)
            line.integer(audio.maximumLateness.microseconds)
            line.integer(audio.skipped)
        } else {
            line.empty(3)
        }
    }

    /// The columns from `channel` on.
    private func fields(of message: MessageDetail, _ line: inout CSVLine) {
        let hasIDs = message.messageIDs.contains { !$0.isEmpty }
        let ids = hasIDs ? message.messageIDs.map { $0.isEmpty ? "?" : Self.visible($0, blanks: false) } : []
        line.word("sms")
        line.integer(message.segments)
        line.integer(message.acceptedSegments)
        line.text(message.encoding)
        line.time(message.accepted)
        line.text(ids.joined(separator: " "))
        line.text(message.references.map(fourDigits).joined(separator: " "))
        line.text(message.state)
        line.text(Self.visible(message.error, blanks: true))
        line.integer(message.submits)
        line.flag(message.doubtful)
    }

    /// The columns from `kind` on.
    private func fields(of entry: LedgerEntry, _ line: inout CSVLine) {
        line.word(entry.kind.rawValue)
        if let corrects = entry.corrects { line.integer(corrects) } else { line.empty() }
        for side in [entry.cost, entry.charge] {
            guard let side else {
                line.empty(3)
                continue
            }
            line.amount(side.amount)
            line.percent(basisPoints: side.vatBasisPoints)
            line.text(side.tariff)
        }
        line.text(entry.note)
    }

    /// Strings in quotes, numbers bare, as cdr_csv's build_csv_record writes them; times in UTC
    /// (`usegmtime=yes`).
    private func asterisk(_ cdr: CallDetailRecord, _ line: inout CSVLine) {
        line.quoted(cdr.account)
        line.quoted(cdr.caller)
        line.quoted(cdr.callee)
        line.quoted("burgernet")
        line.quoted("<\(cdr.caller)>")
        line.quoted(channel(cdr))
        line.quoted("")
        line.quoted(cdr.message == nil ? "Playback" : "SendSMS")
        line.quoted(cdr.message?.encoding ?? cdr.promptHash)
        line.quotedStamp(cdr.start)
        line.quotedStamp(cdr.answer)
        line.quotedStamp(cdr.end)
        line.integer(milliseconds(cdr.start, cdr.end) / 1000)
        line.integer(cdr.answer.map { milliseconds($0, cdr.end) / 1000 } ?? 0)
        line.quoted(cdr.disposition.rawValue)
        line.quoted("DOCUMENTATION")
        line.quoted(cdr.callID)
        line.quoted(cdr.action)
    }

    private func freeSwitch(_ cdr: CallDetailRecord, _ line: inout CSVLine) {
        line.quoted("")
        line.quoted(cdr.caller)
        line.quoted(cdr.callee)
        line.quoted(cdr.message == nil ? "burgernet" : "burgernet-sms")
        line.quotedStamp(cdr.start)
        line.quotedStamp(cdr.answer)
        line.quotedStamp(cdr.end)
        line.quotedInteger(milliseconds(cdr.start, cdr.end) / 1000)
        line.quotedInteger(cdr.answer.map { milliseconds($0, cdr.end) / 1000 } ?? 0)
        line.quoted(hangupCauseName(cdr.cause))
        line.quoted(uuid(cdr))
        line.quoted("")
        line.quoted(cdr.account)
        line.quoted(cdr.codec?.rawValue ?? "")
        line.quoted(cdr.codec?.rawValue ?? "")
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
        var text: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
            text.append(hexadecimalDigit(byte >> 4))
            text.append(hexadecimalDigit(byte & 15))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// From the milliseconds that the same row shows.
    private func milliseconds(_ from: Timestamp, _ to: Timestamp) -> Int64 {
        max(0, to.milliseconds - from.milliseconds)
    }

    private func fourDigits(_ reference: UInt16) -> String {
        let digits = String(reference, radix: 16)
        return String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }

    /// What a far end wrote, reduced to what can stand in a field: visible ASCII without the semicolon, which
    /// spreadsheets of many countries take for the end of a field. Anything else becomes `?`.
    private static func visible(_ value: String, blanks: Bool) -> String {
        func isKept(_ byte: UInt8) -> Bool { (0x21...0x7e).contains(byte) && byte != 59 || blanks && byte == 32 }
        guard !value.utf8.allSatisfy(isKept) else { return value }
        var clean = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            clean.append(scalar.isASCII && isKept(UInt8(truncatingIfNeeded: scalar.value)) ? scalar : "?")
        }
        return String(clean)
    }
}
