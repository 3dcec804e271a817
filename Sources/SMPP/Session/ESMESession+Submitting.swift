// SPDX-License-Identifier: GPL-3.0-or-later

extension ESMESession {
    /// Sends a request (submit_sm, data_sm, replace_sm, query_sm or cancel_sm), or lets it wait for a place in the
    /// window. Its response comes as an event with the token.
    package mutating func submit(_ body: PDU.Body, token: UInt64, now: Int64) -> Submission {
        guard case .bound = phase else { return .refused(.notBound) }
        guard configuration.mode.canSubmit else { return .refused(.receiverOnly) }
        if let problem = Self.problem(of: body) { return .refused(.unwritable(problem)) }
        guard waiting.isEmpty, hasRoom else {
            waiting.append(Order(token: token, body: body))
            return .waiting
        }
        send(body, token, now)
        return .sent
    }

    /// What the encoder could not write, or the session could not match a response to.
    private static func problem(of body: PDU.Body) -> String? {
        switch body {
        case .submitSM(let message):
            message.fields.shortMessage.count <= 254 ? nil : "short_message holds 254 octets"
        case .replaceSM(let replace): replace.shortMessage.count <= 254 ? nil : "short_message holds 254 octets"
        case .dataSM, .querySM, .cancelSM: nil
        case .bind, .bindResponse, .outbind, .unbind, .unbindResponse, .genericNack, .enquireLink,
            .enquireLinkResponse, .submitSMResponse, .submitMulti, .submitMultiResponse, .deliverSM,
            .deliverSMResponse, .dataSMResponse, .querySMResponse, .cancelSMResponse, .replaceSMResponse,
            .alertNotification, .broadcastSM, .broadcastSMResponse, .queryBroadcastSM, .queryBroadcastSMResponse,
            .cancelBroadcastSM, .cancelBroadcastSMResponse:
            "\(body.command) cannot be submitted"
        }
    }

    private var hasRoom: Bool { !window.isFull && !isBlocked && output.bytes.count < Self.outputLimit }

    private mutating func send(_ body: PDU.Body, _ token: UInt64, _ now: Int64) {
        let sequence = takeSequence()
        PDU(body, sequence: sequence).encode(into: &output)
        ordinal += 1
        window.insert(
            RequestWindow.Entry(
                sequence: sequence, command: body.command, token: token, sentAt: now, ordinal: ordinal))
        counters.submits += 1
        lastMessage = now
    }

    /// Sends what waits as far as there is room.
    mutating func sendWaiting(_ now: Int64) {
        while !waiting.isEmpty, hasRoom, let order = waiting.popFirst() { send(order.body, order.token, now) }
    }

    // MARK: - Responses

    /// Any response to a request of the window or to one that timed out.
    mutating func answered(
        _ header: PDUHeader, messageID: String, parameters: [OptionalParameter], now: Int64
    ) {
        if let entry = window.remove(header.sequence) {
            guard entry.command.response == header.command || header.command == .genericNack else {
                malformedResponse(entry, "\(header.command) answers \(entry.command)")
                return
            }
            count(header.status)
            responseTime.sampled(max(0, now - entry.sentAt))
            events.append(
                .response(token: entry.token, status: header.status, messageID: messageID, parameters: parameters))
        } else if let entry = late.remove(header.sequence) {
            counters.late += 1
            responseTime.sampled(max(0, now - entry.sentAt))
            events.append(.lateResponse(token: entry.token, status: header.status, messageID: messageID))
        } else {
            counters.unknownResponses += 1
        }
    }

    /// A response that PDU.decode refused.
    mutating func malformedResponse(_ error: PDUError, now: Int64) {
        if error.header.status != .ok {
            // Its status says enough: an error response has no body that matters.
            answered(error.header, messageID: "", parameters: [], now: now)
        } else if let entry = window.remove(error.header.sequence) ?? late.remove(error.header.sequence) {
            malformedResponse(entry, "\(error)")
        } else {
            counters.unknownResponses += 1
        }
    }

    private mutating func malformedResponse(_ entry: RequestWindow.Entry, _ problem: String) {
        events.append(.malformedResponse(token: entry.token, problem: problem))
    }

    private mutating func count(_ status: CommandStatus) {
        counters.responses += 1
        guard status != .ok else { return }
        counters.errors += 1
        if status == .throttled || status == .messageQueueFull { counters.throttled += 1 }
    }

    /// Takes requests out of the window that have waited too long, and remembers them for a late response.
    mutating func expire(_ now: Int64) {
        while let entry = window.oldest, now >= windowDeadline {
            _ = window.remove(entry.sequence)
            if late.isFull { _ = late.removeOldest() }
            late.insert(entry)
            counters.timedOut += 1
            events.append(.timedOut(token: entry.token))
        }
    }
}
