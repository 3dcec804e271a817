// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Why a trunk is used at less than its contract.
package enum PaceReason: Equatable, Sendable {
    /// The far end had no room; calls a second that it took then.
    case refused(taken: Double)
    /// Post-dial delay rose.
    case slow(delay: Interval, usual: Interval)
    /// Fewer were answered than usual, shares of the calls.
    case unanswered(ratio: Double, usual: Double)
    /// It has just begun.
    case rampUp
}

extension PaceReason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .refused(let taken): "calls are refused, it takes \(Self.tenths(taken)) a second"
        case .slow(let delay, let usual):
            "calls take \(Self.tenths(delay.seconds)) s to ring, usually \(Self.tenths(usual.seconds)) s"
        case .unanswered(let ratio, let usual):
            "\(Int((ratio * 100).rounded())) % are answered, usually \(Int((usual * 100).rounded())) %"
        case .rampUp: "it has just begun"
        }
    }

    private static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
