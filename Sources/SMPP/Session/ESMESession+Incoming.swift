// SPDX-License-Identifier: GPL-3.0-or-later

extension ESMESession {
    /// Answers an incoming message, with an empty message_id (SMPP 3.4 section 4.6.2). A ticket that is not open,
    /// because it was answered or because its session is over, is left alone.
    package mutating func acknowledge(_ ticket: UInt64, status: CommandStatus, now: Int64) {
        guard let message = unanswered.removeValue(forKey: ticket) else { return }
        if status == .ok {
            // The message_id is there and empty: a C-octet string of its NUL alone.
            output.number(UInt32(PDUHeader.length + 1))
            output.number(message.command.response.rawValue)
            output.number(status.rawValue)
            output.number(message.sequence)
            output.octet(0)
        } else {
            writeHeader(message.command.response, status, message.sequence)
        }
        if isPaused, !mustPause {
            // Nothing was read: nobody was silent.
            isPaused = false
            lastHeard = now
            resumedAt = now
        }
        advance(now)
    }

    /// So much waits for `acknowledge` that nothing more is to be read from the connection. What has been read is taken.
    package var mustPause: Bool { unanswered.count >= configuration.incomingLimit }

    mutating func incoming(_ header: PDUHeader, _ fields: MessageFields, isDataSM: Bool) {
        if let refusal = refusalOfIncoming() {
            counters.incomingRefused += 1
            writeHeader(header.command.response, refusal, header.sequence)
            return
        }
        let ticket = nextTicket
        nextTicket += 1
        unanswered[ticket] = Unanswered(command: header.command, sequence: header.sequence)
        counters.incoming += 1
        events.append(.incoming(ticket: ticket, fields: fields, isDataSM: isDataSM))
        if mustPause { isPaused = true }
    }

    private func refusalOfIncoming() -> CommandStatus? {
        switch phase {
        case .bound, .draining, .leaving:
            return configuration.mode.canReceive ? nil : .incorrectBindStatus
        case .unbinding:
            // It crossed our unbind.
            return .temporaryApplicationError
        case .idle, .open, .binding, .closed:
            return .incorrectBindStatus
        }
    }

    mutating func alerted(_ alert: AlertNotification) {
        switch phase {
        case .bound where configuration.mode.canReceive, .draining where configuration.mode.canReceive,
            .leaving where configuration.mode.canReceive:
            events.append(.alert(alert))
        case .idle, .open, .binding, .bound, .draining, .leaving, .unbinding, .closed:
            events.append(.fault("unexpected alert_notification"))
        }
    }
}

extension MessageFields {
    /// A data_sm's fields, which are some of a deliver_sm's; its text stays in message_payload.
    init(_ message: DataSM) {
        self.init()
        serviceType = message.serviceType
        source = message.source
        destination = message.destination
        esmClass = message.esmClass
        registeredDelivery = message.registeredDelivery
        dataCoding = message.dataCoding
        parameters = message.parameters
    }
}
