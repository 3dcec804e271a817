// SPDX-License-Identifier: GPL-3.0-or-later

/// Addresses of web sites and of mail.
enum LinkRule {
    private static let ends: Set<String> = [
        "nl", "com", "org", "eu", "gov", "amsterdam", "frl", "uk", "io", "gl", "ly", "ru", "cn", "xyz",
    ]
    /// Those that are words too: "Gouda.De man" lacks a blank.
    private static let doubtfulEnds: Set<String> = [
        "be", "de", "nu", "net", "info", "app", "me", "co", "online", "site", "shop", "link", "page",
    ]
    private static let mostTokens = 400

    static func match(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Match? {
        // Looked for where a run without blanks begins, so that each run is looked at once.
        guard passage.kind(index) == .word || passage.kind(index) == .number,
            index == 0 || passage.isSpace(index - 1)
                || passage.isMark(index - 1, "(", "\"", "'", "<", ":", "„", "“", "‘")
        else { return nil }
        guard let host = host(passage, index) else { return nil }
        var end = host.end
        while end < index + mostTokens, let kind = passage.kind(end), kind != .space, !isClosing(passage, end) {
            end += 1
        }
        return Match(
            count: end - index, spoken: spoken(passage, host.start..<end, voice),
            meaning: .link(host: host.name))
    }

    /// Names and dots, the last of which is a known end of names; behind `https://`, and behind `name@`.
    private static func host(_ passage: Passage, _ index: Int) -> (name: String, start: Int, end: Int)? {
        var start = index
        let hasScheme =
            ["http", "https"].contains(passage.small[index]) && passage.isMark(index + 1, ":")
            && passage.isMark(index + 2, "/") && passage.isMark(index + 3, "/")
        if hasScheme { start = index + 4 }
        var (at, name, labels, last, hasAt) = (start, "", 0, "", false)
        while at < start + 40, let kind = passage.kind(at) {
            if passage.isMark(at, "@") {
                (name, labels, last) = ("", 0, "")
                hasAt = true
            } else if kind == .word || kind == .number {
                name += passage.small[at]
                last = passage.small[at]
            } else if passage.isDash(at) || passage.isMark(at, "_") {
                name += "-"
                last = ""
            } else if passage.isMark(at, "."), passage.kind(at + 1) == .word || passage.kind(at + 1) == .number {
                name += "."
                labels += 1
            } else {
                break
            }
            at += 1
        }
        let isSaid = hasScheme || name.hasPrefix("www.")
        if name.hasPrefix("www.") { name.removeFirst(4) }
        let isDoubtful = doubtfulEnds.contains(last) && (passage.isMark(at, "/") || hasAt)
        guard labels >= 1, name.contains("."), isSaid || ends.contains(last) || isDoubtful else { return nil }
        return (name, start, at)
    }

    /// Marks that end a sentence, not an address.
    private static func isClosing(_ passage: Passage, _ index: Int) -> Bool {
        guard passage.isMark(index, ".", ",", "!", "?", ")", "\"", "'", ";", ":", ">", "”", "’") else { return false }
        return passage.kind(index + 1) == nil || passage.isSpace(index + 1)
            || passage.isMark(index + 1, ".", ",", "!", "?", ")", "\"", "'") || passage.isMark(index, ">", ")")
    }

    private static func spoken(_ passage: Passage, _ range: Range<Int>, _ voice: VoiceWords) -> String {
        var words: [String] = []
        for index in range {
            let token = passage.tokens[index]
            switch token.kind {
            case .space: break
            case .number: words.append(token.text.utf8.count > 4 ? voice.digitByDigit(token.text) : token.text)
            case .word:
                let isShort =
                    token.text.utf8.count <= 3 && !["com", "org", "net", "app", "gov"].contains(passage.small[index])
                let isSpelled = isShort && (passage.isMark(index - 1, ".") || passage.small[index] == "www")
                words.append(isSpelled ? voice.characterByCharacter(token.text) : token.text)
            case .mark:
                switch token.text {
                case ".": words.append(voice.dot)
                case "/": if index + 1 < range.upperBound { words.append(voice.slash) }
                case "@": words.append(voice.at)
                case "-", "_": words.append(voice.dash)
                default: break
                }
            }
        }
        return words.joined(separator: " ")
    }
}
