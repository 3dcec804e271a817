// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// What is allowed and still may not be what was meant.
extension SubmissionQuote {
    /// A start beyond it is rather a mistyped date than a plan.
    private static let farAway = Interval.minutes(7 * 24 * 60)
    /// As many as `plays` may be.
    private static let ordinals = ["first", "second", "third", "fourth", "fifth"]

    /// For people; empty: nothing is odd.
    func remarks(promptMilliseconds: Int) -> [String] {
        [remarkOnStart, remarkOnLength(promptMilliseconds)].compactMap { $0 }
    }

    private var remarkOnStart: String? {
        guard let starts = definition.starts, starts - now > Self.farAway else { return nil }
        let days = (starts - now).milliseconds / 86_400_000
        return "nobody is alerted before \(starts), in \(days) days: \"starts\" is that far away"
    }

    private func remarkOnLength(_ milliseconds: Int) -> String? {
        let longest = Int(configuration.call.maximumDuration.milliseconds)
        let plays = max(1, definition.plays)
        guard milliseconds > 0, milliseconds * plays > longest else { return nil }
        let limit = "a call ends after \(Self.seconds(longest)) ([Call] MaximumDuration=)"
        guard plays > 1 else { return "the message takes \(Self.seconds(milliseconds)) and \(limit): it is cut off" }
        let cut = longest / milliseconds
        let ordinal = Self.ordinals.indices.contains(cut) ? Self.ordinals[cut] : "last"
        let rest = cut + 1 < plays ? " and none follows" : ""
        return "the message takes \(Self.seconds(milliseconds * plays)) in \(plays) plays and \(limit): "
            + "the \(ordinal) play is cut off\(rest)"
    }

    private static func seconds(_ milliseconds: Int) -> String {
        milliseconds % 1000 == 0
            ? "\(milliseconds / 1000) s" : "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
    }
}
