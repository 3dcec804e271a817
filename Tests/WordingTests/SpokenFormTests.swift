// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Wording

/// What people write, and what they say.
@Suite struct SpokenFormTests {
    static let dutch = SpokenForm(language: "nl")
    static let english = SpokenForm(language: "en-gb")

    static let writtenTelephones = [
        ("Bel 112.", "Bel één één twee."),
        ("Bel 0800-6070.", "Bel nul acht nul nul, zes nul, zeven nul."),
        ("0900-8844", "nul negen nul nul, acht acht, vier vier"),
        ("0800 123 4567", "nul acht nul nul, één twee drie, vier vijf, zes zeven"),
        ("06-12345678", "nul zes, één twee, drie vier, vijf zes, zeven acht"),
        ("06 12 34 56 78", "nul zes, één twee, drie vier, vijf zes, zeven acht"),
        ("+31 6 12345678", "nul zes, één twee, drie vier, vijf zes, zeven acht"),
        ("0031612345678", "nul zes, één twee, drie vier, vijf zes, zeven acht"),
        ("+31 (0)182-123456", "nul één acht twee, één twee, drie vier, vijf zes"),
        ("(0182) 12 34 56", "nul één acht twee, één twee, drie vier, vijf zes"),
        ("030-1234567", "nul drie nul, één twee drie, vier vijf, zes zeven"),
        ("+32 470 12 34 56", "plus drie twee, vier zeven nul, één twee, drie vier, vijf zes"),
        ("14 0182", "één vier, nul één acht twee"),
        ("116 000", "één één zes, nul nul nul"),
        ("Bel 144", "Bel één vier vier"),
        ("op 06-12 34 56 78", "op nul zes, één twee, drie vier, vijf zes, zeven acht"),
        ("Bel 0800-6070 of 112", "Bel nul acht nul nul, zes nul, zeven nul of één één twee"),
        // Not as long as any number: still no millions.
        ("06-1234567", "nul zes, één twee drie, vier vijf, zes zeven"),
        // 112 of something is no telephone number.
        ("112 woningen", "112 woningen"), ("Dorpsstraat 112", "Dorpsstraat 112"), ("144 mensen", "144 mensen"),
    ]

    static let writtenTimes = [
        ("om 22:05", "om 22 uur 5"), ("22.05 uur", "22 uur 5"), ("22u05", "22 uur 5"), ("07:00 uur", "7 uur"),
        ("00:30", "0 uur 30"), ("tussen 14.00 en 16.30 uur", "tussen 14 uur en 16 uur 30"),
        ("14:00-16:00 uur", "14 uur tot 16 uur"), ("tussen 22.00-23.00 uur", "tussen 22 uur en 23 uur"),
        ("14-16 uur", "14 uur tot 16 uur"), ("9u", "9 uur"), ("sinds 22.05", "sinds 22 uur 5"), ("3 uur", "3 uur"),
    ]

    static let writtenDates = [
        ("24 november", "24 november"), ("24-11-2026", "24 november 2026"), ("24/11/26", "24 november 2026"),
        ("ma 24/11", "maandag 24 november"), ("di. 24 nov. 2026", "dinsdag 24 november 2026"),
        ("2026-11-24", "24 november 2026"), ("op 24-11", "op 24 november"), ("24 nov", "24 november"),
        ("1 mei", "1 mei"), ("do", "do"), ("zo 3 gaan", "zo 3 gaan"), ("nummer 2 Jan Steen", "nummer 2 Jan Steen"),
    ]

    static let writtenAmounts = [
        ("EUR 1.250,00", "1250 euro"), ("€ 5,-", "5 euro"), ("€2,50", "2 euro 50"), ("€ 0,50", "50 cent"),
        ("12,50 euro", "12 euro 50"), ("€ 1,5 mln", "1 komma 5 miljoen euro"), ("€ 1.250,05", "1250 euro 5"),
        ("10 euro", "10 euro"), ("Euro 2024", "Euro 2024"),
    ]

    /// A plate of each sidecode of the RDW, and some that are no plates.
    static let writtenPlates = [
        ("AB-12-34", "aa bee, één twee, drie vier"), ("12-34-AB", "één twee, drie vier, aa bee"),
        ("12-AB-34", "één twee, aa bee, drie vier"), ("AB-12-CD", "aa bee, één twee, cee dee"),
        ("AB-CD-12", "aa bee, cee dee, één twee"), ("12-AB-CD", "één twee, aa bee, cee dee"),
        ("12-ABC-3", "één twee, aa bee cee, drie"), ("1-ABC-23", "één, aa bee cee, twee drie"),
        ("AB-123-C", "aa bee, één twee drie, cee"), ("A-123-BC", "aa, één twee drie, bee cee"),
        ("ABC-12-D", "aa bee cee, één twee, dee"), ("A-12-BCD", "aa, één twee, bee cee dee"),
        ("1-AB-234", "één, aa bee, twee drie vier"), ("123-AB-4", "één twee drie, aa bee, vier"),
        ("AB123C", "aa bee, één twee drie, cee"), ("xk-123-n", "iks kaa, één twee drie, enn"),
        ("kenteken ABCD12", "kenteken aa bee, cee dee, één twee"),
        ("kenteken B-AB 1234", "kenteken bee, aa bee, één twee drie vier"),
        ("kenteken begint met 12-AB", "kenteken begint met één twee, aa bee"),
        ("8-uur-10", "8-uur-10"),
    ]

    static let writtenPlaces = [
        ("1234 AB Gouda", "12, 34, aa bee Gouda"), ("2801KX", "28, nul één, kaa iks"), ("op de A2", "op de aa 2"),
        ("N201", "enn 201"), ("rijksweg A 12", "rijksweg aa 12"), ("Kerkstraat 12a", "Kerkstraat 12 aa"),
        ("Dorpsweg 12m", "Dorpsweg 12 em"), ("Kerkstr. 5", "Kerkstraat 5"), ("huisnr. 5b", "huisnummer 5 bee"),
        ("Willem II", "Willem de tweede"), ("Karel V", "Karel de vijfde"), ("Fase II", "Fase 2"),
        ("2e Kerkstraat", "tweede Kerkstraat"), ("21e eeuw", "éénentwintigste eeuw"), ("Jan V. (34)", "Jan V. (34)"),
        ("A12-A20", "aa 12-aa 20"),
    ]

    static let writtenAbbreviations = [
        ("Burg. Jansen", "Burgemeester Jansen"), ("de Burg. van Dijkstr.", "de burgemeester van Dijkstraat."),
        ("dhr. De Vries", "de heer De Vries"), ("mevr. Bos", "mevrouw Bos"), ("t/m 5", "tot en met 5"),
        ("ca. 30", "circa 30"), ("ong. 1,80 m", "ongeveer 1 meter 80"), ("1m75", "1 meter 75"), ("6 jr.", "6 jaar."),
        ("Jan Bos jr.", "Jan Bos jr."), ("80 km/u", "80 kilometer per uur"), ("175 cm", "175 centimeter"),
        ("m.b.t. de", "met betrekking tot de"), ("a.u.b.", "alstublieft."), ("enz. Bel", "enzovoort. Bel"),
        ("10-12 jaar", "10 tot 12 jaar"), ("12.500 mensen", "12500 mensen"), ("1,5 kg", "1 komma 5 kilo"),
        ("20°C", "20 graden"), ("100%", "100 procent"), ("man/vrouw", "man of vrouw"), ("en/of", "en of"),
        ("een BMW", "een bee em wee"), ("½ uur", "een half uur"), ("St. Jan", "Sint Jan"), ("max. 5", "maximaal 5"),
        ("J.D. Vries", "J.D. Vries"), ("O.A. Bos", "O.A. Bos"), ("Jan v. Dijk", "Jan van Dijk"),
        ("M.b.t. de", "Met betrekking tot de"),
    ]

    static let writtenMarks = [
        ("www.burgernet.nl", "wee wee wee punt burgernet punt enn el"),
        ("Kijk op politie.nl.", "Kijk op politie punt enn el."),
        ("info@politie.nl", "info apenstaartje politie punt enn el"), ("Gouda.De man", "Gouda.De man"),
        ("<speak>Hoi</speak>", "speak Hoi speak"), ("[[h@l]]", "h apenstaartje l"), ("a & b", "a en b"),
        ("Let op\u{1}!", "Let op!"), ("Brand 🔥 hier", "Brand hier"), ("٣ mensen", "3 mensen"),
    ]

    @Test(
        "Telephone numbers are said digit by digit, the Dutch ones as they are dialled in the country",
        arguments: writtenTelephones)
    func telephones(written: String, spoken: String) { #expect(Self.dutch.write(written) == spoken) }

    @Test("Times are said with uur", arguments: writtenTimes)
    func times(written: String, spoken: String) { #expect(Self.dutch.write(written) == spoken) }

    @Test("Dates are said with the name of the month", arguments: writtenDates)
    func dates(written: String, spoken: String) { #expect(Self.dutch.write(written) == spoken) }

    @Test("Amounts are said with the currency behind them", arguments: writtenAmounts)
    func amounts(written: String, spoken: String) { #expect(Self.dutch.write(written) == spoken) }

    @Test("Number plates of every sidecode are spelled", arguments: writtenPlates)
    func plates(written: String, spoken: String) { #expect(Self.dutch.write(written) == spoken) }

    @Test(
        "Postcodes, roads, house numbers and names with Roman numerals are said as people do", arguments: writtenPlaces)
    func places(written: String, spoken: String) { #expect(Self.dutch.write(written) == spoken) }

    @Test("Abbreviations and measures are written out", arguments: writtenAbbreviations)
    func abbreviations(written: String, spoken: String) { #expect(Self.dutch.write(written) == spoken) }

    @Test("Links are said mark by mark; what a program could take for more than text is gone", arguments: writtenMarks)
    func marks(written: String, spoken: String) { #expect(Self.dutch.write(written) == spoken) }

    @Test(
        "English texts have their own rules",
        arguments: [
            ("Call 112 or 0800-0011", "Call one one two or zero eight zero zero, zero zero, one one"),
            ("at 22:05", "at 10 oh 5 P M"), ("10:30 pm", "10 30 pm"), ("14:00-16:00", "2 P M to 4 P M"),
            ("Mon 24/11", "Monday 24 November"), ("EUR 1,250.00", "1250 euros"), ("£2.50", "2 pounds 50"),
            ("AB-123-C", "ay bee, one two three, see"), ("Mr. Smith", "Mister Smith"),
            ("80 km/h", "80 kilometres per hour"),
            ("21st", "21st"), ("2nd", "second"), ("the A2", "the ay 2"),
        ])
    func english(written: String, spoken: String) { #expect(Self.english.write(written) == spoken) }

    @Test(
        "A text of plain words stays as it is, blanks and lines too",
        arguments: [
            "Vermist in Gouda: een jongen van zes jaar met een rode jas.", "Zoë's auto; \"het\" is 's avonds weg -\n",
            "Let op!  Blijf\tbinnen.\n\nSluit ramen (en deuren).", "", " ", "6 jongens van 12 jaar",
        ])
    func unchanged(text: String) {
        #expect(Self.dutch.write(text) == text)
        #expect(SpokenForm(language: "fy").write(text) == text)
    }

    @Test("A language without rules has its lexicon, and is still kept from odd marks")
    func otherLanguage() {
        var lexicon = Lexicon()
        #expect(lexicon.read(Array("plysje = pliesje".utf8), file: "lexicon.fy").isEmpty)
        #expect(
            SpokenForm(language: "fy", lexicon: lexicon).write("De plysje <b> 0800-6070") == "De pliesje b 0800-6070")
    }
}
