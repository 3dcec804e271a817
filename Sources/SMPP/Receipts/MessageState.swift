// SPDX-License-Identifier: GPL-3.0-or-later

/// The state of a message at the SMSC (SMPP 3.4 §5.2.28 message_state, Table 5-6; SCHEDULED and SKIPPED are from
/// SMPP 5.0 §4.7.15). The raw value is the octet of the message_state TLV (§5.3.2.35).
package enum MessageState: UInt8, Sendable, Hashable, CaseIterable {
    /// Waiting for its scheduled time (5.0).
    case scheduled = 0
    /// On its way.
    case enroute = 1
    /// Confirmed by the handset.
    case delivered = 2
    /// The validity period ran out.
    case expired = 3
    /// Deleted at the SMSC.
    case deleted = 4
    /// Cannot be delivered.
    case undeliverable = 5
    /// Taken in by the SMSC or by the next network.
    case accepted = 6
    /// The SMSC does not know what became of it.
    case unknown = 7
    /// Refused.
    case rejected = 8
    /// Passed over (5.0).
    case skipped = 9

    /// Whether the SMSC has finished with the message.
    ///
    /// ACCEPTED counts as not final. §5.2.28 speaks of a message "manually read on behalf of the subscriber", but
    /// the carriers in use send ACCEPTD for "taken in by the next network" with the real outcome behind it.
    package var isFinal: Bool {
        switch self {
        case .scheduled, .enroute, .accepted: false
        case .delivered, .expired, .deleted, .undeliverable, .unknown, .rejected, .skipped: true
        }
    }

    /// Whether this is an outcome to rely on: final, and more than the admission that nothing is known, behind which
    /// DELIVERED still comes with some SMSCs.
    package var isConclusive: Bool { isFinal && self != .unknown }

    /// Whether this state, reported later, replaces `earlier`.
    ///
    /// - A final state replaces every state that is not final, never the reverse.
    /// - Among states that are not final: SCHEDULED, ACCEPTED, ENROUTE in that order, forwards only.
    /// - Among final states the first one stands, with two exceptions. UNKNOWN is the admission that nothing is
    ///   known, so every other final state replaces it. EXPIRED is a timer that ran out somewhere on the route,
    ///   while DELIVERED needs a handset to confirm it; so DELIVERED replaces EXPIRED. It does not replace
    ///   UNDELIVERABLE, REJECTED, DELETED or SKIPPED: those are findings, and the gateway has acted on them.
    package func advances(over earlier: MessageState) -> Bool {
        guard self != earlier else { return false }
        switch (isFinal, earlier.isFinal) {
        case (true, false): return true
        case (false, true): return false
        case (false, false): return progress > earlier.progress
        case (true, true): return earlier == .unknown || (self == .delivered && earlier == .expired)
        }
    }

    private var progress: Int {
        switch self {
        case .scheduled: 0
        case .accepted: 1
        case .enroute: 2
        default: 3
        }
    }
}

extension MessageState {
    /// Reads the value of `stat:` (Appendix B, Table B-2: DELIVRD, EXPIRED, DELETED, UNDELIV, ACCEPTD, UNKNOWN,
    /// REJECTD) in the spellings carriers use: any case, words written out or cut off, FAILED, BLOCKED, BUFFERED,
    /// or the number of §5.2.28. `nil` when the word is none of them.
    ///
    /// The first letters decide, because the words are cut at seven characters by some and not by others.
    package init?(receiptWord octets: UnsafeBufferPointer<UInt8>) {
        var number = 0
        var letters: UInt64 = 0
        var count = 0
        var digits = 0
        for octet in octets {
            let folded = octet | 0x20
            if folded >= 0x61 && folded <= 0x7A {
                // Five bits a letter: six letters tell all words apart.
                if count < 6 { letters = letters << 5 | UInt64(folded & 0x1F) }
                count += 1
            } else if octet >= 0x30 && octet <= 0x39 {
                number = min(number * 10 + Int(octet - 0x30), 1000)
                digits += 1
            }
        }
        if count == 0 {
            guard digits > 0, digits == octets.count, let raw = UInt8(exactly: number) else { return nil }
            self.init(rawValue: raw)
            return
        }
        guard count >= 4 else { return nil }
        for (prefix, length, state) in Self.words where count >= length {
            if letters >> (5 * UInt64(min(count, 6) - length)) == prefix {
                self = state
                return
            }
        }
        return nil
    }

    /// Reads the value of `stat:` from a string.
    package init?(receiptWord word: String) {
        var word = word
        let state = word.withUTF8 { MessageState(receiptWord: $0) }
        guard let state else { return nil }
        self = state
    }

    private static func word(_ letters: StaticString, _ state: MessageState) -> (UInt64, Int, MessageState) {
        letters.withUTF8Buffer { buffer in
            (buffer.reduce(0) { $0 << 5 | UInt64($1 & 0x1F) }, buffer.count, state)
        }
    }

    /// The beginnings of the words, most frequent first. None begins another.
    private static let words: [(UInt64, Int, MessageState)] = [
        word("deliv", .delivered), word("undel", .undeliverable), word("expir", .expired),
        word("rejec", .rejected), word("accep", .accepted), word("acpt", .accepted),
        word("enrou", .enroute), word("unkn", .unknown), word("fail", .undeliverable), word("delet", .deleted),
        word("skip", .skipped), word("sched", .scheduled), word("block", .rejected), word("buff", .enroute),
        word("queue", .enroute), word("submit", .enroute), word("sent", .enroute), word("cancel", .deleted),
        word("notdel", .undeliverable), word("undlv", .undeliverable), word("dlvrd", .delivered),
    ]
}

extension MessageState {
    /// As call detail records write it, whatever the cases are called.
    package var recordWord: String {
        switch self {
        case .scheduled: "SCHEDULED"
        case .enroute: "ENROUTE"
        case .delivered: "DELIVERED"
        case .expired: "EXPIRED"
        case .deleted: "DELETED"
        case .undeliverable: "UNDELIVERABLE"
        case .accepted: "ACCEPTED"
        case .unknown: "UNKNOWN"
        case .rejected: "REJECTED"
        case .skipped: "SKIPPED"
        }
    }
}
