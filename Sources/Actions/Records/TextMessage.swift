// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What an SMS says and how it is sent.
package struct TextMessage: Equatable, Sendable, Journalled {
    package var text: String
    /// Shown as sender; nil: that of the SMSC's configuration.
    package var sender: String?
    /// Shown at once and not stored (message class 0, 3GPP TS 23.038 section 4).
    package var isFlash: Bool
    /// Asks for delivery receipts (SMPP 3.4 section 5.2.17).
    package var wantsReceipts: Bool
    /// Typographic characters may be replaced where that makes the message cheaper.
    package var mayTransliterate: Bool
    /// priority_flag, 0 to 3; nil: 1 for a threat to life, else 0.
    package var priorityFlag: UInt8?
    /// How long the SMSC tries; nil: to the action's end.
    package var validity: Interval?
    /// The SMSC keeps it until then.
    package var deliverAt: Timestamp?
    /// Takes the place of an earlier one of the same sender that was not delivered yet (replace_if_present_flag).
    package var replacesEarlier: Bool
    /// nil: `resend` for a threat to life, else `hold`.
    package var doubt: DoubtPolicy?

    package init(
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

    /// Names in the journal, which stay whatever the properties are called.
    package enum CodingKeys: String, CodingKey {
        case text = "text"
        case sender = "sender"
        case isFlash = "isFlash"
        case wantsReceipts = "wantsReceipts"
        case mayTransliterate = "mayTransliterate"
        case priorityFlag = "priorityFlag"
        case validity = "validity"
        case deliverAt = "deliverAt"
        case replacesEarlier = "replacesEarlier"
        case doubt = "doubt"
    }
}
