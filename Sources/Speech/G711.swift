// SPDX-License-Identifier: GPL-3.0-or-later

/// A-law and mu-law companding of 16-bit samples (ITU-T G.711).
package enum G711 {
    /// What silence is in each.
    package static let silenceALaw: UInt8 = 0xd5
    package static let silenceMuLaw: UInt8 = 0xff

    package static func encodeALaw(_ samples: [Int16]) -> [UInt8] { samples.map { aLaw[Int(UInt16(bitPattern: $0))] } }
    package static func encodeMuLaw(_ samples: [Int16]) -> [UInt8] {
        samples.map { muLaw[Int(UInt16(bitPattern: $0))] }
    }
    package static func decodeALaw(_ bytes: some Sequence<UInt8>) -> [Int16] { bytes.map { linearOfALaw[Int($0)] } }
    package static func decodeMuLaw(_ bytes: some Sequence<UInt8>) -> [Int16] { bytes.map { linearOfMuLaw[Int($0)] } }

    // A table lookup a sample: an hour of audio is encoded in the time of a page fault.
    private static let aLaw = (0...65535).map { encodeALaw(Int16(bitPattern: UInt16($0))) }
    private static let muLaw = (0...65535).map { encodeMuLaw(Int16(bitPattern: UInt16($0))) }
    private static let linearOfALaw = (0...255).map { decodeALaw(UInt8($0)) }
    private static let linearOfMuLaw = (0...255).map { decodeMuLaw(UInt8($0)) }

    /// G.711 table 1a: 13-bit magnitude, even bits inverted.
    private static func encodeALaw(_ sample: Int16) -> UInt8 {
        let isNegative = sample < 0
        let magnitude = (isNegative ? -1 - Int(sample) : Int(sample)) >> 3
        var code: Int
        if magnitude < 32 {
            code = magnitude >> 1
        } else {
            var segment = 1
            while magnitude >> (segment + 5) != 0, segment < 7 { segment += 1 }
            code = segment << 4 | (magnitude >> segment) & 0x0f
        }
        if !isNegative { code |= 0x80 }
        return UInt8(code ^ 0x55)
    }

    private static func decodeALaw(_ byte: UInt8) -> Int16 {
        let code = Int(byte) ^ 0x55
        let segment = code >> 4 & 7
        let step = code & 0x0f
        let magnitude = segment == 0 ? step << 4 | 8 : (step << 4 | 0x108) << (segment - 1)
        return Int16(code & 0x80 != 0 ? magnitude : -magnitude)
    }

    /// G.711 table 2a: 14-bit magnitude with a bias of 33, all bits inverted.
    private static func encodeMuLaw(_ sample: Int16) -> UInt8 {
        let isNegative = sample < 0
        let magnitude = min((isNegative ? -Int(sample) : Int(sample)) >> 2, 8158) + 33
        var segment = 0
        while magnitude >> (segment + 6) != 0 { segment += 1 }
        let code = segment << 4 | (magnitude >> (segment + 1)) & 0x0f
        return UInt8(~(isNegative ? code | 0x80 : code) & 0xff)
    }

    private static func decodeMuLaw(_ byte: UInt8) -> Int16 {
        let code = Int(~byte)
        let magnitude = ((code & 0x0f) << 3 | 0x84) << (code >> 4 & 7) - 0x84
        return Int16(code & 0x80 != 0 ? -magnitude : magnitude)
    }
}
