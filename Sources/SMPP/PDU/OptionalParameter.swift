// SPDX-License-Identifier: GPL-3.0-or-later

/// The tag of an optional parameter (SMPP 3.4 section 5.3.2; those marked 5.0 from SMPP 5.0 section 4.8.4).
package struct ParameterTag: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package var rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    private init(_ rawValue: UInt16) { self.rawValue = rawValue }

    package static let destAddrSubunit = ParameterTag(0x0005)
    package static let sourceNetworkType = ParameterTag(0x000E)
    package static let sourceBearerType = ParameterTag(0x000F)
    package static let additionalStatusInfoText = ParameterTag(0x001D)
    package static let receiptedMessageID = ParameterTag(0x001E)
    package static let privacyIndicator = ParameterTag(0x0201)
    package static let sourceSubaddress = ParameterTag(0x0202)
    package static let destinationSubaddress = ParameterTag(0x0203)
    package static let userMessageReference = ParameterTag(0x0204)
    package static let userResponseCode = ParameterTag(0x0205)
    package static let sourcePort = ParameterTag(0x020A)
    package static let destinationPort = ParameterTag(0x020B)
    package static let sarMessageReference = ParameterTag(0x020C)
    package static let languageIndicator = ParameterTag(0x020D)
    package static let sarTotalSegments = ParameterTag(0x020E)
    package static let sarSegmentSequence = ParameterTag(0x020F)
    package static let scInterfaceVersion = ParameterTag(0x0210)
    package static let callbackNumber = ParameterTag(0x0381)
    package static let networkErrorCode = ParameterTag(0x0423)
    package static let messagePayload = ParameterTag(0x0424)
    package static let deliveryFailureReason = ParameterTag(0x0425)
    package static let moreMessagesToSend = ParameterTag(0x0426)
    package static let messageState = ParameterTag(0x0427)
    /// SMPP 5.0: how busy the SMSC is, 0 to 100.
    package static let congestionState = ParameterTag(0x0428)
    package static let displayTime = ParameterTag(0x1201)
    package static let msAvailabilityStatus = ParameterTag(0x0422)
    package static let alertOnMessageDelivery = ParameterTag(0x130C)
    /// SMPP 5.0.
    package static let broadcastAreaIdentifier = ParameterTag(0x0606)
    package static let broadcastContentType = ParameterTag(0x0601)
    package static let broadcastRepetitions = ParameterTag(0x0604)
    package static let broadcastFrequencyInterval = ParameterTag(0x0605)

    private static let names: [UInt16: String] = [
        0x0005: "dest_addr_subunit", 0x000E: "source_network_type", 0x000F: "source_bearer_type",
        0x001D: "additional_status_info_text", 0x001E: "receipted_message_id", 0x0201: "privacy_indicator",
        0x0202: "source_subaddress", 0x0203: "dest_subaddress", 0x0204: "user_message_reference",
        0x0205: "user_response_code", 0x020A: "source_port", 0x020B: "destination_port",
        0x020C: "sar_msg_ref_num", 0x020D: "language_indicator", 0x020E: "sar_total_segments",
        0x020F: "sar_segment_seqnum", 0x0210: "sc_interface_version", 0x0381: "callback_num",
        0x0422: "ms_availability_status", 0x0423: "network_error_code", 0x0424: "message_payload",
        0x0425: "delivery_failure_reason", 0x0426: "more_messages_to_send", 0x0427: "message_state",
        0x0428: "congestion_state", 0x0601: "broadcast_content_type", 0x0604: "broadcast_rep_num",
        0x0605: "broadcast_frequency_interval", 0x0606: "broadcast_area_identifier", 0x1201: "display_time",
        0x130C: "alert_on_message_delivery",
    ]

    package var description: String { Self.names[rawValue] ?? "0x" + String(rawValue, radix: 16) }
}

/// One optional parameter: tag, length, value (SMPP 3.4 section 3.2.4.1). Those that we do not know are
/// kept as they came.
package struct OptionalParameter: Hashable, Sendable {
    package var tag: ParameterTag
    /// At most 65,535 octets.
    package var value: [UInt8]

    package init(_ tag: ParameterTag, _ value: [UInt8]) {
        self.tag = tag
        self.value = value
    }

    package init(_ tag: ParameterTag, _ number: UInt8) { self.init(tag, [number]) }
    package init(_ tag: ParameterTag, _ number: UInt16) { self.init(tag, [UInt8(number >> 8), UInt8(number & 0xFF)]) }

    /// A C-octet string: the value with its closing NUL.
    package init(_ tag: ParameterTag, text: String) { self.init(tag, octets(of: text) + [0]) }
}

extension [OptionalParameter] {
    /// The first one of this tag; nil when there is none.
    package subscript(tag: ParameterTag) -> [UInt8]? { first { $0.tag == tag }?.value }

    package func octet(_ tag: ParameterTag) -> UInt8? {
        guard let value = self[tag], value.count == 1 else { return nil }
        return value[0]
    }

    /// Big-endian; an SMSC may write one octet where two are due.
    package func number(_ tag: ParameterTag) -> UInt16? {
        guard let value = self[tag], value.count == 1 || value.count == 2 else { return nil }
        return value.reduce(0) { $0 << 8 | UInt16($1) }
    }

    /// As text up to its NUL, which some SMSCs leave out.
    package func text(_ tag: ParameterTag) -> String? { self[tag].map { latin1Text($0.prefix { $0 != 0 }) } }
}

/// Octets of an SMPP string; scalars above U+00FF, which cannot stand in one, become `?`.
func octets(of text: String) -> [UInt8] {
    var text = text
    return text.withUTF8 { utf8 in
        utf8.allSatisfy { $0 < 0x80 } ? Array(utf8) : nil
    } ?? text.unicodeScalars.map { $0.value <= 0xFF ? UInt8($0.value) : UInt8(ascii: "?") }
}

/// SMPP strings are ASCII by the specification; what an SMSC writes above it is read as Latin-1, so that no
/// octet is lost.
func latin1Text(_ octets: some Sequence<UInt8>) -> String {
    var scalars = String.UnicodeScalarView()
    for octet in octets { scalars.append(Unicode.Scalar(octet)) }
    return String(scalars)
}
