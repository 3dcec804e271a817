// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// What becomes of accepted messages: outcomes, receipts, citizens' answers.
extension SimulatedSMSC {
    /// Arranges what follows from a message.
    ///
    /// - Returns: true: its receipt is sent already.
    func plan(
        _ serial: UInt64, _ submission: Submission, _ known: SMSCCitizens.Citizen?, _ now: Timestamp
    ) -> Bool {
        // An alphanumeric sender cannot be answered.
        let mayAnswer =
            (settings.answerShare > 0 || known?.answer != nil) && submission.source.typeOfNumber != .alphanumeric
            && submission.isLastSegment
        guard mayAnswer || store[serial].wantsAnyReceipt else { return false }
        let destination = submission.destination.value
        let citizen = known ?? citizens.citizen(destination)
        let times = citizens.times(of: serial, to: destination, citizen)
        var isEarly = false
        if citizen.outcome != .none, wantsReceipt(serial, Self.state(citizen.outcome)), chance(settings.receiptEarly) {
            isEarly = true
            store[serial].finalAt = now
            sendReceipt(serial, Self.state(citizen.outcome), now, overtakes: true)
        }
        let outcome = isEarly ? now : now + .seconds(times.outcome)
        if mayAnswer, citizen.outcome == .delivered, let answer = citizen.answer {
            store[serial].pending += 1
            schedule(.answer(serial: serial, answer), at: outcome + .seconds(times.answer))
        }
        scheduleReceipt(serial)
        return isEarly
    }

    /// The final state and when it is reached. A message without an outcome stays ENROUTE.
    func fate(of serial: UInt64) -> (state: MessageState, at: Timestamp) {
        let message = store[serial]
        if message.isCancelled { return (.deleted, message.finalAt ?? message.arrival) }
        let citizen = citizens.citizen(message.destination.value)
        guard citizen.outcome != .none else { return (.enroute, .distantFuture) }
        let times = citizens.times(of: serial, to: message.destination.value, citizen)
        return (Self.state(citizen.outcome), message.finalAt ?? message.arrival + .seconds(times.outcome))
    }

    static func state(_ outcome: MessageOutcome) -> MessageState {
        switch outcome {
        case .delivered: .delivered
        case .undelivered: .undeliverable
        case .expired: .expired
        case .rejected: .rejected
        case .none: .enroute
        }
    }

    /// Unless it is scheduled or sent already, or none is wanted.
    func scheduleReceipt(_ serial: UInt64) {
        let message = store[serial]
        guard message.wantsAnyReceipt, !message.isReceiptScheduled, message.finalAt == nil else { return }
        let fate = fate(of: serial)
        guard fate.state.isFinal else { return }
        if message.wantsIntermediate {
            store[serial].pending += 1
            let half = (fate.at - message.arrival) * 0.5
            schedule(.intermediate(serial: serial), at: message.arrival + half)
        }
        store[serial].isReceiptScheduled = true
        store[serial].pending += 1
        schedule(.receipt(serial: serial), at: fate.at)
    }

    func receiptDue(_ serial: UInt64, _ now: Timestamp) {
        store[serial].pending -= 1
        store[serial].isReceiptScheduled = false
        // Cancelled in between: its receipt went out then.
        guard store[serial].finalAt == nil else { return }
        let state = fate(of: serial).state
        store[serial].finalAt = now
        if wantsReceipt(serial, state) { sendReceipt(serial, state, now) }
    }

    func intermediateDue(_ serial: UInt64, _ now: Timestamp) {
        store[serial].pending -= 1
        if store[serial].finalAt == nil, store[serial].wantsIntermediate { sendReceipt(serial, .enroute, now) }
    }

    private func wantsReceipt(_ serial: UInt64, _ state: MessageState) -> Bool {
        store[serial].wantsReceipt(success: state == .delivered)
    }

    /// - Parameter overtakes: it leaves at once, whatever else is to happen to receipts.
    func sendReceipt(_ serial: UInt64, _ state: MessageState, _ now: Timestamp, overtakes: Bool = false) {
        let message = store[serial]
        var fields = MessageFields()
        fields.source = message.destination
        fields.destination = message.source
        fields.esmClass = state.isFinal ? .deliveryReceipt : .intermediateNotification
        let text = ReceiptText(
            id: identifiers.receipt(message.number), state: state, submitDate: receiptClock.receipt(message.arrival),
            doneDate: receiptClock.receipt(now), userMessageReference: message.userMessageReference,
            snippet: message.snippet)
        text.write(receiptFormat(), to: &fields)
        tally.receipts += 1
        let delivery = SMSCDelivery(
            order: nextDeliveryOrder(), fields: fields, isReceipt: true, connection: message.connection,
            route: chance(settings.receiptOtherBind) ? .otherBind : .any)
        if chance(settings.receiptDoubled) {
            var second = delivery
            second.order = nextDeliveryOrder()
            tally.doubled += 1
            schedule(
                .deliver(second, account: message.account), at: now + .seconds(draws.value(in: 0...1)))
        }
        if overtakes {
            deliver(delivery, account: message.account, now)
        } else {
            deliverInDisorder(delivery, account: message.account, now)
        }
    }

    private func receiptFormat() -> SMSCSettings.ReceiptFormat {
        guard settings.receiptFormat == .mixed else { return settings.receiptFormat }
        return draws.element(of: SMSCSettings.ReceiptFormat.allCases.filter { $0 != .mixed }) ?? .standard
    }

    // MARK: - Answers

    func answerDue(_ serial: UInt64, _ answer: CitizenAnswer, _ now: Timestamp) {
        store[serial].pending -= 1
        guard !store[serial].isCancelled else { return }
        let message = store[serial]
        tally.answers += 1
        for text in answer.segments(reference: UInt8(truncatingIfNeeded: serial)) {
            var fields = MessageFields()
            fields.source = message.destination
            fields.destination = message.source
            fields.shortMessage = text.octets
            if text.hasHeader { fields.esmClass = .userDataHeader }
            deliver(
                SMSCDelivery(
                    order: nextDeliveryOrder(), fields: fields, isReceipt: false, connection: message.connection),
                account: message.account, now)
        }
    }
}

extension CitizenAnswer {
    /// More than the 160 characters of one message, ASCII letters of the GSM alphabet.
    static let longText = """
        Goedemiddag, wij zijn met drie personen en twee honden thuis, alles is in orde. De buren van nummer 14 zijn \
        niet thuis, hun sleutel ligt bij ons. Is er al iets bekend over het water? Met vriendelijke groet.
        """

    /// In the GSM default alphabet, one octet a character; long texts with the header of 3GPP TS 23.040 section
    /// 9.2.3.24.1 in front.
    func segments(reference: UInt8) -> [(octets: [UInt8], hasHeader: Bool)] {
        switch self {
        case .ja: return [(Array("JA".utf8), false)]
        case .stop: return [(Array("STOP".utf8), false)]
        case .long:
            let octets = Array(Self.longText.utf8)
            // 153 septets are left beside a header of six octets.
            let parts = [octets.prefix(153), octets.dropFirst(153)]
            return parts.enumerated().map { ([5, 0, 3, reference, UInt8(parts.count), UInt8($0 + 1)] + $1, true) }
        }
    }
}
