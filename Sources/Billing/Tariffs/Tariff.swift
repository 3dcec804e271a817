// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What is charged for what, as one file section `[Tariff NAME]` and the rates below it say. docs/tariffs.md explains it.
public struct Tariff: Equatable, Sendable {
    /// Whether it says what we pay or what we are paid.
    public enum Side: String, Sendable, CaseIterable {
        /// What the carrier charges us, by trunk or SMSC.
        case cost
        /// What an account is charged.
        case charge
    }

    public enum Direction: String, Sendable, CaseIterable {
        case outgoing
        case incoming
    }

    public var name: String
    public var description = ""
    public var side = Side.charge
    /// Trunks and SMSCs, or accounts; empty: all that no other tariff names.
    public var subjects: [String] = []
    public var direction = Direction.outgoing
    /// Its first day.
    public var validFrom: TariffDate
    /// Its last day; nil: until a later version of the same name.
    public var validTo: TariffDate?
    /// ISO 4217.
    public var currency = "EUR"
    /// Hundredths of a percent.
    public var vatBasisPoints = 2100
    public var rounding = Rounding()
    public var rates: [Rate] = []

    public init(name: String, validFrom: TariffDate) {
        self.name = name
        self.validFrom = validFrom
    }

    /// Other content is another version, also with the same dates: `kpn-voice@2026-01-01/3f2a91c0`.
    public var version: String {
        "\(name)@\(validFrom)/\(hexadecimal(Array(SHA256.hash(text.utf8).prefix(4))))"
    }
}

/// The one point at which the exact amount of a record becomes money.
public struct Rounding: Equatable, Sendable, CustomStringConvertible {
    public enum Mode: String, Sendable, CaseIterable {
        case up
        case halfUp = "half-up"
        case halfEven = "half-even"
        case down
    }

    public var mode: Mode
    /// 0 to 6.
    public var decimals: Int

    public init(mode: Mode = .halfUp, decimals: Int = 6) {
        self.mode = mode
        self.decimals = decimals
    }

    /// `sixtieths`: of a micro-euro, since prices are by the minute and billed by the second; not negative.
    public func round(sixtieths: Int64) -> Money {
        var step: Int64 = 60
        for _ in decimals..<6 { step *= 10 }
        let (quotient, rest) = sixtieths.quotientAndRemainder(dividingBy: step)
        let isUp =
            switch mode {
            case .up: rest > 0
            case .halfUp: rest * 2 >= step
            case .halfEven: rest * 2 > step || rest * 2 == step && quotient % 2 != 0
            case .down: false
            }
        return Money(microEuros: (quotient + (isUp ? 1 : 0)) * (step / 60))
    }

    /// `half-up to 4 decimals`
    public var description: String { "\(mode.rawValue) to \(decimals) decimals" }
}

/// One price: for which numbers, when in the week, how much.
public struct Rate: Equatable, Sendable {
    public var name: String
    /// `+31` and longer; the longest that matches counts.
    public var prefixes: [String]
    /// nil: whenever no other rate of the same prefix has its hours.
    public var hours: WeeklyHours?
    public var price: Price

    public init(name: String, prefixes: [String], hours: WeeklyHours? = nil, price: Price) {
        self.name = name
        self.prefixes = prefixes
        self.hours = hours
        self.price = price
    }
}

public enum Price: Equatable, Sendable {
    case voice(VoicePrice)
    case sms(perSegment: Money)
}

public struct VoicePrice: Equatable, Sendable {
    /// Due with the answer.
    public var connectFee = Money.zero
    public var perMinute = Money.zero
    /// Seconds, at least 1: `60/1` is 60 and 1.
    public var firstIncrement = 60
    public var nextIncrement = 60
    /// A shorter call counts as this long; seconds.
    public var minimumDuration = 0
    /// Connect fee and time come to this at least.
    public var minimumCharge = Money.zero

    public init() {}
}

/// A day of the Dutch calendar.
public struct TariffDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// `2026-01-01`
    public let description: String
    /// Its midnight in the Netherlands.
    public let start: Timestamp
    /// The midnight that ends it.
    public let end: Timestamp

    public init?(_ text: String) {
        guard text.utf8.count == 10, let day = Timestamp(iso8601: text), text.utf8.first == 49 || text.utf8.first == 50
        else { return nil }
        description = text
        start = Self.midnight(day)
        end = Self.midnight(day + .microseconds(86_400_000_000))
    }

    /// The one in which that moment lies.
    public init(containing time: Timestamp) {
        let local = DutchTime(time)
        description = String("\(local)".prefix(10))
        start = DutchTime(year: local.year, month: local.month, day: local.day).timestamp()
        end = Self.midnight(start + .microseconds(36 * 3_600_000_000) + DutchTime.offset(at: start))
    }

    /// Of the day on which it is that time in UTC.
    private static func midnight(_ utc: Timestamp) -> Timestamp {
        // Noon in UTC is afternoon of the same day in the Netherlands.
        let day = utc.microseconds / 86_400_000_000
        let noon = DutchTime(Timestamp(microseconds: day * 86_400_000_000 + 43_200_000_000))
        return DutchTime(year: noon.year, month: noon.month, day: noon.day).timestamp()
    }

    public static func < (left: TariffDate, right: TariffDate) -> Bool { left.start < right.start }
}
