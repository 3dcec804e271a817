// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Configuration
import GatewayCore
import Messaging
import Pacing
import SMPP

/// `[SMSC NAME]` as the engine and the binds know it.
extension GatewayConfiguration.SMSC {
    private var textOptions: TextOptions {
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
    var settings: SMSCSettings {
        var receipts = ReceiptMatcher.Configuration()
        receipts.fixedForm = messageIDs.form
        receipts.receiptsCarryDestination = receiptNumbers
        return SMSCSettings(
            name: name, binds: bindNames.map { SMSCSettings.Bind(name: $0.name, mode: $0.mode) },
            limits: BindLimits(window: window, perSecond: messagesPerSecond, firstPace: Self.firstPace),
            priority: priority, weight: weight, sender: sender, text: textOptions, usesDataSM: dataSM,
            serviceType: serviceType, addresses: addressTypes, hasAbsoluteValidity: validity == .absolute,
            sendsReference: userMessageReference && interfaceVersion != .v33, mayReplace: replace,
            mayCancel: cancel, receipts: receipts,
            recognition: receiptMark == .esmClass ? .byEsmClass : .byEsmClassOrShape,
            place: "\(host) \(port) \(systemID) \(systemType)")
    }

    /// Messages per second with which a bind without `MessagesPerSecond=` begins.
    private static let firstPace = 100.0

    private var addressTypes: SMSCSettings.AddressTypes {
        func octet(_ value: Int?) -> UInt8? { value.map { UInt8(clamping: $0) } }
        return SMSCSettings.AddressTypes(
            sourceTON: octet(sourceTON), sourceNPI: octet(sourceNPI), destinationTON: octet(destinationTON),
            destinationNPI: octet(destinationNPI))
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
    var bindSettings: [BindSettings] {
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

extension GatewayConfiguration.InterfaceVersion {
    /// interface_version of a bind (SMPP 3.4 section 5.2.4).
    fileprivate var octet: UInt8 {
        switch self {
        case .v33: 0x33
        case .v34: 0x34
        case .v50: 0x50
        }
    }
}

extension GatewayConfiguration.MessageIDs {
    /// nil: found out from the first receipts.
    fileprivate var form: MessageIdentifierForm? {
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
