// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// The `example` template of FreeSWITCH's mod_cdr_csv: 15 fields that FreeSWITCH has laid down, so no column of ours is
/// ever added. All in quotes.
enum FreeSwitchLayout {
    static func append(_ cdr: CallDetailRecord, to line: inout CSVLine) {
        line.quoted("")
        line.quoted(cdr.caller)
        line.quoted(cdr.callee)
        line.quoted(cdr.message == nil ? "burgernet" : "burgernet-sms")
        line.quotedStamp(cdr.start)
        line.quotedStamp(cdr.answer)
        line.quotedStamp(cdr.end)
        line.quotedInteger(cdr.shownMilliseconds / 1000)
        line.quotedInteger(cdr.shownBillableMilliseconds / 1000)
        line.quoted(hangupCauseName(cdr.cause))
        line.quoted(uuid(cdr))
        line.quoted("")
        line.quoted(cdr.account)
        line.quoted(cdr.codec?.rawValue ?? "")
        line.quoted(cdr.codec?.rawValue ?? "")
    }

    /// Stable: the same CDR has the same UUID in every export (RFC 9562, version 8).
    private static func uuid(_ cdr: CallDetailRecord) -> String {
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
}
