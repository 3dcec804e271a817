// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

extension ActionSummary {
    /// Recipients with an outcome.
    var done: Int { recipients - waiting - calling - messaging }

    /// Outcomes that only an SMS has.
    static let outcomesOfSMS: [Outcome] = [.delivered, .sent, .undelivered, .optedOut]

    /// Each outcome that somebody has and ``answered`` does not count, in the order in which they are explained; those of
    /// a newer daemon last.
    func unansweredOutcomes(except others: [Outcome] = []) -> [(word: String, count: Int)] {
        let others = others + answeredOutcomes
        let known = Outcome.allCases.filter { !others.contains($0) }.map { ($0.word, count($0)) }
        let newer = outcomes.filter { $0.key.known == nil }.map { ($0.key.text, $0.value) }.sorted { $0.0 < $1.0 }
        return (known + newer).filter { $0.1 > 0 }.map { (word: $0.0, count: $0.1) }
    }

    /// Whether anything of it went by SMS so far, or nothing could go otherwise.
    var hasSMS: Bool { !hasVoice || messaging > 0 || inbound > 0 || Self.outcomesOfSMS.contains { count($0) > 0 } }

    /// `12 waiting, 3 calling, 4 messaging`.
    var open: String {
        var parts = ["\(waiting) waiting"]
        if hasVoice { parts.append("\(calling) calling") }
        if hasSMS { parts.append("\(messaging) messaging") }
        return parts.joined(separator: ", ")
    }

    /// ` (12 %)` of the recipients.
    func share(_ count: Int) -> String { recipients > 0 ? " (\(count * 100 / recipients) %)" : "" }
}

/// `trunk kpn since 12:30:38: 13 of 13 numbers of +31182 refused with 503 ...; 12 wait for single calls`.
private func describe(_ finding: ActionFinding) -> String {
    let way = finding.trunk.map { "trunk \($0)" } ?? finding.smsc.map { "SMSC \($0)" } ?? ""
    let since = finding.since.map { " since \(localTime($0.timestamp))" } ?? ""
    let waiting = finding.waiting.map { $0 > 0 ? "; \($0) of this action wait for single calls" : "" } ?? ""
    return printable(way) + since + (way.isEmpty ? "" : ": ") + printable(finding.text) + waiting
}

/// `submitted 12:30:38 by dispatch for J. Jansen`.
private func describe(_ deed: DeedReport) -> String {
    var text = "\(deed.deed.text) \(localTime(deed.at.timestamp)) by \(deed.user)"
    if let officer = deed.officer { text += " for \(officer)" }
    if let note = deed.note { text += ": \(note)" }
    if let action = deed.action { text += ", followed by \(action)" }
    if let alert = deed.alert { text += ", asked for by alert \(alert)" }
    return printable(text)
}

/// An action as a block of lines.
func describe(_ action: ActionSummary) -> [String] {
    func time(_ time: UTCTime?) -> String? { time.map { localTime($0.timestamp) } }
    var table = Table(["", ""], minimumWidths: [10])
    func add(_ name: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        table.add([name, value])
    }
    add("Action", action.title.isEmpty ? action.id : "\(action.id)  \(action.title)")
    let held = action.isHeldByClock ? "; past its end by a clock that was set just now, nobody is tried" : ""
    add("Phase", "\(action.phase.text), \(action.percent) % done\(held)")
    add("Approve by", time(action.approveBy))
    add("Corrects", action.corrects)
    add("Closes", action.closes)
    add("Priority", action.priority.text)
    add("Account", action.account)
    if action.hasVoice {
        add("Caller", action.caller)
        add("Message", lengthOfTime(milliseconds: action.promptMilliseconds))
    }
    add("Accepted", time(action.accepted))
    add("Starts", time(action.starts))
    add("Expires", time(action.expires))
    add(action.hasSMS ? "First sent" : "First call", time(action.firstCall))
    add("Ended", time(action.ended))
    if let override = action.override {
        add("Override", "by \(printable(override.officer)): \(printable(override.reason))")
    }
    if let enough = action.enough { add("Ends", "when \(enough) have confirmed") }
    add("Recipients", "\(action.recipients): \(action.open), \(action.done) done")
    add("Plan", action.forecast.map { describe($0, percent: action.percent, isFinal: action.isFinal) })
    add(action.hasSMS ? "Attempts" : "Calls", "\(action.attempts)")
    if action.hasVoice {
        let interrupted = action.count(.interrupted)
        add(
            "Answered",
            "\(action.answered)\(action.share(action.answered)), \(action.heard) heard all, \(action.confirmed) confirmed"
                + (interrupted > 0 ? ", \(interrupted) interrupted" : ""))
    }
    if action.hasSMS {
        let delivered = action.count(.delivered)
        add("SMS", "\(delivered) delivered\(action.share(delivered)), \(action.count(.sent)) sent without a receipt")
    }
    let others = action.unansweredOutcomes(except: [.delivered, .sent])
    add("Not reached", others.map { "\($0.count) \($0.word)" }.joined(separator: ", "))
    for wait in action.waits {
        add("Waits", "\(wait.count) \(printable(wait.reason)), the first until \(localTime(wait.until.timestamp))")
    }
    if action.waitingForNumbers > 0 {
        add("In use", "\(action.waitingForNumbers) wait until another action has done with their number")
    }
    for (index, finding) in action.findings.enumerated() {
        table.add([index == 0 ? "Believed" : "", describe(finding)])
    }
    for (index, deed) in action.deeds.enumerated() { table.add([index == 0 ? "Done by" : "", describe(deed)]) }
    if action.inbound > 0 {
        add("Wrote back", "\(counted(action.inbound, "message")) from citizens (show \(action.id) --messages)")
    }
    return table.lines(withHeadings: false)
}
