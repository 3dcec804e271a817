// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// What the SMSC saw of one message to one destination: a line of `--smsc-log` (docs/simulator.md).
struct SMSCLogLine {
    var time: Timestamp
    var systemID: String
    var connection: Int
    var submission: Submission
    /// nil: not accepted.
    var messageID: String?
    var status: CommandStatus
    /// False: no response is sent.
    var isAnswered: Bool

    /// One JSON object with its line end; every line has all members, in this order.
    func append(to log: inout [UInt8]) {
        log.append(contentsOf: "{\"time_us\":\(time.microseconds),\"system_id\":".utf8)
        Self.append(quoted: systemID, to: &log)
        log.append(contentsOf: ",\"connection\":\(connection),\"command\":\"\(submission.command)\"".utf8)
        log.append(contentsOf: ",\"destination\":".utf8)
        Self.append(quoted: submission.destination.value, to: &log)
        log.append(contentsOf: ",\"source\":".utf8)
        Self.append(quoted: submission.source.value, to: &log)
        log.append(contentsOf: ",\"source_ton\":\(submission.source.typeOfNumber.rawValue)".utf8)
        log.append(contentsOf: ",\"data_coding\":\(submission.dataCoding),\"esm_class\":\(submission.esmClass)".utf8)
        log.append(contentsOf: ",\"registered_delivery\":\(submission.registeredDelivery)".utf8)
        let reference = submission.userMessageReference.map(String.init) ?? "null"
        log.append(contentsOf: ",\"user_message_reference\":\(reference),\"message_id\":".utf8)
        if let messageID {
            Self.append(quoted: messageID, to: &log)
        } else {
            log.append(contentsOf: "null".utf8)
        }
        log.append(contentsOf: ",\"status\":\(status.rawValue),\"answered\":\(isAnswered),\"content\":\"".utf8)
        for octet in submission.content {
            log.append(Self.hexDigit(octet >> 4))
            log.append(Self.hexDigit(octet & 0x0F))
        }
        log.append(contentsOf: "\"}\n".utf8)
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

    private static func append(quoted text: String, to log: inout [UInt8]) {
        log.append(UInt8(ascii: "\""))
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): log += [UInt8(ascii: "\\"), octet]
            case ..<0x20, 0x7F: log += Array("\\u00".utf8) + [hexDigit(octet >> 4), hexDigit(octet & 0x0F)]
            default: log.append(octet)
            }
        }
        log.append(UInt8(ascii: "\""))
    }
}
