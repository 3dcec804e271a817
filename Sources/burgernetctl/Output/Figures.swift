// SPDX-License-Identifier: GPL-3.0-or-later

/// `33.0`; without a fraction for what is not finite.
func oneDecimal(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    let tenths = Int((abs(value) * 10).rounded())
    return "\(value < 0 && tenths > 0 ? "-" : "")\(tenths / 10).\(tenths % 10)"
}
