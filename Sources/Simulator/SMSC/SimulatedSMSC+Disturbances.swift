// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What is due, and what goes wrong on purpose.
extension SimulatedSMSC {
    func perform(_ event: Event, _ now: Timestamp) {
        switch event {
        case .response(let connection, let bytes):
            guard let session = sessions[connection], session.isListening else { return }
            session.output.append(contentsOf: bytes)
            touch(session)
        case .receipt(let serial): receiptDue(serial, now)
        case .intermediate(let serial): intermediateDue(serial, now)
        case .answer(let serial, let answer): answerDue(serial, answer, now)
        case .deliver(let delivery, let account): deliver(delivery, account: account, now)
        case .releaseHeld(let account, let order): releaseHeld(account, order: order, now)
        case .deliverTimeout(let connection): deliverTimeoutDue(connection, now)
        case .enquire(let connection): enquire(connection, now)
        case .breakConnection(let connection):
            if let session = sessions[connection], session.isListening { breakConnection(session, now) }
        case .blackHole(let connection):
            if let session = sessions[connection], session.isListening { enterBlackHole(session, now) }
        case .blackHoleEnds(let connection):
            guard let session = sessions[connection], session.state == .blackHole else { return }
            session.state = .closing
            effectAtEnd(.reset(connection: connection))
        }
    }

    /// Draws when a new bind will be disturbed.
    func scheduleDisturbances(_ session: SMSCSession, _ now: Timestamp) {
        // Evenly up to twice the mean.
        if settings.dropEvery > 0 {
            let time = now + .seconds(draws.value(in: 0...2 * settings.dropEvery))
            schedule(.breakConnection(session.number), at: time)
        }
        if settings.blackHoleEvery > 0 {
            let time = now + .seconds(draws.value(in: 0...2 * settings.blackHoleEvery))
            schedule(.blackHole(session.number), at: time)
        }
    }

    /// - Returns: true: this submit breaks the connection.
    func countSubmit(_ session: SMSCSession) -> Bool {
        tally.submits += 1
        session.submits += 1
        return session.submits == settings.dropAfter
    }

    func breakConnection(_ session: SMSCSession, _ now: Timestamp) {
        tally.broken += 1
        switch settings.dropHow {
        case .reset:
            session.state = .closing
            effectAtEnd(.reset(connection: session.number))
        case .close: end(session)
        }
        release(session, now)
    }

    func enterBlackHoleIfDue(_ session: SMSCSession, _ now: Timestamp) {
        if session.submits == settings.blackHoleAfter, session.isListening { enterBlackHole(session, now) }
    }

    private func enterBlackHole(_ session: SMSCSession, _ now: Timestamp) {
        tally.blackHoles += 1
        session.state = .blackHole
        effectAtEnd(.stopReading(connection: session.number))
        // Who does not read does not notice that the other side has gone: the connection must end some day.
        schedule(.blackHoleEnds(session.number), at: now + .seconds(settings.blackHoleSeconds))
        release(session, now)
    }
}
