// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// One key of a section in a tariff file: how its value gets into what is being read.
struct TariffKey<Target>: Sendable {
    let name: String
    /// It may stand several times, and adds.
    var isList = false
    let assign: @Sendable (inout Target, String) throws(ValueError) -> Void
}

/// A rate while it is read.
struct RateDraft: Sendable {
    var name: String
    var prefixes: [String] = []
    var hours: WeeklyHours?
    var voice = VoicePrice()
    var perSegment = Money.zero
}

/// Every key there is in a tariff file. docs/tariffs.md explains them; a test holds both together.
enum TariffSchema {
    static let tariffKind = "Tariff"
    static let voiceKind = "Voice"
    static let smsKind = "SMS"
    static let kinds = [tariffKind, voiceKind, smsKind]

    static let tariffKeys: [TariffKey<Tariff>] = [
        TariffKey(name: "Description") { target, text throws(ValueError) in
            let text = try UnitWords.single(text)
            guard text.utf8.count <= 200 else { throw ValueError("the text is too long: at most 200 bytes") }
            target.description = text
        },
        TariffKey(name: "Trunk", isList: true) { target, text throws(ValueError) in
            target.side = .cost
            try readSubjects(text, into: &target)
        },
        TariffKey(name: "Account", isList: true) { target, text throws(ValueError) in
            target.side = .charge
            try readSubjects(text, into: &target)
        },
        TariffKey(name: "Direction") { target, text throws(ValueError) in target.direction = try oneOf(text) },
        TariffKey(name: "ValidFrom") { target, text throws(ValueError) in target.validFrom = try date(text) },
        TariffKey(name: "ValidTo") { target, text throws(ValueError) in target.validTo = try date(text) },
        TariffKey(name: "Currency") { target, text throws(ValueError) in
            guard text.utf8.count == 3, text.utf8.allSatisfy({ (65...90).contains($0) }) else {
                throw ValueError("\"\(text.prefix(20))\" is no currency: write its three letters of ISO 4217, as EUR")
            }
            target.currency = text
        },
        TariffKey(name: "VAT") { target, text throws(ValueError) in
            guard text.hasSuffix("%"), let percent = Money(decimal: text.dropLast()),
                percent.microEuros % 10_000 == 0, percent.microEuros <= 100_000_000
            else { throw ValueError("\"\(text.prefix(20))\" is no percentage: write 21%") }
            target.vatBasisPoints = Int(percent.microEuros / 10_000)
        },
        TariffKey(name: "Rounding") { target, text throws(ValueError) in target.rounding.mode = try oneOf(text) },
        TariffKey(name: "Decimals") { target, text throws(ValueError) in
            target.rounding.decimals = try number(text, 0...6)
        },
    ]

    static let voiceKeys: [TariffKey<RateDraft>] =
        commonKeys + [
            TariffKey(name: "ConnectFee") { target, text throws(ValueError) in
                target.voice.connectFee = try money(text)
            },
            TariffKey(name: "PerMinute") { target, text throws(ValueError) in
                target.voice.perMinute = try money(text)
            },
            TariffKey(name: "Increment") { target, text throws(ValueError) in
                let parts = text.split(separator: "/", omittingEmptySubsequences: false)
                guard parts.count == 2 else {
                    throw ValueError("\"\(text.prefix(20))\" are no increments: write first/next in seconds, as 60/1")
                }
                let first = try number(UnitFile.trimmed(parts[0]), 1...3600)
                let next = try number(UnitFile.trimmed(parts[1]), 1...3600)
                (target.voice.firstIncrement, target.voice.nextIncrement) = (first, next)
            },
            TariffKey(name: "MinimumDuration") { target, text throws(ValueError) in
                target.voice.minimumDuration = try number(
                    text.hasSuffix("s") ? String(text.dropLast()) : text, 0...3600)
            },
            TariffKey(name: "MinimumCharge") { target, text throws(ValueError) in
                target.voice.minimumCharge = try money(text)
            },
        ]

    static let smsKeys: [TariffKey<RateDraft>] =
        commonKeys + [
            TariffKey(name: "PerSegment") { target, text throws(ValueError) in target.perSegment = try money(text) }
        ]

    private static let commonKeys: [TariffKey<RateDraft>] = [
        TariffKey(name: "Prefix", isList: true) { target, text throws(ValueError) in
            for word in try UnitWords.split(text) {
                guard word.utf8.first == 43, (2...16).contains(word.utf8.count),
                    word.utf8.dropFirst().allSatisfy({ (48...57).contains($0) })
                else { throw ValueError("\"\(word.prefix(20))\" is no E.164 prefix: write + and digits, as in +316") }
                guard !target.prefixes.contains(word) else { throw ValueError("\(word) stands here twice") }
                target.prefixes.append(word)
            }
        },
        TariffKey(name: "Hours", isList: true) { target, text throws(ValueError) in
            var hours = target.hours ?? WeeklyHours()
            try hours.add(text)
            target.hours = hours
        },
    ]

    /// `21%`, `5.5%`
    static func write(basisPoints: Int) -> String {
        var text = "\(basisPoints / 100)"
        if basisPoints % 100 != 0 {
            let decimals = String(100 + basisPoints % 100).dropFirst()
            text += "." + (decimals.last == "0" ? decimals.dropLast() : decimals)
        }
        return text + "%"
    }

    private static func readSubjects(_ text: String, into target: inout Tariff) throws(ValueError) {
        for word in try UnitWords.split(text) where word != "*" {
            guard isIdentifier(word) else {
                throw ValueError("\"\(word.prefix(40))\" is no name; * stands for all that no other tariff names")
            }
            guard !target.subjects.contains(word) else { throw ValueError("\(word) stands here twice") }
            target.subjects.append(word)
        }
    }

    private static func date(_ text: String) throws(ValueError) -> TariffDate {
        guard let date = TariffDate(text) else {
            throw ValueError("\"\(text.prefix(20))\" is no date: write 2026-01-01")
        }
        return date
    }

    private static func money(_ text: String) throws(ValueError) -> Money {
        guard let amount = Money(decimal: text) else {
            let hint = text.contains(",") ? "; the decimal sign is a point" : ""
            throw ValueError("\"\(text.prefix(20))\" is no amount: write 0.0425, with at most six decimals\(hint)")
        }
        guard amount.microEuros <= 1_000_000_000 else { throw ValueError("more than 1000.00 is refused as a mistake") }
        return amount
    }

    private static func number(_ text: String, _ range: ClosedRange<Int>) throws(ValueError) -> Int {
        guard !text.isEmpty, text.utf8.count <= 9, text.utf8.allSatisfy({ (48...57).contains($0) }),
            let value = Int(text)
        else { throw ValueError("\"\(text.prefix(20))\" is no whole number") }
        guard range.contains(value) else {
            throw ValueError("\(value) is impossible: \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    private static func oneOf<Value>(_ text: String) throws(ValueError) -> Value
    where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
        if let value = Value(rawValue: text) { return value }
        let names = Value.allCases.map(\.rawValue)
        let hint = Suggestion.hint(for: text, among: names)
        throw ValueError("\"\(text.prefix(20))\" is none of \(names.joined(separator: ", "))\(hint)")
    }
}
