// SPDX-License-Identifier: GPL-3.0-or-later

/// Network error code (SMPP 3.4 §5.3.2.31 network_error_code).
package struct NetworkErrorCode: Sendable, Hashable {
    /// 1 ANSI-136, 2 IS-95, 3 GSM; other values belong to the SMSC.
    package let network: UInt8
    /// The network's own number for what went wrong.
    package let code: UInt16

    /// Makes a code from its parts.
    package init(network: UInt8, code: UInt16) {
        self.network = network
        self.code = code
    }

    /// Reads the value of the TLV; `nil` unless it has three octets.
    package init?(octets: [UInt8]) {
        guard octets.count == 3 else { return nil }
        network = octets[0]
        code = UInt16(octets[1]) << 8 | UInt16(octets[2])
    }
}

/// What an SMSC reports about a message it took in earlier (SMPP 3.4 §2.11, Appendix B).
///
/// Appendix B calls the text format "SMSC vendor specific", and so it is: every field may be missing, in another
/// order, in another case. Where the TLVs and the text disagree the TLVs win, because they are typed and the text
/// is written for people; ``isContradicted`` says that it happened.
///
/// `text:` ends the fields: what follows is the message of the gateway itself, in which a citizen's name or a
/// scheme's `id:` may stand. The exception is a text that *begins* with `text:`: there the fields can only follow,
/// and are taken from there.
package struct DeliveryReceipt: Sendable, Hashable {
    /// receipted_message_id (§5.3.2.12).
    package var receiptedMessageID: String?
    /// The values of `id:` in the text, in order, at most two: some gateways put their own before the carrier's.
    package var textMessageIDs: [String]
    /// The state; `nil` when neither TLV nor text gives one that is known.
    package var state: MessageState?
    /// The word behind `stat:` as it was sent, at most 32 octets.
    package var stateWord: String?
    /// Whether this is news on the way and not the outcome.
    package var isIntermediate: Bool
    /// The value of `err:`, which may have letters; at most 32 octets.
    package var errorText: String?
    /// network_error_code.
    package var networkError: NetworkErrorCode?
    /// user_message_reference (§5.3.2.17).
    package var userMessageReference: UInt16?
    /// `submit date:`.
    package var submitDate: ReceiptTime?
    /// `done date:`.
    package var doneDate: ReceiptTime?
    /// `sub:`.
    package var submitted: Int?
    /// `dlvrd:`.
    package var delivered: Int?
    /// What follows `text:`, undecoded, without NULs and blanks at the end; at most 255 octets.
    package var text: [UInt8]
    /// Whether message_state or receipted_message_id say something else than the text. The same number in two bases
    /// is no contradiction: several SMSCs write the TLV in hexadecimal and the text in decimal.
    package var isContradicted: Bool

    /// The ids under which to look for the message: the TLV first, then those of the text, without repetition.
    package var messageIDs: [String] {
        guard let first = receiptedMessageID else { return textMessageIDs }
        return [first] + textMessageIDs.filter { $0 != first }
    }

    /// Whether this is the outcome: a state that is final, and not announced as intermediate.
    package var isFinal: Bool { !isIntermediate && (state?.isFinal ?? false) }

    /// Reads a receipt. Every argument may be empty or nonsense; nothing traps.
    ///
    /// - Parameters:
    ///   - octets: short_message or message_payload, without user data header. ASCII, Latin-1, unpacked GSM, or
    ///     UCS-2 (recognised by its zero octets).
    ///   - receiptedMessageID: §5.3.2.12; an empty one counts as absent.
    ///   - messageState: §5.3.2.35; a value outside the table counts as absent.
    ///   - networkErrorCode: §5.3.2.31, three octets.
    ///   - userMessageReference: §5.3.2.17.
    ///   - esmClass: §5.2.12. Intermediate notification (0x20) makes the receipt intermediate whatever its state
    ///     (a handset out of reach that will be tried again is reported as UNDELIV), except for DELIVERED, behind
    ///     which nothing can come. States that are not final are intermediate under 0x04 too.
    package init(
        octets: UnsafeBufferPointer<UInt8>, receiptedMessageID: String? = nil, messageState: UInt8? = nil,
        networkErrorCode: [UInt8]? = nil, userMessageReference: UInt16? = nil, esmClass: UInt8 = 0x04
    ) {
        textMessageIDs = []
        text = []
        isContradicted = false
        isIntermediate = false
        networkError = networkErrorCode.flatMap { NetworkErrorCode(octets: $0) }
        self.userMessageReference = userMessageReference
        if Self.isUCS2(octets) {
            // Only what is ASCII matters to the fields; anything else becomes a question mark.
            let narrow = stride(from: 0, to: octets.count - 1, by: 2).map { octets[$0] == 0 ? octets[$0 + 1] : 0x3F }
            narrow.withUnsafeBufferPointer { readText($0) }
        } else {
            readText(octets)
        }
        if let id = receiptedMessageID.map(Self.cleaned), !id.isEmpty {
            self.receiptedMessageID = id
            isContradicted = !textMessageIDs.isEmpty && !textMessageIDs.contains { Self.mayBeSame($0, id) }
        }
        if let told = messageState.flatMap(MessageState.init(rawValue:)) {
            if let state, state != told { isContradicted = true }
            state = told
        }
        let announced = esmClass & 0x20 != 0 && state != .delivered
        isIntermediate = announced || state.map { !$0.isFinal } ?? false
    }

    /// Reads a receipt from an array of octets.
    package init(
        octets: [UInt8], receiptedMessageID: String? = nil, messageState: UInt8? = nil,
        networkErrorCode: [UInt8]? = nil, userMessageReference: UInt16? = nil, esmClass: UInt8 = 0x04
    ) {
        self = octets.withUnsafeBufferPointer {
            DeliveryReceipt(
                octets: $0, receiptedMessageID: receiptedMessageID, messageState: messageState,
                networkErrorCode: networkErrorCode, userMessageReference: userMessageReference, esmClass: esmClass)
        }
    }

    private mutating func readText(_ octets: UnsafeBufferPointer<UInt8>) {
        var scanner = ReceiptScanner(octets)
        var first = true
        while let field = scanner.next() {
            let value = UnsafeBufferPointer(rebasing: octets[field.value])
            switch field.key {
            case .id:
                if textMessageIDs.count < 2, !value.isEmpty {
                    let id = Self.string(value, limit: Self.longestID)
                    if textMessageIDs.first != id { textMessageIDs.append(id) }
                }
            case .stat:
                if stateWord == nil, !value.isEmpty {
                    stateWord = Self.string(value, limit: 32)
                    state = MessageState(receiptWord: value)
                }
            case .err:
                if errorText == nil, !value.isEmpty { errorText = Self.string(value, limit: 32) }
            case .sub:
                if submitted == nil { submitted = Self.number(value) }
            case .dlvrd:
                if delivered == nil { delivered = Self.number(value) }
            case .submitDate:
                if submitDate == nil { submitDate = ReceiptTime(value) }
            case .doneDate:
                if doneDate == nil { doneDate = ReceiptTime(value) }
            case .text:
                guard first else {
                    text = Self.snippet(value)
                    return
                }
                scanner.resume(at: field.value.lowerBound)
                text = Self.snippet(UnsafeBufferPointer(rebasing: octets[Self.untilField(from: scanner)]))
            case .other, .word:
                break
            }
            first = false
        }
    }

    /// From where the scanner stands to the next known key.
    private static func untilField(from scanner: ReceiptScanner) -> Range<Int> {
        var scanner = scanner
        let start = scanner.position
        while true {
            let before = scanner.position
            guard let field = scanner.next() else { return start..<scanner.octets.count }
            if field.key != .word && field.key != .other { return start..<before }
        }
    }
}

extension DeliveryReceipt {
    /// message_id is a C-octet string of at most 65 octets with its NUL (§5.2.23); some carriers overdo it.
    static let longestID = 128

    /// An id as the SMSC means it: no NULs, blanks and quotes around it.
    static func cleaned(_ id: String) -> String {
        var id = id
        return id.withUTF8 { octets in
            var lower = 0
            var upper = octets.count
            func isPadding(_ octet: UInt8) -> Bool { octet <= 0x20 || octet == 0x22 || octet == 0x27 }
            while lower < upper, isPadding(octets[lower]) { lower += 1 }
            while lower < upper, isPadding(octets[upper - 1]) { upper -= 1 }
            return string(UnsafeBufferPointer(rebasing: octets[lower..<upper]), limit: longestID)
        }
    }

    private static func mayBeSame(_ text: String, _ typed: String) -> Bool {
        text == typed
            || MessageIdentifierForm.allCases.contains { form in
                guard let key = form.canonical(typed, from: .response) else { return false }
                return key == form.canonical(text, from: .receipt)
            }
    }

    private static func string(_ octets: UnsafeBufferPointer<UInt8>, limit: Int) -> String {
        String(decoding: octets.prefix(limit), as: UTF8.self)
    }

    private static func number(_ octets: UnsafeBufferPointer<UInt8>) -> Int? {
        guard !octets.isEmpty, octets.count <= 9, octets.allSatisfy(ReceiptScanner.isDigit) else { return nil }
        return octets.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func snippet(_ octets: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var end = min(octets.count, 255)
        while end > 0, octets[end - 1] == 0 || octets[end - 1] == 0x20 || octets[end - 1] == 0x0A { end -= 1 }
        return Array(octets[..<end])
    }

    /// Latin text in UCS-2 has a zero before every octet; a field name has at least two letters and a colon.
    private static func isUCS2(_ octets: UnsafeBufferPointer<UInt8>) -> Bool {
        octets.count >= 8 && octets[0] == 0 && octets[1] != 0 && octets[2] == 0 && octets[3] != 0
    }
}
