// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// deliver_sm: each is kept until the ESME has acknowledged it.
extension SimulatedSMSC {
    func deliver(_ delivery: SMSCDelivery, account place: Int, _ now: Timestamp) {
        accounts[place].waiting.append(delivery)
        pump(accounts[place], now)
    }

    /// A receipt on its way to the queue, if nothing holds it up.
    func deliverInDisorder(_ delivery: SMSCDelivery, account place: Int, _ now: Timestamp) {
        let account = accounts[place]
        if chance(settings.receiptAfterReconnect) {
            tally.heldForReconnect += 1
            account.later.append((newestConnection, delivery))
            return
        }
        if account.held == nil, chance(settings.receiptReordered) {
            tally.reordered += 1
            account.held = delivery
            // Without a next one it must not wait for ever.
            schedule(.releaseHeld(account: place, order: delivery.order), at: now + .seconds(1))
            return
        }
        account.waiting.append(delivery)
        if let held = account.held {
            account.held = nil
            account.waiting.append(held)
        }
        pump(account, now)
    }

    func releaseHeld(_ place: Int, order: UInt64, _ now: Timestamp) {
        guard let held = accounts[place].held, held.order == order else { return }
        accounts[place].held = nil
        deliver(held, account: place, now)
    }

    /// A session that can receive is bound.
    func receiverBound(_ session: SMSCSession, _ account: SMSCAccount, _ now: Timestamp) {
        account.receivers.append(session)
        for entry in account.later where entry.after < session.number { account.waiting.append(entry.delivery) }
        account.later.removeAll { $0.after < session.number }
        pump(account, now)
    }

    /// Nothing more goes over this session; what it had not acknowledged goes over another, or waits.
    func release(_ session: SMSCSession, _ now: Timestamp) {
        guard let place = session.account else { return }
        let account = accounts[place]
        account.receivers.removeAll { $0 === session }
        let returned = session.outstanding.values.map(\.delivery).sorted { $0.order < $1.order }
        session.outstanding.removeAll()
        tally.redelivered += returned.count
        account.waiting.putBack(returned)
        pump(account, now)
    }

    private func pump(_ account: SMSCAccount, _ now: Timestamp) {
        while let delivery = account.waiting.first,
            let session = account.receiver(for: delivery, window: settings.deliverWindow)
        {
            account.waiting.removeFirst()
            let sequence = session.nextSequence()
            session.outstanding[sequence] = .init(delivery: delivery, sentAt: now)
            send(PDU(.deliverSM(DeliverSM(delivery.fields)), sequence: sequence), session)
            tally.delivers += 1
            scheduleTimeout(session, at: now)
        }
    }

    /// deliver_sm_resp, or a generic_nack of one.
    func delivered(sequence: UInt32, _ status: CommandStatus, _ session: SMSCSession, _ now: Timestamp) {
        guard let place = session.account, let outstanding = session.outstanding.removeValue(forKey: sequence) else {
            return
        }
        switch status {
        case .ok: tally.acknowledged += 1
        case .permanentApplicationError, .rejectedByApplication: tally.refusedDelivers += 1
        default:
            // The ESME cannot take it now.
            tally.redelivered += 1
            schedule(.deliver(outstanding.delivery, account: place), at: now + .seconds(settings.deliverRetry))
        }
        pump(accounts[place], now)
    }

    // MARK: - Timeouts

    private func scheduleTimeout(_ session: SMSCSession, at sent: Timestamp) {
        guard settings.deliverTimeout > 0, !session.isTimeoutScheduled else { return }
        session.isTimeoutScheduled = true
        schedule(.deliverTimeout(connection: session.number), at: sent + .seconds(settings.deliverTimeout))
    }

    func deliverTimeoutDue(_ connection: Int, _ now: Timestamp) {
        guard let session = sessions[connection], let place = session.account, session.canReceive else { return }
        session.isTimeoutScheduled = false
        let limit = now - .seconds(settings.deliverTimeout)
        let late = session.outstanding.filter { $0.value.sentAt <= limit }
        for sequence in late.keys { session.outstanding[sequence] = nil }
        tally.redelivered += late.count
        if let oldest = session.outstanding.values.map(\.sentAt).min() { scheduleTimeout(session, at: oldest) }
        accounts[place].waiting.putBack(late.values.map(\.delivery).sorted { $0.order < $1.order })
        pump(accounts[place], now)
    }
}
