// SPDX-License-Identifier: GPL-3.0-or-later

/// The command_id of a PDU's header (SMPP 3.4 section 5.1.2.1; broadcast_* from SMPP 5.0 section 4.7.5).
public struct CommandID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public var rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    private init(_ rawValue: UInt32) { self.rawValue = rawValue }

    public static let genericNack = CommandID(0x8000_0000)
    public static let bindReceiver = CommandID(0x0000_0001)
    public static let bindTransmitter = CommandID(0x0000_0002)
    public static let querySM = CommandID(0x0000_0003)
    public static let submitSM = CommandID(0x0000_0004)
    public static let deliverSM = CommandID(0x0000_0005)
    public static let unbind = CommandID(0x0000_0006)
    public static let replaceSM = CommandID(0x0000_0007)
    public static let cancelSM = CommandID(0x0000_0008)
    public static let bindTransceiver = CommandID(0x0000_0009)
    public static let outbind = CommandID(0x0000_000B)
    public static let enquireLink = CommandID(0x0000_0015)
    public static let submitMulti = CommandID(0x0000_0021)
    public static let alertNotification = CommandID(0x0000_0102)
    public static let dataSM = CommandID(0x0000_0103)
    public static let broadcastSM = CommandID(0x0000_0111)
    public static let queryBroadcastSM = CommandID(0x0000_0112)
    public static let cancelBroadcastSM = CommandID(0x0000_0113)

    /// The command_id of the response to this request: bit 31 set.
    public var response: CommandID { CommandID(rawValue | 0x8000_0000) }
    public var request: CommandID { CommandID(rawValue & 0x7FFF_FFFF) }
    public var isResponse: Bool { rawValue & 0x8000_0000 != 0 }

    /// Requests that a response answers; outbind and alert_notification have none (section 4.1.7, 4.12).
    public var hasResponse: Bool { !isResponse && self != .outbind && self != .alertNotification }

    private static let names: [UInt32: String] = [
        0x01: "bind_receiver", 0x02: "bind_transmitter", 0x03: "query_sm", 0x04: "submit_sm", 0x05: "deliver_sm",
        0x06: "unbind", 0x07: "replace_sm", 0x08: "cancel_sm", 0x09: "bind_transceiver", 0x0B: "outbind",
        0x15: "enquire_link", 0x21: "submit_multi", 0x102: "alert_notification", 0x103: "data_sm",
        0x111: "broadcast_sm", 0x112: "query_broadcast_sm", 0x113: "cancel_broadcast_sm",
    ]

    public var description: String {
        if self == .genericNack { return "generic_nack" }
        guard let name = Self.names[request.rawValue] else { return "0x" + String(rawValue, radix: 16) }
        return isResponse ? name + "_resp" : name
    }
}
