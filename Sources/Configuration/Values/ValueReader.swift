// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Turns the text after `=` into a value and back.
struct ValueReader<Value: Equatable> {
    var read: (String) throws(ValueError) -> Value
    /// What one would write for it, for defaults and lists of changes.
    var write: (Value) -> String

    /// Reads a value of a key that may stay without one.
    var optional: ValueReader<Value?> {
        ValueReader<Value?>(
            read: { text throws(ValueError) in try read(text) },
            write: { value in value.map(write) ?? "" })
    }
}

/// Text in a complaint: quoted, shortened.
func quoted(_ text: some StringProtocol) -> String {
    text.count > 60 ? "\"\(text.prefix(60))...\"" : "\"\(text)\""
}

extension ValueReader where Value == Bool {
    static var boolean: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                switch text.lowercased() {
                case "yes", "true", "1", "on": return true
                case "no", "false", "0", "off": return false
                default: throw ValueError("\(quoted(text)) is neither yes nor no")
                }
            },
            write: { $0 ? "yes" : "no" })
    }
}

extension ValueReader where Value: FixedWidthInteger {
    static func integer(_ range: ClosedRange<Value>) -> ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else {
                    throw ValueError("\(quoted(text)) is no whole number")
                }
                guard let value = Value(text), range.contains(value) else {
                    throw ValueError("\(quoted(text)) is out of range: \(range.lowerBound) to \(range.upperBound)")
                }
                return value
            },
            write: { "\($0)" })
    }
}

extension ValueReader where Value == Double {
    static func number(_ range: ClosedRange<Double>) -> ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                guard let value = decimal(text) else {
                    let hint = text.contains(",") ? "; the decimal sign is a point" : ""
                    throw ValueError("\(quoted(text)) is no number\(hint)")
                }
                guard range.contains(value) else {
                    let limits = "\(plain(range.lowerBound)) to \(plain(range.upperBound))"
                    throw ValueError("\(quoted(text)) is out of range: \(limits)")
                }
                return value
            },
            write: plain)
    }

    /// `12.5`, without the signs, exponents and names that Swift accepts.
    static func decimal(_ text: String) -> Double? {
        let parts = text.utf8.split(separator: 46, omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), text.utf8.count <= 24,
            parts.allSatisfy({ part in !part.isEmpty && part.allSatisfy { (48...57).contains($0) } })
        else { return nil }
        return Double(text)
    }

    static func plain(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }
}

extension ValueReader where Value == Interval {
    /// `500ms`, `1min 30s`; a number alone is seconds, as in systemd.time(7).
    static func duration(_ range: ClosedRange<Interval>) -> ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                guard let microseconds = parse(text) else {
                    throw ValueError("\(quoted(text)) is no duration: write 500ms, 30s, 5min or 1h")
                }
                guard microseconds <= Double(range.upperBound.microseconds),
                    microseconds >= Double(range.lowerBound.microseconds)
                else {
                    let limits = "\(write(range.lowerBound)) to \(write(range.upperBound))"
                    throw ValueError("\(quoted(text)) is out of range: \(limits)")
                }
                return Interval(microseconds: Int64(microseconds.rounded()))
            },
            write: write)
    }

    private static let units: [(names: Set<String>, microseconds: Double)] = [
        (["us"], 1), (["ms", "msec"], 1e3), (["", "s", "sec", "second", "seconds"], 1e6),
        (["m", "min", "minute", "minutes"], 60e6), (["h", "hr", "hour", "hours"], 3600e6),
        (["d", "day", "days"], 86_400e6),
    ]

    private static func parse(_ text: String) -> Double? {
        var rest = text[...]
        var total = 0.0
        var parts = 0
        while true {
            rest = rest.drop(while: UnitFile.isBlank)
            if rest.isEmpty { return parts > 0 ? total : nil }
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count).drop(while: UnitFile.isBlank)
            let name = String(rest.prefix { $0.isASCII && $0.isLetter })
            rest = rest.dropFirst(name.count)
            guard let number = ValueReader<Double>.decimal(String(digits)),
                let unit = units.first(where: { $0.names.contains(name) })
            else { return nil }
            total += number * unit.microseconds
            parts += 1
        }
    }

    /// `1h30min`; also in lists, so without spaces.
    static func write(_ interval: Interval) -> String {
        var rest = interval.microseconds
        var text = ""
        for (unit, size) in [("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000), ("ms", 1000), ("us", 1)]
            as [(String, Int64)] where rest >= size
        {
            text += "\(rest / size)\(unit)"
            rest %= size
        }
        return text.isEmpty ? "0" : text
    }
}

extension ValueReader where Value == Int64 {
    /// Bytes, with K, M, G or T to the base of 1024.
    static func size(_ range: ClosedRange<Int64>) -> ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                let shifts: [Character: Int64] = ["K": 10, "M": 20, "G": 30, "T": 40]
                let shift = text.last.flatMap { shifts[$0] }
                guard let number = ValueReader<Double>.decimal(shift == nil ? text : String(text.dropLast())) else {
                    throw ValueError("\(quoted(text)) is no size: write bytes, 512K, 256M or 2G")
                }
                let bytes = number * Double(Int64(1) << (shift ?? 0))
                guard bytes <= Double(range.upperBound), bytes >= Double(range.lowerBound) else {
                    let limits = "\(writeSize(range.lowerBound)) to \(writeSize(range.upperBound))"
                    throw ValueError("\(quoted(text)) is out of range: \(limits)")
                }
                return Int64(bytes)
            },
            write: writeSize)
    }

    static func writeSize(_ bytes: Int64) -> String {
        for (unit, shift) in [("T", 40), ("G", 30), ("M", 20), ("K", 10)] as [(String, Int64)]
        where bytes > 0 && bytes % (1 << shift) == 0 {
            return "\(bytes >> shift)\(unit)"
        }
        return String(bytes)
    }
}

extension ValueReader where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    static var oneOf: ValueReader {
        let names = Value.allCases.map(\.rawValue)
        return ValueReader(
            read: { text throws(ValueError) in
                if let value = Value(rawValue: text) { return value }
                let hint = Suggestion.hint(for: text, among: names)
                throw ValueError("\(quoted(text)) is none of \(names.joined(separator: ", "))\(hint)")
            },
            write: \.rawValue)
    }
}

extension ValueReader where Value == Codec {
    static var codec: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                if let codec = Codec(rawValue: text.uppercased()) { return codec }
                throw ValueError("\(quoted(text)) is none of PCMA, PCMU")
            },
            write: \.rawValue)
    }
}
