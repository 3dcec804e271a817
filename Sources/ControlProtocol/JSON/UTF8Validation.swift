// SPDX-License-Identifier: GPL-3.0-or-later

/// Index of the first byte that is not UTF-8 (Unicode table 3-7: no overlong forms, no surrogates);
/// nil when all of it is.
func firstInvalidUTF8(in bytes: some RandomAccessCollection<UInt8>) -> Int? {
    var index = bytes.startIndex
    func continuation(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xbf) -> Bool {
        guard let place = bytes.index(index, offsetBy: offset, limitedBy: bytes.endIndex), place < bytes.endIndex
        else { return false }
        return range.contains(bytes[place])
    }
    while index < bytes.endIndex {
        let length: Int
        switch bytes[index] {
        case 0..<0x80: length = 1
        case 0xc2...0xdf: length = continuation(1) ? 2 : 0
        case 0xe0: length = continuation(1, 0xa0...0xbf) && continuation(2) ? 3 : 0
        case 0xed: length = continuation(1, 0x80...0x9f) && continuation(2) ? 3 : 0
        case 0xe1...0xef: length = continuation(1) && continuation(2) ? 3 : 0
        case 0xf0: length = continuation(1, 0x90...0xbf) && continuation(2) && continuation(3) ? 4 : 0
        case 0xf1...0xf3: length = continuation(1) && continuation(2) && continuation(3) ? 4 : 0
        case 0xf4: length = continuation(1, 0x80...0x8f) && continuation(2) && continuation(3) ? 4 : 0
        default: length = 0
        }
        guard length > 0 else { return bytes.distance(from: bytes.startIndex, to: index) }
        index = bytes.index(index, offsetBy: length)
    }
    return nil
}

/// Two lower-case hexadecimal digits.
func hexadecimalByte(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
