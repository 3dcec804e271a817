// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

@Suite("GSM alphabet") struct GSMAlphabetTests {
    private static let languages: [NationalLanguage?] = [nil] + NationalLanguage.allCases

    @Test("every character of every pair of tables comes back from its septets")
    func roundTrip() throws {
        for locking in Self.languages {
            for single in Self.languages {
                let alphabet = GSMAlphabet(locking: locking, single: single)
                for (scalar, septets) in alphabet.characters {
                    #expect(scalars(alphabet.text(of: septets)) == [scalar], "\(septets) in \(alphabet)")
                    var sent: [UInt8] = []
                    #expect(alphabet.append(scalar, to: &sent))
                    #expect(sent.count == alphabet.cost(of: scalar))
                    #expect(sent.count <= septets.count)
                    #expect(scalars(alphabet.text(of: sent)) == [scalar])
                }
            }
        }
    }

    /// Counted in the standard: 128 places less the escape and the empty ones.
    @Test(
        "the tables have as many characters as the standard prints",
        arguments: [
            // 127, and form feed ^ { } \ [ ~ ] | and the euro.
            (nil, 127, 10),
            (NationalLanguage.turkish, 127, 17), (.spanish, 127, 19), (.portuguese, 127, 37), (.bengali, 114, 82),
            (.gujarati, 120, 70), (.hindi, 127, 88), (.kannada, 120, 73), (.malayalam, 120, 82),
            (.oriya, 116, 75), (.punjabi, 110, 76), (.tamil, 102, 77), (.telugu, 120, 78), (.urdu, 127, 90),
        ] as [(NationalLanguage?, Int, Int)])
    func counts(language: NationalLanguage?, locking: Int, single: Int) {
        let index = Int(language?.rawValue ?? 0)
        #expect(GSMTable.locking[index].scalars.compactMap { $0 }.count == locking)
        #expect(GSMTable.single[index].scalars.compactMap { $0 }.count == single)
    }

    @Test("no character stands twice in a table but those that the standard prints twice")
    func duplicates() {
        func twice(_ table: GSMTable) -> Set<Unicode.Scalar> {
            Set(Dictionary(grouping: table.scalars.compactMap { $0 }) { $0 }.filter { $0.value.count > 1 }.keys)
        }
        for table in GSMTable.locking { #expect(twice(table).isEmpty) }
        for (index, table) in GSMTable.single.enumerated() {
            #expect(twice(table) == (index < 4 ? [] : ["¡", "*"]))
        }
    }

    @Test("places that tell the tables apart")
    func places() {
        func locked(_ language: NationalLanguage, _ septet: UInt8) -> String {
            GSMAlphabet(locking: language).text(of: [septet])
        }
        func shifted(_ language: NationalLanguage, _ septet: UInt8) -> String {
            GSMAlphabet(single: language).text(of: [0x1B, septet])
        }
        #expect(locked(.turkish, 0x04) == "€")
        #expect(locked(.turkish, 0x07) == "ı")
        #expect(locked(.turkish, 0x40) == "İ")
        #expect(locked(.turkish, 0x60) == "ç")
        #expect(locked(.portuguese, 0x15) == "∞")
        #expect(locked(.portuguese, 0x24) == "º")
        #expect(locked(.portuguese, 0x60) == "~")
        #expect(locked(.hindi, 0x3C) == "\u{929}")
        #expect(locked(.kannada, 0x24) == "\u{CA1}")
        #expect(locked(.kannada, 0x3D) == "\u{CAA}")
        #expect(locked(.bengali, 0x7C) == "\u{9DC}")
        #expect(locked(.tamil, 0x7F) == "\u{BF9}")
        #expect(locked(.urdu, 0x08) == "\u{6C2}")
        #expect(locked(.urdu, 0x57) == "\u{6BE}")
        #expect(locked(.hindi, 0x2C) == ",")
        #expect(locked(.hindi, 0x28) == ")")
        #expect(locked(.hindi, 0x29) == "(")
        #expect(shifted(.turkish, 0x69) == "ı")
        #expect(shifted(.spanish, 0x09) == "ç")
        #expect(shifted(.portuguese, 0x61) == "Â")
        #expect(shifted(.portuguese, 0x7F) == "â")
        #expect(shifted(.oriya, 0x20) == "\u{B6A}")
        #expect(shifted(.tamil, 0x24) == "\u{BEE}")
        #expect(shifted(.telugu, 0x1C) == "\u{C66}")
        #expect(shifted(.telugu, 0x65) == "€")
        #expect(shifted(.urdu, 0x3F) == "\u{6D4}")
        #expect(shifted(.gujarati, 0x5A) == "Z")
    }

    @Test("an unknown escape shows the main table, two escapes and a last one a space")
    func escapes() {
        let alphabet = GSMAlphabet.standard
        #expect(alphabet.text(of: [0x1B, 0x65]) == "€")
        #expect(alphabet.text(of: [0x1B, 0x41]) == "A")
        #expect(alphabet.text(of: [0x1B, 0x1B, 0x41]) == " A")
        #expect(alphabet.text(of: [0x41, 0x1B]) == "A ")
        #expect(alphabet.text(of: [0x41, 0x80, 0x42]) == "A\u{FFFD}B")
        #expect(alphabet.cost(of: "\u{1B}") == nil)
        #expect(alphabet.cost(of: "\u{0C}") == 2)
        #expect(alphabet.cost(of: "ç") == nil)
        #expect(alphabet.septets(of: "a[é") == [0x61, 0x1B, 0x3C, 0x05])
        #expect(alphabet.septets(of: "a`") == nil)
    }

    @Test("packing gives the octets that everyone knows")
    func packing() {
        let hello = Array("hellohello".utf8)
        #expect(SeptetPacking.pack(hello) == [0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0xD9, 0xEC, 0x37])
        #expect(SeptetPacking.unpack([0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0xD9, 0xEC, 0x37]) == hello)
        // Seven spare bits are a carriage return: 0x0D << 1 is 0x1A.
        #expect(SeptetPacking.pack(Array("hellohe".utf8)) == [0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0x1B])
        #expect(SeptetPacking.unpack([0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0x1B]) == Array("hellohe".utf8))
    }

    @Test("a text that ends on @ or on any count of septets comes back", arguments: 0..<40)
    func spareBits(count: Int) {
        let ends: [UInt8] = [0x00, 0x41]
        for end in ends {
            let septets = (0..<count).map { UInt8($0 * 37 % 128) } + [end]
            for header in [[], [5, 0, 3, 1, 2, 1], [6, 8, 4, 1, 1, 2, 1], [3, 0x24, 1, 1]] as [[UInt8]] {
                let packed = SeptetPacking.pack(septets, header: header)
                #expect(SeptetPacking.unpack(packed, headerOctets: header.count) == septets)
                #expect(packed.count == SeptetPacking.octets(headerOctets: header.count, septets: septets.count))
            }
        }
    }

    @Test("a carriage return on an octet boundary is doubled")
    func finalReturn() {
        let septets: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 0x0D]
        #expect(SeptetPacking.pack(septets).count == 8)
        #expect(SeptetPacking.unpack(SeptetPacking.pack(septets)) == septets + [0x0D])
    }
}

/// Compared by scalars, since strings are equal that are written differently.
func scalars(_ text: String) -> [Unicode.Scalar] { Array(text.unicodeScalars) }
