// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// The sections of SMS.
extension ConfigurationSchema {
    static let smscKind = "SMSC"
    static let requiredSMSCKeys = ["Host", "SystemID"]

    static var messaging: PlainSection {
        PlainSection(
            kind: "Messaging",
            keys: [
                .value("ReceiptTimeout", \.messaging.receiptTimeout, .duration(.seconds(1) ... .minutes(10_080))),
                .value("DoubtHold", \.messaging.doubtHold, .duration(.seconds(1) ... .minutes(1440))),
                .list("Retry", \.messaging.retry, .duration(.seconds(1) ... .minutes(1440))),
                .list("OptOutWords", \.messaging.optOutWords, .phrase(maximum: 64), addsToDefault: true),
            ])
    }

    /// An SMSC before its keys are read; the required ones have impossible values.
    static func newSMSC(named name: String) -> GatewayConfiguration.SMSC {
        GatewayConfiguration.SMSC(name: name, host: "")
    }

    static var smscKeys: [ConfigurationKey<GatewayConfiguration.SMSC>] {
        let path = ValueReader<String>.path.optional
        return [
            .value("Host", \.host, .host),
            .value("Port", \.port, .integer(1...65535)),
            .value("SystemID", \.systemID, .octets(maximum: 15)),
            .value("PasswordCredential", \.passwordCredential, ValueReader<String>.credential.optional),
            .value("PasswordFile", \.passwordFile, path),
            .value("SystemType", \.systemType, .octets(maximum: 12)),
            .value("Bind", \.bind, .oneOf),
            .value("Binds", \.binds, .integer(1...64)),
            .value("Window", \.window, .integer(1...1000)),
            .value("MessagesPerSecond", \.messagesPerSecond, ValueReader<Int>.integer(1...100_000).optional),
            .value("Priority", \.priority, .integer(0...1000)),
            .value("Weight", \.weight, .integer(1...10_000)),
            .value("Sender", \.sender, .text(maximum: 21)),
            .value("ServiceType", \.serviceType, .octets(maximum: 5)),
            .value("InterfaceVersion", \.interfaceVersion, .oneOf),
            .value("AddressRange", \.addressRange, .octets(maximum: 40)),
            .value("TLS", \.tls, .boolean),
            .value("TLSAuthority", \.tlsAuthority, path),
            .value("TLSCheckAuthority", \.tlsCheckAuthority, .boolean),
            .value("TLSPin", \.tlsPin, ValueReader<String>.fingerprint.optional),
            .value("TLSName", \.tlsName, ValueReader<String>.host.optional),
            .value("TLSCertificate", \.tlsCertificate, path),
            .value("TLSKey", \.tlsKey, path),
            .value("Alphabet", \.alphabet, .oneOf),
            .value("Concatenation", \.concatenation, .oneOf),
            .value("ShiftTables", \.shiftTables, .boolean),
            .value("MaximumSegments", \.maximumSegments, .integer(1...255)),
            .value("Latin1Coding", \.latin1Coding, .integer(0...255)),
            .value("UCS2Coding", \.ucs2Coding, .integer(0...255)),
            .value("DataSM", \.dataSM, .boolean),
            .value("MessageIDs", \.messageIDs, .oneOf),
            .value("ReceiptMark", \.receiptMark, .oneOf),
            .value("ReceiptNumbers", \.receiptNumbers, .boolean),
            .value("ResponseTimeout", \.responseTimeout, .duration(.milliseconds(100) ... .minutes(10))),
            .value("EnquireLink", \.enquireLink, .duration(.milliseconds(100) ... .minutes(10))),
            .value("EnquireTimeout", \.enquireTimeout, .duration(.milliseconds(100) ... .minutes(10))),
            .value(
                "Inactivity", \.inactivity, ValueReader<Interval>.duration(.seconds(1) ... .minutes(1440)).optional),
            .value("ReconnectMinimum", \.reconnectMinimum, .duration(.milliseconds(50) ... .minutes(10))),
            .value("ReconnectMaximum", \.reconnectMaximum, .duration(.milliseconds(50) ... .minutes(60))),
        ]
    }
}

extension ValueReader where Value == String {
    /// Text of a C-octet string (SMPP 3.4 section 3.1).
    static func octets(maximum: Int) -> ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                    throw ValueError("only printable ASCII without blanks can stand here")
                }
                guard text.utf8.count <= maximum else {
                    throw ValueError("is too long: \(text.utf8.count) characters, at most \(maximum)")
                }
                return text
            }, write: { $0 })
    }

    /// A word of a list that may have blanks, for which it is written in quotes.
    static func phrase(maximum: Int) -> ValueReader {
        ValueReader(read: text(maximum: maximum).read, write: { $0.contains(" ") ? "\"\($0)\"" : $0 })
    }

    /// SHA-256 in hexadecimal digits, with colons between octets or without.
    static var fingerprint: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                guard let octets = GatewayCore.octets(hexadecimal: text), octets.count == 32 else {
                    throw ValueError("must be a SHA-256 fingerprint: 64 hexadecimal digits")
                }
                return hexadecimal(octets)
            }, write: { $0 })
    }
}
