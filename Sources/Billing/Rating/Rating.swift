// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What came out of rating one side of a record, with every step.
package enum RatingOutcome: Equatable, Sendable {
    case rated(Rating)
    case unrated(UnratedReason)

    package var amount: RatedAmount? {
        switch self {
        case .rated(let rating): rating.amount
        case .unrated: nil
        }
    }
}

package enum UnratedReason: Equatable, Sendable, CustomStringConvertible {
    case noTariff
    case versionUnknown(String)
    case noDestination(tariff: String)
    case noHours(tariff: String, prefix: String)
    case numberPurged

    package var description: String {
        switch self {
        case .noTariff: "no tariff was valid for it"
        case .versionUnknown(let version): "tariff \(version) is not known here any more"
        case .noDestination(let tariff): "tariff \(tariff) has no price for this number"
        case .noHours(let tariff, let prefix): "tariff \(tariff) has no price for \(prefix) at that hour"
        case .numberPurged: "the number was purged, so its destination is not known any more"
        }
    }
}

/// One rated side: the parts add up to the exact amount, which is rounded once.
package struct Rating: Equatable, Sendable {
    package var tariff: Tariff
    package var version: String
    /// The longest that matched.
    package var prefix: String
    package var parts: [RatedPart]
    /// The exact amount in sixtieths of a micro-euro.
    package var sixtieths: Int64
    package var amount: RatedAmount
}

/// One step of the arithmetic. `rate`: position in the tariff's rates.
package enum RatedPart: Equatable, Sendable {
    case connectFee(rate: Int, Money, sixtieths: Int64)
    /// Increments that begin at `from` and after, of so many seconds each.
    case time(rate: Int, from: Timestamp, increments: Int, of: Int, Money, sixtieths: Int64)
    /// What is missing to the minimum.
    case minimumCharge(rate: Int, Money, sixtieths: Int64)
    case segments(rate: Int, count: Int, each: Money, sixtieths: Int64)

    package var sixtieths: Int64 {
        switch self {
        case .connectFee(_, _, let sixtieths), .time(_, _, _, _, _, let sixtieths),
            .minimumCharge(_, _, let sixtieths), .segments(_, _, _, let sixtieths):
            sixtieths
        }
    }
}

extension Money {
    /// VAT on it, rounded half up to a micro-euro.
    package func vat(basisPoints: Int) -> Money {
        let product = microEuros.magnitude.multipliedReportingOverflow(by: UInt64(basisPoints)).partialValue
        let value = Int64(clamping: (product + 5000) / 10_000)
        return Money(microEuros: microEuros < 0 ? -value : value)
    }
}
