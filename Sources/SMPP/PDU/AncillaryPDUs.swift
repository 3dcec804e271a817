// SPDX-License-Identifier: GPL-3.0-or-later

/// query_sm (SMPP 3.4 section 4.8.1).
package struct QuerySM: Hashable, Sendable {
    package var messageID: String
    package var source: Address

    package init(messageID: String, source: Address = .none) {
        self.messageID = messageID
        self.source = source
    }

    init(_ reader: inout PDUReader) throws(PDUError) {
        messageID = try reader.string("message_id")
        source = try reader.address("source_addr")
        _ = reader.parameters()
    }

    func write(_ writer: inout PDUWriter) {
        writer.string(messageID, 65)
        writer.address(source, 21)
    }
}

/// query_sm_resp (SMPP 3.4 section 4.8.2).
package struct QuerySMResponse: Hashable, Sendable {
    package var messageID: String
    /// Absolute time, "" when the message has not reached a final state.
    package var finalDate: String
    /// message_state (section 5.2.28).
    package var messageState: UInt8
    package var errorCode: UInt8
    package var parameters: [OptionalParameter]

    package init(
        messageID: String = "", finalDate: String = "", messageState: UInt8 = 0, errorCode: UInt8 = 0,
        parameters: [OptionalParameter] = []
    ) {
        self.messageID = messageID
        self.finalDate = finalDate
        self.messageState = messageState
        self.errorCode = errorCode
        self.parameters = parameters
    }

    init(_ reader: inout PDUReader) throws(PDUError) {
        self.init()
        guard !reader.isAtEnd else { return }
        messageID = try reader.string("message_id")
        finalDate = try reader.string("final_date")
        messageState = try reader.octet("message_state")
        errorCode = try reader.octet("error_code")
        parameters = reader.parameters()
    }

    func write(_ writer: inout PDUWriter) {
        writer.string(messageID, 65)
        writer.string(finalDate, 17)
        writer.octet(messageState)
        writer.octet(errorCode)
        writer.parameters(parameters)
    }
}

/// cancel_sm (SMPP 3.4 section 4.9.1).
package struct CancelSM: Hashable, Sendable {
    package var serviceType: String
    /// "" cancels all of source and destination.
    package var messageID: String
    package var source: Address
    package var destination: Address

    package init(serviceType: String = "", messageID: String, source: Address = .none, destination: Address = .none) {
        self.serviceType = serviceType
        self.messageID = messageID
        self.source = source
        self.destination = destination
    }

    init(_ reader: inout PDUReader) throws(PDUError) {
        serviceType = try reader.string("service_type")
        messageID = try reader.string("message_id")
        source = try reader.address("source_addr")
        destination = try reader.address("dest_addr", value: "destination_addr")
        _ = reader.parameters()
    }

    func write(_ writer: inout PDUWriter) {
        writer.string(serviceType, 6)
        writer.string(messageID, 65)
        writer.address(source, 21)
        writer.address(destination, 21)
    }
}

/// replace_sm (SMPP 3.4 section 4.10.1).
package struct ReplaceSM: Hashable, Sendable {
    package var messageID: String
    package var source: Address
    package var scheduleDeliveryTime: String
    package var validityPeriod: String
    package var registeredDelivery: UInt8
    package var defaultMessageID: UInt8
    /// At most 254 octets.
    package var shortMessage: [UInt8]
    /// SMPP 5.0: message_payload.
    package var parameters: [OptionalParameter]

    package init(
        messageID: String, source: Address = .none, scheduleDeliveryTime: String = "", validityPeriod: String = "",
        registeredDelivery: UInt8 = 0, defaultMessageID: UInt8 = 0, shortMessage: [UInt8] = [],
        parameters: [OptionalParameter] = []
    ) {
        self.messageID = messageID
        self.source = source
        self.scheduleDeliveryTime = scheduleDeliveryTime
        self.validityPeriod = validityPeriod
        self.registeredDelivery = registeredDelivery
        self.defaultMessageID = defaultMessageID
        self.shortMessage = shortMessage
        self.parameters = parameters
    }

    init(_ reader: inout PDUReader) throws(PDUError) {
        messageID = try reader.string("message_id")
        source = try reader.address("source_addr")
        scheduleDeliveryTime = try reader.string("schedule_delivery_time")
        validityPeriod = try reader.string("validity_period")
        registeredDelivery = try reader.octet("registered_delivery")
        defaultMessageID = try reader.octet("sm_default_msg_id")
        shortMessage = try reader.shortMessage()
        parameters = reader.parameters()
    }

    func write(_ writer: inout PDUWriter) {
        writer.string(messageID, 65)
        writer.address(source, 21)
        writer.string(scheduleDeliveryTime, 17)
        writer.string(validityPeriod, 17)
        writer.octet(registeredDelivery)
        writer.octet(defaultMessageID)
        writer.shortMessage(shortMessage)
        writer.parameters(parameters)
    }
}

/// broadcast_sm (SMPP 5.0 section 4.4.1). Its area, content type and repetition stand in the parameters.
package struct BroadcastSM: Hashable, Sendable {
    package var serviceType = ""
    package var source = Address.none
    package var messageID = ""
    package var priority: UInt8 = 0
    package var scheduleDeliveryTime = ""
    package var validityPeriod = ""
    package var replaceIfPresent: UInt8 = 0
    package var dataCoding: UInt8 = 0
    package var defaultMessageID: UInt8 = 0
    package var parameters: [OptionalParameter] = []

    package init() {}

    init(_ reader: inout PDUReader) throws(PDUError) {
        serviceType = try reader.string("service_type")
        source = try reader.address("source_addr")
        messageID = try reader.string("message_id")
        priority = try reader.octet("priority_flag")
        scheduleDeliveryTime = try reader.string("schedule_delivery_time")
        validityPeriod = try reader.string("validity_period")
        replaceIfPresent = try reader.octet("replace_if_present_flag")
        dataCoding = try reader.octet("data_coding")
        defaultMessageID = try reader.octet("sm_default_msg_id")
        parameters = reader.parameters()
    }

    func write(_ writer: inout PDUWriter) {
        writer.string(serviceType, 6)
        writer.address(source, 21)
        writer.string(messageID, 65)
        writer.octet(priority)
        writer.string(scheduleDeliveryTime, 17)
        writer.string(validityPeriod, 17)
        writer.octet(replaceIfPresent)
        writer.octet(dataCoding)
        writer.octet(defaultMessageID)
        writer.parameters(parameters)
    }
}

/// query_broadcast_sm (SMPP 5.0 section 4.6.1).
package struct QueryBroadcastSM: Hashable, Sendable {
    package var messageID: String
    package var source: Address
    package var parameters: [OptionalParameter]

    package init(messageID: String, source: Address = .none, parameters: [OptionalParameter] = []) {
        self.messageID = messageID
        self.source = source
        self.parameters = parameters
    }

    init(_ reader: inout PDUReader) throws(PDUError) {
        messageID = try reader.string("message_id")
        source = try reader.address("source_addr")
        parameters = reader.parameters()
    }

    func write(_ writer: inout PDUWriter) {
        writer.string(messageID, 65)
        writer.address(source, 21)
        writer.parameters(parameters)
    }
}

/// cancel_broadcast_sm (SMPP 5.0 section 4.6.2).
package struct CancelBroadcastSM: Hashable, Sendable {
    package var serviceType: String
    package var messageID: String
    package var source: Address
    package var parameters: [OptionalParameter]

    package init(
        serviceType: String = "", messageID: String, source: Address = .none, parameters: [OptionalParameter] = []
    ) {
        self.serviceType = serviceType
        self.messageID = messageID
        self.source = source
        self.parameters = parameters
    }

    init(_ reader: inout PDUReader) throws(PDUError) {
        serviceType = try reader.string("service_type")
        messageID = try reader.string("message_id")
        source = try reader.address("source_addr")
        parameters = reader.parameters()
    }

    func write(_ writer: inout PDUWriter) {
        writer.string(serviceType, 6)
        writer.string(messageID, 65)
        writer.address(source, 21)
        writer.parameters(parameters)
    }
}
