// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import Billing
import ControlProtocol
import GatewayCore
import Participants
import Platform
import Store

/// Notes the question, then looks for all that the journal has of the number, a part of it in each turn: no call waits
/// for it, however much there is.
extension Verbs.Why: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        let user = replies.user
        context.dispatcher.post { dispatcher, now in
            if let fault = dispatcher.journalFault { return replies.refuse(fault, dispatcher) }
            guard let (number, person) = context.participant(participant, dispatcher.engine.register) else {
                let text = "\"\(participant.readable(80))\" is neither a number nor a reference of the register"
                return replies.refuse(ProtocolError(.unknownParticipant, text, field: "participant"))
            }
            if let action, dispatcher.engine.action(named: action.text) == nil {
                return replies.end(.refusal(EngineError.unknownAction(action.text)))
            }
            // A question makes nobody's number known again.
            let name =
                person?.reference != nil ? number.e164 : dispatcher.engine.pseudonyms.pseudonym(of: number.e164)
            dispatcher.engine.registerAsked(
                RegisterQuestion(
                    number: name, at: dispatcher.engine.civil(now), who: user, action: action?.text ?? ""))
            dispatcher.whenJournalled {
                dispatcher.whenBooksAreDone { dispatcher, _ in
                    WhyHandler(request: self, context: context, replies: replies)
                        .advance(NumberScan(number), dispatcher)
                }
            } failed: { error in
                replies.refuse(journal: error)
            }
        }
    }
}

private struct WhyHandler: Sendable {
    let request: Verbs.Why
    let context: ControlContext
    let replies: ReplyChannel

    /// Rows that one turn looks at.
    private static let slice = 5000

    @TurnActor func advance(_ scan: NumberScan, _ dispatcher: Dispatcher) {
        var scan = scan
        do {
            try context.store.advance(&scan, rows: Self.slice)
            guard !scan.isDone else { return try end(scan, dispatcher) }
        } catch {
            return replies.refuse(journal: error)
        }
        ControlActor.async { [scan] in
            guard !replies.isClosed else { return replies.end() }
            context.dispatcher.post { dispatcher, _ in advance(scan, dispatcher) }
        }
    }

    @TurnActor private func end(_ scan: NumberScan, _ dispatcher: Dispatcher) throws {
        let words = ReasonWords(request.language)
        var reasons: [ReasonReport] = []
        for cdr in scan.records where cdr.ledger.kind == .usage && isWanted(cdr.action) {
            reasons.append(words.attempt(cdr))
        }
        for person in scan.recipients {
            guard let action = dispatcher.engine.actions[person.action], action.record.phase != .staged,
                isWanted(action.record.id.text)
            else { continue }
            // The journal has the state of those who wait; who is being tried now, memory knows.
            let current = action.recipients.first { $0.id == person.id } ?? person
            reasons.append(words.outcome(of: current, in: action.record, at: end(of: current, action.record, scan)))
            switch current.state {
            case .waiting where !action.record.phase.isFinal:
                reasons += rules(current, action.record, nil, dispatcher, words)
            case .ended(.notWelcome), .ended(.capped):
                // As the register has it now: what it said then is among its changes.
                reasons += rules(current, action.record, end(of: current, action.record, scan), dispatcher, words)
            case .waiting, .calling, .messaging, .ended: break
            }
        }
        if request.action == nil {
            reasons += try context.store.registerEvents(of: scan.number).map(words.event)
            reasons += try context.store.registerQuestions(of: scan.number).map(words.question)
        }
        // What has no time of its own stands where it came.
        let inOrder = reasons.enumerated().sorted {
            let (left, right) = ($0.element.at?.timestamp ?? .distantFuture, $1.element.at?.timestamp ?? .distantFuture)
            return left == right ? $0.offset < $1.offset : left < right
        }
        replies.end(
            inOrder.map { .part(Replies.reason, $0.element) } + [.final(Replies.count, reasons.count)])
    }

    private func isWanted(_ action: String) -> Bool { request.action.map { $0.text == action } ?? true }

    /// That of the last attempt, or of the action; nil: it goes on.
    private func end(of person: RecipientRecord, _ action: ActionRecord, _ scan: NumberScan) -> Timestamp? {
        guard case .ended = person.state else { return action.phase.isFinal ? action.ended : nil }
        return scan.records.last { $0.action == action.id.text }?.end ?? action.ended
    }

    /// What the register says of somebody at a time, who still waits when that is nil.
    @TurnActor private func rules(
        _ person: RecipientRecord, _ action: ActionRecord, _ time: Timestamp?, _ dispatcher: Dispatcher,
        _ words: ReasonWords
    ) -> [ReasonReport] {
        let register = dispatcher.engine.register
        let moment = CivilMoment(time ?? dispatcher.civilNow())
        let isFollowUp = action.conduct?.tie != nil
        let channels = isFollowUp ? [action.definition.channel(of: person)] : action.definition.channels
        return channels.compactMap { channel in
            let decision = action.rules.decide(
                register[person.number], submission: person.preferences, by: channel, at: moment,
                former: register.former(
                    person.number, actionClass: action.definition.priority, except: action.key))
            return words.rule(decision, channel, in: action, at: time)
        }
    }
}
