// SPDX-License-Identifier: GPL-3.0-or-later

/// Walks the text of a receipt field by field, on octets. Never reads outside the buffer, whatever is in it.
///
/// ASCII, Latin-1 and the unpacked GSM alphabet agree on letters, digits, blank, colon and dash, which is all the
/// scanner looks at; only the underscore differs (GSM 0x11).
struct ReceiptScanner {
    enum Key: UInt8 {
        case id, sub, dlvrd, submitDate, doneDate, stat, err, text
        /// A key this module has no use for.
        case other
        /// A word with no colon behind it.
        case word
    }

    struct Field {
        var key: Key
        /// The value, without blanks and quotes around it.
        var value: Range<Int>
    }

    let octets: UnsafeBufferPointer<UInt8>
    private(set) var position: Int

    init(_ octets: UnsafeBufferPointer<UInt8>) {
        self.octets = octets
        position = 0
    }

    mutating func next() -> Field? {
        while position < octets.count, Self.isSeparator(octets[position]) { position += 1 }
        guard position < octets.count else { return nil }
        if let (key, start) = key(at: position) {
            return Field(key: key, value: takeValue(of: key, from: start))
        }
        // An unknown key: stand behind its colon, for a known key may follow at once (`XMS=id:543CD34E sub:000`).
        let start = position
        while position < octets.count, !Self.isSeparator(octets[position]) {
            if octets[position] == 0x3A || octets[position] == 0x3D {
                position += 1
                return Field(key: .other, value: start..<position)
            }
            position += 1
        }
        return Field(key: .word, value: start..<position)
    }

    /// Ends the field that was returned last where it begins, to go on reading inside it.
    mutating func resume(at index: Int) {
        position = index
    }

    private mutating func takeValue(of key: Key, from start: Int) -> Range<Int> {
        if key == .text {
            position = octets.count
            return start..<octets.count
        }
        var begin = start
        while begin < octets.count, Self.isBlank(octets[begin]) { begin += 1 }
        // `id: sub:001`: the value is empty, and what stands there is the next key.
        if begin > start, self.key(at: begin) != nil {
            position = begin
            return begin..<begin
        }
        if begin < octets.count, octets[begin] == 0x22 || octets[begin] == 0x27 {
            let quote = octets[begin]
            var end = begin + 1
            while end < octets.count, octets[end] != quote { end += 1 }
            if end < octets.count {
                position = end + 1
                return trimmed(begin + 1..<end)
            }
        }
        var end = begin
        while end < octets.count, !Self.isSeparator(octets[end]) { end += 1 }
        if key == .submitDate || key == .doneDate { end = endOfClock(after: begin..<end) }
        position = end
        return begin..<end
    }

    /// `2018-07-13 10:20:30`: a date that is not plain digits may have its clock behind a blank.
    private func endOfClock(after date: Range<Int>) -> Int {
        guard octets[date].contains(where: { $0 == 0x2D || $0 == 0x2F }), date.upperBound + 3 < octets.count,
            octets[date.upperBound] == 0x20, Self.isDigit(octets[date.upperBound + 1]),
            Self.isDigit(octets[date.upperBound + 2]), octets[date.upperBound + 3] == 0x3A
        else { return date.upperBound }
        var end = date.upperBound + 1
        while end < octets.count, !Self.isSeparator(octets[end]) { end += 1 }
        return end
    }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, Self.isSeparator(octets[lower]) { lower += 1 }
        while lower < upper, Self.isSeparator(octets[upper - 1]) { upper -= 1 }
        return lower..<upper
    }

    /// The known key that begins at `start`, and where its value begins.
    private func key(at start: Int) -> (Key, Int)? {
        var code: UInt64 = 0
        var index = start
        var letters = 0
        while index < octets.count {
            let octet = octets[index]
            let folded = octet | 0x20
            if folded >= 0x61 && folded <= 0x7A {
                guard letters < 10 else { return nil }
                code = code << 5 | UInt64(folded & 0x1F)
                letters += 1
            } else if octet == 0x5F || octet == 0x11 || octet == 0x2D {
                guard letters > 0 else { return nil }
            } else {
                break
            }
            index += 1
        }
        guard letters >= 2 else { return nil }
        while index < octets.count, Self.isBlank(octets[index]) { index += 1 }
        if code == Codes.submit || code == Codes.done {
            // The only keys of two words; an SMSC that breaks lines may break them there.
            while index < octets.count, Self.isLineEnd(octets[index]) { index += 1 }
            guard index + 4 <= octets.count, octets[index] | 0x20 == 0x64, octets[index + 1] | 0x20 == 0x61,
                octets[index + 2] | 0x20 == 0x74, octets[index + 3] | 0x20 == 0x65
            else { return nil }
            code = code << 20 | Codes.date
            index += 4
            while index < octets.count, Self.isBlank(octets[index]) { index += 1 }
        }
        guard index < octets.count, octets[index] == 0x3A || octets[index] == 0x3D else { return nil }
        guard let key = Self.key(code) else { return nil }
        return (key, index + 1)
    }

    private static func key(_ code: UInt64) -> Key? {
        switch code {
        case Codes.id, Codes.msgID, Codes.messageID: .id
        case Codes.sub: .sub
        case Codes.dlvrd: .dlvrd
        case Codes.submit << 20 | Codes.date, Codes.sub << 20 | Codes.date: .submitDate
        case Codes.done << 20 | Codes.date: .doneDate
        case Codes.stat, Codes.status, Codes.state: .stat
        case Codes.err, Codes.error: .err
        case Codes.text: .text
        default: nil
        }
    }

    /// The keys, five bits a letter.
    private enum Codes {
        static var id: UInt64 { 9 << 5 | 4 }
        static var sub: UInt64 { (19 << 5 | 21) << 5 | 2 }
        static var submit: UInt64 { ((sub << 5 | 13) << 5 | 9) << 5 | 20 }
        static var done: UInt64 { ((4 << 5 | 15) << 5 | 14) << 5 | 5 }
        static var date: UInt64 { ((4 << 5 | 1) << 5 | 20) << 5 | 5 }
        static var dlvrd: UInt64 { (((4 << 5 | 12) << 5 | 22) << 5 | 18) << 5 | 4 }
        static var stat: UInt64 { ((19 << 5 | 20) << 5 | 1) << 5 | 20 }
        static var state: UInt64 { stat << 5 | 5 }
        static var status: UInt64 { (stat << 5 | 21) << 5 | 19 }
        static var err: UInt64 { (5 << 5 | 18) << 5 | 18 }
        static var error: UInt64 { (err << 5 | 15) << 5 | 18 }
        static var text: UInt64 { ((20 << 5 | 5) << 5 | 24) << 5 | 20 }
        static var msgID: UInt64 { ((13 << 5 | 19) << 5 | 7) << 10 | id }
        static var message: UInt64 { ((((((13 << 5 | 5) << 5 | 19) << 5 | 19) << 5 | 1) << 5 | 7) << 5 | 5) }
        static var messageID: UInt64 { message << 10 | id }
    }

    static func isDigit(_ octet: UInt8) -> Bool { octet >= 0x30 && octet <= 0x39 }

    static func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }

    static func isLineEnd(_ octet: UInt8) -> Bool { octet == 0x0A || octet == 0x0D }

    /// Blanks, line ends, comma, semicolon, and the NULs with which some SMSCs fill up.
    static func isSeparator(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x20, 0x09, 0x0A, 0x0D, 0x00, 0x2C, 0x3B: true
        default: false
        }
    }
}
