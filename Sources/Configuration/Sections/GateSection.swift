// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension GatewayConfiguration {
    /// `[Gate]`: what is asked before an action begins, and of whom.
    package struct Gate: Equatable, Sendable {
        /// Verbs that need the name of an officer, beside those that always do.
        package var requireOfficer: [OfficerVerb] = []
        /// With more recipients a submission must say how many it has; nil: never.
        package var confirmAbove: Int?
        /// With more recipients a second officer has to approve; nil: never because of their number.
        package var approveAbove: Int?
        /// Actions of these priorities have to be approved, whatever their size.
        package var approveClasses: [ActionPriority] = []
        /// An action that was not approved in this time is stale.
        package var approveWithin = Interval.minutes(30)
        /// An action that reached somebody and was not closed so long after its end is an alarm.
        package var closeWithin = Interval.minutes(60)

        package init() {}
    }
}

extension GatewayConfiguration.Gate {
    package func needsName(_ verb: OfficerVerb) -> Bool { verb.isAlwaysNamed || requireOfficer.contains(verb) }

    /// How long a second officer has to let an action go; nil: none has to.
    package func approval(recipients: Int, priority: ActionPriority) -> Interval? {
        let isLarge = approveAbove.map { recipients > $0 } ?? false
        return isLarge || approveClasses.contains(priority) ? approveWithin : nil
    }
}

extension ConfigurationSchema {
    static var gate: ConfigurationSection<GatewayConfiguration> {
        ConfigurationSection(
            kind: "Gate",
            keys: [
                .list("RequireOfficer", \.gate.requireOfficer, .oneOf),
                .value("ConfirmAbove", \.gate.confirmAbove, ValueReader<Int>.integer(0...1_000_000).optional),
                .value("ApproveAbove", \.gate.approveAbove, ValueReader<Int>.integer(0...1_000_000).optional),
                .list("ApproveClasses", \.gate.approveClasses, .priority),
                .value("ApproveWithin", \.gate.approveWithin, .duration(.seconds(1) ... .minutes(1440))),
                .value("CloseWithin", \.gate.closeWithin, .duration(.zero ... .minutes(43_200))),
            ])
    }
}

extension ValueReader where Value == ActionPriority {
    fileprivate static var priority: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                if let value = ActionPriority(word: text) { return value }
                let names = ActionPriority.words
                let hint = Suggestion.hint(for: text, among: names)
                throw ValueError("\(quoted(text)) is none of \(names.joined(separator: ", "))\(hint)")
            },
            write: \.word)
    }
}
