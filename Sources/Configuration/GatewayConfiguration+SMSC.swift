// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
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
    }
}
