// SPDX-License-Identifier: GPL-3.0-or-later

/// One PDU of SMPP 3.4, or of the parts of 5.0 that SMSCs send.
package struct PDU: Hashable, Sendable {
    /// What follows the header.
    package enum Body: Hashable, Sendable {
        case bind(BindMode, Bind)
        case bindResponse(BindMode, BindResponse)
        case outbind(Outbind)
        case unbind
        case unbindResponse
        case genericNack
        case enquireLink
        case enquireLinkResponse
        case submitSM(SubmitSM)
        case submitSMResponse(MessageResponse)
        case submitMulti(SubmitMulti)
        case submitMultiResponse(SubmitMultiResponse)
        case deliverSM(DeliverSM)
        case deliverSMResponse(MessageResponse)
        case dataSM(DataSM)
        case dataSMResponse(MessageResponse)
        case querySM(QuerySM)
        case querySMResponse(QuerySMResponse)
        case cancelSM(CancelSM)
        case cancelSMResponse
        case replaceSM(ReplaceSM)
        case replaceSMResponse
        case alertNotification(AlertNotification)
        case broadcastSM(BroadcastSM)
        case broadcastSMResponse(MessageResponse)
        case queryBroadcastSM(QueryBroadcastSM)
        case queryBroadcastSMResponse(MessageResponse)
        case cancelBroadcastSM(CancelBroadcastSM)
        case cancelBroadcastSMResponse
    }

    /// 0 in requests.
    package var status: CommandStatus
    /// 1 to 0x7FFFFFFF; a response repeats its request's (section 3.2).
    package var sequence: UInt32
    package var body: Body
    /// What could not be read of it, and does not change what the rest says; nil: nothing.
    package var damage: String?

    package init(_ body: Body, status: CommandStatus = .ok, sequence: UInt32) {
        self.body = body
        self.status = status
        self.sequence = sequence
    }

    package var command: CommandID { body.command }
    package var header: PDUHeader { PDUHeader(command: command, status: status, sequence: sequence) }

    // MARK: - Decoding

    /// Reads one whole PDU, command_length included. The caller has checked that `bytes` is as long as it says.
    ///
    /// Throws ``PDUError``: the header could be read, so that the far end can be told what was wrong.
    package static func decode(_ bytes: UnsafeRawBufferPointer) throws(PDUError) -> PDU {
        func word(_ offset: Int) -> UInt32 {
            bytes.count >= offset + 4
                ? UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) : 0
        }
        let header = PDUHeader(
            command: CommandID(rawValue: word(4)), status: CommandStatus(rawValue: word(8)), sequence: word(12))
        guard bytes.count >= PDUHeader.length, word(0) == UInt32(clamping: bytes.count) else {
            throw PDUError(
                header: header, status: .invalidCommandLength, field: "command_length",
                problem: "it says \(word(0)) and \(bytes.count) octets are there")
        }
        var reader = PDUReader(header: header, body: bytes[PDUHeader.length...])
        var pdu = PDU(try Body(header.command, &reader), status: header.status, sequence: header.sequence)
        pdu.damage = reader.damage
        return pdu
    }

    package static func decode(_ bytes: [UInt8]) throws(PDUError) -> PDU {
        let result = bytes.withUnsafeBytes { buffer -> Result<PDU, PDUError> in
            do throws(PDUError) { return .success(try decode(buffer)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    // MARK: - Encoding

    /// Appends the whole PDU.
    package func encode(into writer: inout PDUWriter) {
        let start = writer.bytes.count
        writer.number(0)
        writer.number(command.rawValue)
        writer.number(status.rawValue)
        writer.number(sequence)
        if status == .ok || body.isKeptInErrors { body.write(&writer) }
        writer.patch(UInt32(writer.bytes.count - start), at: start)
    }

    package func encoded() -> [UInt8] {
        var writer = PDUWriter()
        encode(into: &writer)
        return writer.bytes
    }
}

extension PDU.Body {
    /// An error response has no body (e.g. section 4.4.2), except for a data_sm_resp whose optional parameters say
    /// what went wrong (section 4.7.2).
    var isKeptInErrors: Bool {
        if case .dataSMResponse(let response) = self { return !response.parameters.isEmpty }
        return !command.isResponse
    }

    package var command: CommandID {
        switch self {
        case .bind(let mode, _): mode.command
        case .bindResponse(let mode, _): mode.command.response
        case .outbind: .outbind
        case .unbind: .unbind
        case .unbindResponse: CommandID.unbind.response
        case .genericNack: .genericNack
        case .enquireLink: .enquireLink
        case .enquireLinkResponse: CommandID.enquireLink.response
        case .submitSM: .submitSM
        case .submitSMResponse: CommandID.submitSM.response
        case .submitMulti: .submitMulti
        case .submitMultiResponse: CommandID.submitMulti.response
        case .deliverSM: .deliverSM
        case .deliverSMResponse: CommandID.deliverSM.response
        case .dataSM: .dataSM
        case .dataSMResponse: CommandID.dataSM.response
        case .querySM: .querySM
        case .querySMResponse: CommandID.querySM.response
        case .cancelSM: .cancelSM
        case .cancelSMResponse: CommandID.cancelSM.response
        case .replaceSM: .replaceSM
        case .replaceSMResponse: CommandID.replaceSM.response
        case .alertNotification: .alertNotification
        case .broadcastSM: .broadcastSM
        case .broadcastSMResponse: CommandID.broadcastSM.response
        case .queryBroadcastSM: .queryBroadcastSM
        case .queryBroadcastSMResponse: CommandID.queryBroadcastSM.response
        case .cancelBroadcastSM: .cancelBroadcastSM
        case .cancelBroadcastSMResponse: CommandID.cancelBroadcastSM.response
        }
    }

    init(_ command: CommandID, _ reader: inout PDUReader) throws(PDUError) {
        switch command {
        case .submitSM: self = .submitSM(SubmitSM(try MessageFields(&reader)))
        case CommandID.submitSM.response: self = .submitSMResponse(try MessageResponse(&reader))
        case .deliverSM: self = .deliverSM(DeliverSM(try MessageFields(&reader)))
        case CommandID.deliverSM.response: self = .deliverSMResponse(try MessageResponse(&reader))
        case .enquireLink: self = .enquireLink
        case CommandID.enquireLink.response: self = .enquireLinkResponse
        case .bindTransmitter: self = .bind(.transmitter, try Bind(&reader))
        case .bindReceiver: self = .bind(.receiver, try Bind(&reader))
        case .bindTransceiver: self = .bind(.transceiver, try Bind(&reader))
        case CommandID.bindTransmitter.response: self = .bindResponse(.transmitter, try BindResponse(&reader))
        case CommandID.bindReceiver.response: self = .bindResponse(.receiver, try BindResponse(&reader))
        case CommandID.bindTransceiver.response: self = .bindResponse(.transceiver, try BindResponse(&reader))
        case .outbind: self = .outbind(try Outbind(&reader))
        case .unbind: self = .unbind
        case CommandID.unbind.response: self = .unbindResponse
        case .genericNack: self = .genericNack
        case .submitMulti: self = .submitMulti(try SubmitMulti(&reader))
        case CommandID.submitMulti.response: self = .submitMultiResponse(try SubmitMultiResponse(&reader))
        case .dataSM: self = .dataSM(try DataSM(&reader))
        case CommandID.dataSM.response: self = .dataSMResponse(try MessageResponse(&reader))
        case .querySM: self = .querySM(try QuerySM(&reader))
        case CommandID.querySM.response: self = .querySMResponse(try QuerySMResponse(&reader))
        case .cancelSM: self = .cancelSM(try CancelSM(&reader))
        case CommandID.cancelSM.response: self = .cancelSMResponse
        case .replaceSM: self = .replaceSM(try ReplaceSM(&reader))
        case CommandID.replaceSM.response: self = .replaceSMResponse
        case .alertNotification: self = .alertNotification(try AlertNotification(&reader))
        case .broadcastSM: self = .broadcastSM(try BroadcastSM(&reader))
        case CommandID.broadcastSM.response: self = .broadcastSMResponse(try MessageResponse(&reader))
        case .queryBroadcastSM: self = .queryBroadcastSM(try QueryBroadcastSM(&reader))
        case CommandID.queryBroadcastSM.response: self = .queryBroadcastSMResponse(try MessageResponse(&reader))
        case .cancelBroadcastSM: self = .cancelBroadcastSM(try CancelBroadcastSM(&reader))
        case CommandID.cancelBroadcastSM.response: self = .cancelBroadcastSMResponse
        default: throw reader.failure("command_id", "\(command) is not known", .invalidCommandID)
        }
    }

    func write(_ writer: inout PDUWriter) {
        switch self {
        case .bind(_, let bind): bind.write(&writer)
        case .bindResponse(_, let response): response.write(&writer)
        case .outbind(let outbind): outbind.write(&writer)
        case .submitSM(let message): message.fields.write(&writer)
        case .deliverSM(let message): message.fields.write(&writer)
        case .submitMulti(let multi): multi.write(&writer)
        case .submitMultiResponse(let response): response.write(&writer)
        case .dataSM(let data): data.write(&writer)
        case .submitSMResponse(let response), .deliverSMResponse(let response), .dataSMResponse(let response),
            .broadcastSMResponse(let response), .queryBroadcastSMResponse(let response):
            response.write(&writer)
        case .querySM(let query): query.write(&writer)
        case .querySMResponse(let response): response.write(&writer)
        case .cancelSM(let cancel): cancel.write(&writer)
        case .replaceSM(let replace): replace.write(&writer)
        case .alertNotification(let alert): alert.write(&writer)
        case .broadcastSM(let broadcast): broadcast.write(&writer)
        case .queryBroadcastSM(let query): query.write(&writer)
        case .cancelBroadcastSM(let cancel): cancel.write(&writer)
        case .unbind, .unbindResponse, .genericNack, .enquireLink, .enquireLinkResponse, .cancelSMResponse,
            .replaceSMResponse, .cancelBroadcastSMResponse:
            break
        }
    }
}
