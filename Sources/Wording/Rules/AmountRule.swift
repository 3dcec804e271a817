// SPDX-License-Identifier: GPL-3.0-or-later

/// Amounts of money: `EUR 1.250,00`, `€ 5,-`, `12,50 euro`, `€ 1,5 mln`.
enum AmountRule {
    private static let marks: [String: String] = ["€": "euro", "$": "dollar", "£": "pond"]
    private static let words: [String: String] = [
        "eur": "euro", "euro": "euro", "euros": "euro", "usd": "dollar", "gbp": "pond",
    ]

    static func match(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Match? {
        // "Euro 2024" is a tournament.
        let isPrefix = !["euro", "euros"].contains(passage.small[index])
        if let currency = currency(passage, index), isPrefix, passage.begins(index) {
            let at = passage.skip(index + 1)
            guard passage.kind(at) == .number, let amount = amount(passage, at, voice) else { return nil }
            return match(amount, currency, from: index, voice)
        }
        guard passage.kind(index) == .number, passage.begins(index),
            !(passage.isMark(index - 1, ",", ".") && passage.kind(index - 2) == .number),
            let amount = amount(passage, index, voice)
        else { return nil }
        let next = passage.skip(amount.end)
        guard let currency = currency(passage, next), passage.isBoundary(next + 1) || passage.kind(next) == .mark else {
            return nil
        }
        var whole = amount
        whole.end = next + 1
        return match(whole, currency, from: index, voice)
    }

    private struct Amount {
        /// Digits only.
        var whole: String
        /// One or two digits, "" when there are none.
        var cents: String
        /// `miljoen`
        var factor: String
        var end: Int
    }

    private static func currency(_ passage: Passage, _ index: Int) -> String? {
        switch passage.kind(index) {
        case .mark: passage.text(index).flatMap { marks[$0] }
        case .word: words[passage.small[index]]
        case .number, .space, nil: nil
        }
    }

    private static func amount(_ passage: Passage, _ index: Int, _ voice: VoiceWords) -> Amount? {
        guard let first = passage.number(index, 1...12) else { return nil }
        var (whole, end) = NumberRule.grouped(passage, index, voice) ?? (first, index + 1)
        var cents = ""
        if passage.isMark(end, voice.decimalMark) {
            if let written = passage.number(end + 1, 1...2) {
                cents = written
                end += 2
            } else if passage.isDash(end + 1) {
                end += passage.isDash(end + 2) ? 3 : 2
            }
        }
        let factors = ["miljoen", "miljard", "mln", "mld", "million", "billion", "duizend"]
        let next = passage.skip(end)
        if let factor = passage.word(next), factors.contains(factor) {
            let spoken = factor == "mln" ? "miljoen" : factor == "mld" ? "miljard" : factor
            end = next + 1
            if factor != spoken, passage.isMark(end, "."), !TimeRule.isEndOfSentence(passage, end) { end += 1 }
            return Amount(whole: whole, cents: cents, factor: spoken, end: end)
        }
        while whole.utf8.count > 1, whole.hasPrefix("0") { whole.removeFirst() }
        return Amount(whole: whole, cents: cents, factor: "", end: end)
    }

    private static func match(_ amount: Amount, _ currency: String, from index: Int, _ voice: VoiceWords) -> Match {
        Match(count: amount.end - index, spoken: spoken(amount, currency, voice))
    }

    private static func spoken(_ amount: Amount, _ currency: String, _ voice: VoiceWords) -> String {
        let isEnglish = voice.code == "en"
        let one = isEnglish && currency == "pond" ? "pound" : currency
        if !amount.factor.isEmpty {
            let decimals = amount.cents.isEmpty ? "" : " \(voice.decimal) \(amount.cents)"
            return "\(amount.whole)\(decimals) \(amount.factor) \(isEnglish ? one + "s" : one)"
        }
        let cents = Int(amount.cents.utf8.count == 1 ? amount.cents + "0" : amount.cents) ?? 0
        let hundredth = isEnglish ? (currency == "pond" ? "pence" : cents == 1 ? "cent" : "cents") : "cent"
        if amount.whole == "0", cents > 0 { return "\(cents) \(hundredth)" }
        let name = isEnglish && amount.whole != "1" ? one + "s" : one
        return "\(amount.whole) \(name)" + (cents > 0 ? " \(cents)" : "")
    }
}
