// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// Sorting PDUs, binds, enquire_link.
extension SimulatedSMSC {
    func handle(_ bytes: UnsafeRawBufferPointer, _ session: SMSCSession, _ now: Timestamp) {
        guard session.isListening else { return }
        let command = CommandID(rawValue: bytes.word(4))
        if command == .submitSM, session.canSubmit, let submission = Submission(submitSM: bytes) {
            submit(submission, sequence: bytes.word(12), session, now)
            return
        }
        do throws(PDUError) {
            handle(try PDU.decode(bytes), session, now)
        } catch {
            refuse(error, session)
        }
    }

    /// Responses carry the status, what is not known gets generic_nack (SMPP 3.4 section 3.3).
    private func refuse(_ error: PDUError, _ session: SMSCSession) {
        tally.nonsense += 1
        let command = error.header.command
        // Nobody answers a response.
        if command.isResponse { return }
        if error.status == .invalidCommandID || !command.hasResponse {
            send(PDU(.genericNack, status: error.status, sequence: error.header.sequence), session)
        } else {
            respond(command, error.status, error.header.sequence, session)
        }
    }

    private func handle(_ pdu: PDU, _ session: SMSCSession, _ now: Timestamp) {
        let sequence = pdu.sequence
        switch pdu.body {
        case .bind(let mode, let bind): self.bind(mode, bind, sequence: sequence, session, now)
        case .enquireLink: send(PDU(.enquireLinkResponse, sequence: sequence), session)
        case .unbind:
            guard session.isBound else { return respond(.unbind, .incorrectBindStatus, sequence, session) }
            send(PDU(.unbindResponse, sequence: sequence), session)
            release(session, now)
            end(session)
        case .submitMulti(let multi) where session.canSubmit: submit(multi, sequence: sequence, session, now)
        case .dataSM(let data) where session.canSubmit: submit(data, sequence: sequence, session, now)
        case .querySM(let query) where session.canSubmit: self.query(query, sequence: sequence, session, now)
        case .cancelSM(let cancel) where session.canSubmit: self.cancel(cancel, sequence: sequence, session, now)
        case .replaceSM(let replace) where session.canSubmit: self.replace(replace, sequence: sequence, session, now)
        case .submitSM, .submitMulti, .dataSM, .querySM, .cancelSM, .replaceSM:
            // A whole submit_sm on a bind that can submit does not come here.
            respond(pdu.command, .incorrectBindStatus, sequence, session)
        case .deliverSMResponse: delivered(sequence: sequence, pdu.status, session, now)
        case .genericNack: delivered(sequence: sequence, .systemError, session, now)
        case .enquireLinkResponse, .unbindResponse, .bindResponse, .submitSMResponse, .submitMultiResponse,
            .dataSMResponse, .querySMResponse, .cancelSMResponse, .replaceSMResponse, .broadcastSMResponse,
            .queryBroadcastSMResponse, .cancelBroadcastSMResponse:
            break
        case .outbind, .deliverSM, .alertNotification, .broadcastSM, .queryBroadcastSM, .cancelBroadcastSM:
            tally.nonsense += 1
            send(PDU(.genericNack, status: .invalidCommandID, sequence: sequence), session)
        }
    }

    /// A response of a header alone.
    func respond(_ command: CommandID, _ status: CommandStatus, _ sequence: UInt32, _ session: SMSCSession) {
        guard session.isListening else { return }
        session.output.appendHeader(command.response, status, sequence, bodyLength: 0)
        touch(session)
    }

    // MARK: - Binds

    private func bind(
        _ mode: BindMode, _ bind: Bind, sequence: UInt32, _ session: SMSCSession, _ now: Timestamp
    ) {
        guard session.state == .open else { return respond(mode.command, .alreadyBound, sequence, session) }
        if let refusal = refusal(of: bind) {
            tally.refusedBinds += 1
            respond(mode.command, refusal, sequence, session)
            end(session)
            return
        }
        let place = accountPlace(bind.systemID)
        session.state = .bound(mode)
        session.account = place
        tally.binds += 1
        // sc_interface_version (SMPP 3.4 section 5.3.2.25).
        let version = OptionalParameter(.scInterfaceVersion, UInt8(0x34))
        send(
            PDU(
                .bindResponse(mode, BindResponse(systemID: "burgernetsim", parameters: [version])), sequence: sequence),
            session)
        if settings.enquire > 0 {
            schedule(.enquire(connection: session.number), at: now + .seconds(settings.enquire))
        }
        scheduleDisturbances(session, now)
        if mode.canReceive { receiverBound(session, accounts[place], now) }
    }

    private func refusal(of bind: Bind) -> CommandStatus? {
        guard !settings.accounts.isEmpty else { return nil }
        guard let password = settings.accounts[bind.systemID] else { return .invalidSystemID }
        return password == bind.password ? nil : .invalidPassword
    }

    private func accountPlace(_ systemID: String) -> Int {
        if let place = accountPlaces[systemID] { return place }
        accounts.append(SMSCAccount(systemID: systemID, rate: settings.rate))
        accountPlaces[systemID] = accounts.count - 1
        return accounts.count - 1
    }

    // MARK: - enquire_link

    func enquire(_ connection: Int, _ now: Timestamp) {
        guard let session = sessions[connection], session.isBound else { return }
        if let asked = session.enquiredAt, now - asked >= .seconds(settings.enquireTimeout) {
            tally.silent += 1
            release(session, now)
            end(session)
            return
        }
        let due = session.lastHeard + .seconds(settings.enquire)
        if due > now {
            schedule(.enquire(connection: connection), at: due)
        } else {
            session.enquiredAt = now
            send(PDU(.enquireLink, sequence: session.nextSequence()), session)
            schedule(.enquire(connection: connection), at: now + .seconds(settings.enquireTimeout))
        }
    }
}

extension UnsafeRawBufferPointer {
    /// - Precondition: the buffer holds a whole header.
    func word(_ offset: Int) -> UInt32 { UInt32(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
}

extension [UInt8] {
    /// A PDU's header (SMPP 3.4 section 3.2).
    mutating func appendHeader(
        _ command: CommandID, _ status: CommandStatus, _ sequence: UInt32, bodyLength: Int
    ) {
        let words = (
            UInt32(PDUHeader.length + bodyLength).bigEndian, command.rawValue.bigEndian, status.rawValue.bigEndian,
            sequence.bigEndian
        )
        Swift.withUnsafeBytes(of: words) { append(contentsOf: $0) }
    }
}
