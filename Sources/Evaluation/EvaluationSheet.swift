// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import GatewayCore

/// What an evaluation says, in words and figures of a language; how it looks is the page's and the text's affair.
struct EvaluationSheet {
    struct Table {
        var name: String
        var caption: String
        var headings: [(text: String, isFigure: Bool)]
        var rows: [[String]]
        /// Under it; "": nothing.
        var note = ""
    }

    var kind: String
    var title: String
    var subtitle: String
    /// Says that it is no final report; "": it is.
    var mark = ""
    var tiles: [(figure: String, label: String)] = []
    var facts: [(term: String, text: String)] = []
    /// What was said and written, each under a heading.
    var texts: [(heading: String, text: String)] = []
    var hasChart: Bool
    var tables: [Table] = []
    var explanation = ""

    init(_ report: EvaluationReport, language: Language, isBriefing: Bool) {
        let words = EvaluationWords(language: language)
        kind =
            isBriefing
            ? language("Briefing Burgernet", "Burgernet briefing")
            : language("Evaluatie Burgernet", "Burgernet evaluation")
        title = report.title.isEmpty ? report.id : report.title
        let name = report.accountName.flatMap { $0.isEmpty ? nil : $0 } ?? report.account
        subtitle = [report.id, words.moment(report.accepted), name ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
        if report.isDraft {
            mark = language(
                "Voorlopig: de actie is nog bezig. De cijfers zijn die van nu.",
                "Draft: the action goes on. The figures are those of now.")
        }
        hasChart = !isBriefing && report.course.count > 1
        tiles = Self.tiles(report, words)
        facts = Self.facts(report, words, isBriefing: isBriefing)
        texts = Self.texts(report, words, isBriefing: isBriefing)
        guard !isBriefing else { return }
        tables = Self.tables(report, words)
        explanation = language(
            "Bereikt: deelnemers die een gesprek beantwoordden of een sms kregen die is afgeleverd of overgenomen, elk eenmaal. "
                + "Bedragen zonder btw, met de correcties en crediteringen tot nu toe.",
            "Reached: participants who answered a call or got an SMS that was delivered or taken over, each once. "
                + "Amounts without VAT, with the corrections and credits so far.")
    }

    private static func tiles(_ report: EvaluationReport, _ words: EvaluationWords) -> [(figure: String, label: String)]
    {
        let say = words.language
        return [
            (say.count(report.recipients), say("deelnemers", "participants")),
            (say.count(report.reached), say("bereikt", "reached")),
            (words.share(report.reached, of: report.recipients), say("van de deelnemers", "of the participants")),
            (words.duration(report.milestones.half), say("tot de helft van hen", "to half of them")),
            (words.duration(report.milestones.most), say("tot negen van de tien", "to nine in ten")),
        ]
    }

    private static func facts(
        _ report: EvaluationReport, _ words: EvaluationWords, isBriefing: Bool
    ) -> [(term: String, text: String)] {
        let say = words.language
        var facts = [
            (say("Status", "Status"), words.phase(report.phase)),
            (say("Klasse", "Class"), words.priority(report.priority)),
        ]
        facts.append((say("Begonnen", "Began"), words.moment(report.begins)))
        if let ended = report.ended { facts.append((say("Geëindigd", "Ended"), words.moment(ended))) }
        facts.append((say("Eerste telefoon", "First telephone"), words.after(report.milestones.firstRing)))
        facts.append((say("Laatste bereikt", "Last reached"), words.after(report.milestones.last)))
        if let result = report.result, !result.isEmpty {
            facts.append((say("Resultaat", "Result"), words.result(result)))
        }
        if let original = report.corrects { facts.append((say("Verbetert", "Corrects"), original)) }
        if let original = report.closes { facts.append((say("Sluit af", "Closes"), original)) }
        if let plan = report.plan, !isBriefing {
            facts.append(
                (
                    say("Voorspeld", "Foretold"),
                    say("\(say.count(plan.reached)) bereikt", "\(say.count(plan.reached)) reached") + ", "
                        + say("de helft van alle deelnemers na ", "half of all participants after ")
                        + words.duration(plan.halfReached)
                ))
        }
        if let override = report.override {
            facts.append(
                (say("Wensen opzijgezet", "Wishes overruled"), "\(override.officer): \(override.reason)"))
        }
        return facts
    }

    private static func texts(
        _ report: EvaluationReport, _ words: EvaluationWords, isBriefing: Bool
    ) -> [(heading: String, text: String)] {
        let say = words.language
        var texts: [(heading: String, text: String)] = []
        if let message = report.message {
            let seconds = say.tenths(Int64(report.messageMilliseconds / 100))
            texts.append((say("Bericht, \(seconds) s", "Message, \(seconds) s"), message))
        }
        if let spoken = report.spoken, spoken != report.message, !isBriefing {
            texts.append((say("Zoals uitgesproken", "As spoken"), spoken))
        }
        if let sms = report.sms, sms != report.message || !isBriefing { texts.append((say("Sms", "SMS"), sms)) }
        return texts
    }

    // MARK: - Tables

    private static func tables(_ report: EvaluationReport, _ words: EvaluationWords) -> [Table] {
        let say = words.language
        var tables = [course(report, words)]
        tables.append(
            Table(
                name: "deeds", caption: say("Wie deed wat", "Who did what"),
                headings: [
                    (say("Tijd", "Time"), false), (say("Wat", "What"), false), (say("Wie", "Who"), false), ("", false),
                ],
                rows: report.deeds.map { deed in
                    [
                        words.moment(deed.at), words.deed(deed.deed),
                        deed.officer.map { "\($0) (\(deed.user))" } ?? deed.user,
                        [deed.note, deed.action].compactMap { $0 }.joined(separator: ", "),
                    ]
                }))
        tables.append(
            Table(
                name: "outcomes", caption: say("Uitkomsten", "Outcomes"),
                headings: [
                    (say("Uitkomst", "Outcome"), false), (say("Kanaal", "Channel"), false),
                    (say("Deelnemers", "Participants"), true), ("%", true),
                ],
                rows: report.outcomes.map {
                    [
                        words.outcome($0.outcome), words.channel($0.channel), say.count($0.recipients),
                        words.share($0.recipients, of: report.recipients),
                    ]
                }))
        tables.append(
            Table(
                name: "causes", caption: say("Hoe gesprekken eindigden", "How calls ended"),
                headings: [
                    (say("Wat", "What"), false), ("SIP", true), ("Q.850", true), (say("Gesprekken", "Calls"), true),
                ],
                rows: report.causes.map {
                    [
                        words.disposition($0.disposition), $0.sip == 0 ? "–" : "\($0.sip)", "\($0.cause)",
                        say.count($0.calls),
                    ]
                }))
        tables.append(
            Table(
                name: "attempts", caption: say("Pogingen en wat zij opbrachten", "Attempts, and what they yielded"),
                headings: [
                    (say("Poging", "Attempt"), true), (say("Gedaan", "Made"), true), (say("Bereikt", "Reached"), true),
                    ("%", true),
                ],
                rows: report.attempts.map {
                    ["\($0.number)", say.count($0.made), say.count($0.reached), words.share($0.reached, of: $0.made)]
                }))
        tables.append(answers(report, words))
        if report.account == nil { tables.append(trunks(report, words)) }
        tables.append(accounts(report, words))
        tables.append(
            Table(
                name: "written", caption: say("Wat deelnemers schreven", "What participants wrote"),
                headings: [(say("Tijd", "Time"), false), (say("Bericht", "Message"), false)],
                rows: report.written.map { [words.moment($0.at), $0.text] },
                note: report.writtenCount > report.written.count
                    ? say(
                        "De eerste \(report.written.count) van \(say.count(report.writtenCount)).",
                        "The first \(report.written.count) of \(say.count(report.writtenCount)).") : ""))
        return tables.filter { !$0.rows.isEmpty }
    }

    /// The text alternative of the curve.
    private static func course(_ report: EvaluationReport, _ words: EvaluationWords) -> Table {
        let say = words.language
        let end = report.course.last?.milliseconds ?? 0
        let times = [10, 30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400].map { $0 * 1000 }
        var rows = times.filter { $0 < end }.map { $0 }
        if end > 0 { rows.append(end) }
        return Table(
            name: "course", caption: say("Bereik in de tijd", "Reach over time"),
            headings: [
                (say("Na", "After"), false), (say("Bereikt", "Reached"), true), ("%", true),
                (say("Klaar", "Done"), true), ("%", true),
            ] + (report.plan == nil ? [] : [(say("Voorspeld klaar %", "Foretold done %"), true)]),
            rows: rows.compactMap { time in
                guard let point = report.course.last(where: { $0.milliseconds <= time }) else { return nil }
                return [
                    words.duration(time), say.count(point.reached), words.share(point.reached, of: report.recipients),
                    say.count(point.done), words.share(point.done, of: report.recipients),
                ]
                    + (report.plan.map { plan in
                        ["\(plan.course.count { $0 <= time } * 100 / max(1, plan.course.count))%"]
                    } ?? [])
            },
            note: say(
                "Klaar: met een uitkomst, welke ook. Tijden tellen vanaf het begin van de actie.",
                "Done: with an outcome, whichever. Times count from the beginning of the action."))
    }

    private static func answers(_ report: EvaluationReport, _ words: EvaluationWords) -> Table {
        let say = words.language
        let answered = report.heard.whole + report.heard.most + report.heard.less
        var rows: [[String]] = []
        if answered > 0 {
            rows = [
                [say("hoorde het hele bericht", "heard the whole message"), say.count(report.heard.whole)],
                [say("hoorde de helft of meer", "heard half of it or more"), say.count(report.heard.most)],
                [say("hoorde minder dan de helft", "heard less than half"), say.count(report.heard.less)],
            ]
        }
        rows += report.keys.map { key in
            let meaning = key.meaning.isEmpty ? "" : " (\(words.meaning(key.meaning)))"
            return [say("drukte op \(key.key)\(meaning)", "pressed \(key.key)\(meaning)"), say.count(key.calls)]
        }
        return Table(
            name: "answers", caption: say("Beantwoorde gesprekken", "Answered calls"),
            headings: [("", false), (say("Gesprekken", "Calls"), true)], rows: rows)
    }

    private static func trunks(_ report: EvaluationReport, _ words: EvaluationWords) -> Table {
        let say = words.language
        return Table(
            name: "trunks", caption: say("Trunks en SMSC's", "Trunks and SMSCs"),
            headings: [
                (say("Naam", "Name"), false), (say("Pogingen", "Attempts"), true), (say("Bereikt", "Reached"), true),
                (say("Geweigerd", "Refused"), true), (say("Tot overgaan", "To ringing"), true),
            ],
            rows: report.trunks.map {
                [
                    $0.trunk, say.count($0.attempts), say.count($0.reached), say.count($0.refused),
                    $0.postDialDelay.map { say.tenths(Int64($0 / 100)) + " s" } ?? "–",
                ]
            })
    }

    private static func accounts(_ report: EvaluationReport, _ words: EvaluationWords) -> Table {
        let say = words.language
        return Table(
            name: "report", caption: say("Per gemeente", "By municipality"),
            headings: [
                (say("Gemeente", "Municipality"), false), (say("Deeln.", "Part."), true),
                (say("Bereikt", "Reached"), true),
                (say("Gespr.", "Calls"), true), (say("Minuten", "Minutes"), true),
                (say("Sms-segm.", "SMS segm."), true),
                (say("Bedrag", "Amount"), true),
            ],
            rows: report.accounts.map {
                [
                    $0.name.isEmpty ? $0.account : "\($0.name) (\($0.account))", say.count($0.recipients),
                    say.count($0.reached),
                    say.count($0.calls), say.tenths(Int64($0.billsec / 6)), say.count($0.segments),
                    words.amount($0.charge),
                ]
            })
    }
}
