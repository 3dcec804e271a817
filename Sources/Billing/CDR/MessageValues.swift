// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What SMSCs called the segments of a message; "" where there is no id.
struct MessageIDs: LedgerText {
    let ids: [String]

    init(_ ids: [String]) { self.ids = ids }

    /// An empty id of one segment leaves an empty field.
    init(inLedger text: String) {
        ids = text.split(separator: " ", omittingEmptySubsequences: false)
            .map { String($0.replacing("%20", with: " ")) }
    }

    /// Separated by blanks; an id is one word, whatever the SMSC put into it.
    var inLedger: String { ids.map { $0.replacing(" ", with: "%20") }.joined(separator: " ") }

    /// `?` for those that are missing, unless all are.
    func append(to line: inout CSVLine) {
        let isEmpty = ids.allSatisfy(\.isEmpty)
        let words = isEmpty ? [] : ids.map { $0.isEmpty ? "?" : visible($0, blanks: false) }
        line.text(words.joined(separator: " "))
    }
}

/// user_message_reference of each segment.
struct MessageReferences: LedgerText {
    let references: [UInt16]

    init(_ references: [UInt16]) { self.references = references }

    init(inLedger text: String) { references = text.split(separator: " ").compactMap { UInt16($0) } }

    /// In decimal, separated by blanks.
    var inLedger: String { references.map(String.init).joined(separator: " ") }

    /// Four hexadecimal digits each.
    func append(to line: inout CSVLine) {
        let words = references.map { reference in
            let digits = String(reference, radix: 16)
            return String(repeating: "0", count: 4 - digits.utf8.count) + digits
        }
        line.text(words.joined(separator: " "))
    }
}

/// What a far end wrote, reduced to what can stand in a field: visible ASCII without the semicolon, which
/// spreadsheets of many countries take for the end of a field. Anything else becomes `?`.
func visible(_ value: String, blanks: Bool) -> String {
    func isKept(_ byte: UInt8) -> Bool { (0x21...0x7e).contains(byte) && byte != 59 || blanks && byte == 32 }
    guard !value.utf8.allSatisfy(isKept) else { return value }
    var clean = String.UnicodeScalarView()
    for scalar in value.unicodeScalars {
        clean.append(scalar.isASCII && isKept(UInt8(truncatingIfNeeded: scalar.value)) ? scalar : "?")
    }
    return String(clean)
}
