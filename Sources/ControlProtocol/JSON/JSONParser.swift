// SPDX-License-Identifier: GPL-3.0-or-later

/// Why a text is not JSON, and where. Line and column count from 1; the column counts bytes.
struct JSONSyntaxError: Error, Equatable {
    enum Kind { case syntax, tooDeep, notUTF8 }
    var kind: Kind
    var reason: String
    var line: Int
    var column: Int

    var place: String { line == 1 ? "column \(column)" : "line \(line), column \(column)" }
}

/// RFC 8259, strictly: no comments, no trailing commas, no key twice in one object. Bounded nesting.
///
/// Foundation's decoders are not used for what comes in: they pass over unknown and repeated keys, and
/// their errors are not fit for an operator.
struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0
    private let maximumDepth: Int

    private init(_ bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    /// The single value that the bytes hold.
    static func parse(_ bytes: [UInt8], maximumDepth: Int) throws(JSONSyntaxError) -> JSONValue {
        var parser = JSONParser(bytes, maximumDepth: maximumDepth)
        if let bad = firstInvalidUTF8(in: bytes) {
            parser.position = bad
            throw parser.failure("the byte 0x\(hexadecimalByte(bytes[bad])) is not UTF-8", kind: .notUTF8)
        }
        let value = try parser.value(depth: 1)
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.failure("there is more after the end of the value") }
        return value
    }

    private func failure(_ reason: String, kind: JSONSyntaxError.Kind = .syntax) -> JSONSyntaxError {
        let before = bytes[..<min(position, bytes.count)]
        let line = before.reduce(1) { $1 == 10 ? $0 + 1 : $0 }
        let start = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
        return JSONSyntaxError(kind: kind, reason: reason, line: line, column: before.count - start + 1)
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = current, byte == 32 || byte == 10 || byte == 13 || byte == 9 { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let byte = current, UInt32(byte) == character.value else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        skipSpace()
        guard let byte = current else { throw failure("the text ends where a value was expected") }
        switch byte {
        case UInt8(ascii: "{"):
            guard depth <= maximumDepth else { throw tooDeep() }
            return try object(depth: depth)
        case UInt8(ascii: "["):
            guard depth <= maximumDepth else { throw tooDeep() }
            return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw failure("a value cannot start with \(shown(byte))")
        }
    }

    private func tooDeep() -> JSONSyntaxError {
        failure("lists and objects are nested more than \(maximumDepth) deep", kind: .tooDeep)
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else {
            throw failure("a value cannot start with \(shown(bytes[position]))")
        }
        position += word.utf8.count
        return value
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        position += 1
        var members: [JSONMember] = []
        var keys: Set<String> = []
        skipSpace()
        if take("}") { return .object([]) }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw failure("a key in double quotes was expected") }
            let start = position
            let key = try string()
            guard keys.insert(key).inserted else {
                position = start
                throw failure("the key \"\(key)\" is there twice")
            }
            skipSpace()
            guard take(":") else { throw failure("a \":\" was expected after the key \"\(key)\"") }
            members.append(JSONMember(key, try value(depth: depth + 1)))
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw failure("a \",\" or \"}\" was expected") }
        }
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        position += 1
        var items: [JSONValue] = []
        skipSpace()
        if take("]") { return .array([]) }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            if take("]") { return .array(items) }
            guard take(",") else { throw failure("a \",\" or \"]\" was expected") }
        }
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        let start = position
        position += 1
        var text: [UInt8] = []
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &text)
            case 0..<0x20:
                throw failure("the control character 0x\(hexadecimalByte(byte)) in a string must be escaped")
            default:
                text.append(byte)
                position += 1
            }
        }
        position = start
        throw failure("this string has no end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONSyntaxError) {
        guard let byte = current else { throw failure("the text ends within a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "u"): text += Array(String(Character(try unicodeEscape())).utf8)
        default:
            position -= 1
            throw failure("\"\\\(shown(byte, quoted: false))\" is no escape in JSON")
        }
    }

    private mutating func unicodeEscape() throws(JSONSyntaxError) -> Unicode.Scalar {
        let high = try fourDigits()
        if let scalar = Unicode.Scalar(high) { return scalar }
        // A character beyond U+FFFF is written as a pair of surrogates.
        guard (0xd800..<0xdc00).contains(high), take("\\"), take("u") else {
            throw failure("half a surrogate pair")
        }
        let low = try fourDigits()
        guard (0xdc00..<0xe000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00))
        else { throw failure("half a surrogate pair") }
        return scalar
    }

    private mutating func fourDigits() throws(JSONSyntaxError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("four hexadecimal digits were expected after \"\\u\"")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private mutating func digits() -> Bool {
        let start = position
        while let byte = current, (48...57).contains(byte) { position += 1 }
        return position > start
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = position
        var isWhole = true
        _ = take("-")
        let leadsWithZero = current == 48
        let first = position
        guard digits() else { throw failure("a digit was expected") }
        if leadsWithZero, position - first > 1 {
            position = first
            throw failure("a number cannot start with 0; if it is a text, put it in double quotes")
        }
        if take(".") {
            isWhole = false
            guard digits() else { throw failure("a digit was expected") }
        }
        if take("e") || take("E") {
            isWhole = false
            if !take("+") { _ = take("-") }
            guard digits() else { throw failure("a digit was expected") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else {
            position = start
            throw failure("the number \(text.prefix(40)) is too large")
        }
        return .number(value)
    }

    private func shown(_ byte: UInt8, quoted: Bool = true) -> String {
        guard (0x21...0x7e).contains(byte) else { return "the byte 0x\(hexadecimalByte(byte))" }
        let character = String(Character(Unicode.Scalar(byte)))
        return quoted ? "'\(character)'" : character
    }
}
