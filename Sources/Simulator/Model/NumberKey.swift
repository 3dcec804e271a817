// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// The user part of a Request-URI as the key of a citizen: however a trunk writes a number, the same
/// person answers.
enum NumberKey {
    private static let everywhere = NumberingPlan(countryCode: "31", allowed: ["+"], refused: [])

    /// E.164 when the text can be read as a number, otherwise the text itself (`service`).
    static func normalised(_ user: String) -> String {
        if let number = PhoneNumber(e164: user) { return number.e164 }
        if let number = try? everywhere.parse(user) { return number.e164 }
        // Some trunks want E.164 without its plus.
        if !user.hasPrefix("0"), let number = PhoneNumber(e164: "+" + user) { return number.e164 }
        return user
    }
}
