// SPDX-License-Identifier: GPL-3.0-or-later

/// Reads a recipient's line as nearly all of them are: `{"recipient":{"number":"0612345678","id":"P-1"}}`, plain ASCII
/// without escapes, each key once. A submission has a hundred thousand of them, and the parser builds a tree for each.
///
/// What it does not recognise is not wrong: the parser reads it, and says what is.
struct RecipientScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    /// nil: to be parsed.
    static func scan(_ bytes: [UInt8]) -> RecipientLine? {
        bytes.withUnsafeBufferPointer { bytes in
            var scanner = RecipientScanner(bytes: bytes)
            return scanner.line()
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private mutating func line() -> RecipientLine? {
        guard take("{"), string() == "recipient", take(":"), let recipient = recipient(), take("}") else { return nil }
        skipSpace()
        return position == bytes.count ? recipient : nil
    }

    private mutating func recipient() -> RecipientLine? {
        guard take("{") else { return nil }
        var number: String?
        var reference: String?
        var account: String?
        var channel: String?
        var population: String?
        var line: Int?
        repeat {
            guard let key = string(), take(":") else { return nil }
            switch key {
            case "number" where number == nil: number = string()
            case "id" where reference == nil: reference = string()
            case "account" where account == nil: account = string()
            case "channel" where channel == nil: channel = string()
            case "population" where population == nil: population = string()
            case "line" where line == nil:
                guard let count = count() else { return nil }
                line = count
                continue
            default: return nil
            }
            guard hasString else { return nil }
        } while take(",")
        guard take("}"), let number, !number.isEmpty else { return nil }
        return RecipientLine(
            number: number, reference: reference ?? "", account: account ?? "", channel: channel ?? "",
            population: population ?? "", line: line)
    }

    /// The last ``string()`` was one.
    private var hasString = false

    private mutating func string() -> String? {
        hasString = false
        guard take("\"") else { return nil }
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            let byte = bytes[position]
            guard (0x20..<0x7f).contains(byte), byte != UInt8(ascii: "\\") else { return nil }
            position += 1
        }
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        hasString = true
        return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
    }

    /// A whole number from 1 to 999,999,999.
    private mutating func count() -> Int? {
        skipSpace()
        var value = 0
        let start = position
        while position < bytes.count, (48...57).contains(bytes[position]) {
            value = value * 10 + Int(bytes[position] - 48)
            position += 1
            guard position - start <= 9 else { return nil }
        }
        // The parser refuses a leading zero, and reads fractions and exponents.
        guard value > 0, bytes[start] != 48, position < bytes.count, ![46, 69, 101].contains(bytes[position]) else {
            return nil
        }
        return value
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < bytes.count, UInt32(bytes[position]) == character.value else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count, bytes[position] == 32 || bytes[position] == 9 { position += 1 }
    }
}
