// SPDX-License-Identifier: GPL-3.0-or-later

/// How texts go to one SMSC.
package struct TextOptions: Hashable, Sendable {
    /// What data_coding 0, "SMSC default alphabet", means at this SMSC (SMPP 3.4 section 5.2.19).
    package enum Alphabet: String, Hashable, Sendable, CaseIterable {
        /// GSM 7 bit, one septet in each octet; what nearly all SMSCs mean.
        case gsmUnpacked = "gsm-unpacked"
        /// GSM 7 bit, packed as on the air.
        case gsmPacked = "gsm-packed"
        /// ISO 8859-1, sent on as 8 bit data: 140 octets in one message, 134 in a segment.
        case latin1
        /// ANSI X3.4, which the SMSC makes GSM 7 bit of: 160 characters in one message, 153 in a segment.
        case ascii
    }

    /// How the segments of a long text are marked.
    package enum Concatenation: String, Hashable, Sendable, CaseIterable {
        /// A user data header with information element 0x00 (3GPP TS 23.040 section 9.2.3.24.1).
        case udh8
        /// A user data header with information element 0x08 (section 9.2.3.24.8).
        case udh16
        /// The optional parameters sar_* (SMPP 3.4 sections 5.3.2.22 to 5.3.2.24).
        case sar
        /// The whole text in message_payload (section 5.3.2.32), which the SMSC cuts.
        case payload
    }

    package var alphabet = Alphabet.gsmUnpacked
    /// The data_coding of ISO 8859-1. Used with the alphabet `.ascii` alone, for texts that ISO 8859-1 has and
    /// ANSI X3.4 has not.
    package var latin1DataCoding: UInt8 = 3
    /// The data_coding of UTF-16.
    package var ucs2DataCoding: UInt8 = 8
    /// Whether national language tables may be used. They need a user data header that the SMSC passes on, and
    /// telephones that know them.
    package var shiftTables = true
    package var concatenation = Concatenation.udh8
    /// Whether characters outside the alphabet are replaced by similar ones, where that makes the message cheaper
    /// or, for the same price, one of the default alphabet alone.
    package var transliterate = false
    /// Whether the message is shown at once and not kept (class 0, 3GPP TS 23.038 section 4).
    package var flash = false
    /// Longer texts are refused; 1 to 255.
    package var maximumSegments = 10

    package init() {}
}

/// Why a text cannot be sent.
package enum TextError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is nothing in it.
    case empty
    /// It takes more segments than ``TextOptions/maximumSegments``.
    case tooManySegments(needed: Int, maximum: Int)
    /// It has a character that is no text: a control character, a noncharacter, or U+FFFD, which stands where
    /// something could not be read. The code point is named as `U+0007`, its place counted in characters from 1.
    case unsupported(codePoint: String, position: Int)

    package var description: String {
        switch self {
        case .empty: "the text is empty"
        case .tooManySegments(let needed, let maximum):
            "the text takes \(needed) segments, and \(maximum) are allowed"
        case .unsupported("U+FFFD", let position):
            "character \(position) of the text is U+FFFD: something could not be read where it stands"
        case .unsupported(let codePoint, let position):
            "character \(position) of the text is \(codePoint), which cannot be sent"
        }
    }
}
