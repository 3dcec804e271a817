// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// How a citizen is reached.
public enum Channel: String, Sendable, Codable, CaseIterable {
    case voice
    case sms
}

/// Whether an SMS of which nobody knows if it was taken over (the link was cut, the process died) is sent again.
public enum DoubtPolicy: String, Sendable, Codable, CaseIterable {
    /// At once: twice is better than never.
    case resend
    /// Never by itself: waits for a receipt, or until its time is over.
    case hold
}

/// What an SMS says and how it is sent. Its Codable form is what the journal keeps.
public struct TextMessage: Equatable, Sendable, Codable {
    public var text: String
    /// Shown as sender; nil: that of the SMS centre's configuration.
    public var sender: String?
    /// Shown at once and not stored (message class 0, 3GPP TS 23.038 section 4).
    public var isFlash: Bool
    /// Asks for delivery receipts (SMPP 3.4 section 5.2.17).
    public var wantsReceipts: Bool
    /// Typographic characters may be replaced where that makes the message cheaper.
    public var mayTransliterate: Bool
    /// priority_flag, 0 to 3; nil: 1 for a threat to life, else 0.
    public var priorityFlag: UInt8?
    /// How long the SMS centre tries; nil: to the action's end.
    public var validity: Interval?
    /// The SMS centre keeps it until then.
    public var deliverAt: Timestamp?
    /// Takes the place of an earlier one of the same sender that was not delivered yet (replace_if_present_flag).
    public var replacesEarlier: Bool
    /// nil: `resend` for a threat to life, else `hold`.
    public var doubt: DoubtPolicy?

    public init(
        text: String, sender: String? = nil, isFlash: Bool = false, wantsReceipts: Bool = true,
        mayTransliterate: Bool = false, priorityFlag: UInt8? = nil, validity: Interval? = nil,
        deliverAt: Timestamp? = nil, replacesEarlier: Bool = false, doubt: DoubtPolicy? = nil
    ) {
        self.text = text
        self.sender = sender
        self.isFlash = isFlash
        self.wantsReceipts = wantsReceipts
        self.mayTransliterate = mayTransliterate
        self.priorityFlag = priorityFlag
        self.validity = validity
        self.deliverAt = deliverAt
        self.replacesEarlier = replacesEarlier
        self.doubt = doubt
    }
}

/// When a recipient goes over to the next channel.
public struct Cascade: Equatable, Sendable, Codable {
    /// These outcomes of one channel lead to the next.
    public var outcomes: [Outcome]
    /// Not reached this long after the first attempt of a channel: on to the next; nil: only by outcome.
    public var after: Interval?

    public init(outcomes: [Outcome] = Cascade.notReached, after: Interval? = nil) {
        self.outcomes = outcomes
        self.after = after
    }

    /// Whatever does not say that the citizen has the message or does not want it.
    public static let notReached: [Outcome] = [
        .busy, .noAnswer, .invalidNumber, .failed, .congestion, .interrupted, .undelivered, .optedOut,
        .overBudget,
    ]
}

extension ActionDefinition {
    /// The channels by which a recipient is tried, in order; empty for one whose only channel has no content.
    public func steps(for channel: Channel?) -> [Channel] {
        let usable = channels.filter { $0 == .voice ? !message.isEmpty : text != nil }
        guard let channel else { return usable }
        let own = channel == .voice ? !message.isEmpty : text != nil
        return own ? [channel] + usable.filter { $0 != channel } : usable
    }

    /// Whether anybody of this action may be called.
    public var usesVoice: Bool { !message.isEmpty }

    var doubtPolicy: DoubtPolicy { text?.doubt ?? (priority == .lifeThreat ? .resend : .hold) }
}
