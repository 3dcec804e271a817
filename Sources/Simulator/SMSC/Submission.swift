// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP

/// What submit_sm, submit_multi and data_sm have in common: one message to one destination.
struct Submission {
    var command = CommandID.submitSM
    var serviceType = ""
    var source = Address.none
    var destination = Address.none
    var esmClass: UInt8 = 0
    var registeredDelivery: UInt8 = 0
    var replacesIfPresent = false
    var dataCoding: UInt8 = 0
    var userMessageReference: UInt16?
    /// short_message, or message_payload. Valid while the PDU is.
    var content = UnsafeRawBufferPointer(start: nil, count: 0)
    /// sar_total_segments and sar_segment_seqnum (SMPP 3.4 sections 5.3.2.23, 5.3.2.24).
    var segments: (total: UInt8, sequence: UInt8)?

    /// A citizen answers a message and not each of its segments.
    var isLastSegment: Bool {
        if let segments { return segments.sequence >= segments.total }
        guard esmClass & ESMClass.userDataHeader.rawValue != 0,
            let concatenation = UserDataHeader(Array(content.prefix(140)))?.concatenation
        else { return true }
        return concatenation.sequence == concatenation.total
    }
}

extension Submission {
    /// Reads a submit_sm (SMPP 3.4 section 4.4.1) without allocating; nil when it is not whole, which
    /// `PDU.decode` can explain.
    ///
    /// - Parameter bytes: the PDU with its header; must outlive the submission.
    init?(submitSM bytes: UnsafeRawBufferPointer) {
        var cursor = OctetCursor(bytes, at: PDUHeader.length)
        guard let serviceType = cursor.string(), let source = cursor.address(), let destination = cursor.address(),
            let esmClass = cursor.octet(), cursor.skip(2), cursor.skipString(), cursor.skipString(),
            let registeredDelivery = cursor.octet(), let replaces = cursor.octet(), let dataCoding = cursor.octet(),
            cursor.skip(1), let length = cursor.octet(), let content = cursor.octets(Int(length))
        else { return nil }
        self.serviceType = serviceType
        self.source = source
        self.destination = destination
        self.esmClass = esmClass
        self.registeredDelivery = registeredDelivery
        replacesIfPresent = replaces == 1
        self.dataCoding = dataCoding
        self.content = content
        readParameters(&cursor)
    }

    /// One that is cut off at the end is lost, as with PDU.decode.
    private mutating func readParameters(_ cursor: inout OctetCursor) {
        var total: UInt8?
        var sequence: UInt8?
        while cursor.remaining >= 4, let tag = cursor.number(), let length = cursor.number(),
            let value = cursor.octets(Int(length))
        {
            switch ParameterTag(rawValue: tag) {
            case .userMessageReference where value.count == 2:
                userMessageReference = UInt16(value[0]) << 8 | UInt16(value[1])
            case .messagePayload where content.isEmpty: content = value
            case .sarTotalSegments where value.count == 1: total = value[0]
            case .sarSegmentSequence where value.count == 1: sequence = value[0]
            default: break
            }
        }
        if let total, let sequence { segments = (total, sequence) }
    }
}

extension Submission {
    /// Everything but the destination and the text, from a decoded PDU.
    init(_ command: CommandID, _ fields: MessageFields) {
        self.command = command
        serviceType = fields.serviceType
        source = fields.source
        destination = fields.destination
        esmClass = fields.esmClass.rawValue
        registeredDelivery = fields.registeredDelivery
        replacesIfPresent = fields.replaceIfPresent == 1
        dataCoding = fields.dataCoding
        read(fields.parameters)
    }

    init(_ data: DataSM) {
        command = .dataSM
        serviceType = data.serviceType
        source = data.source
        destination = data.destination
        esmClass = data.esmClass.rawValue
        registeredDelivery = data.registeredDelivery
        dataCoding = data.dataCoding
        read(data.parameters)
    }

    private mutating func read(_ parameters: [OptionalParameter]) {
        userMessageReference = parameters.number(.userMessageReference)
        if let total = parameters.octet(.sarTotalSegments), let sequence = parameters.octet(.sarSegmentSequence) {
            segments = (total, sequence)
        }
    }
}

/// Walks over the octets of a PDU.
private struct OctetCursor {
    private let bytes: UnsafeRawBufferPointer
    private var offset: Int

    init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        self.bytes = bytes
        self.offset = offset
    }

    var remaining: Int { bytes.count - offset }

    mutating func octet() -> UInt8? {
        guard offset < bytes.count else { return nil }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func skip(_ count: Int) -> Bool {
        offset += count
        return offset <= bytes.count
    }

    mutating func number() -> UInt16? {
        guard let high = octet(), let low = octet() else { return nil }
        return UInt16(high) << 8 | UInt16(low)
    }

    mutating func octets(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count <= remaining else { return nil }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    private mutating func untilNUL() -> UnsafeRawBufferPointer? {
        var end = offset
        while end < bytes.count, bytes[end] != 0 { end += 1 }
        guard end < bytes.count else { return nil }
        defer { offset = end + 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<end])
    }

    mutating func skipString() -> Bool { untilNUL() != nil }

    mutating func string() -> String? {
        guard let octets = untilNUL() else { return nil }
        // Up to 15 octets live inside the String itself.
        return octets.isEmpty ? "" : String(decoding: octets, as: UTF8.self)
    }

    mutating func address() -> Address? {
        guard let type = octet(), let plan = octet(), let value = string() else { return nil }
        return Address(TypeOfNumber(rawValue: type), NumberingPlanIndicator(rawValue: plan), value)
    }
}
