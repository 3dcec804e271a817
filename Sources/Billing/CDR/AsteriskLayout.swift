// SPDX-License-Identifier: GPL-3.0-or-later

/// Asterisk's `cdr_csv`: 18 fields that Asterisk has laid down, so no column of ours is ever added. Strings in quotes,
/// numbers bare, as its build_csv_record writes them; times in UTC (`usegmtime=yes`).
enum AsteriskLayout {
    static func append(_ cdr: CallDetailRecord, to line: inout CSVLine) {
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
        line.integer(cdr.shownMilliseconds / 1000)
        line.integer(cdr.shownBillableMilliseconds / 1000)
        line.quoted(cdr.disposition.rawValue)
        line.quoted("DOCUMENTATION")
        line.quoted(cdr.callID)
        line.quoted(cdr.action)
    }

    private static func channel(_ cdr: CallDetailRecord) -> String {
        let digits = String(UInt32(truncatingIfNeeded: cdr.attempt.value), radix: 16)
        let technology = cdr.message == nil ? "PJSIP" : "SMPP"
        return "\(technology)/\(cdr.trunk)-\(String(repeating: "0", count: 8 - digits.utf8.count))\(digits)"
    }
}
