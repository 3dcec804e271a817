// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Messaging
import Pacing
import SMPP

extension GatewayConfiguration {
    /// `[Messaging]`: what holds for all SMS.
    package struct ShortMessages: Equatable, Sendable {
        /// How long a delivery receipt is awaited.
        package var receiptTimeout = Interval.minutes(60)
        /// How long an SMS in doubt is held when it is not sent again.
        package var doubtHold = Interval.minutes(10)
        /// Waits before an SMS that failed for the time being is tried again.
        package var retry: [Interval] = [.seconds(10), .seconds(60), .minutes(5)]
        /// A citizen who writes one of them gets no SMS any more.
        package var optOutWords = OptOutWords.standardWords

        package init() {}
    }

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

        var octet: UInt8 {
            switch self {
            case .v33: 0x33
            case .v34: 0x34
            case .v50: 0x50
            }
        }
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

        var form: MessageIdentifierForm? {
            switch self {
            case .automatic: nil
            case .verbatim: .verbatim
            case .caseFolded: .caseFolded
            case .zerosTrimmed: .zerosTrimmed
            case .hexThenDecimal: .responseHexReceiptDecimal
            case .decimalThenHex: .responseDecimalReceiptHex
            }
        }
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

        var textOptions: TextOptions {
            var options = TextOptions()
            options.alphabet = alphabet
            options.concatenation = concatenation
            options.shiftTables = shiftTables
            options.maximumSegments = maximumSegments
            options.latin1DataCoding = UInt8(clamping: latin1Coding)
            options.ucs2DataCoding = UInt8(clamping: ucs2Coding)
            return options
        }

        /// What the engine knows of it.
        package var settings: SMSCSettings {
            var receipts = ReceiptMatcher.Configuration()
            receipts.fixedForm = messageIDs.form
            receipts.receiptsCarryDestination = receiptNumbers
            return SMSCSettings(
                name: name, binds: bindNames.map { SMSCSettings.Bind(name: $0.name, mode: $0.mode) },
                limits: BindLimits(window: window, perSecond: messagesPerSecond), priority: priority, weight: weight,
                sender: sender, text: textOptions, usesDataSM: dataSM, serviceType: serviceType, receipts: receipts,
                recognition: receiptMark == .esmClass ? .byEsmClass : .byEsmClassOrShape)
        }

        private var bindNames: [(name: String, mode: BindMode)] {
            (1...max(1, binds)).flatMap { number -> [(name: String, mode: BindMode)] in
                switch bind {
                case .transceiver: [("\(name)/\(number)", .transceiver)]
                case .transmitter: [("\(name)/\(number)", .transmitter)]
                case .receiver: [("\(name)/\(number)", .receiver)]
                case .pair: [("\(name)/\(number)-tx", .transmitter), ("\(name)/\(number)-rx", .receiver)]
                }
            }
        }

        /// The links to be kept up.
        package var bindSettings: [BindSettings] {
            bindNames.map { bind in
                var link = BindSettings(
                    name: bind.name, smsc: name, endpoint: StreamEndpoint(host: host, port: port),
                    tls: tlsConfiguration, mode: bind.mode, systemID: systemID, password: password?.text ?? "")
                link.systemType = systemType
                link.interfaceVersion = interfaceVersion.octet
                link.addressRange = Address(.unknown, .unknown, addressRange)
                // The engine keeps the window; the session must not hold back what it lets go.
                link.window = window
                link.responseTimeout = responseTimeout.microseconds
                link.enquireAfter = enquireLink.microseconds
                link.enquireTimeout = enquireTimeout.microseconds
                link.inactivity = inactivity?.microseconds
                link.reconnectMinimum = reconnectMinimum.microseconds
                link.reconnectMaximum = reconnectMaximum.microseconds
                return link
            }
        }

        private var tlsConfiguration: TLSClientConfiguration? {
            guard tls else { return nil }
            var configuration = TLSClientConfiguration()
            configuration.checksAuthority = tlsCheckAuthority
            configuration.authorityFile = tlsAuthority
            configuration.peerName = tlsName
            configuration.certificateFile = tlsCertificate
            configuration.keyFile = tlsKey
            configuration.pinnedSHA256 = tlsPin.flatMap(octets(hexadecimal:))
            return configuration
        }
    }
}

/// nil when the text is not pairs of hexadecimal digits.
func octets(hexadecimal text: String) -> [UInt8]? {
    let digits = text.utf8.filter { $0 != UInt8(ascii: ":") }.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count % 2 == 0, digits.count == text.utf8.filter({ $0 != UInt8(ascii: ":") }).count else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
