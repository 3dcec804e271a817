// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

extension GatewayConfiguration {
    /// How the binds to an SMSC are made up.
    package enum BindKind: String, Sendable, CaseIterable {
        case transceiver
        /// Each bind is a transmitter and a receiver.
        case pair
        case transmitter
        case receiver
    }

    /// interface_version of a bind (SMPP 3.4 section 5.2.4).
    package enum InterfaceVersion: String, Sendable, CaseIterable {
        case v33 = "3.3"
        case v34 = "3.4"
        case v50 = "5.0"
    }

    /// How the end of a message's validity is written (SMPP 3.4 section 7.1.1).
    package enum Validity: String, Sendable, CaseIterable {
        /// A period, counted from when the SMSC gets the message.
        case relative
        /// A point in time.
        case absolute
    }

    /// How receipts write the message id of the submit response.
    package enum MessageIDs: String, Sendable, CaseIterable {
        /// Found out from the first receipts.
        case automatic = "auto"
        case verbatim
        case caseFolded = "any-case"
        case zerosTrimmed = "any-zeros"
        case hexThenDecimal = "hex-decimal"
        case decimalThenHex = "decimal-hex"
    }

    /// By what a deliver_sm is known as a receipt.
    package enum ReceiptMark: String, Sendable, CaseIterable {
        case esmClass = "esm-class"
        /// The shape of the text too, for an SMSC that leaves esm_class at 0.
        case text
    }

    /// `[SMSC NAME]`: one contract with a carrier for SMS.
    package struct SMSC: Equatable, Sendable {
        package var name: String
        /// Name, IPv4, or IPv6 without brackets.
        package var host: String
        package var port: UInt16 = 2775
        /// system_id, at most 15 octets.
        package var systemID = ""
        package var passwordCredential: String?
        package var passwordFile: String?
        /// What the loader read there; at most 8 octets.
        package var password: Secret?
        package var systemType = ""
        package var bind = BindKind.transceiver
        /// How many binds (or pairs) at a time.
        package var binds = 1
        /// Requests without a response, per bind.
        package var window = 10
        /// Per bind; nil: as fast as responses come.
        package var messagesPerSecond: Int?
        /// Lower first.
        package var priority = 1
        /// Share among those of one priority.
        package var weight = 100
        /// Shown when the action names none: number, short code, or up to 11 letters and digits.
        package var sender = ""
        package var serviceType = ""
        package var interfaceVersion = InterfaceVersion.v34
        package var addressRange = ""
        /// TON and NPI of what is submitted (SMPP 3.4 sections 5.2.5 and 5.2.6); nil: by what the sender looks like, and
        /// 1 and 1 for the citizen.
        package var sourceTON: Int?
        package var sourceNPI: Int?
        package var destinationTON: Int?
        package var destinationNPI: Int?

        package var tls = false
        /// PEM; nil: the system's.
        package var tlsAuthority: String?
        package var tlsCheckAuthority = true
        /// SHA-256 of the SMSC's certificate, 64 hexadecimal digits.
        package var tlsPin: String?
        package var tlsName: String?
        package var tlsCertificate: String?
        package var tlsKey: String?

        package var alphabet = TextOptions.Alphabet.gsmUnpacked
        package var concatenation = TextOptions.Concatenation.udh8
        package var shiftTables = true
        package var maximumSegments = 10
        package var latin1Coding = 3
        package var ucs2Coding = 8
        package var dataSM = false
        package var userMessageReference = true
        /// replace_sm and cancel_sm are sent, as long as it knows them.
        package var replace = true
        package var cancel = true
        package var validity = Validity.relative
        package var messageIDs = MessageIDs.automatic
        package var receiptMark = ReceiptMark.esmClass
        /// Receipts have the recipient's number as their source.
        package var receiptNumbers = true

        package var responseTimeout = Interval.seconds(10)
        package var enquireLink = Interval.seconds(2)
        package var enquireTimeout = Interval.milliseconds(2500)
        package var inactivity: Interval?
        package var reconnectMinimum = Interval.milliseconds(500)
        package var reconnectMaximum = Interval.seconds(30)

        package init(name: String, host: String) {
            self.name = name
            self.host = host
        }
    }
}

extension ConfigurationSchema {
    static var smsc: ConfigurationSection<GatewayConfiguration.SMSC> {
        let path = ValueReader<String>.path.optional
        let octet = ValueReader<Int>.integer(0...255).optional
        return ConfigurationSection(
            kind: "SMSC",
            home: .named(
                NamedSections(
                    rule: .identifier("SMSC's name", example: "[SMSC name]"), list: \.smscs, name: \.name,
                    blank: { name, _ in GatewayConfiguration.SMSC(name: name, host: "") })),
            keys: [
                ConfigurationKey.value("Host", \.host, .host).required { $0.host.isEmpty },
                .value("Port", \.port, .integer(1...65535)),
                ConfigurationKey.value("SystemID", \.systemID, .octets(maximum: 15)).required { $0.systemID.isEmpty },
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
                .value("SourceTON", \.sourceTON, octet),
                .value("SourceNPI", \.sourceNPI, octet),
                .value("DestinationTON", \.destinationTON, octet),
                .value("DestinationNPI", \.destinationNPI, octet),
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
                .value("UserMessageReference", \.userMessageReference, .boolean),
                .value("Replace", \.replace, .boolean),
                .value("Cancel", \.cancel, .boolean),
                .value("Validity", \.validity, .oneOf),
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
            ],
            password: SectionPassword(
                file: \.passwordFile, credential: \.passwordCredential, value: \.password,
                oddity: { password in
                    let count = password.text.utf8.count
                    guard count > 8 else { return nil }
                    return "the password has \(count) characters; SMPP allows 8, and some SMSCs refuse more"
                }),
            check: { smsc, section, reader in reader.check(smsc, section) })
    }
}
