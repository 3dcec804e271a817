// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Wording

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
                .list("AllowNumbers", \.textRules.allowedNumbers, .writtenNumber, addsToDefault: true),
                .list("AllowLinks", \.textRules.allowedLinks, .linkedHost, addsToDefault: true),
                .value("Numbers", \.textRules.numbers, .oneOf),
                .value("Links", \.textRules.links, .oneOf),
                .value("Dates", \.textRules.dates, .oneOf),
                .value("Parts", \.textRules.parts, .oneOf),
                .value("Hints", \.textRules.givesHints, .boolean),
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

extension ValueReader where Value == String {
    /// `0900-8844`: a telephone number as a text may name it, without blanks.
    fileprivate static var writtenNumber: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                let digits = text.utf8.count { (0x30...0x39).contains($0) }
                let isPlain = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2d || $0 == 0x2b }
                guard isPlain, (3...15).contains(digits) else {
                    throw ValueError("\(quoted(text)) is no telephone number: write 0900-8844 or +31182123456")
                }
                return text
            }, write: { $0 })
    }

    /// `burgernet.nl`
    fileprivate static var linkedHost: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                let isPlain = text.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || byte == 0x2d || byte == 0x2e
                }
                guard isPlain, text.contains("."), !text.hasPrefix("."), !text.hasSuffix(".") else {
                    throw ValueError("\(quoted(text)) is no host: write burgernet.nl, without https:// and path")
                }
                return text.lowercased()
            }, write: { $0 })
    }
}
