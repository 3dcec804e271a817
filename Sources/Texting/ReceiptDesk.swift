// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import SMPP

/// Finds the messages of receipts, counts those that lead nowhere, and acknowledges those that had to wait for the
/// response of their message. What a receipt changes is the text desk's.
struct ReceiptDesk {
    /// A receipt and the segment that it speaks of.
    struct Finding {
        var token: SegmentToken
        var receipt: DeliveryReceipt
        /// Nothing but the number led there.
        var isByNumber: Bool
    }

    let outbox: Outbox
    let agenda: Agenda

    // MARK: - What comes in

    /// A receipt has come. Its acknowledgement follows as an effect, unless it may have come before the response to its
    /// message: then, for a moment, the SMSC is left to send it again if this process dies.
    ///
    /// - Parameter ticket: By which the bind knows it.
    func received(_ fields: MessageFields, over key: BindKey, ticket: UInt64, _ smsc: SMSCState, now: Timestamp)
        -> Finding?
    {
        smsc.binds[key.bind].counts.receipts += 1
        // They were counted when they came.
        _ = smsc.matcher.expire(at: now.microseconds)
        let receipt = DeliveryReceipt(fields)
        let match = smsc.matcher.match(receipt, source: fields.source.value, at: now.microseconds)
        reportForms(smsc)
        if case .early = match, let hold = smsc.earlyHold {
            smsc.binds[key.bind].counts.unmatchedReceipts += 1
            smsc.earlyTickets.append((key, ticket, receipt.messageIDs.first ?? ""))
            agenda.set(.earlyReceipt(smsc: key.smsc), at: now + hold)
            return nil
        }
        outbox.perform(.acknowledge(key, ticket: ticket))
        switch match {
        case .matched, .duplicate: break
        case .early, .unknown, .ambiguous: smsc.binds[key.bind].counts.unmatchedReceipts += 1
        }
        return finding(match, receipt, smsc)
    }

    /// One has waited for its submit response long enough: its message is not known.
    func earlyReceiptDue(_ smsc: SMSCState) {
        guard let early = smsc.earlyTickets.first else { return }
        smsc.unknownInARow += 1
        acknowledge(early.id, smsc)
        report(early.id, smsc, "of no known message")
    }

    // MARK: - What is awaited

    /// From now on the receipts of this segment are known: by the id of its response, else by its reference or its number
    /// alone.
    ///
    /// - Returns: Receipts that were waiting for it.
    func register(
        _ token: SegmentToken, _ message: LiveMessage, id: String? = nil, at time: Timestamp, _ smsc: SMSCState
    ) -> [Finding] {
        guard message.wantsReceipts, let recipient = message.recipient else { return [] }
        let segment = message.record.segments[token.segment]
        // Where segments are sent twice, the number alone could give one segment the receipt of another's copy, and it
        // would not be sent again.
        let isFoundByNumber =
            message.record.segments.count == 1 || message.action.record.definition.doubtPolicy == .hold
        let replays = smsc.matcher.register(
            token.value, id: id ?? segment.messageID, destination: recipient.number.e164,
            submittedAt: time.microseconds, reference: smsc.settings.sendsReference ? segment.reference : nil,
            isFoundByNumber: isFoundByNumber)
        return replays.compactMap { replay in
            acknowledge(replay.held.receipt.messageIDs.first ?? "", smsc)
            if case .matched = replay.match {
                smsc.unknownInARow = 0
                if let bind = smsc.binds.firstIndex(where: { $0.counts.unmatchedReceipts > 0 }) {
                    smsc.binds[bind].counts.unmatchedReceipts -= 1
                }
            }
            return finding(replay.match, replay.held.receipt, smsc)
        }
    }

    // MARK: - Helpers

    private func finding(_ match: ReceiptMatcher.Match, _ receipt: DeliveryReceipt, _ smsc: SMSCState) -> Finding? {
        let id = receipt.messageIDs.first ?? "none"
        switch match {
        case .matched(let handle, let evidence):
            return Finding(token: SegmentToken(value: handle), receipt: receipt, isByNumber: evidence == .number)
        case .ambiguous(let several): report(id, smsc, "of \(several.count) messages that it may mean")
        case .early, .unknown: report(id, smsc, "of no known message")
        case .duplicate: break
        }
        return nil
    }

    private func acknowledge(_ id: String, _ smsc: SMSCState) {
        guard let place = smsc.earlyTickets.firstIndex(where: { $0.id == id }) else { return }
        let early = smsc.earlyTickets.remove(at: place)
        outbox.perform(.acknowledge(early.key, ticket: early.ticket))
    }

    private func report(_ id: String, _ smsc: SMSCState, _ why: String) {
        outbox.say(.receiptUnmatched(smsc: smsc.name, "receipt \(why) (id \(id))"))
    }

    private func reportForms(_ smsc: SMSCState) {
        for report in smsc.matcher.takeReports() {
            let text =
                switch report {
                case .formSettled(let form): "its receipts write message ids as \(form)"
                case .formContradicted(let was, let seen): "its receipts wrote message ids as \(was), now as \(seen)"
                case .identifiersUnreliable: "it gives several messages one id: numbers decide"
                }
            outbox.say(.smscLearned(smsc.name, text))
        }
    }
}

extension DeliveryReceipt {
    init(_ fields: MessageFields) {
        self.init(
            octets: fields.content, receiptedMessageID: fields.parameters.text(.receiptedMessageID),
            messageState: fields.parameters.octet(.messageState),
            networkErrorCode: fields.parameters[.networkErrorCode],
            userMessageReference: fields.parameters.number(.userMessageReference),
            esmClass: fields.esmClass.rawValue)
    }
}
