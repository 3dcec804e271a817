// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Wording

/// What the gate finds in texts on Tuesday 24 November 2026.
@Suite struct TextCheckTests {
    static let today = DutchTime(year: 2026, month: 11, day: 24)

    func check(_ change: (inout GateRules) -> Void = { _ in }, callers: [String] = []) -> TextCheck {
        var rules = GateRules()
        rules.givesHints = false
        change(&rules)
        return TextCheck(rules, form: SpokenForm(language: "nl"), callerNumbers: callers, today: Self.today)
    }

    func found(_ text: String, _ check: TextCheck? = nil) -> [String] {
        (check ?? self.check()).findings([PlacedText("sms", text)]).map(\.text)
    }

    @Test(
        "A telephone number that nobody allowed is found however it is written, and the one that was meant is named",
        arguments: [
            (
                "Bel 0800-6071",
                "\"0800-6071\" is not among the telephone numbers that may be named ([Gate] AllowNumbers=); was 08006070 meant?"
            ),
            (
                "Bel 06 12 34 56 78",
                "\"06 12 34 56 78\" is not among the telephone numbers that may be named ([Gate] AllowNumbers=)"
            ),
            ("Bel 0800-60700", "\"0800-60700\" is no telephone number: none of its kind has 9 digits"),
            (
                "Bel 144",
                "\"144\" is not among the telephone numbers that may be named ([Gate] AllowNumbers=)"
            ),
        ])
    func numbers(text: String, finding: String) { #expect(found(text) == [finding]) }

    @Test(
        "The standard numbers are allowed, and those that are shown to citizens",
        arguments: [
            "Bel 112", "Bel 0800-6070.", "Bel 0900 8844", "Bel 08000011", "Bel 0182-123456", "Bel +31 182 12 34 56",
            "112 woningen", "Dorpsstraat 12", "in 2026",
        ])
    func allowedNumbers(text: String) { #expect(found(text, check(callers: ["+31182123456"])) == []) }

    @Test(
        "A link must lead to a host that is allowed, or one below it",
        arguments: [
            ("www.burgernet.nl/gouda", true), ("https://meld.politie.nl/x", true), ("info@politie.nl", true),
            ("politie.nl.evil.com", false), ("burgernet.n1.com", false), ("bit.ly/3xYz", false),
            ("http://nepburgernet.nl", false),
        ])
    func links(text: String, isAllowed: Bool) { #expect(found("Kijk op \(text).").isEmpty == isAllowed) }

    @Test(
        "Dates must be days of the calendar, near, and on the weekday that the text names",
        arguments: [
            ("di 24/11", nil), ("dinsdag 24 november", nil), ("24-11-2026", nil), ("1 december", nil),
            ("23 november", nil),
            ("ma 24/11", "\"ma 24/11\": 24-11-2026 is a Tuesday, not a Monday"),
            ("31-02-2026", "there is no such date: \"31-02-2026\""),
            ("30 februari", "there is no such date: \"30 februari\""),
            ("24-11-2025", "\"24-11-2025\" was 365 days ago"), ("1 maart", "\"1 maart\" is in 97 days"),
            ("24 oktober", nil), ("23 oktober", "\"23 oktober\" was 32 days ago"),
            ("om 25:00 uur", "there is no such time: \"25:00 uur\""), ("om 22:75", "there is no such time: \"22:75\""),
            ("om 24:00", nil), ("om 22:05", nil),
        ] as [(String, String?)])
    func dates(text: String, finding: String?) { #expect(found("Sinds \(text).") == (finding.map { [$0] } ?? [])) }

    @Test("A date without a year is the nearest one, across the end of a year")
    func nearest() {
        let newYear = DutchTime(year: 2026, month: 12, day: 31)
        let check = TextCheck(GateRules(), form: SpokenForm(language: "nl"), today: newYear)
        #expect(check.findings([PlacedText("sms", "Sinds vrijdag 1 januari is hij weg.")]) == [])
        #expect(
            Calendar.nearest(day: 29, month: 2, year: nil, to: Self.today) == DutchTime(year: 2028, month: 2, day: 29))
        #expect(Calendar.isDay(29, 2, 2100) == false)
    }

    @Test("What follows from a finding is configured for each check, and the gravest come first")
    func verdicts() {
        let text = "Bel 0800-6071 op ma 24/11 of kijk op bit.ly/x"
        let strict = check {
            $0.dates = .warn
            $0.numbers = .refuse
            $0.links = .ignore
        }
        let findings = strict.findings([PlacedText("message[0]", text)])
        #expect(findings.map(\.severity) == [.error, .warning])
        #expect(findings.map(\.check) == [.number, .date])
        #expect(findings.allSatisfy { $0.place == "message[0]" })
    }

    @Test("The same finding in both texts is told for each, and twice in one text once")
    func once() {
        let text = "Bel 0800-6071, dus 0800-6071"
        #expect(
            check().findings([PlacedText("message[0]", text), PlacedText("sms", text)]).map(\.place) == [
                "message[0]", "sms",
            ])
    }

    @Test("What a recording says is not checked: nobody could mend it now")
    func recordings() {
        #expect(check().findings([PlacedText("message[0]", "Bel 0800-1234", isRecording: true)]) == [])
    }

    // MARK: - Required parts

    static let whole: [(ActionKind, String)] = [
        (.missingChild, "Burgernet: vermist in Gouda, jongen van 6, rode jas, sinds 14.00 uur. Gezien? Bel 0800-6070."),
        (.missingPerson, "Politie: vrouw (81) vermist bij het Station sinds vanmiddag. Bel 112"),
        (.burglary, "Burgernet: inbraak in de Kerkstraat om 22:05. Bel 112"),
        (.robbery, "Burgernet: overval op de Markt, zojuist. Bel 0900-8844"),
        (.hitAndRun, "Burgernet: aanrijding op de A12, vanavond, dader doorgereden. Bel 0900-8844"),
        (.hazard, "Gemeente Gouda: brand aan de Industrieweg. Sluit ramen en deuren."),
        (.closing, "Burgernet: de jongen is gevonden. Bedankt."), (.test, "Dit is een test van Burgernet."),
    ]

    @Test("A text that says all that its kind needs has nothing missing", arguments: whole)
    func parts(kind: ActionKind, text: String) {
        #expect(RequiredParts.missing([PlacedText("sms", text)], kind, SpokenForm(language: "nl")) == [])
    }

    @Test(
        "What is missing is named",
        arguments: [
            (
                ActionKind.missingChild, "Burgernet: jongen van 6 in Gouda sinds 14.00 uur. Bel 112",
                "that somebody is missing, and who"
            ),
            (.missingChild, "Burgernet: jongen vermist sinds 14.00 uur. Bel 112", "where (\"in Gouda\")"),
            (.missingChild, "Burgernet: jongen vermist in Gouda. Bel 112", "since when (\"sinds 14.00 uur\")"),
            (
                .missingChild, "Jongen vermist in Gouda sinds 14.00 uur. Bel 112",
                "who sends it (Burgernet, politie, gemeente)"
            ),
            (.missingChild, "Burgernet: jongen vermist in Gouda sinds 14.00 uur.", "which number to call"),
            (.hazard, "Gemeente Gouda: brand aan de Industrieweg.", "what people are to do"),
        ])
    func missing(kind: ActionKind, text: String, part: String) {
        #expect(
            RequiredParts.missing([PlacedText("sms", text)], kind, SpokenForm(language: "nl"))
                == ["the SMS of a \(kind.word) action does not say \(part)"])
    }

    @Test("The pieces of a message are one, recordings included; one whose words nobody knows misses nothing")
    func pieces() {
        let message = [
            PlacedText("message[0]", "Hier volgt een oproep van Burgernet.", isRecording: true),
            PlacedText("message[1]", "Vermist in Gouda sinds 14.00 uur: een jongen."),
            PlacedText("message[2]", "Bel gratis nul acht nul nul, nul nul, één één.", isRecording: true),
        ]
        #expect(RequiredParts.missing(message, .missingChild, SpokenForm(language: "nl")) == [])
        let unknown = [PlacedText("message[0]", "", isRecording: true)]
        #expect(RequiredParts.missing(unknown, .missingChild, SpokenForm(language: "nl")) == [])
        #expect(RequiredParts.missing(message.dropLast() + [], .missingChild, SpokenForm(language: "nl")).count == 1)
    }

    // MARK: - Hints

    func hints(_ text: String, _ words: WordList = WordList()) -> [String] {
        TextCheck(GateRules(), form: SpokenForm(language: "nl"), words: words, today: Self.today)
            .findings([PlacedText("sms", text)]).filter { $0.severity == .hint }.map(\.text)
    }

    @Test("Abbreviations, long sentences, capitals and rare words are hinted at")
    func style() {
        #expect(
            hints("Dhr. Bos, ca. 30 jaar") == [
                "\"Dhr.\" is better written out: De heer", "\"ca.\" is better written out: circa",
            ])
        let long = (1...21).map { _ in "nu" }.joined(separator: " ") + ". Kort."
        #expect(hints(long) == ["a sentence of 21 words, beginning \"nu nu nu nu ...\""])
        #expect(hints("VERMIST JONGEN IN GOUDA SINDS GISTEREN") == ["capitals only are hard to read, and shout"])
        let words = WordList(["een", "jongen", "rode", "fiets", "tas", "draagt", "verkeer", "drempel"])
        #expect(hints("Een jongen draagt een rode fietstas, verkeersdrempel.", words) == [], "compounds of known words")
        #expect(
            hints("Een jongen draagt een vilthoed in Waddinxveen.", words) == ["not everybody knows \"vilthoed\""],
            "no names")
    }

    @Test("The list of words that is shipped knows an ordinary alert, and not rare words")
    func shippedWords() throws {
        var words = WordList()
        #expect(words.read(try bytes("etc/words.nl"), file: "words.nl") == [])
        #expect(words.count > 5000)
        let text =
            "Vermist in Gouda: een jongen van zes jaar met een rode jas en een blauwe spijkerbroek. Ziet u hem, bel dan de politie."
        #expect(hints(text, words) == [])
        #expect(
            hints("De verdachte is vermoedelijk woonachtig te Gouda en gekleed in een pantalon.", words) == [
                "not everybody knows \"pantalon\""
            ])
        #expect(words.read(Array("twee woorden\n".utf8), file: "x").map(\.description) == ["x:1: a line has one word"])
    }
}
