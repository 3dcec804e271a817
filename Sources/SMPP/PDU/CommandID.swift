// SPDX-License-Identifier: GPL-3.0-or-later

/// The command_id of a PDU's header (SMPP 3.4 section 5.1.2.1; broadcast_* from SMPP 5.0 section 4.7.5).
package struct CommandID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package var rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    private init(_ rawValue: UInt32) { self.rawValue = rawValue }

    package static let genericNack = CommandID(0x8000_0000)
    package static let bindReceiver = CommandID(0x0000_0001)
    package static let bindTransmitter = CommandID(0x0000_0002)
    package static let querySM = CommandID(0x0000_0003)
    package static let submitSM = CommandID(0x0000_0004)
    package static let deliverSM = CommandID(0x0000_0005)
    package static let unbind = CommandID(0x0000_0006)
    package static let replaceSM = CommandID(0x0000_0007)
    package static let cancelSM = CommandID(0x0000_0008)
    package static let bindTransceiver = CommandID(0x0000_0009)
    package static let outbind = CommandID(0x0000_000B)
    package static let enquireLink = CommandID(0x0000_0015)
    package static let submitMulti = CommandID(0x0000_0021)
    package static let alertNotification = CommandID(0x0000_0102)
    package static let dataSM = CommandID(0x0000_0103)
    package static let broadcastSM = CommandID(0x0000_0111)
    package static let queryBroadcastSM = CommandID(0x0000_0112)
    package static let cancelBroadcastSM = CommandID(0x0000_0113)

    /// The command_id of the response to this request: bit 31 set.
    package var response: CommandID { CommandID(rawValue | 0x8000_0000) }
    package var request: CommandID { CommandID(rawValue & 0x7FFF_FFFF) }
    package var isResponse: Bool { rawValue & 0x8000_0000 != 0 }

    /// Requests that a response answers; outbind and alert_notification have none (section 4.1.7, 4.12).
    package var hasResponse: Bool { !isResponse && self != .outbind && self != .alertNotification }

    private static let names: [UInt32: String] = [
        0x01: "bind_receiver", 0x02: "bind_transmitter", 0x03: "query_sm", 0x04: "submit_sm", 0x05: "deliver_sm",
        0x06: "unbind", 0x07: "replace_sm", 0x08: "cancel_sm", 0x09: "bind_transceiver", 0x0B: "outbind",
        0x15: "enquire_link", 0x21: "submit_multi", 0x102: "alert_notification", 0x103: "data_sm",
        0x111: "broadcast_sm", 0x112: "query_broadcast_sm", 0x113: "cancel_broadcast_sm",
    ]

    package var description: String {
        if self == .genericNack { return "generic_nack" }
        guard let name = Self.names[request.rawValue] else { return "0x" + String(rawValue, radix: 16) }
        return isResponse ? name + "_resp" : name
    }
}
