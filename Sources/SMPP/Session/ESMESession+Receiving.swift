// SPDX-License-Identifier: GPL-3.0-or-later

extension ESMESession {
    /// Octets from the far end, cut anywhere.
    package mutating func received(_ bytes: UnsafeRawBufferPointer, now: Int64) {
        switch phase {
        case .idle, .closed: return
        case .open, .binding, .bound, .draining, .leaving, .unbinding: break
        }
        // Any octet shows that the far end lives.
        lastHeard = now
        enquiredAt = nil
        var splitter = splitter
        self.splitter = PDUSplitter()
        do throws(PDUSplitter.Fault) {
            try splitter.feed(bytes) { receivedPDU($0, now) }
            self.splitter = splitter
        } catch {
            counters.malformed += 1
            end(.unreadable(error), farewell: (.genericNack, .invalidCommandLength, error.sequence))
        }
        advance(now)
        if isBlocked, output.bytes.count > Self.floodLimit { end(.flooded) }
    }

    /// As with a buffer.
    package mutating func received(_ bytes: [UInt8], now: Int64) {
        bytes.withUnsafeBytes { received($0, now: now) }
    }

    private mutating func receivedPDU(_ bytes: UnsafeRawBufferPointer, _ now: Int64) {
        // What follows an unbind or a refusal in the same packet is of no use.
        if case .closed = phase { return }
        if receivedSubmitResponse(bytes, now) { return }
        do throws(PDUError) {
            let pdu = try PDU.decode(bytes)
            take(pdu, now)
        } catch {
            malformed(error, now)
        }
    }

    /// The one PDU that comes by the hundred thousand: a submit_sm_resp with an ASCII message_id and nothing else.
    /// False: it is something else, and nothing has been done.
    private mutating func receivedSubmitResponse(_ bytes: UnsafeRawBufferPointer, _ now: Int64) -> Bool {
        func word(_ offset: Int) -> UInt32 {
            UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        let command = CommandID.submitSM.response
        guard word(4) == command.rawValue else { return false }
        let text = UnsafeRawBufferPointer(rebasing: bytes[PDUHeader.length...].dropLast())
        if bytes.count > PDUHeader.length {
            guard bytes[bytes.count - 1] == 0, text.allSatisfy({ $0 != 0 && $0 < 0x80 }) else { return false }
        }
        lastMessage = now
        answered(
            PDUHeader(command: command, status: CommandStatus(rawValue: word(8)), sequence: word(12)),
            messageID: text.isEmpty ? "" : String(decoding: text, as: UTF8.self), parameters: [], now: now)
        return true
    }

    private mutating func take(_ pdu: PDU, _ now: Int64) {
        let header = pdu.header
        if let damage = pdu.damage {
            counters.malformed += 1
            events.append(.fault("\(header.command) \(header.sequence): \(damage)"))
        }
        if header.command.request != .enquireLink { lastMessage = now }
        switch pdu.body {
        case .submitSMResponse(let response), .dataSMResponse(let response):
            answered(header, messageID: response.messageID, parameters: response.parameters, now: now)
        case .querySMResponse(let response):
            let state = OptionalParameter(.messageState, response.messageState)
            answered(
                header, messageID: response.messageID,
                parameters: header.status == .ok ? [state] + response.parameters : response.parameters, now: now)
        case .cancelSMResponse, .replaceSMResponse:
            answered(header, messageID: "", parameters: [], now: now)
        case .deliverSM(let message): incoming(header, message.fields, isDataSM: false)
        case .dataSM(let message): incoming(header, MessageFields(message), isDataSM: true)
        case .alertNotification(let alert): alerted(alert)
        case .enquireLink: writeHeader(CommandID.enquireLink.response, .ok, header.sequence)
        case .enquireLinkResponse: break
        case .genericNack: nacked(header, now)
        case .bindResponse(_, let response): bindAnswered(header, response)
        case .outbind(let outbind):
            if case .open = phase { events.append(.outbind(outbind)) } else { unexpected(header) }
        case .unbind: unboundByPeer(header, now: now)
        case .unbindResponse: unbindAnswered(header)
        case .submitMultiResponse, .deliverSMResponse, .broadcastSMResponse, .queryBroadcastSMResponse,
            .cancelBroadcastSMResponse:
            // Nothing of the kind is ever asked; answered() tells whether the sequence number is one of ours.
            answered(header, messageID: "", parameters: [], now: now)
        case .bind, .submitSM, .submitMulti, .querySM, .cancelSM, .replaceSM, .broadcastSM, .queryBroadcastSM,
            .cancelBroadcastSM:
            // An SMSC sends none of these to an ESME (section 2.3).
            writeHeader(header.command.response, .incorrectBindStatus, header.sequence)
            unexpected(header)
        }
    }

    private mutating func unexpected(_ header: PDUHeader) {
        events.append(.fault("unexpected \(header.command) \(header.sequence)"))
    }

    /// A PDU whose end is known and whose content cannot be read: the session goes on.
    private mutating func malformed(_ error: PDUError, _ now: Int64) {
        let header = error.header
        counters.malformed += 1
        events.append(.fault("\(error)"))
        if isBindResponse(header) {
            bindAnswered(header, BindResponse(systemID: ""))
        } else if header.command.isResponse {
            malformedResponse(error, now: now)
        } else if error.status == .invalidCommandID {
            writeHeader(.genericNack, .invalidCommandID, header.sequence)
        } else if header.command.hasResponse {
            writeHeader(header.command.response, error.status, header.sequence)
            if header.command == .deliverSM || header.command == .dataSM { counters.incomingRefused += 1 }
        }
    }

    /// generic_nack: the far end could not read a PDU of ours (section 4.3).
    private mutating func nacked(_ header: PDUHeader, _ now: Int64) {
        var header = header
        // A nack never means yes.
        if header.status == .ok { header.status = .unknownError }
        switch phase {
        case .binding(let sequence, _) where sequence == header.sequence:
            end(.refused(header.status))
        case .unbinding(let sequence, _, let reason) where sequence == header.sequence:
            end(reason)
        case .idle, .open, .binding, .bound, .draining, .leaving, .unbinding, .closed:
            if !window.contains(header.sequence), !late.contains(header.sequence) {
                events.append(.fault("generic_nack \(header.sequence): \(header.status)"))
            }
            answered(header, messageID: "", parameters: [], now: now)
        }
    }

    private func isBindResponse(_ header: PDUHeader) -> Bool {
        guard case .binding(let sequence, _) = phase, sequence == header.sequence else { return false }
        return header.command == configuration.mode.command.response
    }

    private mutating func bindAnswered(_ header: PDUHeader, _ response: BindResponse) {
        guard isBindResponse(header) else {
            counters.unknownResponses += 1
            unexpected(header)
            return
        }
        guard header.status == .ok else {
            end(.refused(header.status))
            return
        }
        phase = .bound
        lastMessage = lastHeard
        events.append(.bound(systemID: response.systemID, version: response.parameters.octet(.scInterfaceVersion)))
    }
}
