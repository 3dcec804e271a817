// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What is charged for what, as one file section `[Tariff NAME]` and the rates below it say. docs/tariffs.md explains it.
package struct Tariff: Equatable, Sendable {
    /// Whether it says what we pay or what we are paid.
    package enum Side: String, Sendable, CaseIterable {
        /// What the carrier charges us, by trunk or SMSC.
        case cost
        /// What an account is charged.
        case charge
    }

    package enum Direction: String, Sendable, CaseIterable {
        case outgoing
        case incoming
    }

    package var name: String
    package var description = ""
    package var side = Side.charge
    /// Trunks and SMSCs, or accounts; empty: all that no other tariff names.
    package var subjects: [String] = []
    package var direction = Direction.outgoing
    /// Its first day.
    package var validFrom: TariffDate
    /// Its last day; nil: until a later version of the same name.
    package var validTo: TariffDate?
    /// ISO 4217.
    package var currency = "EUR"
    /// Hundredths of a percent.
    package var vatBasisPoints = 2100
    package var rounding = Rounding()
    package var rates: [Rate] = []

    package init(name: String, validFrom: TariffDate) {
        self.name = name
        self.validFrom = validFrom
    }

    /// Other content is another version, also with the same dates: `kpn-voice@2026-01-01/3f2a91c0`.
    package var version: String {
        "\(name)@\(validFrom)/\(hexadecimal(Array(SHA256.hash(text.utf8).prefix(4))))"
    }
}

/// The one point at which the exact amount of a record becomes money.
package struct Rounding: Equatable, Sendable, CustomStringConvertible {
    package enum Mode: String, Sendable, CaseIterable {
        case up
        case halfUp = "half-up"
        case halfEven = "half-even"
        case down
    }

    package var mode: Mode
    /// 0 to 6.
    package var decimals: Int

    package init(mode: Mode = .halfUp, decimals: Int = 6) {
        self.mode = mode
        self.decimals = decimals
    }

    /// `sixtieths`: of a micro-euro, since prices are by the minute and billed by the second; not negative.
    package func round(sixtieths: Int64) -> Money {
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
    package var description: String { "\(mode.rawValue) to \(decimals) decimals" }
}

/// One price: for which numbers, when in the week, how much.
package struct Rate: Equatable, Sendable {
    package var name: String
    /// `+31` and longer; the longest that matches counts.
    package var prefixes: [String]
    /// nil: whenever no other rate of the same prefix has its hours.
    package var hours: WeeklyHours?
    package var price: Price

    package init(name: String, prefixes: [String], hours: WeeklyHours? = nil, price: Price) {
        self.name = name
        self.prefixes = prefixes
        self.hours = hours
        self.price = price
    }
}

package enum Price: Equatable, Sendable {
    case voice(VoicePrice)
    case sms(perSegment: Money)
}

package struct VoicePrice: Equatable, Sendable {
    /// Due with the answer.
    package var connectFee = Money.zero
    package var perMinute = Money.zero
    /// Seconds, at least 1: `60/1` is 60 and 1.
    package var firstIncrement = 60
    package var nextIncrement = 60
    /// A shorter call counts as this long; seconds.
    package var minimumDuration = 0
    /// Connect fee and time come to this at least.
    package var minimumCharge = Money.zero

    package init() {}
}

/// A day of the Dutch calendar.
package struct TariffDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// `2026-01-01`
    package let description: String
    /// Its midnight in the Netherlands.
    package let start: Timestamp
    /// The midnight that ends it.
    package let end: Timestamp

    package init?(_ text: String) {
        guard text.utf8.count == 10, let day = Timestamp(iso8601: text), text.utf8.first == 49 || text.utf8.first == 50
        else { return nil }
        description = text
        start = Self.midnight(day)
        end = Self.midnight(day + .microseconds(86_400_000_000))
    }

    /// The one in which that moment lies.
    package init(containing time: Timestamp) {
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

    package static func < (left: TariffDate, right: TariffDate) -> Bool { left.start < right.start }
}
