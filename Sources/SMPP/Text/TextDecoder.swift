// SPDX-License-Identifier: GPL-3.0-or-later

/// The text of a message as a telephone shows it.
package struct DecodedText: Hashable, Sendable {
    /// What cannot be decoded is U+FFFD; octets that are no text are in hexadecimal, `0A FF`.
    package let text: String
    /// nil when there is none.
    package let header: UserDataHeader?
    /// Whether it is shown at once and not kept (class 0).
    package let isFlash: Bool
    /// nil for binary data and for sets that are not decoded.
    package let encoding: TextEncoding?
}

/// Reads the octets of messages, of one segment or of several put together. Pure, and takes any octets.
package enum TextDecoder {
    /// Decodes one message.
    ///
    /// - Parameters:
    ///   - octets: short_message or message_payload, with its user data header.
    ///   - dataCoding: As received.
    ///   - hasUserDataHeader: Bit 6 of esm_class (SMPP 3.4 section 5.2.12).
    ///   - alphabet: What data_coding 0 means at the SMSC.
    package static func decode(
        _ octets: [UInt8], dataCoding: UInt8, hasUserDataHeader: Bool,
        alphabet: TextOptions.Alphabet = .gsmUnpacked
    ) -> DecodedText {
        decode(
            segments: [octets], dataCoding: dataCoding, hasUserDataHeader: hasUserDataHeader, alphabet: alphabet)
    }

    /// Decodes the segments of one message, in order, each with its user data header: characters whose octets
    /// were cut apart are whole again. The header that is returned is that of the first segment.
    package static func decode(
        segments: [[UInt8]], dataCoding: UInt8, hasUserDataHeader: Bool,
        alphabet: TextOptions.Alphabet = .gsmUnpacked
    ) -> DecodedText {
        let coding = DataCoding(dataCoding)
        let headers = segments.map { hasUserDataHeader ? UserDataHeader($0) : nil }
        let first = headers.first ?? nil
        func result(_ text: String, _ encoding: TextEncoding?) -> DecodedText {
            DecodedText(text: text, header: first, isFlash: coding.isFlash, encoding: encoding)
        }
        var body: [UInt8] { zip(segments, headers).flatMap { $0.dropFirst($1?.length ?? 0) } }
        switch coding.content {
        case .standard:
            let hasTables = headers.contains { $0?.nationalTables != nil }
            switch alphabet {
            case .gsmUnpacked, .gsmPacked:
                return gsm(segments, headers, isPacked: alphabet == .gsmPacked, result)
            // Tables say that it is GSM, whatever the SMSC's default is.
            case .latin1:
                if hasTables { return gsm(segments, headers, isPacked: false, result) }
                return result(latin1Text(body), .latin1)
            case .ascii:
                if hasTables { return gsm(segments, headers, isPacked: false, result) }
                return result(mapped(body, ascii), .ascii)
            }
        case .ascii: return result(mapped(body, ascii), .ascii)
        case .latin1: return result(latin1Text(body), .latin1)
        case .utf16: return result(utf16(body), .ucs2)
        case .cyrillic: return result(mapped(body, cyrillic), nil)
        case .hebrew: return result(mapped(body, hebrew), nil)
        case .binary: return result(hexadecimal(body), nil)
        case .unknown: return result(mapped(body, ascii), nil)
        }
    }

    // MARK: - GSM

    private static func gsm(
        _ segments: [[UInt8]], _ headers: [UserDataHeader?], isPacked: Bool,
        _ result: (String, TextEncoding?) -> DecodedText
    ) -> DecodedText {
        // Tables are in force for one segment (3GPP TS 23.038 section 6.2.1.2.3); an escape is looked up with
        // what follows it, also beyond a cut, as long as the tables are the same.
        var runs: [(alphabet: GSMAlphabet, septets: [UInt8])] = []
        for (octets, header) in zip(segments, headers) {
            let length = header?.length ?? 0
            let septets =
                isPacked
                ? SeptetPacking.unpack(octets, headerOctets: length) : Array(octets.dropFirst(length))
            let tables = header?.nationalTables
            if let last = runs.last, last.alphabet.locking == tables?.locking, last.alphabet.single == tables?.single {
                runs[runs.count - 1].septets += septets
            } else {
                runs.append((GSMAlphabet(locking: tables?.locking, single: tables?.single), septets))
            }
        }
        let text = runs.map { $0.alphabet.text(of: $0.septets) }.joined()
        return result(text, .gsm(locking: runs.first?.alphabet.locking, single: runs.first?.alphabet.single))
    }

    // MARK: - Other sets

    private static func mapped(_ octets: [UInt8], _ scalar: (UInt8) -> Unicode.Scalar?) -> String {
        string(of: octets.map { scalar($0) ?? "\u{FFFD}" })
    }

    private static func ascii(_ octet: UInt8) -> Unicode.Scalar? { octet < 0x80 ? Unicode.Scalar(octet) : nil }

    /// Big-endian; a byte order mark in front is obeyed and dropped. An unpaired surrogate and an octet left over
    /// are U+FFFD.
    private static func utf16(_ octets: [UInt8]) -> String {
        var units: [UInt16] = []
        units.reserveCapacity(octets.count / 2)
        for index in stride(from: 0, to: octets.count - 1, by: 2) {
            units.append(UInt16(octets[index]) << 8 | UInt16(octets[index + 1]))
        }
        if units.first == 0xFFFE { units = units.map(\.byteSwapped) }
        if units.first == 0xFEFF { units.removeFirst() }
        return String(decoding: units, as: UTF16.self) + (octets.count % 2 == 0 ? "" : "\u{FFFD}")
    }

    /// ISO 8859-5.
    private static func cyrillic(_ octet: UInt8) -> Unicode.Scalar? {
        switch octet {
        case 0xF0: "\u{2116}"
        case 0xFD: "\u{A7}"
        case 0...0xA0, 0xAD: Unicode.Scalar(octet)
        default: Unicode.Scalar(UInt32(octet) + 0x360)
        }
    }

    /// ISO 8859-8.
    private static func hebrew(_ octet: UInt8) -> Unicode.Scalar? {
        switch octet {
        case 0xAA: "\u{D7}"
        case 0xBA: "\u{F7}"
        case 0xDF: "\u{2017}"
        case 0xE0...0xFA: Unicode.Scalar(UInt32(octet) + 0x4F0)
        case 0xFD: "\u{200E}"
        case 0xFE: "\u{200F}"
        case 0xA1, 0xBF...0xDE, 0xFB...0xFF: nil
        default: Unicode.Scalar(octet)
        }
    }

    private static func hexadecimal(_ octets: [UInt8]) -> String {
        octets.map { ($0 < 0x10 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: " ")
    }
}

extension UserDataHeader {
    /// The tables that the header names (3GPP TS 23.040 sections 9.2.3.24.15 and 9.2.3.24.16); of several elements
    /// the last counts. nil without such an element. Languages that are not known stand for the default tables.
    package var nationalTables: (locking: NationalLanguage?, single: NationalLanguage?)? {
        var locking: NationalLanguage?
        var single: NationalLanguage?
        var isThere = false
        for element in elements where element.data.count == 1 {
            if element.identifier == 0x24 { single = NationalLanguage(rawValue: element.data[0]) }
            if element.identifier == 0x25 { locking = NationalLanguage(rawValue: element.data[0]) }
            isThere = isThere || element.identifier == 0x24 || element.identifier == 0x25
        }
        return isThere ? (locking, single) : nil
    }
}
