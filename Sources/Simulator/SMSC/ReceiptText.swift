// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// What a receipt says, in one of the ways SMSCs are seen to say it (SMPP 3.4 Appendix B and section 5.3.2).
struct ReceiptText {
    var id: String
    var state: MessageState
    /// `YYMMDDhhmm`, UTC.
    var submitDate: String
    var doneDate: String
    var userMessageReference: UInt16?
    /// Octets of the message.
    var snippet: [UInt8]

    /// - Parameter format: ``SMSCSettings/ReceiptFormat/mixed`` is written as standard: the choice is the caller's.
    func write(_ format: SMSCSettings.ReceiptFormat, to fields: inout MessageFields) {
        switch format {
        case .standard, .mixed: fields.shortMessage = Array((counted + dated + " " + stated + " ").utf8) + text("Text:")
        case .short: fields.shortMessage = Array(("id:\(id) " + dated + " " + stated + " ").utf8) + text("text:")
        case .tlv: fields.parameters = parameters
        case .payload:
            let text = Array((counted + dated + " " + stated + " ").utf8) + text("Text:")
            fields.parameters = parameters + [OptionalParameter(.messagePayload, text)]
        case .textFirst:
            fields.shortMessage = text("text:") + Array((" " + counted + dated + " " + stated).utf8)
        }
    }

    private var counted: String { "id:\(id) sub:001 dlvrd:\(state == .delivered ? "001" : "000") " }
    private var dated: String { "submit date:\(submitDate) done date:\(doneDate)" }
    private var stated: String {
        let code = String(Self.errorCode(state))
        return "stat:\(Self.word(state)) err:" + String(repeating: "0", count: 3 - code.utf8.count) + code
    }

    /// Only what is printable: a receipt is text.
    private func text(_ label: String) -> [UInt8] {
        Array(label.utf8) + snippet.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: ".") }
    }

    private var parameters: [OptionalParameter] {
        var parameters = [
            OptionalParameter(.receiptedMessageID, text: id), OptionalParameter(.messageState, state.rawValue),
        ]
        let code = Self.errorCode(state)
        // 3: GSM (section 5.3.2.31).
        if code != 0 { parameters.append(OptionalParameter(.networkErrorCode, [3, 0, UInt8(code)])) }
        if let userMessageReference {
            parameters.append(OptionalParameter(.userMessageReference, userMessageReference))
        }
        return parameters
    }

    static func word(_ state: MessageState) -> String {
        switch state {
        case .scheduled: "SCHEDULED"
        case .enroute: "ENROUTE"
        case .delivered: "DELIVRD"
        case .expired: "EXPIRED"
        case .deleted: "DELETED"
        case .undeliverable: "UNDELIV"
        case .accepted: "ACCEPTD"
        case .unknown: "UNKNOWN"
        case .rejected: "REJECTD"
        case .skipped: "SKIPPED"
        }
    }

    /// As GSM's MAP numbers them (3GPP TS 29.002): unknown subscriber, absent subscriber, call barred.
    static func errorCode(_ state: MessageState) -> Int {
        switch state {
        case .undeliverable: 1
        case .expired: 27
        case .rejected: 13
        case .scheduled, .enroute, .delivered, .deleted, .accepted, .unknown, .skipped: 0
        }
    }
}

/// Writes the times of receipts, UTC. Keeps the last minute's text: thousands of receipts share it.
struct ReceiptClock {
    private var minute: Int64 = -1
    private var text = ""

    /// `YYMMDDhhmm` (SMPP 3.4 Appendix B).
    mutating func receipt(_ time: Timestamp) -> String {
        let current = time.milliseconds / 60_000
        if current != minute {
            minute = current
            text = Self.digits(time, [2, 5, 8, 11, 14])
        }
        return text
    }

    /// `YYMMDDhhmmsstnnp` (section 7.1.1).
    func absolute(_ time: Timestamp) -> String { Self.digits(time, [2, 5, 8, 11, 14, 17]) + "000+" }

    /// Pairs of digits of `2026-11-24T13:30:41.123Z`.
    private static func digits(_ time: Timestamp, _ places: [Int]) -> String {
        let octets = Array(time.description.utf8)
        return String(decoding: places.flatMap { octets[$0..<$0 + 2] }, as: UTF8.self)
    }
}
