// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP
import Testing

@Suite("Texts there and back") struct TextRoundTripTests {
    /// Pieces that meet the limits in every way: one and two septets, pairs, clusters, letters of all tables.
    private static let pools: [[String]] = [
        ["a", "b", " ", "é", "@", "\n", "€", "[", "ü"], ["a", "ş", "ğ", "İ", "ı", "ç", "è", "€"],
        ["a", "ã", "õ", "â", "Ê", "í", "^"], ["а", "щ", "ї", "й", "’"],
        ["a", "🔥", "👨‍👩‍👧", "❤️", "e\u{301}", "q\u{323}\u{302}"],
        ["क", "ख", "ा", "ि", "्", "A", "!", "१"], ["ক", "ড়", "A", "৳"], ["ا", "پ", "ٹ", "ں", "۔", "A", "é"],
        ["a", "ê", "ÿ", "\u{A0}", "b", "[", "`"],
    ]

    private static let all: [TextOptions] = TextOptions.Alphabet.allCases.flatMap { alphabet in
        TextOptions.Concatenation.allCases.flatMap { concatenation in
            [(true, false, false), (true, true, false), (false, false, true)].map { shift, transliterate, flash in
                var options = TextOptions()
                options.alphabet = alphabet
                options.concatenation = concatenation
                options.shiftTables = shift
                options.transliterate = transliterate
                options.flash = flash
                options.maximumSegments = 255
                return options
            }
        }
    }

    @Test("what the segments carry is the text, for all options", arguments: all)
    func roundTrip(options: TextOptions) throws {
        var random = Numbers(UInt64(Self.all.firstIndex(of: options) ?? 0) + 1)
        for pool in Self.pools {
            for _ in 0..<6 {
                let count = Int.random(in: 1...420, using: &random)
                // Mostly the first piece, so that some texts have few of the others.
                let rare = Int.random(in: 1...12, using: &random)
                let text = (0..<count).map { _ in
                    Int.random(in: 0..<rare, using: &random) == 0 ? pool.randomElement(using: &random) ?? "" : pool[0]
                }.joined()
                try check(try SegmentedText(text, options: options))
            }
        }
    }

    private func check(_ plan: SegmentedText) throws {
        #expect(scalars(plan.segments.map(\.text).joined()) == scalars(plan.text))
        #expect(plan.segments.allSatisfy { $0.units <= $0.capacity && !$0.text.isEmpty })
        #expect(plan.submits == (plan.options.concatenation == .payload ? 1 : plan.billedSegments))
        var segments: [[UInt8]] = []
        var dataCoding: UInt8 = 0
        var hasHeader = false
        for index in 0..<plan.submits {
            var fields = MessageFields()
            plan.apply(segment: index, reference: 0xABCD, to: &fields)
            dataCoding = fields.dataCoding
            hasHeader = fields.esmClass.contains(.userDataHeader)
            segments.append(fields.content)
            let alone = TextDecoder.decode(
                fields.content, dataCoding: dataCoding, hasUserDataHeader: hasHeader, alphabet: plan.options.alphabet)
            #expect(alone.isFlash == plan.options.flash)
            #expect(alone.encoding == plan.encoding)
            if plan.submits > 1 {
                // No pair is cut: each segment is readable by itself.
                #expect(scalars(alone.text) == scalars(plan.segments[index].text))
                let isWide = plan.options.concatenation == .udh16
                if plan.options.concatenation != .sar {
                    let concatenation = try #require(alone.header?.concatenation)
                    #expect(concatenation.reference == (isWide ? 0xABCD : 0xCD))
                    #expect(Int(concatenation.total) == plan.submits)
                    #expect(Int(concatenation.sequence) == index + 1)
                }
            }
            if plan.options.concatenation != .payload, plan.options.alphabet == .gsmPacked || plan.encoding == .ucs2 {
                #expect(fields.shortMessage.count <= 140)
            }
            #expect(fields.shortMessage.count <= 254)
        }
        let decoded = TextDecoder.decode(
            segments: segments, dataCoding: dataCoding, hasUserDataHeader: hasHeader, alphabet: plan.options.alphabet)
        #expect(scalars(decoded.text) == scalars(plan.text))
    }

    @Test("clusters are whole in their segments")
    func clusters() throws {
        var random = Numbers(99)
        let pieces = ["a", "👨‍👩‍👧", "🇳🇱", "q\u{323}\u{302}", "👍🏽", "щ"]
        for _ in 0..<200 {
            let text = (0..<Int.random(in: 60...200, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            var options = TextOptions()
            options.maximumSegments = 255
            let plan = try SegmentedText(text, options: options)
            #expect(plan.segments.reduce(0) { $0 + $1.text.count } == plan.text.count)
        }
    }
}
