// SPDX-License-Identifier: GPL-3.0-or-later

@testable import SMPP

/// The longest strings, without their NUL, by field (SMPP 3.4 sections 4.1 to 4.12, 5.0 sections 4.4 and 4.6).
enum PDULimits {
    static func longest(_ field: String, in command: CommandID) -> Int? {
        switch field {
        case "system_id": 15
        case "password": 8
        case "system_type": 12
        case "address_range": 40
        case "service_type": 5
        case "message_id", "esme_addr": 64
        case "source_addr", "destination_addr": command == .dataSM || command == .alertNotification ? 64 : 20
        case "schedule_delivery_time", "validity_period", "final_date": 16
        case "dl_name": 20
        default: nil
        }
    }

    /// Whether no string is longer than it may be, so that the encoder cuts none.
    static func holds(_ pdu: PDU) -> Bool { holds(pdu.recordedFields, pdu.command) }

    private static func holds(_ fields: [String: RecordedValue], _ command: CommandID) -> Bool {
        fields.allSatisfy { name, value in
            switch value {
            case .number: true
            case .text(let text): text.unicodeScalars.count <= longest(name, in: command) ?? .max
            case .list(let groups): groups.allSatisfy { holds($0, command) }
            }
        }
    }
}
