// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Brings a document to UTF-8, so that what the parser sees is what was checked: it never chooses an encoding itself.
///
/// UTF-8, UTF-16 and ISO-8859-1 are read, as the document declares (XML 1.0, 4.3.3 and appendix F). What does not fit its
/// declaration is refused at the octet that shows it.
struct XMLDecoder {
    private enum Encoding {
        case utf8, latin1
        case utf16(isBigEndian: Bool)
    }

    /// UTF-8 with LF for line ends (XML 1.0, 2.11). The XML declaration is blanked: columns stay, its encoding is no more.
    private(set) var text: [UInt8] = []
    private var position = TextPosition()
    private var afterCarriageReturn = false

    static func decode(_ bytes: [UInt8]) throws(AlertRefusal) -> [UInt8] {
        guard bytes.count <= XMLLimits.size else {
            throw AlertRefusal(nil, "has more than \(XMLLimits.size) octets; an alert is smaller")
        }
        guard !bytes.isEmpty else { throw AlertRefusal(nil, "is empty") }
        var decoder = XMLDecoder()
        decoder.text.reserveCapacity(bytes.count + bytes.count / 8)
        let (encoding, start) = try encoding(of: bytes)
        switch encoding {
        case .utf8: try decoder.readUTF8(bytes[start...])
        case .latin1: try decoder.readLatin1(bytes[start...])
        case .utf16(let isBigEndian): try decoder.readUTF16(bytes[start...], isBigEndian)
        }
        if let declaration = try XMLDeclaration(decoder.text[...]) {
            for index in 0..<declaration.length where decoder.text[index] != 10 { decoder.text[index] = 32 }
        }
        return decoder.text
    }

    // MARK: - Which encoding

    private static func encoding(of bytes: [UInt8]) throws(AlertRefusal) -> (Encoding, start: Int) {
        if bytes.starts(with: [0xff, 0xfe, 0, 0]) || bytes.starts(with: [0, 0, 0xfe, 0xff]) {
            throw AlertRefusal(nil, "is in UTF-32; UTF-8, UTF-16 and ISO-8859-1 are read")
        }
        if bytes.starts(with: [0xfe, 0xff]) { return (try checked(.utf16(isBigEndian: true), bytes), 2) }
        if bytes.starts(with: [0xff, 0xfe]) { return (try checked(.utf16(isBigEndian: false), bytes), 2) }
        if bytes.starts(with: [0, 0x3c]) { return (try checked(.utf16(isBigEndian: true), bytes), 0) }
        if bytes.starts(with: [0x3c, 0]) { return (try checked(.utf16(isBigEndian: false), bytes), 0) }
        let hasMark = bytes.starts(with: [0xef, 0xbb, 0xbf])
        let start = hasMark ? 3 : 0
        guard let declared = try XMLDeclaration(bytes[start...])?.encoding else { return (.utf8, start) }
        switch declared {
        case "UTF-8", "UTF8", "US-ASCII", "ASCII": return (.utf8, start)
        case "ISO-8859-1", "ISO_8859-1", "ISO8859-1", "LATIN1", "LATIN-1", "L1":
            guard !hasMark else { throw lie(declared, "begins with the mark of UTF-8") }
            return (.latin1, 0)
        case "UTF-16", "UTF-16LE", "UTF-16BE": throw lie(declared, "has one octet for each character")
        default:
            throw AlertRefusal(
                TextPosition(),
                "the encoding \"\(declared.readable(40))\" is not read; UTF-8, UTF-16 and ISO-8859-1 are")
        }
    }

    private static func lie(_ declared: String, _ fact: String) -> AlertRefusal {
        AlertRefusal(TextPosition(), "declares the encoding \(declared) and \(fact)")
    }

    /// What a document in UTF-16 declares stands in UTF-16 itself, in ASCII.
    private static func checked(_ encoding: Encoding, _ bytes: [UInt8]) throws(AlertRefusal) -> Encoding {
        guard case .utf16(let isBigEndian) = encoding else { return encoding }
        let head = bytes.prefix(2 * XMLLimits.declaration)
        var narrow = stride(from: isBigEndian ? 1 : 0, to: head.count, by: 2).map { head[$0] }
        // The mark, U+FEFF.
        if narrow.first == 0xff { narrow.removeFirst() }
        // Not an end that is there and cut off here: the declaration is looked for again in the whole text.
        guard narrow.count < XMLLimits.declaration || narrow.contains(UInt8(ascii: ">")) else { return encoding }
        guard let declared = try XMLDeclaration(narrow[...])?.encoding else { return encoding }
        let fitting = ["UTF-16", isBigEndian ? "UTF-16BE" : "UTF-16LE"]
        guard fitting.contains(declared) else {
            throw lie(declared.readable(40), "is in UTF-16, with the \(isBigEndian ? "higher" : "lower") octet first")
        }
        return encoding
    }

    // MARK: - Characters

    private mutating func readUTF8(_ bytes: ArraySlice<UInt8>) throws(AlertRefusal) {
        var octets = bytes.makeIterator()
        var parser = Unicode.UTF8.ForwardParser()
        while true {
            switch parser.parseScalar(from: &octets) {
            case .valid(let encoded): try take(Unicode.UTF8.decode(encoded))
            case .emptyInput: return
            case .error:
                throw AlertRefusal(position, "is not UTF-8, although it is read as that; does the encoding fit?")
            }
        }
    }

    private mutating func readUTF16(_ bytes: ArraySlice<UInt8>, _ isBigEndian: Bool) throws(AlertRefusal) {
        let (high, low) = isBigEndian ? (0, 1) : (1, 0)
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count / 2)
        for index in stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2) {
            units.append(UInt16(bytes[index + high]) << 8 | UInt16(bytes[index + low]))
        }
        var iterator = units.makeIterator()
        var parser = Unicode.UTF16.ForwardParser()
        parsing: while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded): try take(Unicode.UTF16.decode(encoded))
            case .emptyInput: break parsing
            case .error: throw AlertRefusal(position, "half of a surrogate pair: the text is not UTF-16")
            }
        }
        guard bytes.count.isMultiple(of: 2) else { throw AlertRefusal(position, "ends in the middle of a character") }
    }

    private mutating func readLatin1(_ bytes: ArraySlice<UInt8>) throws(AlertRefusal) {
        for byte in bytes {
            guard !(0x80...0x9f).contains(byte) else {
                throw AlertRefusal(
                    position,
                    "0x\(String(byte, radix: 16)) is no character of ISO-8859-1; Windows-1252 is not read, UTF-8 is")
            }
            try take(Unicode.Scalar(byte))
        }
    }

    private mutating func take(_ scalar: Unicode.Scalar) throws(AlertRefusal) {
        let wasReturn = afterCarriageReturn
        afterCarriageReturn = scalar == "\r"
        if wasReturn, scalar == "\n" { return }
        guard Self.isAllowed(scalar) else {
            throw AlertRefusal(position, "the character \(scalar.codePoint) may not stand in XML")
        }
        if scalar == "\n" || scalar == "\r" {
            text.append(10)
            position = TextPosition(line: position.line + 1, column: 1)
        } else {
            text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            position.column += 1
        }
    }

    /// Char of XML 1.0, 2.2.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x9, 0xa, 0xd, 0x20...0xd7ff, 0xe000...0xfffd, 0x10000...0x10ffff: true
        default: false
        }
    }
}
