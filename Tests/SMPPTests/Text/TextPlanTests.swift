// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP
import Testing

@Suite("Text plan") struct TextPlanTests {
    private func options(_ change: (inout TextOptions) -> Void) -> TextOptions {
        var options = TextOptions()
        options.maximumSegments = 255
        change(&options)
        return options
    }

    private func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    private static let plain = TextEncoding.gsm(locking: nil, single: nil)

    @Test("hand counts of sample texts")
    func samples() throws {
        let dutch = try SegmentedText("Let op: één brand in de Kerkstraat. Sluit ramen en deuren. €5")
        // "Let op: één brand in de Kerkstraat." 35, " Sluit ramen en deuren." 23, " €5" 3 and the escape of the euro.
        #expect(dutch.encoding == Self.plain)
        #expect(dutch.unitsUsed == 62)
        #expect(dutch.unitsFreeInLast == 98)
        #expect(dutch.costly.map(\.character) == ["€"])
        #expect(dutch.costly.first?.reason == .escaped)

        // 12 letters; ş twice and ğ once are not in the default alphabet: 15 septets with the single shift table,
        // 4 + 14 octets; with the locking one 12 septets, 4 + 11 octets: fewer.
        let turkish = try SegmentedText("şşğ dikkat!!")
        #expect(turkish.encoding == .gsm(locking: .turkish, single: nil))
        #expect(turkish.segments.count == 1)
        #expect(turkish.unitsUsed == 12)
        #expect(turkish.segments[0].capacity == 155)
        #expect(turkish.costly.map(\.codePoints) == ["U+015F", "U+011F"])
        #expect(turkish.costly.map(\.count) == [2, 1])

        // ż ó ł ć are in no table: 17 UTF-16 units.
        let polish = try SegmentedText("żółć: uwaga pożar")
        #expect(polish.encoding == .ucs2)
        #expect(polish.unitsUsed == 17)
        #expect(polish.unitsFreeInLast == 53)

        // 71 Cyrillic letters: one more than 70, so 67 and 4.
        let ukrainian = try SegmentedText(repeated("щ", 71))
        #expect(ukrainian.encoding == .ucs2)
        #expect(ukrainian.segments.map(\.units) == [67, 4])

        // ã, ç and õ are in the Portuguese tables. 11 letters; single shift: 14 septets, 4 + 13 octets; locking: 11
        // septets, 4 + 10.
        let portuguese = try SegmentedText("atenção põe")
        #expect(portuguese.encoding == .gsm(locking: .portuguese, single: nil))
        #expect(portuguese.unitsUsed == 11)

        // 10 Devanagari scalars, a comma, a space and an exclamation mark: each a septet of the Hindi locking table.
        let hindi = try SegmentedText("सावधान, खतरा!")
        #expect(hindi.encoding == .gsm(locking: .hindi, single: nil))
        #expect(hindi.unitsUsed == 13)

        // 2 UTF-16 units each.
        let emoji = try SegmentedText(repeated("🔥", 35))
        #expect(emoji.encoding == .ucs2)
        #expect(emoji.segments.map(\.units) == [70])
        let more = try SegmentedText(repeated("🔥", 36))
        // 67 units hold 33 pairs.
        #expect(more.segments.map(\.units) == [66, 6])
    }

    @Test("a single shift table is taken where the letters are few")
    func singleShift() throws {
        // ş costs 2 septets here, 155 in all, which fill 140 octets with a header of 4. The locking table takes 154,
        // which fill 140 octets too, and is less simple.
        let upper = try SegmentedText(repeated("a", 153) + "ş")
        #expect(upper.encoding == .gsm(locking: nil, single: .turkish))
        // à is in the default alphabet and in the Turkish locking table, è in the default alphabet alone.
        let mixed = try SegmentedText(repeated("a", 152) + "èş")
        #expect(mixed.encoding == .gsm(locking: nil, single: .turkish))
        #expect(mixed.unitsUsed == 155)
        #expect(mixed.segments.count == 1)
        #expect(mixed.unitsFreeInLast == 0)
        // One more: 156 septets are two segments, each of 149: (1120 - 8 * 9) / 7.
        let two = try SegmentedText(repeated("a", 153) + "èş")
        #expect(two.segments.map(\.capacity) == [149, 149])
        #expect(two.segments.map(\.units) == [149, 7])
        #expect(two.billedSegments == 2)
    }

    @Test("both tables leave 152 septets, and 146 in a segment")
    func bothTables() throws {
        // Bengali letters need the locking table, capital letters then the single shift one.
        let text = repeated("\u{995}", 150) + "A"
        let plan = try SegmentedText(text)
        #expect(plan.encoding == .gsm(locking: .bengali, single: .bengali))
        #expect(plan.segments.map(\.capacity) == [152])
        #expect(plan.unitsFreeInLast == 0)
        let two = try SegmentedText(text + "\u{995}")
        #expect(two.segments.map(\.capacity) == [146, 146])
        // 16 bit reference: (1120 - 8 * 13) / 7 = 145.
        let wide = try SegmentedText(text + "\u{995}", options: options { $0.concatenation = .udh16 })
        #expect(wide.segments.map(\.capacity) == [145, 145])
        // Without tables: 151 UTF-16 units, 67 in a segment.
        let none = try SegmentedText(text, options: options { $0.shiftTables = false })
        #expect(none.segments.map(\.units) == [67, 67, 17])
    }

    @Test(
        "boundaries of the default alphabet",
        arguments: [
            (160, 1), (161, 2), (306, 2), (307, 3), (459, 3), (460, 4), (1530, 10),
        ])
    func septetBoundaries(count: Int, segments: Int) throws {
        for concatenation in [TextOptions.Concatenation.udh8, .sar, .payload] {
            let plan = try SegmentedText(repeated("x", count), options: options { $0.concatenation = concatenation })
            #expect(plan.billedSegments == segments)
            #expect(plan.submits == (concatenation == .payload ? 1 : segments))
        }
    }

    @Test(
        "boundaries of the other sets",
        arguments: [
            // 16 bit references leave 152 septets and 66 UTF-16 units.
            (TextOptions.Alphabet.gsmUnpacked, TextOptions.Concatenation.udh16, "x", 304, 2),
            (.gsmPacked, .udh16, "x", 305, 3), (.gsmUnpacked, .udh16, "щ", 132, 2), (.gsmUnpacked, .udh16, "щ", 133, 3),
            (.gsmUnpacked, .udh8, "щ", 70, 1), (.gsmUnpacked, .udh8, "щ", 134, 2), (.gsmUnpacked, .udh8, "щ", 135, 3),
            (.latin1, .udh8, "ê", 140, 1), (.latin1, .udh8, "ê", 141, 2), (.latin1, .udh8, "ê", 268, 2),
            (.latin1, .udh8, "ê", 269, 3), (.ascii, .udh8, "x", 160, 1), (.ascii, .udh8, "x", 306, 2),
            (.ascii, .udh8, "x", 307, 3), (.ascii, .udh8, "ê", 140, 1), (.ascii, .udh8, "щ", 71, 2),
        ] as [(TextOptions.Alphabet, TextOptions.Concatenation, String, Int, Int)])
    func otherBoundaries(
        alphabet: TextOptions.Alphabet, concatenation: TextOptions.Concatenation, letter: String, count: Int,
        segments: Int
    ) throws {
        let plan = try SegmentedText(
            repeated(letter, count),
            options: options {
                $0.alphabet = alphabet
                $0.concatenation = concatenation
                $0.shiftTables = false
            })
        #expect(plan.billedSegments == segments)
    }

    @Test("an escape pair, a surrogate pair and a cluster are not cut")
    func pairs() throws {
        let text = repeated("x", 152) + "€" + repeated("x", 10)
        let euro = try SegmentedText(text, options: options { $0.shiftTables = false })
        #expect(euro.segments.map(\.units) == [152, 12])
        let fire = try SegmentedText("щ" + repeated("x", 65) + "🔥" + repeated("x", 10))
        #expect(fire.segments.map(\.units) == [66, 12])
        // Three emoji of two units and two joiners: eight units that stay together.
        let family = try SegmentedText(repeated("x", 60) + "👨‍👩‍👧" + repeated("x", 10))
        #expect(family.segments.map(\.units) == [60, 18])
        // A letter with 80 marks is longer than a segment, and is cut.
        let marks = try SegmentedText("q" + repeated("\u{323}\u{302}", 40))
        #expect(marks.segments.map(\.units) == [67, 14])
    }

    @Test("the default alphabet gives way only for a whole segment")
    func keepsPlain() throws {
        // Ten euros: 20 septets; the Turkish locking table has them in one septet each.
        #expect(try SegmentedText(repeated("€", 10)).encoding == Self.plain)
    }

    @Test("text is composed, and its line ends are LF")
    func normalisation() throws {
        let plan = try SegmentedText("e\u{301}e\u{301}n\r\nregel\reinde \u{212B}")
        #expect(scalars(plan.text) == scalars("\u{E9}\u{E9}n\nregel\neinde \u{C5}"))
        #expect(plan.encoding == Self.plain)
        // Two marks, one after the other: ế of Vietnamese, and й.
        #expect(scalars(try SegmentedText("e\u{302}\u{301}").text) == ["\u{1EBF}"])
        #expect(scalars(try SegmentedText("и\u{306}").text) == ["\u{439}"])
        #expect(scalars(try SegmentedText("\u{FEFF}a").text) == ["a"])
    }

    @Test("what cannot be sent is said")
    func errors() {
        #expect(throws: TextError.empty) { try SegmentedText("") }
        #expect(throws: TextError.unsupported(codePoint: "U+0007", position: 3)) { try SegmentedText("ab\u{7}") }
        #expect(throws: TextError.unsupported(codePoint: "U+FFFD", position: 1)) { try SegmentedText("\u{FFFD}") }
        #expect(throws: TextError.tooManySegments(needed: 11, maximum: 10)) { try SegmentedText(repeated("x", 1531)) }
        #expect(TextError.tooManySegments(needed: 11, maximum: 10).description.contains("11 segments"))
    }

    @Test("fields of a submit_sm")
    func fields() throws {
        var fields = MessageFields()
        fields.esmClass = [.storeAndForward]
        try SegmentedText("hallo").apply(segment: 0, reference: 1, to: &fields)
        #expect(fields.shortMessage == Array("hallo".utf8))
        #expect(fields.dataCoding == 0)
        #expect(fields.esmClass == .storeAndForward)
        #expect(fields.parameters.isEmpty)

        let long = try SegmentedText(repeated("x", 161))
        long.apply(segment: 1, reference: 0x1234, to: &fields)
        #expect(fields.shortMessage == [5, 0, 3, 0x34, 2, 2] + Array(repeated("x", 8).utf8))
        #expect(fields.esmClass == [.storeAndForward, .userDataHeader])

        let wide = try SegmentedText(repeated("x", 161), options: options { $0.concatenation = .udh16 })
        wide.apply(segment: 0, reference: 0x1234, to: &fields)
        #expect(Array(fields.shortMessage.prefix(7)) == [6, 8, 4, 0x12, 0x34, 2, 1])

        let sar = try SegmentedText(repeated("x", 161), options: options { $0.concatenation = .sar })
        sar.apply(segment: 1, reference: 0x1234, to: &fields)
        sar.apply(segment: 1, reference: 0x1234, to: &fields)
        #expect(fields.shortMessage == Array(repeated("x", 8).utf8))
        #expect(!fields.esmClass.contains(.userDataHeader))
        #expect(fields.parameters.count == 3)
        #expect(fields.parameters.number(.sarMessageReference) == 0x1234)
        #expect(fields.parameters.octet(.sarTotalSegments) == 2)
        #expect(fields.parameters.octet(.sarSegmentSequence) == 2)

        let payload = try SegmentedText(repeated("x", 161), options: options { $0.concatenation = .payload })
        payload.apply(segment: 0, reference: 0, to: &fields)
        #expect(fields.shortMessage.isEmpty)
        #expect(fields.parameters.count == 1)
        #expect(fields.content == Array(repeated("x", 161).utf8))

        let flash = options { $0.flash = true }
        try SegmentedText("щ", options: flash).apply(segment: 0, reference: 0, to: &fields)
        #expect(fields.dataCoding == 0x18)
        #expect(fields.shortMessage == [0x04, 0x49])
        try SegmentedText("x", options: flash).apply(segment: 0, reference: 0, to: &fields)
        #expect(fields.dataCoding == 0x10)
        // ê fits ISO 8859-1, which has no class.
        #expect(try SegmentedText("ê", options: options { ($0.flash, $0.alphabet) = (true, .ascii) }).encoding == .ucs2)
    }

    @Test("the header of tables stands in front of the text")
    func tableHeader() throws {
        var fields = MessageFields()
        try SegmentedText("èş").apply(segment: 0, reference: 0, to: &fields)
        // 4 septets with a header of 4 octets against 4 octets of UTF-16.
        #expect(fields.shortMessage == [0x00, 0xE8, 0x01, 0x5F])
        try SegmentedText("gelişme èè").apply(segment: 0, reference: 0, to: &fields)
        #expect(
            fields.shortMessage == [3, 0x24, 1, 1] + Array("geli".utf8) + [0x1B, 0x73] + Array("me ".utf8) + [4, 4])
        #expect(fields.esmClass == .userDataHeader)
    }
}
