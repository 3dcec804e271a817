// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// deliver_sm and data_sm of an SMSC: receipts, and what citizens write.
extension Engine {
    /// Something came in over a bind. The acknowledgement follows as an effect, once everything is on disk.
    ///
    /// - Parameters:
    ///   - ticket: by which the bind knows it.
    ///   - latest: the action by which the sender was alerted last, from the journal; asked for only when a whole
    ///     message of a citizen has come.
    package func messageReceived(
        _ key: BindKey, ticket: UInt64, _ fields: MessageFields, now: Timestamp,
        latest: (PhoneNumber) -> (action: String, recipient: String)?
    ) {
        guard bind(key) != nil else { return }
        var isEarly = false
        defer {
            if isEarly {
                smscs[key.smsc].earlyTickets.append((key, ticket))
                deadlines.insert(.earlyReceipt(smsc: key.smsc), at: (now + Self.earlyHold).microseconds)
            } else {
                output.effects.append(.acknowledge(key, ticket: ticket))
            }
        }
        let smsc = smscs[key.smsc]
        let kind = smsc.settings.recognition.kind(
            esmClass: fields.esmClass.rawValue, octets: fields.content,
            receiptedMessageID: fields.parameters.text(.receiptedMessageID),
            messageState: fields.parameters.octet(.messageState))
        switch kind {
        case .receipt:
            smscs[key.smsc].binds[key.bind].counts.receipts += 1
            let receipt = receipt(from: fields)
            let match = smsc.matcher.match(receipt, source: fields.source.value, at: now.microseconds)
            if case .early = match { isEarly = smsc.binds.contains { $0.pacer.outstanding > 0 } }
            apply(match, receipt, key.smsc, bind: key, now: now)
            reportForms(smsc)
        case .message, .manualAcknowledgement:
            smscs[key.smsc].binds[key.bind].counts.inbound += 1
            citizenWrote(key.smsc, fields, now: now, latest: latest)
        case .deliveryAcknowledgement, .conversationAbort:
            break
        }
        for held in smsc.matcher.expire(at: now.microseconds) { reportUnmatched(held.receipt, smsc, "unknown") }
    }

    /// An SMSC's own window for receipts must not stand still for one that is of no message of ours.
    private static var earlyHold: Interval { .seconds(1) }

    /// Receipts that have found their messages, or have waited long enough.
    func acknowledgeEarly(_ count: Int, of smsc: Int) {
        for _ in 0..<count {
            guard let early = smscs[smsc].earlyTickets.popFirst() else { return }
            output.effects.append(.acknowledge(early.key, ticket: early.ticket))
        }
    }

    private func receipt(from fields: MessageFields) -> DeliveryReceipt {
        DeliveryReceipt(
            octets: fields.content, receiptedMessageID: fields.parameters.text(.receiptedMessageID),
            messageState: fields.parameters.octet(.messageState),
            networkErrorCode: fields.parameters[.networkErrorCode],
            userMessageReference: fields.parameters.number(.userMessageReference),
            esmClass: fields.esmClass.rawValue)
    }

    func apply(
        _ match: ReceiptMatcher.Match, _ receipt: DeliveryReceipt, _ index: Int, bind: BindKey? = nil, now: Timestamp
    ) {
        switch match {
        case .matched(let handle, let evidence):
            let token = SegmentToken(value: handle)
            if evidence == .number { learnIdentifier(of: token, receipt, index) }
            receiptArrived(token, receipt, index, now: now)
        case .early(let displaced):
            if let displaced { reportUnmatched(displaced.receipt, smscs[index], "unknown") }
        case .ambiguous(let several):
            if let bind { smscs[bind.smsc].binds[bind.bind].counts.unmatchedReceipts += 1 }
            reportUnmatched(receipt, smscs[index], "of \(several.count) messages that it may mean")
        case .unknown:
            if let bind { smscs[bind.smsc].binds[bind.bind].counts.unmatchedReceipts += 1 }
            reportUnmatched(receipt, smscs[index], "of no known message")
        case .duplicate:
            break
        }
    }

    private func receiptArrived(_ token: SegmentToken, _ receipt: DeliveryReceipt, _ index: Int, now: Timestamp) {
        guard let message = messages[token.attempt], message.smsc == index,
            token.segment < message.record.segments.count
        else { return }
        let segment = message.record.segments[token.segment]
        let told = receipt.state.map { receipt.isIntermediate && $0.isFinal ? MessageState.enroute : $0 }
        if let told, let known = segment.receipt, !told.advances(over: known) { return }
        if told?.isFinal ?? false, told != .delivered {
            let error = receipt.errorText ?? receipt.networkError.map { "\($0.network)/\($0.code)" } ?? ""
            if !error.isEmpty { messages[token.attempt]?.receiptError = error }
        }
        let wasTaken = segment.state == .accepted
        changeMessage(token.attempt) {
            // Whoever sends a receipt has taken the message.
            $0.segments[token.segment].state = .accepted
            if $0.segments[token.segment].messageID.isEmpty {
                $0.segments[token.segment].messageID = receipt.messageIDs.first ?? ""
            }
            $0.segments[token.segment].receipt = told ?? $0.segments[token.segment].receipt
            if !wasTaken, $0.segments.allSatisfy({ $0.state == .accepted }) { $0.accepted = now }
        }
        concludeIfDone(token.attempt, now: now)
    }

    /// The response was lost, and the number alone led to this segment: by the receipt's own id, the same receipt
    /// again will not pass for that of another segment to this number.
    private func learnIdentifier(of token: SegmentToken, _ receipt: DeliveryReceipt, _ index: Int) {
        guard let id = receipt.messageIDs.first, let message = messages[token.attempt], message.smsc == index,
            token.segment < message.record.segments.count, let action = actions[message.record.action],
            message.index < action.recipients.count
        else { return }
        let segment = message.record.segments[token.segment]
        guard segment.state == .doubtful, segment.messageID.isEmpty else { return }
        _ = smscs[index].matcher.register(
            token.value, id: id, destination: action.recipients[message.index].number.e164,
            submittedAt: message.record.start.microseconds, reference: segment.reference)
    }

    private func reportUnmatched(_ receipt: DeliveryReceipt, _ smsc: SMSCState, _ why: String) {
        let id = receipt.messageIDs.first ?? "none"
        output.notices.append(.receiptUnmatched(smsc: smsc.name, "receipt \(why) (id \(id))"))
    }

    private func reportForms(_ smsc: SMSCState) {
        for report in smsc.matcher.takeReports() {
            let text =
                switch report {
                case .formSettled(let form): "its receipts write message ids as \(form)"
                case .formContradicted(let was, let seen): "its receipts wrote message ids as \(was), now as \(seen)"
                case .identifiersUnreliable: "it gives several messages one id: numbers decide"
                }
            output.notices.append(.smscLearned(smsc.name, text))
        }
    }

    // MARK: - Citizens

    private func citizenWrote(
        _ index: Int, _ fields: MessageFields, now: Timestamp,
        latest: (PhoneNumber) -> (action: String, recipient: String)?
    ) {
        let smsc = smscs[index]
        let sar = Concatenation(
            sarReference: fields.parameters.number(.sarMessageReference),
            total: fields.parameters.octet(.sarTotalSegments),
            sequence: fields.parameters.octet(.sarSegmentSequence))
        let octets = fields.content
        let hasHeader = fields.esmClass.contains(.userDataHeader)
        let concatenation = hasHeader ? UserDataHeader(octets)?.concatenation ?? sar : sar
        lastInbound += 1
        let source = number(of: fields.source)?.e164 ?? fields.source.value
        let record = InboundRecord(
            id: lastInbound, received: now, smsc: smsc.name, source: source,
            destination: fields.destination.value, text: "")
        guard let concatenation else {
            let text = TextDecoder.decode(
                octets, dataCoding: fields.dataCoding, hasUserDataHeader: hasHeader,
                alphabet: smsc.settings.text.alphabet
            ).text
            return store(record, text, now: now, latest: latest)
        }
        var part = record
        part.part = InboundRecord.Part(
            concatenation: concatenation, dataCoding: fields.dataCoding, hasHeader: hasHeader, octets: octets)
        let repeated = smsc.reassembler.repeatedCount
        let stored = output.records.count
        let whole = add(part, to: smsc, now: now)
        // One that came before is there already, or part of a message that is whole.
        if smsc.reassembler.repeatedCount == repeated { output.records.insert(.inboundStored(part), at: stored) }
        for message in whole { store(message, message.text, now: now, latest: latest) }
        awaitParts(of: index, since: now)
        for late in expireParts(of: smsc, now: now) { store(late, late.text, now: now, latest: latest) }
    }

    /// Takes a segment, and gives the messages that are whole now.
    func add(_ record: InboundRecord, to smsc: SMSCState, now: Timestamp) -> [InboundRecord] {
        guard let part = record.part else { return [] }
        let fragment = InboundFragment(
            id: record.id, dataCoding: part.dataCoding, hasHeader: part.hasHeader, octets: part.octets)
        return smsc.reassembler.add(
            fragment, source: record.source, destination: record.destination, concatenation: part.concatenation,
            at: record.received.microseconds
        ).map { whole($0, smsc, received: now) }
    }

    /// Those of a message that stays incomplete are looked at when its time is over.
    func awaitParts(of smsc: Int, since received: Timestamp) {
        let timeout = Interval.microseconds(smscs[smsc].reassembler.configuration.timeout)
        deadlines.insert(.partsExpire(smsc: smsc), at: (received + timeout).microseconds)
    }

    func partsExpired(_ index: Int, now: Timestamp) {
        for late in expireParts(of: smscs[index], now: now) {
            store(late, late.text, now: now, latest: latestAction)
        }
    }

    /// Messages of which a segment never came: what is there is better than nothing.
    func expireParts(of smsc: SMSCState, now: Timestamp) -> [InboundRecord] {
        smsc.reassembler.expire(at: now.microseconds).map { whole($0, smsc, received: now) }
    }

    private func whole(_ message: Reassembler<InboundFragment>.Message, _ smsc: SMSCState, received: Timestamp)
        -> InboundRecord
    {
        let alphabet = smsc.settings.text.alphabet
        let isUCS2 = message.present.allSatisfy { $0.dataCoding & 0xEC == 0x08 }
        let text: String
        if message.missing.isEmpty, isUCS2 {
            // Joined first: a surrogate pair may have been cut in two.
            text =
                TextDecoder.decode(
                    message.present.flatMap(\.body), dataCoding: 8, hasUserDataHeader: false, alphabet: alphabet
                ).text
        } else {
            text = message.fragments.map { fragment in
                guard let fragment else { return "[...]" }
                return TextDecoder.decode(
                    fragment.octets, dataCoding: fragment.dataCoding, hasUserDataHeader: fragment.hasHeader,
                    alphabet: alphabet
                ).text
            }.joined()
        }
        output.records.append(.inboundPartsRemoved(message.present.map(\.id)))
        lastInbound += 1
        return InboundRecord(
            id: lastInbound, received: received, smsc: smsc.name, source: message.source,
            destination: message.destination, text: text)
    }

    private func store(
        _ record: InboundRecord, _ text: String, now: Timestamp,
        latest: (PhoneNumber) -> (action: String, recipient: String)?
    ) {
        var record = record
        record.text = text
        let sender = PhoneNumber(e164: record.source)
        if let sender, let known = latest(sender) {
            record.action = known.action
            record.recipient = known.recipient
            if let action = action(named: known.action) { action.inboundMessages += 1 }
        }
        output.records.append(.inboundStored(record))
        output.notices.append(.citizenWrote(record))
        if let sender, configuration.messaging.optOutWords.matches(text), !hasOptedOut(sender.e164) {
            optOuts.insert(sender.e164)
            output.records.append(
                .optedOut(OptOutRecord(number: sender.e164, since: now, action: record.action)))
        }
    }

    /// A sender as E.164: international ones, and those that SMSCs write without saying so.
    private func number(of address: Address) -> PhoneNumber? {
        let digits = address.value.hasPrefix("+") ? String(address.value.dropFirst()) : address.value
        switch address.typeOfNumber {
        case .alphanumeric, .networkSpecific, .abbreviated: return nil
        case .national: return PhoneNumber(e164: "+" + configuration.countryCode + digits)
        default:
            if digits.hasPrefix("00") { return PhoneNumber(e164: "+" + digits.dropFirst(2)) }
            if digits.hasPrefix("0") { return PhoneNumber(e164: "+" + configuration.countryCode + digits.dropFirst()) }
            return PhoneNumber(e164: "+" + digits)
        }
    }
}
