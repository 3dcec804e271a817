// SPDX-License-Identifier: GPL-3.0-or-later

@testable import SMPP

/// A PDU and its octets, which were written down from the specification and not made by the encoder.
struct GoldenPDU: Sendable, CustomStringConvertible {
    /// The command, and what is special about this one.
    var name: String
    var pdu: PDU
    var bytes: [UInt8]
    /// Where each field begins, header and all.
    var starts: [Int] = []

    /// `fields` are the octets in hexadecimal, one text for each field.
    init(_ name: String, _ pdu: PDU, _ fields: String...) {
        self.name = name
        self.pdu = pdu
        bytes = []
        for field in fields {
            starts.append(bytes.count)
            bytes += Self.octets(field)
        }
    }

    var description: String { name }

    /// At least one of every command.
    static let all = session + submit + deliver + ancillary + broadcast

    /// The first with this name.
    static func named(_ name: String) -> GoldenPDU {
        guard let golden = all.first(where: { $0.name == name }) else { preconditionFailure("no golden \(name)") }
        return golden
    }

    /// Pairs of hexadecimal digits between blanks.
    static func octets(_ text: String) -> [UInt8] {
        text.split(separator: " ").map { pair in
            guard pair.utf8.count == 2, let octet = UInt8(pair, radix: 16) else { preconditionFailure("\(pair)") }
            return octet
        }
    }
}

extension MessageFields {
    /// A short alert to one telephone; `change` says what is different.
    static func alert(_ change: (inout MessageFields) -> Void = { _ in }) -> MessageFields {
        var fields = MessageFields()
        fields.source = Address(.alphanumeric, .unknown, "NL-Alert")
        fields.destination = .e164("31612345678")
        fields.shortMessage = Array("Sirene".utf8)
        change(&fields)
        return fields
    }
}

extension DataSM {
    static func alert(_ change: (inout DataSM) -> Void) -> DataSM {
        var data = DataSM()
        data.source = Address(.alphanumeric, .unknown, "NL-Alert")
        data.destination = .e164("31612345678")
        change(&data)
        return data
    }
}

extension BroadcastSM {
    static func alert(_ change: (inout BroadcastSM) -> Void) -> BroadcastSM {
        var broadcast = BroadcastSM()
        broadcast.source = Address(.alphanumeric, .unknown, "NL-Alert")
        change(&broadcast)
        return broadcast
    }
}
