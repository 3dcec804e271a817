// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP
import Testing

@Suite("Text decoder") struct TextDecoderTests {
    private func text(_ octets: [UInt8], _ dataCoding: UInt8, header: Bool = false) -> String {
        TextDecoder.decode(octets, dataCoding: dataCoding, hasUserDataHeader: header).text
    }

    @Test(
        "data_coding",
        arguments: [
            (0x00, [0x00, 0x65, 0x05], "@eé"), (0x01, [0x40, 0x80], "@\u{FFFD}"), (0x03, [0x40, 0xE9], "@é"),
            (0x02, [0x0A, 0xFF], "0A FF"), (0x04, [0x0A, 0xFF], "0A FF"), (0x05, [0x41, 0x93], "A\u{FFFD}"),
            (0x06, [0xD8, 0x41], "иA"), (0x07, [0xE0, 0x41], "אA"), (0x08, [0x04, 0x49], "щ"),
            (0x08, [0xD8, 0x3D, 0xDD, 0x25], "🔥"), (0x08, [0xD8, 0x3D, 0x00, 0x41], "\u{FFFD}A"),
            (0x08, [0x00, 0x41, 0x00], "A\u{FFFD}"), (0x10, [0x00], "@"), (0x14, [0x00], "00"),
            (0x18, [0x04, 0x49], "щ"),
            (0x20, [0x80], "\u{FFFD}"), (0x48, [0x04, 0x49], "щ"), (0xC8, [0x00], "@"), (0xD8, [0x00], "@"),
            (0xE8, [0x04, 0x49], "щ"), (0xF0, [0x00], "@"), (0xF4, [0x00], "00"),
        ] as [(UInt8, [UInt8], String)])
    func codings(dataCoding: UInt8, octets: [UInt8], expected: String) {
        #expect(text(octets, dataCoding) == expected)
    }

    @Test("class 0 is flash, others are not", arguments: 0...255 as ClosedRange<UInt8>)
    func flash(dataCoding: UInt8) {
        let flashes: Set<UInt8> = [
            0x10, 0x14, 0x18, 0x1C, 0x30, 0x34, 0x38, 0x3C, 0x50, 0x54, 0x58, 0x5C, 0x70, 0x74, 0x78, 0x7C, 0xF0, 0xF4,
            0xF8, 0xFC,
        ]
        let decoded = TextDecoder.decode([0x41], dataCoding: dataCoding, hasUserDataHeader: false)
        #expect(decoded.isFlash == flashes.contains(dataCoding))
    }

    @Test("national tables of the header")
    func tables() {
        let decoded = TextDecoder.decode(
            [6, 0x24, 1, 1, 0x25, 1, 1, 0x1C, 0x1B, 0x73], dataCoding: 0, hasUserDataHeader: true)
        #expect(decoded.text == "Şş")
        #expect(decoded.encoding == .gsm(locking: .turkish, single: .turkish))
        #expect(decoded.header?.length == 7)
        // A language that is not known stands for the default tables.
        #expect(text([3, 0x25, 1, 99, 0x04], 0, header: true) == "è")
    }

    @Test("alphabets of data_coding 0")
    func alphabets() {
        func decoded(_ octets: [UInt8], _ alphabet: TextOptions.Alphabet) -> String {
            TextDecoder.decode(octets, dataCoding: 0, hasUserDataHeader: false, alphabet: alphabet).text
        }
        #expect(decoded([0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0xD9, 0xEC, 0x37], .gsmPacked) == "hellohello")
        #expect(decoded([0x40, 0xE9], .latin1) == "@é")
        #expect(decoded([0x40, 0xE9], .ascii) == "@\u{FFFD}")
    }

    @Test("characters that were cut apart are whole again")
    func joined() {
        let fire: [[UInt8]] = [[5, 0, 3, 1, 2, 1, 0xD8, 0x3D], [5, 0, 3, 1, 2, 2, 0xDD, 0x25]]
        #expect(TextDecoder.decode(segments: fire, dataCoding: 8, hasUserDataHeader: true).text == "🔥")
        let euro: [[UInt8]] = [[5, 0, 3, 1, 2, 1, 0x1B], [5, 0, 3, 1, 2, 2, 0x65]]
        #expect(TextDecoder.decode(segments: euro, dataCoding: 0, hasUserDataHeader: true).text == "€")
        // Tables of one segment do not hold in the next.
        let tables: [[UInt8]] = [[3, 0x25, 1, 1, 0x04], [5, 0, 3, 1, 2, 2, 0x04]]
        #expect(TextDecoder.decode(segments: tables, dataCoding: 0, hasUserDataHeader: true).text == "€è")
    }

    @Test("any octets are taken")
    func anything() {
        var random = Numbers(7)
        for _ in 0..<3000 {
            let octets = (0..<Int.random(in: 0...20, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            for alphabet in TextOptions.Alphabet.allCases {
                let decoded = TextDecoder.decode(
                    octets, dataCoding: UInt8.random(in: 0...255, using: &random),
                    hasUserDataHeader: Bool.random(using: &random), alphabet: alphabet)
                #expect(decoded.text.unicodeScalars.count <= octets.count * 3)
            }
        }
    }
}

/// SplitMix64: the same numbers in each run.
struct Numbers: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
