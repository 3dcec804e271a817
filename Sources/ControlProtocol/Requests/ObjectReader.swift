// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Takes the members of one object by name and says what is wrong with them by their path.
struct ObjectReader {
    let path: String
    private var members: [String: JSONValue] = [:]
    /// Code of values that have the right type and are still not allowed.
    var valueCode = ErrorCode.invalidValue

    /// Throws when the value is no object, or has a key that is not among the known ones.
    init(_ value: JSONValue, path: String, keys: [String]) throws(ProtocolError) {
        self.path = path
        guard case .object(let list) = value else {
            throw ProtocolError(
                .wrongType, path.isEmpty ? "a request is an object: {...}" : "\"\(path)\" must be an object",
                field: path.isEmpty ? nil : path)
        }
        for member in list {
            guard keys.contains(member.key) else {
                let name = join(excerpt(member.key))
                let hint = closest(to: member.key, in: keys).map { "; did you mean \"\($0)\"?" } ?? ""
                throw ProtocolError(.unknownKey, "unknown key \"\(name)\"\(hint)", field: name)
            }
            members[member.key] = member.value
        }
    }

    func join(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// Whether the key is there; null counts as left out.
    func has(_ key: String) -> Bool { optional(key) != nil }

    func optional(_ key: String) -> JSONValue? {
        guard let value = members[key], value != .null else { return nil }
        return value
    }

    func required(_ key: String) throws(ProtocolError) -> JSONValue {
        guard let value = members[key] else {
            throw ProtocolError(.missingKey, "\"\(join(key))\" is missing", field: join(key))
        }
        return value
    }

    func wrongType(_ key: String, _ expected: String, _ found: JSONValue) -> ProtocolError {
        ProtocolError(.wrongType, "\"\(join(key))\" must be \(expected), not \(found.typeName)", field: join(key))
    }

    /// `"action.plays" must be 1 to 5, not 9`.
    func notAllowed(_ key: String, _ text: String) -> ProtocolError {
        ProtocolError(valueCode, "\"\(join(key))\" \(text)", field: join(key))
    }

    // MARK: - Typed members

    func string(_ key: String) throws(ProtocolError) -> String {
        let value = try required(key)
        guard case .string(let text) = value else { throw wrongType(key, "a string", value) }
        return text
    }

    func optionalString(_ key: String) throws(ProtocolError) -> String? {
        has(key) ? try string(key) : nil
    }

    /// A text of one line, as it is shown on screens: bounded and without control characters.
    func line(_ key: String, maximum: Int) throws(ProtocolError) -> String? {
        guard let text = try optionalString(key) else { return nil }
        try check(text, key, maximum: maximum, allowsNewlines: false)
        return text
    }

    func check(_ text: String, _ key: String, maximum: Int, allowsNewlines: Bool) throws(ProtocolError) {
        let count = text.unicodeScalars.count
        guard count <= maximum else {
            throw notAllowed(key, "is \(count) characters long; at most \(maximum) are allowed")
        }
        for scalar in text.unicodeScalars where isControl(scalar) {
            if allowsNewlines, scalar == "\n" || scalar == "\r" || scalar == "\t" { continue }
            throw notAllowed(key, "contains the control character U+\(fourDigits(scalar))")
        }
    }

    private func fourDigits(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    func flag(_ key: String, default fallback: Bool) throws(ProtocolError) -> Bool {
        guard let value = optional(key) else { return fallback }
        guard case .bool(let flag) = value else { throw wrongType(key, "true or false", value) }
        return flag
    }

    /// A member that says something by being there: `"commit": true`.
    func mark(_ key: String) throws(ProtocolError) {
        guard try flag(key, default: false) else { throw notAllowed(key, "must be true") }
    }

    func integer(_ key: String, _ range: ClosedRange<Int>, unit: String = "") throws(ProtocolError) -> Int? {
        guard let value = optional(key) else { return nil }
        let number: Int
        switch value {
        case .integer(let whole): number = whole
        case .number(let fraction):
            guard let whole = Int(exactly: fraction) else {
                throw ProtocolError(
                    .wrongType, "\"\(join(key))\" must be a whole number, not \(fraction)", field: join(key))
            }
            number = whole
        case .null, .bool, .string, .array, .object: throw wrongType(key, "a whole number", value)
        }
        guard range.contains(number) else {
            let measure = unit.isEmpty ? "" : " \(unit)"
            throw notAllowed(key, "must be \(range.lowerBound) to \(range.upperBound)\(measure), not \(number)")
        }
        return number
    }

    func word<Word: Vocabulary>(_ key: String, _: Word.Type) throws(ProtocolError) -> Word? {
        guard let text = try optionalString(key) else { return nil }
        guard let word = Word(word: text) else {
            throw notAllowed(key, "must be \(Word.alternatives), not \"\(excerpt(text))\"")
        }
        return word
    }

    func actionID(_ key: String) throws(ProtocolError) -> ActionID {
        let text = try string(key)
        do {
            return try ActionID(text)
        } catch {
            throw notAllowed(key, "\"\(excerpt(text))\" is not valid: \(identifierRule)")
        }
    }

    func optionalActionID(_ key: String) throws(ProtocolError) -> ActionID? {
        has(key) ? try actionID(key) : nil
    }

    /// A name that ``isIdentifier(_:)`` allows.
    func identifier(_ key: String) throws(ProtocolError) -> String? {
        guard let text = try optionalString(key) else { return nil }
        guard isIdentifier(text) else {
            throw notAllowed(key, "\"\(excerpt(text))\" is not valid: \(identifierRule)")
        }
        return text
    }

    /// A list of names, each once; empty when there is none.
    func identifiers(_ key: String, maximum: Int) throws(ProtocolError) -> [String] {
        guard let value = optional(key) else { return [] }
        guard case .array(let items) = value else { throw wrongType(key, "a list", value) }
        guard items.count <= maximum else {
            throw notAllowed(key, "has \(items.count) names; at most \(maximum) are allowed")
        }
        var names: [String] = []
        for item in items {
            guard case .string(let name) = item else { throw wrongType(key, "names", item) }
            guard isIdentifier(name) else {
                throw notAllowed(key, "\"\(excerpt(name))\" is not valid: \(identifierRule)")
            }
            guard !names.contains(name) else { throw notAllowed(key, "has \"\(name)\" twice") }
            names.append(name)
        }
        return names
    }

    private var identifierRule: String {
        "use 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit"
    }

    /// A point in time that says its zone: a local time without one would silently be taken for UTC.
    func time(_ key: String) throws(ProtocolError) -> Timestamp? {
        guard let text = try optionalString(key) else { return nil }
        guard let time = Timestamp(iso8601: text) else {
            throw notAllowed(
                key, "must be a time such as 2026-11-24T13:30:00+01:00 (ISO 8601), not \"\(excerpt(text))\"")
        }
        let clock = text.utf8.dropFirst(10)
        let hasZone = clock.contains { $0 == UInt8(ascii: "Z") || $0 == UInt8(ascii: "z") || $0 == 43 || $0 == 45 }
        guard hasZone else { throw notAllowed(key, "must end with its time zone: Z for UTC, or such as +01:00") }
        return time
    }
}

extension Vocabulary {
    /// `"life-threat", "urgent" or "normal"`.
    static var alternatives: String { quoted(lastBefore: "or") }

    /// Each in quotes, this before the last one.
    static func quoted(lastBefore conjunction: String) -> String {
        let quoted = words.map { "\"\($0)\"" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.joined() }
        return quoted.dropLast().joined(separator: ", ") + " \(conjunction) " + last
    }
}
