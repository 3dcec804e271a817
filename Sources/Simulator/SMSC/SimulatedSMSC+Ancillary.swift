// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// query_sm, cancel_sm, replace_sm (SMPP 3.4 sections 4.8 to 4.10).
extension SimulatedSMSC {
    private static let cancelFailed = CommandStatus(rawValue: 0x11)
    private static let replaceFailed = CommandStatus(rawValue: 0x13)
    private static let queryFailed = CommandStatus(rawValue: 0x67)

    func query(_ query: QuerySM, sequence: UInt32, _ session: SMSCSession, _ now: Timestamp) {
        guard let serial = message(query.messageID, session) else {
            return respond(.querySM, .invalidMessageID, sequence, session)
        }
        guard matches(query.source, store[serial]) else {
            return respond(.querySM, Self.queryFailed, sequence, session)
        }
        let fate = fate(of: serial)
        let isFinal = fate.at <= now && fate.state.isFinal
        var response = QuerySMResponse(messageID: query.messageID)
        response.messageState = (isFinal ? fate.state : .enroute).rawValue
        if isFinal {
            response.finalDate = receiptClock.absolute(fate.at)
            response.errorCode = UInt8(ReceiptText.errorCode(fate.state))
        }
        send(PDU(.querySMResponse(response), sequence: sequence), session)
    }

    func cancel(_ cancel: CancelSM, sequence: UInt32, _ session: SMSCSession, _ now: Timestamp) {
        guard let place = session.account else { return }
        var serials: [UInt64]
        if cancel.messageID.isEmpty {
            serials = store.serials.filter { serial in
                let message = store[serial]
                return message.account == place && message.source == cancel.source
                    && message.destination == cancel.destination
                    && (cancel.serviceType.isEmpty || message.serviceType == cancel.serviceType)
            }
        } else {
            guard let serial = message(cancel.messageID, session) else {
                return respond(.cancelSM, .invalidMessageID, sequence, session)
            }
            // Those of one submit_multi go together.
            let number = store[serial].number
            serials = (serial..<store.nextSerial).prefix { store[$0].number == number }.filter {
                matches(cancel.source, store[$0]) && matches(destination: cancel.destination, store[$0])
            }
        }
        serials = serials.filter { isPending($0, now) }
        for serial in serials {
            store[serial].isCancelled = true
            store[serial].finalAt = now
            tally.cancelled += 1
            if store[serial].wantsReceipt(success: false) { sendReceipt(serial, .deleted, now) }
        }
        respond(.cancelSM, serials.isEmpty ? Self.cancelFailed : .ok, sequence, session)
    }

    func replace(_ replace: ReplaceSM, sequence: UInt32, _ session: SMSCSession, _ now: Timestamp) {
        guard let serial = message(replace.messageID, session) else {
            return respond(.replaceSM, .invalidMessageID, sequence, session)
        }
        guard isPending(serial, now), matches(replace.source, store[serial]) else {
            return respond(.replaceSM, Self.replaceFailed, sequence, session)
        }
        let content = replace.shortMessage.isEmpty ? replace.parameters[.messagePayload] ?? [] : replace.shortMessage
        content.withUnsafeBytes {
            self.replace(serial, with: $0, registeredDelivery: replace.registeredDelivery)
        }
        respond(.replaceSM, .ok, sequence, session)
    }

    /// Another text and another wish for a receipt; the outcome's time stays.
    func replace(_ serial: UInt64, with content: UnsafeRawBufferPointer, registeredDelivery: UInt8) {
        store[serial].registeredDelivery = registeredDelivery
        store[serial].snippet = store[serial].wantsAnyReceipt ? Self.snippet(content) : []
        tally.replaced += 1
        scheduleReceipt(serial)
    }

    /// The message that replace_if_present_flag speaks of (section 5.2.18), the newest.
    func pendingMessage(like submission: Submission, account: Int, _ now: Timestamp) -> UInt64? {
        store.serials.last { serial in
            let message = store[serial]
            return message.account == account && message.source == submission.source
                && message.destination == submission.destination && message.serviceType == submission.serviceType
                && isPending(serial, now)
        }
    }

    private func isPending(_ serial: UInt64, _ now: Timestamp) -> Bool {
        let fate = fate(of: serial)
        return !fate.state.isFinal || fate.at > now
    }

    /// The account's message with this id.
    private func message(_ id: String, _ session: SMSCSession) -> UInt64? {
        if identifiers.areTheSame {
            guard id == identifiers.response(0) else { return nil }
            return store.serials.last { store[$0].account == session.account }
        }
        guard let number = identifiers.number(of: id), number >= firstNumber else { return nil }
        let serial = number - firstNumber
        guard store.contains(serial), store[serial].number == number, store[serial].account == session.account
        else { return nil }
        return serial
    }

    /// An empty address is that of every message.
    private func matches(_ source: Address, _ message: StoredMessage) -> Bool {
        source.value.isEmpty || source == message.source
    }
    private func matches(destination: Address, _ message: StoredMessage) -> Bool {
        destination.value.isEmpty || destination == message.destination
    }
}
