// SPDX-License-Identifier: GPL-3.0-or-later

/// Reads `number,behaviour,name=value,...`, one number a line; `#` comments and a header line
/// `number,behaviour` are passed over.
enum NumbersFile {
    /// Throws ``ScenarioError`` that names the line.
    static func parse(_ text: String) throws -> [String: PinnedNumber] {
        var numbers: [String: PinnedNumber] = [:]
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(trimmed)
            guard let number = fields.first, fields != [""], !number.hasPrefix("#") else { continue }
            if index == 0, number == "number" { continue }
            do {
                guard fields.count >= 2, !number.isEmpty else { throw ScenarioError("must be number,behaviour") }
                let parameters = try fields.dropFirst(2).filter { !$0.isEmpty }.map { field in
                    guard let equals = field.firstIndex(of: "=") else {
                        throw ScenarioError("\"\(field)\" must be NAME=VALUE")
                    }
                    return (String(field[..<equals]), String(field[field.index(after: equals)...]))
                }
                let pinned = try PinnedNumber.parse(behaviour: fields[1], parameters: parameters)
                guard numbers.updateValue(pinned, forKey: NumberKey.normalised(number)) == nil else {
                    throw ScenarioError("\(number) is there twice")
                }
            } catch let error as ScenarioError {
                throw ScenarioError("line \(index + 1): \(error.description)")
            }
        }
        return numbers
    }

    private static func trimmed(_ text: Substring) -> String {
        let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let last = text.lastIndex(where: { !blank($0) }) else { return "" }
        return String(text[...last].drop(while: blank))
    }
}

extension PinnedNumber {
    /// Throws ``ScenarioError``.
    static func parse(behaviour name: String, parameters: [(name: String, value: String)]) throws -> PinnedNumber {
        var pinned = PinnedNumber(try Behaviour.named(name))
        for (name, value) in parameters {
            func number<Value: Comparable>(_ range: ClosedRange<Value>, _ read: (String) -> Value?) throws -> Value {
                guard let number = read(value), range.contains(number) else {
                    throw ScenarioError(
                        "\(name)=\(value) must be a number from \(range.lowerBound) to \(range.upperBound)")
                }
                return number
            }
            switch name {
            case "ring": pinned.ringSeconds = try number(0...86_400) { Double($0) }
            case "keys":
                guard isKeySequence(value) else { throw ScenarioError("keys=\(value) must be of 0-9, *, #, A-D") }
                pinned.keys = value
            case "keys-after": pinned.keySeconds = try number(0...86_400) { Double($0) }
            case "hang-up-after": pinned.hangUpSeconds = try number(0...86_400) { Double($0) }
            case "from-attempt": pinned.fromAttempt = try number(1...1000) { Int($0) }
            case "code": pinned.code = try number(300...699) { Int($0) }
            case "cause": pinned.q850Cause = try number(0...127) { Int($0) }
            case "retry-after": pinned.retryAfterSeconds = try number(0...86_400) { Int($0) }
            default:
                throw ScenarioError(
                    "unknown parameter \"\(name.prefix(40))\"; known: ring, keys, keys-after, hang-up-after, "
                        + "from-attempt, code, cause, retry-after")
            }
        }
        if pinned.behaviour == .refuse, pinned.code == nil { throw ScenarioError("refuse needs code=") }
        return pinned
    }
}
