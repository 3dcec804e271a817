// SPDX-License-Identifier: GPL-3.0-or-later
@preconcurrency import Dispatch
import SMPP

@testable import Messaging

/// A small SMSC on a queue of its own: answers binds, messages and enquiries unless it is told otherwise.
final class TestSMSC: @unchecked Sendable {
    struct Rules: Sendable {
        var bindStatus = CommandStatus.ok
        /// Answers to submit_sm.
        var answersMessages = true
        var answersEnquiries = true
        /// Resets the connection when this many messages have come; nil: never.
        var cutsAfter: Int?
        var answersUnbind = true
    }

    struct Notes: Sendable {
        var connections = 0
        var binds: [Bind] = []
        var commands: [CommandID] = []
        /// short_message as text, of all submit_sm.
        var texts: [String] = []
        var responses: [PDU] = []
        var closed = 0
        /// The most messages that came unanswered.
        var mostUnanswered = 0
    }

    /// One accepted connection; used on the SMSC's queue.
    final class Connection {
        let stream: ByteStream
        var splitter = PDUSplitter()
        var unanswered: [UInt32] = []

        init(_ stream: ByteStream) { self.stream = stream }
    }

    let queue = DispatchQueue(label: "test.smsc")
    let notes = Watched(Notes())
    private var rules: Rules
    private var connections: [Connection] = []
    private var listener: StreamListener?

    init(_ rules: Rules = Rules(), tls: TLSContext? = nil) throws {
        self.rules = rules
        listener = try StreamListener(on: StreamEndpoint(host: "127.0.0.1", port: 0), tls: tls, queue: queue) {
            [weak self] in self?.accept($0)
        }
    }

    var endpoint: StreamEndpoint { listener?.local ?? StreamEndpoint(host: "", port: 0) }

    func change(_ body: (inout Rules) -> Void) { queue.sync { body(&rules) } }

    /// Runs `body` with the last connection that is open.
    func onConnection(_ body: (Connection) -> Void) { queue.sync { connections.last.map(body) } }

    func send(_ body: PDU.Body, sequence: UInt32) {
        onConnection { _ = $0.stream.write(PDU(body, sequence: sequence).encoded()) }
    }

    /// Answers the messages that were left unanswered.
    func answerAll() {
        queue.sync {
            for connection in connections { answer(connection) }
        }
    }

    private func accept(_ stream: ByteStream) {
        let connection = Connection(stream)
        connections.append(connection)
        notes.change { $0.connections += 1 }
        stream.onBytes = { [weak self, unowned connection] in self?.read($0, connection) }
        stream.onClosed = { [weak self, unowned connection] _ in
            self?.notes.change { $0.closed += 1 }
            self?.connections.removeAll { $0 === connection }
        }
    }

    private func read(_ bytes: UnsafeRawBufferPointer, _ connection: Connection) {
        var pdus: [PDU] = []
        var splitter = connection.splitter
        do {
            try splitter.feed(bytes) { if let pdu = try? PDU.decode($0) { pdus.append(pdu) } }
        } catch {
            connection.stream.abort()
        }
        connection.splitter = splitter
        for pdu in pdus where connection.stream.isOpen { take(pdu, connection) }
        notes.change { $0.mostUnanswered = max($0.mostUnanswered, connection.unanswered.count) }
        if rules.answersMessages { answer(connection) }
    }

    private func take(_ pdu: PDU, _ connection: Connection) {
        notes.change { $0.commands.append(pdu.command) }
        switch pdu.body {
        case .bind(let mode, let bind):
            notes.change { $0.binds.append(bind) }
            let version = OptionalParameter(.scInterfaceVersion, UInt8(0x34))
            let response = BindResponse(systemID: "TESTSMSC", parameters: [version])
            reply(PDU(.bindResponse(mode, response), status: rules.bindStatus, sequence: pdu.sequence), connection)
        case .submitSM(let message):
            connection.unanswered.append(pdu.sequence)
            let text = String(decoding: message.fields.content.prefix(20), as: UTF8.self)
            notes.change { $0.texts.append(text) }
            if let limit = rules.cutsAfter, notes.current.texts.count >= limit {
                rules.cutsAfter = nil
                connection.stream.abort()
            }
        case .enquireLink:
            if rules.answersEnquiries { reply(PDU(.enquireLinkResponse, sequence: pdu.sequence), connection) }
        case .unbind:
            if rules.answersUnbind { reply(PDU(.unbindResponse, sequence: pdu.sequence), connection) }
        case .deliverSMResponse: notes.change { $0.responses.append(pdu) }
        default: break
        }
    }

    private func answer(_ connection: Connection) {
        for sequence in connection.unanswered {
            let response = MessageResponse(messageID: "id\(sequence)")
            reply(PDU(.submitSMResponse(response), sequence: sequence), connection)
        }
        connection.unanswered = []
    }

    private func reply(_ pdu: PDU, _ connection: Connection) { connection.stream.write(pdu.encoded()) }
}
