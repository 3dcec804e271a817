// SPDX-License-Identifier: GPL-3.0-or-later

/// Why the octets of a PDU cannot be read.
package struct PDUError: Error, Equatable, Sendable, CustomStringConvertible {
    package var header: PDUHeader
    /// What the response says of it.
    package var status: CommandStatus
    /// The field, as the specification names it.
    package var field: String
    package var problem: String

    package init(header: PDUHeader, status: CommandStatus, field: String, problem: String) {
        self.header = header
        self.status = status
        self.field = field
        self.problem = problem
    }

    package var description: String { "\(header.command) \(header.sequence): \(field): \(problem)" }
}

/// The four fields that every PDU begins with (SMPP 3.4 section 3.2).
package struct PDUHeader: Hashable, Sendable {
    package var command: CommandID
    package var status: CommandStatus
    package var sequence: UInt32

    package init(command: CommandID, status: CommandStatus = .ok, sequence: UInt32) {
        self.command = command
        self.status = status
        self.sequence = sequence
    }

    /// Octets of a header with command_length.
    package static let length = 16
}

/// Reads the fields of one PDU, never beyond its end.
package struct PDUReader {
    package let header: PDUHeader
    private var rest: UnsafeRawBufferPointer.SubSequence
    /// What could not be read at the end of a PDU whose other fields are clear; nil: nothing.
    private(set) var damage: String?

    init(header: PDUHeader, body: UnsafeRawBufferPointer.SubSequence) {
        self.header = header
        rest = body
    }

    var isAtEnd: Bool { rest.isEmpty }
    var remaining: Int { rest.count }

    func failure(_ field: String, _ problem: String, _ status: CommandStatus = .invalidCommandLength) -> PDUError {
        PDUError(header: header, status: status, field: field, problem: problem)
    }

    mutating func octet(_ field: String) throws(PDUError) -> UInt8 {
        guard let value = rest.popFirst() else { throw failure(field, "the PDU ends before it") }
        return value
    }

    mutating func number(_ field: String) throws(PDUError) -> UInt32 {
        let value = try octets(field, 4)
        return value.reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func octets(_ field: String, _ count: Int) throws(PDUError) -> [UInt8] {
        guard rest.count >= count else {
            throw failure(field, "\(count) octets are announced and \(rest.count) are there")
        }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// A C-octet string. Longer ones than the specification allows are taken: the PDU bounds them.
    mutating func string(_ field: String) throws(PDUError) -> String {
        guard let end = rest.firstIndex(of: 0) else { throw failure(field, "it has no closing NUL") }
        let value = rest[rest.startIndex..<end]
        rest = rest[(end + 1)...]
        if value.isEmpty { return "" }
        if value.allSatisfy({ $0 < 0x80 }) { return String(decoding: value, as: UTF8.self) }
        return latin1Text(value)
    }

    /// A C-octet string at the end of a response; without a closing NUL it goes to the end of the PDU, or to the tag of an
    /// optional parameter, which begins with a control character. An SMSC that leaves the NUL out has said clearly all the
    /// same whether it took the request.
    mutating func lastString(_ field: String) throws(PDUError) -> String {
        let end = rest.firstIndex { $0 < 0x20 } ?? rest.endIndex
        guard end == rest.endIndex || rest[end] != 0 else { return try string(field) }
        damage = "\(field): it has no closing NUL"
        defer { rest = rest[end...] }
        return latin1Text(rest[..<end])
    }

    /// Type, plan and address; the specification has another name for the address itself in places (dest_addr_ton,
    /// dest_addr_npi, destination_addr).
    mutating func address(_ prefix: String, value name: String? = nil) throws(PDUError) -> Address {
        let type = TypeOfNumber(rawValue: try octet(prefix + "_ton"))
        let plan = NumberingPlanIndicator(rawValue: try octet(prefix + "_npi"))
        return Address(type, plan, try string(name ?? prefix))
    }

    /// sm_length and short_message.
    mutating func shortMessage() throws(PDUError) -> [UInt8] {
        let length = Int(try octet("sm_length"))
        if length > remaining, header.command == .deliverSM {
            // A receipt that was cut off may still say whose it is and what became of the message.
            damage = "sm_length: \(length) octets are announced and \(remaining) are there"
            return try octets("short_message", remaining)
        }
        guard length <= remaining else {
            throw failure(
                "sm_length", "\(length) octets are announced and \(remaining) are there", .invalidMessageLength)
        }
        return try octets("short_message", length)
    }

    /// All that is left. A lone NUL or a stump of zeros at the end, which some SMSCs leave there, is skipped; so is a
    /// parameter that is cut off, which is then the only thing that is lost.
    mutating func parameters() -> [OptionalParameter] {
        var found: [OptionalParameter] = []
        while !rest.isEmpty {
            guard rest.count >= 4 else {
                if rest.contains(where: { $0 != 0 }) { lose("optional parameters: \(rest.count) octets are left over") }
                rest = rest.dropFirst(rest.count)
                break
            }
            let start = rest.startIndex
            let tag = ParameterTag(rawValue: UInt16(rest[start]) << 8 | UInt16(rest[start + 1]))
            let length = Int(rest[start + 2]) << 8 | Int(rest[start + 3])
            rest = rest.dropFirst(4)
            guard rest.count >= length else {
                lose("\(tag): \(length) octets are announced and \(rest.count) are there")
                rest = rest.dropFirst(rest.count)
                break
            }
            found.append(OptionalParameter(tag, Array(rest.prefix(length))))
            rest = rest.dropFirst(length)
        }
        return found
    }

    private mutating func lose(_ what: String) { damage = damage ?? what }
}

/// Appends the fields of PDUs to a buffer.
package struct PDUWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    mutating func octet(_ value: UInt8) { bytes.append(value) }
    mutating func number(_ value: UInt32) {
        bytes.append(UInt8(truncatingIfNeeded: value >> 24))
        bytes.append(UInt8(truncatingIfNeeded: value >> 16))
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
    }
    mutating func octets(_ value: [UInt8]) { bytes.append(contentsOf: value) }

    /// A C-octet string of at most `limit` octets, its NUL included; what is longer is a programmer's or
    /// configuration's error that is checked before, and cut here rather than written into the next field.
    mutating func string(_ value: String, _ limit: Int) {
        var value = value
        value.withUTF8 { utf8 in
            if utf8.allSatisfy({ $0 < 0x80 && $0 != 0 }) {
                bytes.append(contentsOf: utf8.prefix(limit - 1))
            } else {
                bytes.append(
                    contentsOf: SMPP.octets(of: String(decoding: utf8, as: UTF8.self)).prefix(limit - 1).map {
                        $0 == 0 ? UInt8(ascii: "?") : $0
                    })
            }
        }
        bytes.append(0)
    }

    /// sm_length and short_message; 255 octets are for SMPP 5.0, 3.4 knows 254 (section 5.2.21).
    mutating func shortMessage(_ value: [UInt8]) {
        precondition(value.count <= 255, "short_message holds 254 octets (SMPP 3.4 section 5.2.21)")
        octet(UInt8(value.count))
        octets(value)
    }

    mutating func address(_ value: Address, _ limit: Int) {
        octet(value.typeOfNumber.rawValue)
        octet(value.plan.rawValue)
        string(value.value, limit)
    }

    mutating func parameters(_ values: [OptionalParameter]) {
        for one in values {
            octet(UInt8(one.tag.rawValue >> 8))
            octet(UInt8(one.tag.rawValue & 0xFF))
            let value = one.value.prefix(0xFFFF)
            octet(UInt8(value.count >> 8))
            octet(UInt8(value.count & 0xFF))
            bytes.append(contentsOf: value)
        }
    }

    mutating func patch(_ value: UInt32, at offset: Int) {
        for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32(index))) }
    }

    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}
