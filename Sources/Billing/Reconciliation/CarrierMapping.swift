// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Which of a carrier's columns mean what, and how its file and values are written. docs/reconciliation.md describes
/// the file that says so.
package struct CarrierMapping: Equatable, Sendable {
    /// By name in the header, or by position from 1.
    package enum Column: Equatable, Sendable {
        case name(String)
        case position(Int)
    }

    package enum DurationUnit: String, Sendable, CaseIterable {
        case seconds, milliseconds, minutes
        /// `1:02:03` or `02:03`.
        case clock
    }

    package enum AmountUnit: String, Sendable, CaseIterable {
        case euro, cent
    }

    package enum Moment: String, Sendable, CaseIterable {
        case start, answer
    }

    package enum Encoding: String, Sendable, CaseIterable {
        case utf8 = "utf-8"
        case latin1 = "latin1"
        case windows1252 = "windows-1252"
        case utf16 = "utf-16"
    }

    // [File]
    package var separator: UInt8 = 44
    package var hasDecimalComma = false
    package var hasHeader = true
    /// Lines before the header, or before the first row.
    package var skippedLines = 0
    package var encoding = Encoding.utf8

    // [Columns]
    package var number: Column?
    package var time: Column?
    /// With a date of its own: before the time, a blank between.
    package var date: Column?
    package var duration: Column?
    package var segments: Column?
    package var amount: Column?

    // [Values]
    package var timeFormat = CarrierTimeFormat.iso
    package var zone = CarrierTimeFormat.Zone.amsterdam
    package var durationUnit = DurationUnit.seconds
    package var amountUnit = AmountUnit.euro
    package var countryCode = "31"
    /// Only rows with one of these values in that column; nil: all.
    package var onlyColumn: Column?
    package var onlyValues: [String] = []

    // [Match]
    package var channel = Channel.voice
    /// Of a call: which of our times the carrier's means.
    package var moment = Moment.start
    package var tolerance = ReconciliationTolerance()

    package init() {}

    /// Reads the file; all that is wrong with it, by line.
    package static func parse(_ bytes: [UInt8], file: String) -> Result<CarrierMapping, CarrierMappingError> {
        var mapping = CarrierMapping()
        var complaints: [ConfigurationComplaint] = []
        var section = ""
        var seen: Set<String> = []
        func complain(_ location: ConfigurationLocation, _ subject: String, _ message: String) {
            complaints.append(ConfigurationComplaint(location: location, subject: subject, message: message))
        }
        for item in UnitFile.parse(bytes, file: file) {
            switch item {
            case .malformed(let message, let location): complain(location, "", message)
            case .section(let found, let location):
                section = found.name == nil && keys[found.kind] != nil ? found.kind : ""
                if section.isEmpty {
                    let hint = Suggestion.hint(for: found.kind, among: keys.keys.sorted())
                    complain(location, found.description, "unknown section\(hint)")
                }
            case .assignment(let key, let value, let location):
                guard let known = keys[section] else {
                    if section.isEmpty, seen.isEmpty { complain(location, key, "this stands in no known [Section]") }
                    continue
                }
                let subject = "[\(section)] \(key)"
                guard known.contains(key) else {
                    complain(location, subject, "unknown key\(Suggestion.hint(for: key, among: known, suffix: "="))")
                    continue
                }
                guard seen.insert(subject).inserted else {
                    complain(location, subject, "was set before")
                    continue
                }
                do throws(ValueError) {
                    try mapping.set(key, try UnitWords.single(value), words: value)
                } catch {
                    complain(location, subject, error.message)
                }
            }
        }
        let whole = ConfigurationLocation(file: file, line: 0)
        for (key, column) in [("Number", mapping.number), ("Time", mapping.time)]
        where column == nil && !seen.contains("[Columns] \(key)") {
            complain(whole, "[Columns] \(key)", "is missing")
        }
        if !mapping.hasHeader {
            for case .name(let name)? in mapping.allColumns {
                complain(whole, "[Columns]", "\"\(name)\" is a name, but the file has no header: use positions from 1")
            }
        }
        return complaints.isEmpty ? .success(mapping) : .failure(CarrierMappingError(complaints: complaints))
    }

    var allColumns: [Column?] { [number, time, date, duration, segments, amount, onlyColumn] }

    private static let keys: [String: [String]] = [
        "File": ["Separator", "Decimal", "Header", "SkipLines", "Encoding"],
        "Columns": ["Number", "Time", "Date", "Duration", "Segments", "Amount"],
        "Values": ["TimeFormat", "TimeZone", "DurationUnit", "AmountUnit", "CountryCode", "Only"],
        "Match": ["Channel", "Moment", "TimeTolerance", "DurationTolerance", "DurationStep", "AmountTolerance"],
    ]

    /// `words`: the value before quotes are taken off.
    private mutating func set(_ key: String, _ value: String, words: String) throws(ValueError) {
        switch key {
        case "Separator": separator = try Self.separator(value)
        case "Decimal": hasDecimalComma = try Self.choice(value, ["comma": true, "point": false])
        case "Header": hasHeader = try Self.choice(value, ["yes": true, "no": false])
        case "SkipLines": skippedLines = try Self.integer(value, 0...1000)
        case "Encoding": encoding = try Self.word(value.lowercased())
        case "Number": number = try Self.column(value)
        case "Time": time = try Self.column(value)
        case "Date": date = try Self.column(value)
        case "Duration": duration = try Self.column(value)
        case "Segments": segments = try Self.column(value)
        case "Amount": amount = try Self.column(value)
        case "TimeFormat": timeFormat = try CarrierTimeFormat(value)
        case "TimeZone": zone = try CarrierTimeFormat.Zone(value)
        case "DurationUnit": durationUnit = try Self.word(value)
        case "AmountUnit": amountUnit = try Self.word(value)
        case "CountryCode": countryCode = String(try Self.integer(value, 1...999))
        case "Only":
            let parts = try UnitWords.split(words)
            guard let column = parts.first, parts.count >= 2 else {
                throw ValueError("write the column and then the values that count, such as Type VOICE")
            }
            onlyColumn = try Self.column(column)
            onlyValues = Array(parts.dropFirst())
        case "Channel": channel = try Self.word(value)
        case "Moment": moment = try Self.word(value)
        case "TimeTolerance": tolerance.time = .milliseconds(try Self.milliseconds(value, most: 3_600_000))
        case "DurationTolerance": tolerance.milliseconds = try Self.milliseconds(value, most: 3_600_000)
        case "DurationStep": tolerance.durationStep = try Self.milliseconds(value, most: 3_600_000)
        case "AmountTolerance":
            guard let amount = CarrierDecimal.read(value.utf8, digits: 6, decimalComma: false), amount >= 0 else {
                throw ValueError("\"\(value)\" is no amount in EUR, such as 0.005")
            }
            tolerance.amount = Money(microEuros: amount)
        default: break
        }
    }
}

/// All that is wrong with a mapping.
package struct CarrierMappingError: Error, Equatable, Sendable, CustomStringConvertible {
    package var complaints: [ConfigurationComplaint]
    package var description: String { complaints.map(\.description).joined(separator: "\n") }
}

// Values of keys.
extension CarrierMapping {
    private static func separator(_ text: String) throws(ValueError) -> UInt8 {
        let names: [String: UInt8] = ["comma": 44, "semicolon": 59, "tab": 9, "pipe": 124]
        if let byte = names[text] { return byte }
        let signs: [String: UInt8] = [",": 44, ";": 59, "|": 124]
        if let byte = signs[text] { return byte }
        throw ValueError("\"\(text)\" is none of comma, semicolon, tab, pipe")
    }

    private static func choice(_ text: String, _ words: [String: Bool]) throws(ValueError) -> Bool {
        if let value = words[text] { return value }
        throw ValueError("\"\(text)\" is neither \(words.keys.sorted().reversed().joined(separator: " nor "))")
    }

    private static func word<Word: RawRepresentable & CaseIterable>(_ text: String) throws(ValueError) -> Word
    where Word.RawValue == String {
        if let word = Word(rawValue: text) { return word }
        let names = Word.allCases.map(\.rawValue)
        let hint = Suggestion.hint(for: text, among: names)
        throw ValueError("\"\(text)\" is none of \(names.joined(separator: ", "))\(hint)")
    }

    private static func integer(_ text: String, _ range: ClosedRange<Int>) throws(ValueError) -> Int {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text),
            range.contains(number)
        else { throw ValueError("\"\(text)\" is no whole number from \(range.lowerBound) to \(range.upperBound)") }
        return number
    }

    /// A name, or a position as `3` or `#3`.
    private static func column(_ text: String) throws(ValueError) -> Column {
        guard !text.isEmpty else { throw ValueError("the column is missing") }
        let digits = text.hasPrefix("#") ? text.dropFirst() : text[...]
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }), !digits.isEmpty else { return .name(text) }
        return .position(try integer(String(digits), 1...1000))
    }

    /// `30s`, `500ms`, `2min`, or seconds.
    private static func milliseconds(_ text: String, most: Int64) throws(ValueError) -> Int64 {
        let units: [(String, Int64)] = [("ms", 1), ("min", 60_000), ("s", 1000), ("", 1000)]
        for (unit, factor) in units where text.hasSuffix(unit) {
            let digits = text.dropLast(unit.utf8.count)
            guard !digits.isEmpty, digits.utf8.count <= 9, digits.utf8.allSatisfy({ (48...57).contains($0) }),
                let number = Int64(digits)
            else { continue }
            guard number * factor <= most else { throw ValueError("\"\(text)\" is more than an hour") }
            return number * factor
        }
        throw ValueError("\"\(text)\" is no duration: write 500ms, 30s or 2min")
    }
}
