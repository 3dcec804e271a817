// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import ControlProtocol
import GatewayCore
import Participants

/// What the help desk can say of calls, SMS, outcomes and rules, in Dutch or English.
struct ReasonWords {
    private let language: Language

    init(_ language: Language) { self.language = language }

    private func say(_ dutch: String, _ english: String) -> String { language == .dutch ? dutch : english }

    // MARK: - Attempts

    func attempt(_ cdr: CallDetailRecord) -> ReasonReport {
        let isText = cdr.message != nil
        let how = isText ? "" : called(cdr)
        return ReasonReport(
            at: UTCTime(cdr.start), action: cdr.action, kind: isText ? "sms" : "call",
            code: cdr.disposition.rawValue.lowercased().replacing(" ", with: "-"),
            text: (isText ? say("sms verstuurd", "SMS sent") : say("gebeld", "called")) + ": "
                + (how.isEmpty ? disposition(cdr.disposition) : how))
    }

    private func called(_ cdr: CallDetailRecord) -> String {
        // Not the telephone's fault, nor the network's.
        let isCut = cdr.ownReason == .crash
        let cut = say(" (afgebroken door een storing bij ons)", " (cut off by a failure of ours)")
        guard cdr.answer != nil else {
            if isCut {
                return say("afgebroken door een storing bij ons", "cut off by a failure of ours")
            }
            return disposition(cdr.disposition) + refusal(cdr)
        }
        let keys = cdr.keys.isEmpty ? "" : say(", toetsen \(cdr.keys)", ", keys \(cdr.keys)")
        if cdr.promptMilliseconds > 0, cdr.heardMilliseconds >= cdr.promptMilliseconds {
            return say("opgenomen, alles gehoord", "answered, heard all") + keys
        }
        let (heard, whole) = (cdr.heardMilliseconds / 1000, cdr.promptMilliseconds / 1000)
        return say("opgenomen, \(heard) van \(whole) s gehoord", "answered, heard \(heard) of \(whole) s") + keys
            + (isCut ? cut : "")
    }

    private func refusal(_ cdr: CallDetailRecord) -> String {
        switch NumberCondition(cdr) {
        case .doesNotExist: say(" (het nummer bestaat niet)", " (the number does not exist)")
        case .moved: say(" (het nummer is verhuisd)", " (the number has moved)")
        case .rejected: say(" (geweigerd)", " (declined)")
        case .busy, .answered, .other: ""
        }
    }

    private func disposition(_ disposition: Disposition) -> String {
        switch disposition {
        case .answered: say("opgenomen", "answered")
        case .noAnswer: say("niet opgenomen", "not answered")
        case .busy: say("in gesprek", "busy")
        case .failed: say("mislukt", "failed")
        case .congestion: say("het netwerk was vol", "the network was congested")
        case .delivered: say("afgeleverd", "delivered")
        case .sent: say("overgedragen, aflevering niet gemeld", "handed over, delivery not reported")
        case .undelivered: say("niet afgeleverd", "not delivered")
        case .expired: say("niet op tijd afgeleverd", "not delivered in time")
        case .rejected: say("geweigerd door het netwerk", "refused by the network")
        case .unknown: say("onbekend of het aankwam", "not known whether it arrived")
        }
    }

    // MARK: - Outcomes and rules

    func outcome(of person: RecipientRecord, in action: ActionRecord, at time: Timestamp?) -> ReasonReport {
        let outcome: String
        switch person.state {
        case .ended(let word): outcome = word.rawValue
        case .waiting, .calling, .messaging: outcome = action.phase.outcomeOfWaiting?.rawValue ?? "waiting"
        }
        return ReasonReport(
            at: time.map(UTCTime.init), action: action.id.text, kind: "outcome", code: outcome,
            text: say("uitkomst: ", "outcome: ") + words(ofOutcome: outcome, action.definition.channel(of: person)))
    }

    /// Those below; a word that is not known here is said as it is.
    private func words(ofOutcome word: String, _ channel: Channel) -> String {
        // Of all the wishes only this one is an outcome's own; the others are told apart by the rules.
        if word == Outcome.optedOut.rawValue { return ContactReason.optedOut.words(language, channel) }
        return Self.outcomes[word].map { say($0.dutch, $0.english) } ?? word
    }

    private static let outcomes: [String: (dutch: String, english: String)] = [
        "waiting": ("wacht nog", "still waits"),
        "answered": ("opgenomen", "answered"),
        "confirmed": ("bevestigd met een toets", "confirmed by a key"),
        "busy": ("in gesprek, ook na herhaling", "busy, after retries too"),
        "no-answer": ("niet opgenomen, ook na herhaling", "not answered, after retries too"),
        "invalid-number": ("het nummer bestaat niet", "the number does not exist"),
        "rejected": ("oproep geweigerd", "declined the call"),
        "failed": ("geen verbinding gekregen", "no connection"),
        "congestion": ("het netwerk bleef vol", "the network stayed congested"),
        "interrupted": ("onderbroken", "interrupted"),
        "delivered": ("sms afgeleverd", "SMS delivered"),
        "sent": ("sms overgedragen", "SMS handed over"),
        "undelivered": ("sms niet afgeleverd", "SMS not delivered"),
        "not-welcome": (
            "niet benaderd: de deelnemer wil het nu niet, of zo niet",
            "not contacted: the participant does not want it now, or not this way"
        ),
        "capped": ("niet benaderd: zo vaak meegedaan als gewenst", "not contacted: took part as often as wanted"),
        "not-approved": ("niemand keurde de actie op tijd goed", "nobody approved the action in time"),
        "over-budget": ("het budget was op", "the budget was spent"),
        "cancelled": ("de actie is gestopt voordat u aan de beurt was", "the action was stopped before this turn"),
        "expired": ("de actie was voorbij voordat u aan de beurt was", "the action was over before this turn"),
    ]

    /// nil: nothing is in the way. `at`: when it was so; nil: now.
    func rule(_ decision: ContactDecision, _ channel: Channel, in action: ActionRecord, at time: Timestamp? = nil)
        -> ReasonReport?
    {
        let reason: ContactReason
        var until = ""
        switch decision {
        case .allowed: return nil
        case .never(let why): reason = why
        case .waits(let time, let why):
            reason = why
            // Whole minutes are enough, and 07:05 is read faster than 07:05:00.
            let clock = DutchTime(time).description.dropLast(3)
            until = say(" (weer vanaf \(clock))", " (again from \(clock))")
        }
        return ReasonReport(
            at: time.map(UTCTime.init), action: action.id.text, kind: "rule", code: reason.word,
            text: (channel == .voice
                ? time == nil ? say("nu niet gebeld: ", "not called now: ") : say("niet gebeld: ", "not called: ")
                : time == nil ? say("nu geen sms: ", "no SMS now: ") : say("geen sms: ", "no SMS: "))
                + reason.words(language, channel) + until)
    }

    // MARK: - The register

    func enrolled(_ enrolment: Participant.Enrolment) -> ReasonReport {
        ReasonReport(
            at: UTCTime(enrolment.at), action: "", kind: "register", code: "enrolled",
            text: say(
                "register, door \(enrolment.by): aangemeld", "register, by \(enrolment.by): came into the register"))
    }

    func event(_ event: RegisterEvent) -> ReasonReport {
        let who = event.who.isEmpty ? say("de deelnemer", "the participant") : event.who
        return ReasonReport(
            at: UTCTime(event.at), action: "", kind: "register", code: "changed",
            text: say("register, door \(who): ", "register, by \(who): ") + event.what)
    }

    func question(_ question: RegisterQuestion) -> ReasonReport {
        ReasonReport(
            at: UTCTime(question.at), action: question.action, kind: "asked", code: "asked",
            text: say("gevraagd door \(question.who)", "asked by \(question.who)"))
    }
}
