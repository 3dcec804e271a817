// SPDX-License-Identifier: GPL-3.0-or-later

/// What a data_coding says of the octets of a message (SMPP 3.4 section 5.2.19; above 0x0F 3GPP TS 23.038
/// section 4).
struct DataCoding: Hashable, Sendable {
    enum Content: Hashable, Sendable {
        /// The SMSC's default alphabet.
        case standard
        case ascii, latin1, utf16
        /// ISO 8859-5 and ISO 8859-8.
        case cyrillic, hebrew
        /// Octets that are no text.
        case binary
        /// Text that is not decoded: Japanese and Korean sets, compressed text.
        case unknown
    }

    let content: Content
    /// Class 0: shown at once and not kept.
    let isFlash: Bool

    init(_ value: UInt8) {
        switch value {
        case 0x00: (content, isFlash) = (.standard, false)
        case 0x01: (content, isFlash) = (.ascii, false)
        case 0x03: (content, isFlash) = (.latin1, false)
        case 0x02, 0x04: (content, isFlash) = (.binary, false)
        case 0x06: (content, isFlash) = (.cyrillic, false)
        case 0x07: (content, isFlash) = (.hebrew, false)
        case 0x08: (content, isFlash) = (.utf16, false)
        // JIS X 0208, pictograms, ISO 2022-JP, extended Kanji, KS C 5601, and what is reserved.
        case 0x05, 0x09...0x0F: (content, isFlash) = (.unknown, false)
        // General coding and automatic deletion: bit 5 compressed, bit 4 whether bits 1-0 are a class.
        case 0x10...0x7F:
            let alphabets: [Content] = [.standard, .binary, .utf16, .standard]
            content = value & 0x20 == 0 ? alphabets[Int(value >> 2 & 3)] : .unknown
            isFlash = value & 0x13 == 0x10
        // Reserved codings are read as the default alphabet.
        case 0x80...0xBF: (content, isFlash) = (.standard, false)
        // Message waiting: discard and store in the default alphabet, store in UCS-2.
        case 0xC0...0xDF: (content, isFlash) = (.standard, false)
        case 0xE0...0xEF: (content, isFlash) = (.utf16, false)
        default: (content, isFlash) = (value & 4 == 0 ? .standard : .binary, value & 3 == 0)
        }
    }
}
