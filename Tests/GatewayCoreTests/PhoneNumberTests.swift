// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@Suite struct PhoneNumberTests {
    let plan = NumberingPlan()

    @Test(
        "Numbers as people write them become E.164",
        arguments: [
            ("+31612345678", "+31612345678"),
            ("0031612345678", "+31612345678"),
            ("0612345678", "+31612345678"),
            ("06-12 34 56 78", "+31612345678"),
            ("(0182) 58 84 44", "+31182588444"),
            ("+31 (0)6 1234 5678", "+31612345678"),
            ("0031 (0)182-588444", "+31182588444"),
            ("06.12.34.56.78", "+31612345678"),
            ("0800-0011", nil),
            ("0800 1234", nil),
            ("08001234567", nil),
            ("0800-123456 7", nil),
        ] as [(String, String?)])
    func parse(text: String, expected: String?) throws {
        if let expected {
            #expect(try plan.parse(text).e164 == expected)
        } else if text == "0800-123456 7" || text == "08001234567" {
            #expect(try plan.parse(text).e164 == "+318001234567")
        } else {
            #expect(try plan.parse(text).e164 == "+31" + text.dropFirst().filter(\.isNumber))
        }
    }

    @Test(
        "What may not be dialled is refused, by name",
        arguments: [
            ("", PhoneNumberError.empty),
            ("   ", .empty),
            ("112", .neverAllowed("the emergency number 112")),
            ("144", .neverAllowed("a short code")),
            ("0900-8844", .refusedPrefix("+31900")),
            ("0906-1234", .refusedPrefix("+31906")),
            ("+4915112345678", .notListed("a foreign number (+491...)")),
            ("061234567", .wrongLength(range: "mobile", expected: [10], found: 9, isNational: true)),
            ("06123456789", .wrongLength(range: "mobile", expected: [10], found: 11, isNational: true)),
            ("018258844", .wrongLength(range: "Dutch", expected: [10], found: 9, isNational: true)),
            ("+31 6 1234567", .wrongLength(range: "mobile", expected: [9], found: 8, isNational: false)),
            ("0612", .tooShort(digits: 4)),
            ("+31 612", .tooShort(digits: 5)),
            ("06 1234 5678 9012 34", .tooLong(digits: 16)),
            ("612345678", .lostZero),
            ("31612345678", .lostZero),
            ("9001234", .noPrefix),
            ("5612345678", .noPrefix),
            ("06-1234O678", .illegalCharacter("O")),
            ("+31 6 1234567890123", .tooLong(digits: 16)),
            ("+0612345678", .neverAllowed("a country code that starts with 0")),
            ("06123456\u{0667}8", .illegalCharacter("\u{0667}")),
            ("6.12345678E+08", .illegalCharacter("E")),
        ])
    func refuse(text: String, expected: PhoneNumberError) {
        #expect(throws: expected) { try plan.parse(text) }
    }

    @Test("Advice is given where it helps, and digits are counted as they were written")
    func advice() throws {
        func reason(_ text: String) -> String {
            do {
                return try plan.parse(text).e164
            } catch {
                return error.description
            }
        }
        #expect(reason("112") == "the emergency number 112 is never dialled")
        #expect(reason("+0612345678") == "a country code that starts with 0 is never dialled")
        #expect(reason("0612") == "the number is too short: 4 digits")
        #expect(reason("061234567") == "mobile numbers have 10 digits, this one has 9")
        #expect(
            reason("0900-8844") == "a number starting with +31900 may not be dialled; "
                + "allow a longer prefix of it in [Numbers] to change that")
        // The advice is true.
        #expect(try NumberingPlan(allowed: ["+31", "+319008844"]).parse("0900-8844").e164 == "+319008844")
        #expect(throws: PhoneNumberError.refusedPrefix("+31900")) {
            try NumberingPlan(allowed: ["+31", "+31900"]).parse("0900-8844")
        }
    }

    static let invisible: [ClosedRange<UInt32>] = [
        0xad...0xad, 0x200b...0x200f, 0x202a...0x202e, 0x2060...0x2060, 0x2066...0x2069, 0xfe0f...0xfe0f,
        0xfeff...0xfeff,
    ]
    /// No-break, en, em, figure, punctuation, thin, hair, narrow no-break, ideographic.
    static let blanks: [ClosedRange<UInt32>] = [0xa0...0xa0, 0x2000...0x200a, 0x202f...0x202f, 0x3000...0x3000]
    static let dashes: [ClosedRange<UInt32>] = [0x2010...0x2015, 0x2212...0x2212, 0xff0d...0xff0d]

    @Test(
        "What cannot be seen, and blanks and dashes of every width, are passed over wherever they stand",
        arguments: (invisible + blanks + dashes).joined().compactMap { Unicode.Scalar($0) })
    func passedOver(scalar: Unicode.Scalar) throws {
        for text in ["0612345678", "+31612345678", "+31(0)612345678", "0031(0)612345678"] {
            for place in text.indices + [text.endIndex] {
                var copied = text
                copied.insert(Character(scalar), at: place)
                #expect(try plan.parse(copied).e164 == "+31612345678", "\(scalar.codePoint) in \(text)")
            }
        }
    }

    @Test("A number that was copied from a contact card or a web page is read")
    func copied() throws {
        #expect(try plan.parse("\u{202D}+31 6 12 34 56 78\u{202C}").e164 == "+31612345678")
        #expect(try plan.parse("\u{FEFF}06\u{2011}12\u{2009}34\u{2009}56\u{2009}78").e164 == "+31612345678")
    }

    @Test(
        "What is refused is named by its code point when it would not be seen",
        arguments: [
            ("06-1234O678", "the number contains \"O\""), ("06123\u{0}5678", "the number contains U+0000"),
            ("06123456\u{0667}8", "the number contains U+0667"), ("06\u{1F600}1234567", "the number contains U+1F600"),
        ])
    func named(text: String, expected: String) {
        let error = #expect(throws: PhoneNumberError.self) { try plan.parse(text) }
        #expect(error?.description == expected)
    }

    @Test(
        "A leading apostrophe of a spreadsheet is passed over",
        arguments: ["'0612345678", "'+31612345678", " '06-12345678", "\u{2019}0612345678"])
    func apostrophe(text: String) throws { #expect(try plan.parse(text).e164 == "+31612345678") }

    @Test(
        "A zero that a spreadsheet took away is put back when that is asked for",
        arguments: [
            ("612345678", "+31612345678"), ("31612345678", "+31612345678"), ("182588444", "+31182588444"),
            // Veenendaal, whose area code begins with the digits of the country.
            ("318012345", "+31318012345"), ("8001234", "+318001234"), ("0612345678", "+31612345678"),
        ])
    func lostZero(text: String, expected: String) throws {
        #expect(try plan.parse(text, assumesLostZero: true).e164 == expected)
    }

    @Test(
        "What would be no number with a zero in front stays refused",
        arguments: ["9001234", "112", "5612345678", "491511234567"])
    func noLostZero(text: String) {
        #expect(throws: PhoneNumberError.self) { try plan.parse(text, assumesLostZero: true) }
    }

    @Test("Numbers are told apart by their digits")
    func digits() throws {
        #expect(try plan.parse("0612345678").digits == 31_612_345_678)
        #expect(PhoneNumber(e164: "+999999999999999")?.digits == 999_999_999_999_999)
    }

    @Test("A longer rule wins over a shorter one")
    func longestMatch() throws {
        let plan = NumberingPlan(allowed: ["+31", "+319008844", "+32"], refused: ["+31900", "+3246"])
        #expect(try plan.parse("0900-8844").e164 == "+319008844")
        #expect(throws: PhoneNumberError.self) { try plan.parse("0900-1234") }
        #expect(try plan.parse("+3225555555").e164 == "+3225555555")
        #expect(throws: PhoneNumberError.self) { try plan.parse("+32465555555") }
    }

    @Test("Logs never show a whole number")
    func redaction() throws {
        let number = try plan.parse("0612345678")
        #expect("\(number)" == "+316*****678")
    }
}

@Suite struct TimestampTests {
    @Test(
        "ISO 8601 is read and written",
        arguments: [
            ("2026-11-24T13:30:41.123Z", "2026-11-24T13:30:41.123Z"),
            ("2026-11-24T13:30:41+01:00", "2026-11-24T12:30:41.000Z"),
            ("2024-02-29", "2024-02-29T00:00:00.000Z"),
            ("1969-12-31T23:59:59.9995Z", "1969-12-31T23:59:59.999Z"),
            ("2000-01-01 00:00", "2000-01-01T00:00:00.000Z"),
        ])
    func roundTrip(text: String, expected: String) throws {
        #expect(try #require(Timestamp(iso8601: text)).description == expected)
    }

    @Test(
        "What is no time is refused",
        arguments: [
            "", "2026", "2026-02-29", "2026-13-01", "2026-01-01T24:00", "2026-01-01Tx", "2026-01-01T10:00:00.Z",
        ])
    func refused(text: String) { #expect(Timestamp(iso8601: text) == nil) }
}

@Suite struct SHA256Tests {
    // FIPS 180-4 examples and RFC 4231 test case 2.
    @Test func knownAnswers() {
        #expect(
            SHA256.hexDigest(of: "abc".utf8) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(SHA256.hexDigest(of: "".utf8) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            SHA256.hexDigest(of: "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        #expect(
            hexadecimal(SHA256.authenticationCode(of: "what do ya want for nothing?".utf8, key: Array("Jefe".utf8)))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }
}
