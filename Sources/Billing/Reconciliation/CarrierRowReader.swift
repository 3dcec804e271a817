// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Turns the records of a carrier's file, one at a time, into calls.
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
            positions = try find(mapping.hasHeader ? fields.map(text) : nil)
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
                    let hint = Suggestion.hint(for: name, among: names ?? [])
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
        return text(fields[position])
    }

    private func text(_ bytes: [UInt8]) -> String {
        var bytes = bytes[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        switch mapping.encoding {
        case .utf8: return UnitFile.trimmed(String(decoding: bytes, as: UTF8.self))
        case .latin1: return UnitFile.trimmed(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })))
        }
    }

    private func number(_ text: String) throws(ValueError) -> UInt64 {
        // Without + and without 0 in front it begins with the country.
        let isBare = text.first.map { $0 != "+" && $0 != "0" && $0.isASCII && $0.isNumber } ?? false
        do throws(PhoneNumberError) {
            let number = try plan.parse(isBare ? "+" + text : text)
            return UInt64(number.e164.dropFirst()) ?? 0
        } catch {
            throw ValueError("the number: \(error.description)")
        }
    }

    private func decimal(_ text: String, digits: Int, _ what: String) throws(ValueError) -> Int64 {
        let value = CarrierDecimal.read(text.utf8, digits: digits, decimalComma: mapping.hasDecimalComma)
        guard let value else { throw ValueError("\"\(text)\" is no \(what)") }
        return value
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
