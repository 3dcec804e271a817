// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// Any JSON value; unlike `JSONSerialization`'s, it tells `true` from `1`.
enum JSONValue: Decodable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }
}

extension JSONValue {
    /// Throws ``ScenarioError`` with the line at which this stops being JSON.
    static func read(_ data: Data) throws -> JSONValue {
        do {
            return try JSONDecoder().decode(JSONValue.self, from: data)
        } catch {
            throw ScenarioError("not valid JSON: line \(line(ofFaultIn: data))")
        }
    }

    /// The decoder does not say where; the older reader does, by the octet. Without one it is the end.
    private static func line(ofFaultIn data: Data) -> Int {
        var before = data[...]
        do {
            _ = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
        } catch {
            let text = (error as NSError).userInfo["NSDebugDescription"] as? String ?? ""
            if let match = text.firstMatch(of: /around character (\d+)/), let position = Int(match.1) {
                before = data.prefix(position)
            }
        }
        return 1 + before.count { $0 == UInt8(ascii: "\n") }
    }
}

/// Takes the members of an object one by one, and complains about what is left over.
struct JSONObjectReader {
    private var rest: [String: JSONValue]
    private var problems: [String] = []

    init(_ members: [String: JSONValue]) { rest = members }

    /// Throws ``ScenarioError`` with one line per problem.
    mutating func finish() throws {
        problems += rest.keys.sorted().map { "unknown key \"\($0)\"" }
        guard problems.isEmpty else { throw ScenarioError(problems.joined(separator: "\n")) }
    }

    mutating func number(_ key: String, _ store: (Double) -> Void) {
        take(key, expected: "a number") { value in
            guard case .number(let number) = value else { return false }
            store(number)
            return true
        }
    }

    mutating func integer(_ key: String, _ store: (Int) -> Void) {
        take(key, expected: "a whole number") { value in
            guard case .number(let number) = value, let integer = Int(exactly: number) else { return false }
            store(integer)
            return true
        }
    }

    mutating func bool(_ key: String, _ store: (Bool) -> Void) {
        take(key, expected: "true or false") { value in
            guard case .bool(let bool) = value else { return false }
            store(bool)
            return true
        }
    }

    mutating func strings(_ key: String, _ store: ([String]) -> Void) {
        take(key, expected: "an array of texts") { value in
            guard case .array(let elements) = value else { return false }
            let strings = elements.compactMap { element in
                if case .string(let text) = element { text } else { nil }
            }
            guard strings.count == elements.count else { return false }
            store(strings)
            return true
        }
    }

    /// One number, or an array of the lowest and the highest.
    mutating func range(_ key: String, _ store: (ClosedRange<Double>) -> Void) {
        take(key, expected: "a number or [lowest, highest]") { value in
            switch value {
            case .number(let number):
                store(number...number)
                return true
            case .array(let elements):
                guard elements.count == 2, case .number(let lower) = elements[0], case .number(let upper) = elements[1],
                    lower <= upper
                else { return false }
                store(lower...upper)
                return true
            case .null, .bool, .string, .object: return false
            }
        }
    }

    mutating func integerRange(_ key: String, _ store: (ClosedRange<Int>) -> Void) {
        var found: ClosedRange<Double>?
        range(key) { found = $0 }
        guard let found else { return }
        guard let lower = Int(exactly: found.lowerBound), let upper = Int(exactly: found.upperBound) else {
            problems.append("\"\(key)\" must be whole numbers")
            return
        }
        store(lower...upper)
    }

    mutating func object(_ key: String, _ store: ([String: JSONValue]) throws -> Void) {
        take(key, expected: "an object") { value in
            guard case .object(let members) = value else { return false }
            try store(members)
            return true
        }
    }

    private mutating func take(_ key: String, expected: String, _ accept: (JSONValue) throws -> Bool) {
        guard let value = rest.removeValue(forKey: key) else { return }
        do {
            if try !accept(value) { problems.append("\"\(key)\" must be \(expected)") }
        } catch {
            problems.append("\"\(key)\": \(error)")
        }
    }
}
