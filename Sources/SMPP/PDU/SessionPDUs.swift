// SPDX-License-Identifier: GPL-3.0-or-later

/// What a bind is for (SMPP 3.4 section 2.2).
package enum BindMode: Sendable, Hashable, CaseIterable {
    case transmitter
    case receiver
    case transceiver

    package var command: CommandID {
        switch self {
        case .transmitter: .bindTransmitter
        case .receiver: .bindReceiver
        case .transceiver: .bindTransceiver
        }
    }
    package var canSubmit: Bool { self != .receiver }
    package var canReceive: Bool { self != .transmitter }
}

/// bind_transmitter, bind_receiver, bind_transceiver (SMPP 3.4 sections 4.1.1, 4.1.3, 4.1.5).
package struct Bind: Hashable, Sendable {
    /// At most 15 octets.
    package var systemID: String
    /// At most 8 octets.
    package var password: String
    /// At most 12 octets.
    package var systemType: String
    /// 0x34 for 3.4, 0x50 for 5.0.
    package var interfaceVersion: UInt8
    /// address_range: which MO messages come over this bind; at most 40 octets.
    package var addressRange: Address
    /// None in the specification; kept because peers are seen to send them.
    package var parameters: [OptionalParameter]

    package init(
        systemID: String, password: String, systemType: String = "", interfaceVersion: UInt8 = 0x34,
        addressRange: Address = .none, parameters: [OptionalParameter] = []
    ) {
        self.systemID = systemID
        self.password = password
        self.systemType = systemType
        self.interfaceVersion = interfaceVersion
        self.addressRange = addressRange
        self.parameters = parameters
    }

    init(_ reader: inout PDUReader) throws(PDUError) {
        systemID = try reader.string("system_id")
        password = try reader.string("password")
        systemType = try reader.string("system_type")
        interfaceVersion = try reader.octet("interface_version")
        addressRange = try reader.address("addr", value: "address_range")
        parameters = reader.parameters()
    }

    func write(_ writer: inout PDUWriter) {
        writer.string(systemID, 16)
        writer.string(password, 9)
        writer.string(systemType, 13)
        writer.octet(interfaceVersion)
        writer.address(addressRange, 41)
        writer.parameters(parameters)
    }
}

/// bind_*_resp (SMPP 3.4 sections 4.1.2, 4.1.4, 4.1.6).
package struct BindResponse: Hashable, Sendable {
    package var systemID: String
    package var parameters: [OptionalParameter]

    package init(systemID: String, parameters: [OptionalParameter] = []) {
        self.systemID = systemID
        self.parameters = parameters
    }

    init(_ reader: inout PDUReader) throws(PDUError) {
        // An error response may come without any body.
        systemID = reader.isAtEnd ? "" : try reader.string("system_id")
        parameters = reader.parameters()
    }

    func write(_ writer: inout PDUWriter) {
        writer.string(systemID, 16)
        writer.parameters(parameters)
    }
}

/// outbind: an SMSC asks us to bind as receiver (SMPP 3.4 section 4.1.7).
package struct Outbind: Hashable, Sendable {
    package var systemID: String
    package var password: String

    package init(systemID: String, password: String) {
        self.systemID = systemID
        self.password = password
    }

    init(_ reader: inout PDUReader) throws(PDUError) {
        systemID = try reader.string("system_id")
        password = try reader.string("password")
        _ = reader.parameters()
    }

    func write(_ writer: inout PDUWriter) {
        writer.string(systemID, 16)
        writer.string(password, 9)
    }
}

/// alert_notification: a telephone that was away can be reached again (SMPP 3.4 section 4.12.1).
package struct AlertNotification: Hashable, Sendable {
    package var source: Address
    /// The address that asked for the alert.
    package var esme: Address
    package var parameters: [OptionalParameter]

    package init(source: Address, esme: Address, parameters: [OptionalParameter] = []) {
        self.source = source
        self.esme = esme
        self.parameters = parameters
    }

    init(_ reader: inout PDUReader) throws(PDUError) {
        source = try reader.address("source_addr")
        esme = try reader.address("esme_addr")
        parameters = reader.parameters()
    }

    func write(_ writer: inout PDUWriter) {
        writer.address(source, 65)
        writer.address(esme, 65)
        writer.parameters(parameters)
    }
}
