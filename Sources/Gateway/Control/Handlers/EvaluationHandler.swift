// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import Billing
import Configuration
import ControlProtocol
import Evaluation
import GatewayCore
import Platform
import Speech
import Store
import Wording

extension Verbs.Evaluate: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        context.dispatcher.post { dispatcher, now in
            dispatcher.whenBooksAreDone { dispatcher, now in
                guard let action = dispatcher.engine.action(named: self.action.text), action.record.phase != .staged
                else {
                    return replies.end(.refusal(EngineError.unknownAction(self.action.text)))
                }
                do {
                    let handler = EvaluationHandler(
                        self, action, through: try context.store.ledgerEnd().sequence, context, replies)
                    handler.addRecipients(from: 0, after: RecipientID(0))
                } catch {
                    replies.refuse(journal: error)
                }
            }
        }
    }
}

/// Reads an action's recipients, rows of the ledger and messages of citizens, some in each turn; a client that leaves
/// stops it.
@TurnActor private final class EvaluationHandler {
    private let request: Verbs.Evaluate
    private let context: ControlContext
    private let replies: ReplyChannel
    private let record: ActionRecord
    private let counters: ActionCounters
    private let filter: CDRFilter
    private var totals: EvaluationTotals
    private var position: Int64 = 0

    private static let slice = 500

    init(
        _ request: Verbs.Evaluate, _ action: LiveAction, through: Int64, _ context: ControlContext,
        _ replies: ReplyChannel
    ) {
        self.request = request
        self.context = context
        self.replies = replies
        record = action.record
        counters = action.counters
        filter = CDRFilter(from: record.accepted, account: request.account, action: record.id.text, through: through)
        totals = EvaluationTotals(account: request.account, begins: record.begins)
    }

    /// The engine has those of open actions, the journal those of ended ones.
    func addRecipients(from position: Int, after: RecipientID) {
        var people: [RecipientRecord] = []
        if let live = context.dispatcher.engine.action(named: record.id.text), !live.recipients.isEmpty {
            people = Array(live.recipients.dropFirst(position).prefix(Self.slice))
        } else {
            do {
                people = try context.store.recipients(ofAction: record.key, after: after, limit: Self.slice)
            } catch {
                return replies.refuse(journal: error)
            }
        }
        guard let newest = people.last else { return addRows() }
        for person in people {
            let outcome: Outcome? =
                if case .ended(let how) = person.state { how } else { record.phase.outcomeOfWaiting }
            totals.add(reference: person.reference, account: person.account, outcome: outcome)
        }
        let next = position + people.count
        again { $0.addRecipients(from: next, after: newest.id) }
    }

    private func addRows() {
        do {
            let page = try context.store.page(matching: filter, after: position, limit: Self.slice)
            position = page.position
            for cdr in page.rows { totals.add(cdr) }
            if page.isLast { return addMessages(after: 0) }
        } catch {
            return replies.refuse(journal: error)
        }
        again { $0.addRows() }
    }

    private func addMessages(after last: Int64) {
        let page: [InboundRecord]
        do {
            page = try context.store.inbound(ofAction: record.id.text, after: last, limit: Self.slice)
        } catch {
            return replies.refuse(journal: error)
        }
        for message in page { totals.add(written: message.text, by: message.recipient, at: message.received) }
        guard let newest = page.last else { return end() }
        again { $0.addMessages(after: newest.id) }
    }

    /// In the next turn, while somebody waits for it.
    private func again(_ step: @escaping @TurnActor @Sendable (EvaluationHandler) -> Void) {
        ControlActor.async { [self] in
            guard !replies.isClosed else { return replies.end() }
            context.dispatcher.post { [self] _, _ in step(self) }
        }
    }

    private func end() {
        let configuration = context.configuration.snapshot
        if let account = request.account, !totals.knows(account), configuration.account(account) == nil {
            let hint =
                closest(to: account, in: configuration.accounts.map(\.code)).map { "; did you mean \"\($0)\"?" } ?? ""
            return replies.end(
                .refusal(
                    ProtocolError(
                        .unknownAccount, "nobody of an account \"\(account)\" is in \(record.id.text)\(hint)",
                        field: "account")))
        }
        var report = facts(configuration)
        let definition = record.definition
        totals.fill(
            &report, name: { configuration.account($0)?.name ?? "" },
            meaning: { definition.keys[$0]?.rawValue ?? "" })
        let figures = report
        let request = request
        let replies = replies
        ControlActor.async {
            // What the recordings say is read from a file.
            var report = figures
            report.addTexts(of: definition, configuration)
            let lines: [String]
            switch request.format {
            case .json: return replies.end(.final(Replies.evaluation, report))
            case .html: lines = EvaluationHTML(language: request.language).lines(report, isBriefing: request.isBriefing)
            case .text: lines = EvaluationText(language: request.language).lines(report, isBriefing: request.isBriefing)
            }
            replies.send(text: lines[...], rows: report.recipients)
        }
    }

    private func facts(_ configuration: GatewayConfiguration) -> EvaluationReport {
        let definition = record.definition
        let conduct = record.conduct
        var report = EvaluationReport(
            id: record.id.text, title: definition.title, phase: record.phase, priority: definition.priority,
            account: request.account, accountName: request.account.flatMap { configuration.account($0)?.name },
            isDraft: !record.phase.isFinal || counters.calling + counters.messaging > 0, accepted: record.accepted,
            begins: record.begins, ended: record.ended, message: nil, spoken: nil,
            messageMilliseconds: record.promptMilliseconds, sms: definition.text?.text,
            deeds: conduct?.deeds.map { DeedReport($0) } ?? [],
            override: definition.override.map { OverrideReport(officer: $0.officer, reason: $0.reason) },
            corrects: conduct?.tie == .correction ? conduct?.follows : nil,
            closes: conduct?.tie == .closing ? conduct?.follows : nil, result: conduct?.last(.closed)?.note)
        if let forecast = record.forecast?.forecast, request.account == nil {
            report.plan = EvaluationReport.Plan(
                reached: forecast.reached, halfReached: forecast.halfReached.map { Int($0.milliseconds) },
                mostReached: forecast.mostReached.map { Int($0.milliseconds) },
                course: forecast.course.map { Int($0.milliseconds) })
        }
        return report
    }
}

extension EvaluationReport {
    /// What was said: as it was submitted, recordings by what they say, and as the voice is given it today. Blocks on the
    /// file that says what recordings are.
    fileprivate mutating func addTexts(of definition: ActionDefinition, _ configuration: GatewayConfiguration) {
        guard !definition.prompt.isEmpty else { return }
        let recordings = StandardPrompts.texts(
            soundsDirectory: configuration.general.soundsDirectory, language: definition.language)
        let forms = configuration.speech.forms
        var (said, spoken): ([String], [String]) = ([], [])
        for piece in definition.prompt {
            switch piece {
            case .text(let text, let language):
                said.append(text)
                spoken.append(forms[language?.word ?? definition.language]?.write(text) ?? text)
            case .recording(let name):
                let text = recordings[name] ?? "[\(name)]"
                said.append(text)
                spoken.append(text)
            case .pause: break
            }
        }
        message = said.joined(separator: "\n")
        self.spoken = spoken.joined(separator: "\n")
    }
}
