// SPDX-License-Identifier: GPL-3.0-or-later

/// What a deliver_sm or data_sm brings (SMPP 3.4 §5.2.12 esm_class, message type, bits 5 to 2).
package enum DeliverKind: Sendable, Hashable {
    /// A message from a handset.
    case message
    /// An SMSC delivery receipt or an intermediate notification.
    case receipt
    /// The handset's delivery acknowledgement.
    case deliveryAcknowledgement
    /// The citizen's manual acknowledgement, a message in its own right.
    case manualAcknowledgement
    /// Conversation abort (Korean CDMA).
    case conversationAbort
}

/// How the gateway tells receipts from messages of citizens.
///
/// The default is ``byEsmClass``. A receipt taken for a message is a nuisance that shows up at once; a message
/// taken for a receipt is lost, and a citizen who knows the format could forge receipts. So the shape of the text
/// counts only where the operator of the SMSC has been seen to leave esm_class at zero.
package enum ReceiptRecognition: Sendable, Hashable {
    /// The message type bits decide. Besides them only the two TLVs receipted_message_id and message_state
    /// *together* make a receipt: a handset cannot set TLVs, while receipted_message_id alone proves nothing
    /// (OpenMarket puts its ticket for an incoming message there).
    case byEsmClass
    /// As ``byEsmClass``, and with message type zero also a text that has the strict shape of Appendix B: `id:`
    /// with a value at the very start; nothing but fields up to `stat:`; a known state word; and a readable date
    /// or a `dlvrd:` number.
    case byEsmClassOrShape

    /// The setting to use unless an SMSC proves to need the other.
    package static let standard = ReceiptRecognition.byEsmClass

    /// Tells what arrived.
    package func kind(
        esmClass: UInt8, octets: UnsafeBufferPointer<UInt8>, receiptedMessageID: String? = nil,
        messageState: UInt8? = nil
    ) -> DeliverKind {
        switch esmClass & 0x3C {
        case 0x04, 0x20, 0x24: return .receipt
        case 0x08: return .deliveryAcknowledgement
        case 0x10: return .manualAcknowledgement
        case 0x18: return .conversationAbort
        default: break
        }
        if let id = receiptedMessageID, !DeliveryReceipt.cleaned(id).isEmpty, let raw = messageState,
            MessageState(rawValue: raw) != nil
        {
            return .receipt
        }
        return self == .byEsmClassOrShape && Self.hasShape(octets) ? .receipt : .message
    }

    /// Tells what arrived, from an array of octets.
    package func kind(
        esmClass: UInt8, octets: [UInt8], receiptedMessageID: String? = nil, messageState: UInt8? = nil
    ) -> DeliverKind {
        octets.withUnsafeBufferPointer {
            kind(
                esmClass: esmClass, octets: $0, receiptedMessageID: receiptedMessageID, messageState: messageState)
        }
    }

    private static func hasShape(_ octets: UnsafeBufferPointer<UInt8>) -> Bool {
        var scanner = ReceiptScanner(octets)
        guard let first = scanner.next(), first.key == .id, !first.value.isEmpty else { return false }
        var hasState = false
        var hasProof = false
        while let field = scanner.next() {
            let value = UnsafeBufferPointer(rebasing: octets[field.value])
            switch field.key {
            case .stat:
                guard !hasState, MessageState(receiptWord: value) != nil,
                    !value.contains(where: ReceiptScanner.isDigit)
                else { return false }
                hasState = true
            case .submitDate, .doneDate:
                // Zeros stand for "not yet" and are a date that no citizen writes.
                guard ReceiptTime(value) != nil || (value.count >= 10 && value.allSatisfy { $0 == 0x30 }) else {
                    return false
                }
                hasProof = true
            case .dlvrd:
                guard !value.isEmpty, value.allSatisfy(ReceiptScanner.isDigit) else { return false }
                hasProof = true
            case .sub, .err:
                break
            case .id, .text, .other, .word:
                return false
            }
            if hasState && hasProof { return true }
        }
        return false
    }
}
