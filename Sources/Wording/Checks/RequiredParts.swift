// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What the texts of an action must say, by its kind. Whether they do is told by words that such parts have; so what is
/// said to be missing may be there in other words, which a person sees.
enum RequiredParts {
    enum Part: CaseIterable {
        /// Who or what it is about.
        case what
        case place
        case since
        case sender
        case number
        /// What people are to do.
        case advice
    }

    static func needed(_ kind: ActionKind) -> [Part] {
        switch kind {
        case .missingChild, .missingPerson: [.what, .place, .since, .sender, .number]
        case .burglary, .robbery, .hitAndRun: [.what, .place, .since, .sender, .number]
        case .hazard: [.what, .place, .sender, .advice]
        case .closing: [.what, .sender]
        case .test: [.what, .sender]
        }
    }

    /// What is missing, each in words.
    static func missing(_ texts: [PlacedText], _ kind: ActionKind, _ form: SpokenForm) -> [String] {
        // The text and the prompt of one action say the same: each has to be whole.
        let channels = [texts.filter { $0.place != "sms" }, texts.filter { $0.place == "sms" }].filter { !$0.isEmpty }
        var missing: [String] = []
        for channel in channels {
            // What a recording says of which nobody wrote it down, nobody can miss.
            if channel.contains(where: { $0.isRecording && $0.text.isEmpty }) { continue }
            let whole = channel.map(\.text).joined(separator: "\n")
            let parts = form.parts(of: whole)
            let passage = Passage(whole)
            let words = Set(passage.small)
            for part in needed(kind) where !has(part, kind, parts, passage, words) {
                let place = channel[0].place == "sms" ? "the SMS" : "the message"
                missing.append("\(place) of a \(kind.word) action does not say \(describe(part, kind))")
            }
        }
        return missing
    }

    private static func describe(_ part: Part, _ kind: ActionKind) -> String {
        switch part {
        case .what:
            switch kind {
            case .missingChild, .missingPerson: "that somebody is missing, and who"
            case .burglary, .robbery, .hitAndRun, .hazard: "what has happened"
            case .closing: "that the action has ended"
            case .test: "that it is a test"
            }
        case .place: "where (\"in Gouda\")"
        case .since: "since when (\"sinds 14.00 uur\")"
        case .sender: "who sends it (Burgernet, politie, gemeente)"
        case .number: "which number to call"
        case .advice: "what people are to do"
        }
    }

    private static func has(
        _ part: Part, _ kind: ActionKind, _ parts: [SpokenPart], _ passage: Passage, _ words: Set<String>
    ) -> Bool {
        switch part {
        case .what: topic(kind).contains { beginning in words.contains { $0.hasPrefix(beginning) } }
        case .place: hasPlace(passage)
        case .since: hasTime(parts, words)
        case .sender:
            ["burgernet", "politie", "gemeente", "brandweer", "police", "veiligheidsregio"].contains { name in
                words.contains { $0.hasPrefix(name) }
            }
        case .number:
            parts.contains { if case .telephone = $0.meaning { true } else { false } } || hasSpokenNumber(passage)
        case .advice:
            [
                "sluit", "blijf", "ga", "verlaat", "vermijd", "mijd", "zet", "houd", "open", "drink", "close", "stay",
                "leave", "avoid", "keep",
            ].contains { words.contains($0) }
        }
    }

    /// Beginnings of words.
    private static func topic(_ kind: ActionKind) -> [String] {
        switch kind {
        case .missingChild, .missingPerson: ["vermis", "zoek", "kwijt", "weggelop", "missing", "lost"]
        case .burglary:
            ["inbra", "inbre", "insluip", "diefstal", "dief", "gestolen", "burgl", "theft", "stolen", "steal"]
        case .robbery: ["overval", "beroof", "beroving", "gestolen", "straatro", "robb"]
        case .hitAndRun:
            ["doorgereden", "doorrij", "aanrijding", "aangereden", "ongeval", "hit", "accident", "collision"]
        case .hazard:
            ["brand", "rook", "gas", "gevaar", "stof", "explosie", "water", "storm", "fire", "smoke", "danger"]
        case .closing:
            ["beëindig", "gevonden", "aangehouden", "afgelopen", "terecht", "gestopt", "ended", "found", "arrest"]
        case .test: ["test", "proef", "oefening", "exercise"]
        }
    }

    /// "in Gouda", "op de Markt", "A12"
    private static func hasPlace(_ passage: Passage) -> Bool {
        let before: Set<String> = [
            "in", "te", "bij", "op", "nabij", "uit", "rond", "omgeving", "aan", "langs", "richting", "hoogte", "at",
            "near", "on",
            "from", "van",
        ]
        return passage.tokens.indices.contains { index in
            guard let word = passage.word(index) else { return false }
            if StreetNames.isStreet(word), passage.isCapitalised(index) { return true }
            if ["a", "n"].contains(word), passage.isCapitalised(index), passage.number(index + 1, 1...3) != nil {
                return true
            }
            guard before.contains(word) else { return false }
            // An article may stand between.
            var next = passage.skip(index + 1)
            if ["de", "het", "the"].contains(passage.word(next) ?? "") { next = passage.skip(next + 1) }
            return passage.isCapitalised(next) || passage.isMark(next, "'")
        }
    }

    private static func hasTime(_ parts: [SpokenPart], _ words: Set<String>) -> Bool {
        let isTold = parts.contains { part in
            switch part.meaning {
            case .date, .time: true
            case .plain, .telephone, .link, .abbreviation: false
            }
        }
        let named = [
            "vandaag", "gisteren", "gisteravond", "vanmorgen", "vanochtend", "vanmiddag", "vanavond", "vannacht",
            "zojuist",
            "net", "uur", "today", "yesterday", "tonight", "sinds", "since", "maandag", "dinsdag", "woensdag",
            "donderdag",
            "vrijdag", "zaterdag", "zondag",
        ]
        return isTold || named.contains { words.contains($0) }
    }

    /// As standard prompts have it, whose numbers are written as they are spoken.
    private static func hasSpokenNumber(_ passage: Passage) -> Bool {
        let digits: Set<String> = [
            "nul", "één", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "zero", "one", "two",
            "three",
            "four", "five", "six", "seven", "eight", "nine",
        ]
        var run = 0
        for index in passage.tokens.indices where passage.kind(index) == .word {
            run = digits.contains(passage.small[index]) ? run + 1 : 0
            if run >= 3 { return true }
        }
        return false
    }
}
