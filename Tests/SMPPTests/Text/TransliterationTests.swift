// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP
import Testing

@Suite("Transliteration") struct TransliterationTests {
    private func sent(_ text: String, _ alphabet: TextOptions.Alphabet = .gsmUnpacked) throws -> String {
        var options = TextOptions()
        options.transliterate = true
        options.alphabet = alphabet
        options.shiftTables = false
        return try SegmentedText(text, options: options).text
    }

    @Test(
        "replacements",
        arguments: [
            ("‘a’ “b” „c” «d»", "'a' \"b\" \"c\" \"d\""), ("a – b — c", "a - b - c"), ("en verder…", "en verder..."),
            ("• punt", "- punt"), ("a\u{A0}b\u{2009}c", "a b c"), ("a\u{200B}b\u{AD}c", "abc"), ("ĳs Ĳ", "ijs IJ"),
            ("ﬁets", "fiets"), ("œuvre", "oeuvre"), ("½ uur™", "1/2 uur(tm)"), ("coöperatie ë ï", "coöperatie e i"),
            ("żółć", "zolc"), ("ő ű", "ö ü"), ("ệ", "e"), ("ǟ", "ä"), ("q\u{301}", "q"), ("ẞ", "ß"), ("ç", "c"),
            ("şğı", "sgi"),
        ])
    func table(text: String, expected: String) throws {
        #expect(scalars(try sent(text)) == scalars(expected))
    }

    @Test("an alphabet keeps what it has")
    func alphabets() throws {
        #expect(try sent("één ü “x”", .ascii) == "een u \"x\"")
        #expect(try sent("één ç “x”", .latin1) == "één ç \"x\"")
        #expect(try sent("æ ß", .ascii) == "ae ss")
    }

    @Test("joiners stay in emoji and in Indian and Arabic scripts")
    func joiners() throws {
        #expect(scalars(try sent("👨‍👩‍👧 ❤\u{FE0F}")) == scalars("👨‍👩‍👧 ❤\u{FE0F}"))
        #expect(scalars(try sent("می\u{200C}خواهم")) == scalars("می\u{200C}خواهم"))
    }

    @Test("nothing is replaced where it makes nothing cheaper")
    func pointless() throws {
        var options = TextOptions()
        options.transliterate = true
        let plan = try SegmentedText("Обережно… ’", options: options)
        #expect(plan.text == "Обережно… ’")
        #expect(plan.replacements.isEmpty)
    }

    @Test("it is offered where it saves a segment, and never done unasked")
    func offer() throws {
        // 100 characters with one apostrophe: 100 UTF-16 units, 67 + 33; as GSM one segment.
        let text = String(repeating: "x", count: 49) + "’" + String(repeating: "y", count: 50)
        let plan = try SegmentedText(text)
        #expect(plan.encoding == .ucs2)
        #expect(plan.text == text)
        #expect(plan.billedSegments == 2)
        #expect(plan.replacements.isEmpty)
        #expect(plan.costly.map(\.codePoints) == ["U+2019"])
        #expect(plan.costly.map(\.reason) == [.outsideAlphabet])
        let offer = try #require(plan.transliterationOffer)
        #expect(offer.segments == 1)
        #expect(offer.replacements.map(\.from) == ["’"])
        #expect(offer.replacements.map(\.to) == ["'"])
        #expect(offer.replacements.map(\.count) == [1])

        var options = TextOptions()
        options.transliterate = true
        let replaced = try SegmentedText(text, options: options)
        #expect(replaced.billedSegments == 1)
        #expect(replaced.replacements == offer.replacements)
        #expect(replaced.transliterationOffer == nil)
        #expect(replaced.text == offer.text)
    }

    @Test("there is no offer where another character needs UTF-16 all the same, or nothing is saved")
    func noOffer() throws {
        #expect(try SegmentedText(String(repeating: "щ", count: 80) + "’").transliterationOffer == nil)
        #expect(try SegmentedText("kort ’").transliterationOffer == nil)
    }
}
