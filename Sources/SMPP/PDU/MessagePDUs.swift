// SPDX-License-Identifier: GPL-3.0-or-later

/// Bits of esm_class (SMPP 3.4 section 5.2.12).
package struct ESMClass: OptionSet, Hashable, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Messaging mode bits: 1 datagram, 2 forward (transaction), 3 store and forward; 0: the SMSC's default.
    package static let datagram = ESMClass(rawValue: 0x01)
    package static let forward = ESMClass(rawValue: 0x02)
    package static let storeAndForward = ESMClass(rawValue: 0x03)
    /// Message type bits of a deliver_sm.
    package static let deliveryReceipt = ESMClass(rawValue: 0x04)
    package static let deliveryAcknowledgement = ESMClass(rawValue: 0x08)
    package static let userAcknowledgement = ESMClass(rawValue: 0x10)
    package static let intermediateNotification = ESMClass(rawValue: 0x20)
    /// The message begins with a user data header.
    package static let userDataHeader = ESMClass(rawValue: 0x40)
    package static let replyPath = ESMClass(rawValue: 0x80)

    /// Bits 5 to 2 alone.
    package var messageType: UInt8 { rawValue & 0x3C }
}

/// The fields that submit_sm and deliver_sm have in common, in the order in which they stand.
package struct MessageFields: Hashable, Sendable {
    package var serviceType = ""
    package var source = Address.none
    package var destination = Address.none
    package var esmClass = ESMClass()
    package var protocolID: UInt8 = 0
    /// 0 to 3; for GSM any above 0 is priority.
    package var priority: UInt8 = 0
    /// Absolute or relative time (section 7.1.1), "" for at once.
    package var scheduleDeliveryTime = ""
    /// Absolute or relative time, "" for the SMSC's own.
    package var validityPeriod = ""
    /// Bits 1-0: 1 receipt of any outcome, 2 of failure only (section 5.2.17).
    package var registeredDelivery: UInt8 = 0
    package var replaceIfPresent: UInt8 = 0
    package var dataCoding: UInt8 = 0
    package var defaultMessageID: UInt8 = 0
    /// short_message: at most 254 octets, empty when message_payload carries it.
    package var shortMessage: [UInt8] = []
    package var parameters: [OptionalParameter] = []

    package init() {}

    /// What is said: message_payload when there is one, else short_message (section 5.3.2.32).
    package var content: [UInt8] {
        shortMessage.isEmpty ? parameters[.messagePayload] ?? [] : shortMessage
    }

    init(_ reader: inout PDUReader) throws(PDUError) {
        serviceType = try reader.string("service_type")
        source = try reader.address("source_addr")
        destination = try reader.address("dest_addr", value: "destination_addr")
        try readAfterDestination(&reader)
    }

    /// Everything behind the destination, or in submit_multi the destinations.
    mutating func readAfterDestination(_ reader: inout PDUReader) throws(PDUError) {
        esmClass = ESMClass(rawValue: try reader.octet("esm_class"))
        protocolID = try reader.octet("protocol_id")
        priority = try reader.octet("priority_flag")
        scheduleDeliveryTime = try reader.string("schedule_delivery_time")
        validityPeriod = try reader.string("validity_period")
        registeredDelivery = try reader.octet("registered_delivery")
        replaceIfPresent = try reader.octet("replace_if_present_flag")
        dataCoding = try reader.octet("data_coding")
        defaultMessageID = try reader.octet("sm_default_msg_id")
        shortMessage = try reader.shortMessage()
        parameters = reader.parameters()
    }

    func write(_ writer: inout PDUWriter) {
        writer.string(serviceType, 6)
        writer.address(source, 21)
        writer.address(destination, 21)
        writeAfterDestination(&writer)
    }

    /// The counterpart of ``readAfterDestination(_:)``.
    func writeAfterDestination(_ writer: inout PDUWriter) {
        writer.octet(esmClass.rawValue)
        writer.octet(protocolID)
        writer.octet(priority)
        writer.string(scheduleDeliveryTime, 17)
        writer.string(validityPeriod, 17)
        writer.octet(registeredDelivery)
        writer.octet(replaceIfPresent)
        writer.octet(dataCoding)
        writer.octet(defaultMessageID)
        writer.shortMessage(shortMessage)
        writer.parameters(parameters)
    }
}

/// submit_sm (SMPP 3.4 section 4.4.1).
@dynamicMemberLookup
package struct SubmitSM: Hashable, Sendable {
    package var fields: MessageFields
    package init(_ fields: MessageFields = MessageFields()) { self.fields = fields }
    package subscript<Value>(dynamicMember path: WritableKeyPath<MessageFields, Value>) -> Value {
        get { fields[keyPath: path] }
        set { fields[keyPath: path] = newValue }
    }
}

/// deliver_sm: a citizen's message or a receipt (SMPP 3.4 section 4.6.1).
@dynamicMemberLookup
package struct DeliverSM: Hashable, Sendable {
    package var fields: MessageFields
    package init(_ fields: MessageFields = MessageFields()) { self.fields = fields }
    package subscript<Value>(dynamicMember path: WritableKeyPath<MessageFields, Value>) -> Value {
        get { fields[keyPath: path] }
        set { fields[keyPath: path] = newValue }
    }
}

/// submit_sm_resp, deliver_sm_resp, data_sm_resp and broadcast_sm_resp: a message_id and, in data_sm_resp and
/// 5.0, optional parameters (SMPP 3.4 sections 4.4.2, 4.6.2, 4.7.2).
package struct MessageResponse: Hashable, Sendable {
    /// At most 64 octets; empty in deliver_sm_resp.
    package var messageID: String
    package var parameters: [OptionalParameter]

    package init(messageID: String = "", parameters: [OptionalParameter] = []) {
        self.messageID = messageID
        self.parameters = parameters
    }

    init(_ reader: inout PDUReader) throws(PDUError) {
        // The body is left out when the status is not 0; some leave it out always.
        messageID = reader.isAtEnd ? "" : try reader.lastString("message_id")
        parameters = reader.parameters()
    }

    func write(_ writer: inout PDUWriter) {
        writer.string(messageID, 65)
        writer.parameters(parameters)
    }
}

/// data_sm: a message whose text stands in message_payload (SMPP 3.4 section 4.7.1). Both directions.
package struct DataSM: Hashable, Sendable {
    package var serviceType = ""
    package var source = Address.none
    package var destination = Address.none
    package var esmClass = ESMClass()
    package var registeredDelivery: UInt8 = 0
    package var dataCoding: UInt8 = 0
    package var parameters: [OptionalParameter] = []

    package init() {}

    init(_ reader: inout PDUReader) throws(PDUError) {
        serviceType = try reader.string("service_type")
        source = try reader.address("source_addr")
        destination = try reader.address("dest_addr", value: "destination_addr")
        esmClass = ESMClass(rawValue: try reader.octet("esm_class"))
        registeredDelivery = try reader.octet("registered_delivery")
        dataCoding = try reader.octet("data_coding")
        parameters = reader.parameters()
    }

    func write(_ writer: inout PDUWriter) {
        writer.string(serviceType, 6)
        writer.address(source, 65)
        writer.address(destination, 65)
        writer.octet(esmClass.rawValue)
        writer.octet(registeredDelivery)
        writer.octet(dataCoding)
        writer.parameters(parameters)
    }
}

/// Where a submit_multi goes (SMPP 3.4 section 4.5.1.1).
package enum MultiDestination: Hashable, Sendable {
    case address(Address)
    /// A distribution list kept at the SMSC; at most 20 octets.
    case distributionList(String)
}

/// submit_multi (SMPP 3.4 section 4.5.1).
package struct SubmitMulti: Hashable, Sendable {
    /// Its `destination` is not used.
    package var fields: MessageFields
    /// At most 254.
    package var destinations: [MultiDestination]

    package init(_ fields: MessageFields = MessageFields(), destinations: [MultiDestination] = []) {
        self.fields = fields
        self.destinations = destinations
    }

    init(_ reader: inout PDUReader) throws(PDUError) {
        fields = MessageFields()
        destinations = []
        fields.serviceType = try reader.string("service_type")
        fields.source = try reader.address("source_addr")
        for _ in 0..<(try reader.octet("number_of_dests")) {
            switch try reader.octet("dest_flag") {
            case 1: destinations.append(.address(try reader.address("dest_addr", value: "destination_addr")))
            case 2: destinations.append(.distributionList(try reader.string("dl_name")))
            case let flag:
                throw reader.failure("dest_flag", "\(flag) is neither 1 nor 2", CommandStatus(rawValue: 0x40))
            }
        }
        try fields.readAfterDestination(&reader)
    }

    func write(_ writer: inout PDUWriter) {
        writer.string(fields.serviceType, 6)
        writer.address(fields.source, 21)
        writer.octet(UInt8(clamping: destinations.count))
        for destination in destinations.prefix(255) {
            switch destination {
            case .address(let address):
                writer.octet(1)
                writer.address(address, 21)
            case .distributionList(let name):
                writer.octet(2)
                writer.string(name, 21)
            }
        }
        fields.writeAfterDestination(&writer)
    }
}

/// submit_multi_resp (SMPP 3.4 section 4.5.2).
package struct SubmitMultiResponse: Hashable, Sendable {
    package struct Failure: Hashable, Sendable {
        package var destination: Address
        package var status: CommandStatus

        package init(destination: Address, status: CommandStatus) {
            self.destination = destination
            self.status = status
        }
    }
    package var messageID: String
    package var failures: [Failure]
    package var parameters: [OptionalParameter]

    package init(messageID: String = "", failures: [Failure] = [], parameters: [OptionalParameter] = []) {
        self.messageID = messageID
        self.failures = failures
        self.parameters = parameters
    }

    init(_ reader: inout PDUReader) throws(PDUError) {
        messageID = ""
        failures = []
        parameters = []
        guard !reader.isAtEnd else { return }
        messageID = try reader.string("message_id")
        guard !reader.isAtEnd else { return }
        for _ in 0..<(try reader.octet("no_unsuccess")) {
            let destination = try reader.address("dest_addr", value: "destination_addr")
            failures.append(
                Failure(
                    destination: destination,
                    status: CommandStatus(rawValue: try reader.number("error_status_code"))))
        }
        parameters = reader.parameters()
    }

    func write(_ writer: inout PDUWriter) {
        writer.string(messageID, 65)
        writer.octet(UInt8(clamping: failures.count))
        for failure in failures.prefix(255) {
            writer.address(failure.destination, 21)
            writer.number(failure.status.rawValue)
        }
        writer.parameters(parameters)
    }
}
