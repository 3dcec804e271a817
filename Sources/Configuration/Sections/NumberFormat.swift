// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension GatewayConfiguration {
    /// How a number is written in the user part of a trunk's Request-URI, To and From.
    package enum NumberFormat: String, Sendable, CaseIterable {
        /// `+31612345678`
        case e164
        /// `0612345678`; numbers of other countries as `international`.
        case national
        /// `0031612345678`
        case international = "00"

        package func write(_ number: PhoneNumber, countryCode: String) -> String {
            let digits = number.e164.dropFirst()
            switch self {
            case .e164: return number.e164
            case .international: return "00" + digits
            case .national:
                return digits.hasPrefix(countryCode) ? "0" + digits.dropFirst(countryCode.utf8.count) : "00" + digits
            }
        }
    }
}
