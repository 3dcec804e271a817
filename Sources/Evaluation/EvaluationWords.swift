// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import GatewayCore

/// Words of the protocol, times and figures as people read them. A word that is not known here is shown as it is.
struct EvaluationWords {
    let language: Language

    private func word(_ word: String, _ words: [String: (dutch: String, english: String)]) -> String {
        words[word].map { language($0.dutch, $0.english) } ?? word
    }

    func phase(_ phase: OpenWord<ActionPhase>) -> String {
        word(
            phase.text,
            [
                "running": ("bezig", "running"), "scheduled": ("gepland", "scheduled"),
                "paused": ("gepauzeerd", "paused"),
                "completed": ("voltooid", "completed"), "cancelled": ("gestopt", "stopped"),
                "expired": ("verlopen", "expired"),
                "stale": ("niet op tijd goedgekeurd", "not approved in time"),
                "awaiting-approval": ("wacht op goedkeuring", "waits for approval"),
            ])
    }

    func priority(_ priority: OpenWord<ActionPriority>) -> String {
        word(
            priority.text,
            [
                "life-threat": ("levensgevaar", "threat to life"), "urgent": ("dringend", "urgent"),
                "normal": ("gewoon", "normal"),
                "closing": ("afsluitend bericht", "closing message"), "test": ("test", "test"),
            ])
    }

    func deed(_ deed: OpenWord<Deed>) -> String {
        word(
            deed.text,
            [
                "submitted": ("ingediend", "submitted"), "approved": ("goedgekeurd", "approved"),
                "paused": ("gepauzeerd", "paused"), "resumed": ("hervat", "resumed"),
                "cancelled": ("geannuleerd", "cancelled"),
                "stopped": ("gestopt", "stopped"), "corrected": ("verbeterd", "corrected"),
                "closed": ("afgesloten", "closed"),
                "retried": ("herhaald", "retried"), "left-unclosed": ("niet afgesloten", "left unclosed"),
            ])
    }

    func outcome(_ outcome: OpenWord<Outcome>?) -> String {
        guard let outcome else { return language("nog geen", "none yet") }
        return word(
            outcome.text,
            [
                "answered": ("opgenomen", "answered"), "confirmed": ("bevestigd met een toets", "confirmed by a key"),
                "busy": ("in gesprek", "busy"), "no-answer": ("niet opgenomen", "not answered"),
                "invalid-number": ("nummer bestaat niet", "number does not exist"),
                "rejected": ("oproep geweigerd", "call declined"),
                "failed": ("geen verbinding", "no connection"), "congestion": ("netwerk vol", "network congested"),
                "interrupted": ("onderbroken", "interrupted"), "delivered": ("sms afgeleverd", "SMS delivered"),
                "sent": ("sms overgenomen", "SMS taken over"),
                "undelivered": ("sms niet afgeleverd", "SMS not delivered"),
                "opted-out": ("afgemeld", "opted out"), "not-welcome": ("wilde nu niet", "not welcome now"),
                "capped": ("zo vaak meegedaan als gewenst", "took part as often as wanted"),
                "over-budget": ("budget op", "budget spent"),
                "cancelled": ("gestopt voor de beurt", "stopped before the turn"),
                "expired": ("voorbij voor de beurt", "over before the turn"),
                "not-approved": ("niet goedgekeurd", "not approved"),
            ])
    }

    func channel(_ channel: OpenWord<Channel>?) -> String {
        channel.map { word($0.text, ["voice": ("telefoon", "telephone"), "sms": ("sms", "SMS")]) } ?? "–"
    }

    func disposition(_ disposition: String) -> String {
        word(
            disposition,
            [
                "ANSWERED": ("opgenomen", "answered"), "NO ANSWER": ("niet opgenomen", "not answered"),
                "BUSY": ("in gesprek", "busy"),
                "FAILED": ("mislukt", "failed"), "CONGESTION": ("netwerk vol", "network congested"),
            ])
    }

    func meaning(_ meaning: String) -> String {
        word(meaning, ["repeat": ("herhalen", "repeat"), "confirm": ("bevestigen", "confirm")])
    }

    func result(_ result: String) -> String {
        word(
            result,
            [
                "found": ("gevonden", "found"), "arrested": ("aangehouden", "arrested"),
                "nothing": ("niets gevonden", "nothing"),
            ])
    }

    /// `24-10-2026 14:03:07`, Dutch clock.
    func moment(_ time: UTCTime) -> String {
        let local = DutchTime(time.timestamp)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(language.date(time.timestamp)) \(two(local.hour)):\(two(local.minute)):\(two(local.second))"
    }

    /// `8,4 s`, `2:05 min`, `1:02:05 uur`; `–` for nil.
    func duration(_ milliseconds: Int?) -> String {
        guard let milliseconds else { return "–" }
        let seconds = milliseconds / 1000
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        switch seconds {
        case ..<60: return language.tenths(Int64(milliseconds / 100)) + "\u{A0}s"
        case ..<3600: return "\(seconds / 60):\(two(seconds % 60))\u{A0}min"
        default: return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))\u{A0}" + language("uur", "h")
        }
    }

    func after(_ milliseconds: Int?) -> String {
        guard milliseconds != nil else { return language("niemand", "nobody") }
        return language("na ", "after ") + duration(milliseconds)
    }

    /// Rounded down, so that 100% is all.
    func share(_ count: Int, of whole: Int) -> String {
        whole > 0 ? language.tenths(Int64(count * 1000 / whole)) + "%" : "–"
    }

    /// Of a decimal text of euros, to the cent, halves away from zero.
    func amount(_ text: String) -> String {
        guard let amount = Money(decimalText: text) else { return text }
        let half: Int64 = amount.microEuros < 0 ? -5_000 : 5_000
        return language.amount((amount.microEuros + half) / 10_000)
    }
}
