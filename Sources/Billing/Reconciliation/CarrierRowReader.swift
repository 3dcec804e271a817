// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Turns the records of a carrier's file, in UTF-8 and one at a time, into calls.
package struct CarrierRowReader: Sendable {
    /// What a record was.
    package enum Row: Equatable, Sendable {
        case call(CarrierCall)
        /// A header, a blank line, or a row that does not count.
        case passedOver
    }

    private struct Positions: Equatable, Sendable {
        var number = 0
        var time = 0
        var date: Int?
        var duration: Int?
        var segments: Int?
        var amount: Int?
        var only: Int?
    }

    private let mapping: CarrierMapping
    private let plan: NumberingPlan
    private let isMeant: Set<String>
    private var positions: Positions?

    package init(mapping: CarrierMapping) {
        self.mapping = mapping
        // What the carrier bills was dialled, so every number is taken as it is.
        plan = NumberingPlan(countryCode: mapping.countryCode, allowed: ["+"], refused: [])
        isMeant = Set(mapping.onlyValues)
    }

    /// The header was understood; until then nothing can be read.
    package var isReady: Bool { positions != nil }

    /// The fields of a record; what is wrong with it is thrown, for its line.
    package mutating func read(_ fields: [[UInt8]], line: Int) throws(ValueError) -> Row {
        guard line > mapping.skippedLines, fields.contains(where: { !$0.isEmpty }) else { return .passedOver }
        guard let positions else {
            // What stands in a column that nobody reads does not matter, in which encoding it may be.
            positions = try find(mapping.hasHeader ? fields.map { trimmed(String(decoding: $0, as: UTF8.self)) } : nil)
            return mapping.hasHeader ? .passedOver : try read(fields, line: line)
        }
        if let only = positions.only, !isMeant.contains(try field(fields, only)) { return .passedOver }
        let number = try self.number(try field(fields, positions.number))
        var time = try field(fields, positions.time)
        if let date = positions.date { time = "\(try field(fields, date)) \(time)" }
        guard let moment = mapping.timeFormat.read(time, zone: mapping.zone) else {
            throw ValueError("\"\(time)\" is no time of the format in the mapping")
        }
        var call = CarrierCall(line: line, number: number, time: moment.time, otherTime: moment.other)
        if let position = positions.duration { call.milliseconds = try duration(try field(fields, position)) }
        if let position = positions.segments {
            call.segments = Int(try decimal(try field(fields, position), digits: 0, "number of segments"))
        }
        if let position = positions.amount {
            let amount = try decimal(try field(fields, position), digits: 6, "amount")
            switch mapping.amountUnit {
            case .euro: call.amount = Money(microEuros: amount)
            case .cent: call.amount = Money(microEuros: rounded(amount, 100))
            }
        }
        return .call(call)
    }

    /// Where the columns are; `names`: the header.
    private func find(_ names: [String]?) throws(ValueError) -> Positions {
        func position(_ column: CarrierMapping.Column?) throws(ValueError) -> Int? {
            switch column {
            case nil: return nil
            case .position(let position)?: return position - 1
            case .name(let name)?:
                let wanted = name.lowercased()
                guard let index = names?.firstIndex(where: { $0.lowercased() == wanted }) else {
                    let isOther = names?.contains { $0.unicodeScalars.contains("\u{FFFD}") } ?? false
                    let hint = isOther ? "; \(Self.notUTF8)" : Suggestion.hint(for: name, among: names ?? [])
                    throw ValueError("the file has no column \"\(name)\"\(hint)")
                }
                return index
            }
        }
        return Positions(
            number: try position(mapping.number) ?? 0, time: try position(mapping.time) ?? 0,
            date: try position(mapping.date), duration: try position(mapping.duration),
            segments: try position(mapping.segments), amount: try position(mapping.amount),
            only: try position(mapping.onlyColumn))
    }

    private func field(_ fields: [[UInt8]], _ position: Int) throws(ValueError) -> String {
        guard fields.indices.contains(position) else {
            throw ValueError("the row has \(fields.count) columns, column \(position + 1) is needed")
        }
        guard let text = String(validating: fields[position], as: UTF8.self) else {
            throw ValueError("column \(position + 1) cannot be read: \(Self.notUTF8)")
        }
        return trimmed(text)
    }

    private func trimmed(_ text: String) -> String { UnitFile.trimmed(text) }

    private static let notUTF8 = "the file is not UTF-8, try [File] Encoding=windows-1252"

    private func number(_ text: String) throws(ValueError) -> UInt64 {
        // Without + and without 0 in front it begins with the country.
        let first = text.unicodeScalars.first { $0 == "+" || ("0"..."9").contains($0) }
        let isBare = first != nil && first != "+" && first != "0"
        do throws(PhoneNumberError) {
            let number = try plan.parse(isBare ? "+" + text.drop { $0 == "'" } : text)
            return UInt64(number.e164.dropFirst()) ?? 0
        } catch {
            throw ValueError("the number: \(error.description)")
        }
    }

    private func decimal(_ text: String, digits: Int, _ what: String) throws(ValueError) -> Int64 {
        let value = CarrierDecimal.read(text.utf8, digits: digits, decimalComma: mapping.hasDecimalComma)
        if let value { return value }
        let other = CarrierDecimal.read(text.utf8, digits: digits, decimalComma: !mapping.hasDecimalComma)
        guard other != nil else { throw ValueError("\"\(text)\" is no \(what)") }
        let sign = mapping.hasDecimalComma ? "comma" : "point"
        throw ValueError("\"\(text)\" is no \(what) with a decimal \(sign): is [File] Decimal=\(sign) right?")
    }

    private func duration(_ text: String) throws(ValueError) -> Int64 {
        switch mapping.durationUnit {
        case .seconds: return try decimal(text, digits: 3, "duration")
        case .milliseconds: return try decimal(text, digits: 0, "duration")
        case .minutes: return rounded(try decimal(text, digits: 6, "duration") * 60, 1000)
        case .clock:
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard (2...3).contains(parts.count) else { throw ValueError("\"\(text)\" is no duration such as 0:01:30") }
            var seconds: Int64 = 0
            for part in parts { seconds = seconds * 60 + (try decimal(String(part), digits: 0, "duration")) }
            return seconds * 1000
        }
    }
}
