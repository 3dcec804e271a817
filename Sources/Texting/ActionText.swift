// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import GatewayCore

/// What is the same for all messages of one action: its text as each SMSC wants it, and the validity period as it is
/// written in this second.
final class ActionText {
    private let definition: ActionDefinition
    /// By position of the SMSC; nil: this text cannot go over it.
    private var templates: [Int: MessageTemplate?] = [:]
    private var written: (second: Int64, period: String, end: String)?

    init(_ definition: ActionDefinition) { self.definition = definition }

    /// - Parameter complain: Told once why the text cannot go over this SMSC.
    func template(
        _ index: Int, _ settings: @autoclosure () -> SMSCSettings, complain: (MessageTemplateError) -> Void
    ) -> MessageTemplate? {
        if let known = templates[index] { return known }
        let made: MessageTemplate?
        do {
            made = try MessageTemplate(definition, settings())
        } catch {
            complain(error)
            made = nil
        }
        templates[index] = .some(made)
        return made
    }

    /// validity_period (SMPP 3.4 section 7.1.1): from delivery on, whenever that is to begin; "" leaves it to the SMSC.
    ///
    /// All times are civil.
    ///
    /// - Parameters:
    ///   - expiry: Of the action.
    ///   - isAbsolute: As a point in time; else as a period, which the SMSC counts from when it gets the message.
    func validity(expiry: Timestamp, isAbsolute: Bool, now: Timestamp) -> String {
        guard let text = definition.text else { return "" }
        let second = now.microseconds / 1_000_000
        if let written, written.second == second { return isAbsolute ? written.end : written.period }
        let begins = max(now, text.deliverAt ?? now)
        let length = text.validity ?? (max(begins, expiry) - begins)
        // A minute at least, whatever is left.
        let end = max(begins + length, now + .seconds(60))
        let made = (second: second, period: relativeTime(end - now), end: absoluteTime(end))
        written = made
        return isAbsolute ? made.end : made.period
    }
}
