// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

/// Recipients by rule, in the language of the action: who would not be tried at once, who later, and whose word that is.
func describe(_ rules: [RuleReport], of recipients: Int, _ language: Language) -> [String] {
    guard !rules.isEmpty else { return [] }
    func say(_ dutch: String, _ english: String) -> String { language == .dutch ? dutch : english }
    let later = rules.filter { $0.from != nil }.reduce(0) { $0 + $1.recipients }
    let never = rules.filter { $0.from == nil }.reduce(0) { $0 + $1.recipients }
    let first = say(
        "Regels    \(recipients - later - never) meteen, \(later) later, \(never) niet in deze actie",
        "Rules     \(recipients - later - never) at once, \(later) later, \(never) not in this action")
    return [first]
        + rules.map { rule in
            let when = rule.from.map {
                say(" (vanaf \(localTime($0.timestamp)))", " (from \(localTime($0.timestamp)) on)")
            }
            let whose =
                switch rule.by {
                case "register": say("volgens het register", "by the register")
                case "submission": say("volgens de lijst", "by the list")
                case "population": say("volgens de populatie", "by the population")
                default: say("volgens de actie", "by the action")
                }
            return
                "          \(rule.recipients) \(language == .dutch ? rule.dutch : rule.english), \(whose)\(when ?? "")"
        }
}
