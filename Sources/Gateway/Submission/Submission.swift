// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Configuration
import ControlProtocol
import Dispatch
import GatewayCore
import Platform

/// A verb that opens a submission.
protocol SubmissionOpener: SubmissionVerb {
    /// What its commit does.
    var purpose: Submission.Purpose { get }
}

extension Verbs.Submit: SubmissionOpener {
    var purpose: Submission.Purpose { isDryRun ? .dryRun : .submit }
}

extension Verbs.Plan: SubmissionOpener {
    var purpose: Submission.Purpose { .forecast }
}

/// One submission in progress: recipients go to the journal in chunks while they come in, and nothing
/// of it exists for anybody until the commit is answered. One of which only a forecast is wanted never touches the
/// journal.
@ControlActor final class Submission {
    private let context: ControlContext
    private let session: ControlSession
    private let replies: ReplyChannel
    private let document: ActionDocument
    private let purpose: Purpose
    private let leniency: SubmissionLeniency
    /// nil: nothing is kept.
    private let staged: StagedAction?
    /// nil: nobody counts on a number of recipients.
    private let confirm: Int?
    private let officer: OfficerName?
    /// nil: the first line was refused.
    private var intake: RecipientIntake?
    private var definition: ActionDefinition?
    private var textGate: TextGate?
    /// Ends a submission whose client says nothing: its id would stay taken.
    private var idleTimer: (any DispatchSourceTimer)?
    private var linesBefore = 0
    /// The prompt is made while recipients come in.
    private var rendered: Result<RenderedSound, RenderingError>?
    private var whenRendered: ((Result<RenderedSound, RenderingError>) -> Void)?

    private static let idleSeconds = 30

    /// What a commit does.
    enum Purpose {
        case submit
        /// Answers what it would say, how it would go, and what that would cost.
        case dryRun
        /// Answers how it would go.
        case forecast
    }

    init(_ verb: any SubmissionOpener, context: ControlContext, session: ControlSession, replies: ReplyChannel) {
        self.context = context
        self.session = session
        self.replies = replies
        document = verb.action
        purpose = verb.purpose
        leniency = verb.leniency
        staged = purpose == .submit ? StagedAction(document.id, context.dispatcher) : nil
        let submit = verb as? Verbs.Submit
        (confirm, officer) = (submit?.confirm, submit?.officer)
    }

    func open() {
        let configuration = context.configuration.snapshot
        let accounts = leniency.allowsUnknownAccounts ? nil : AccountCodes(configuration)
        let definition: ActionDefinition
        do {
            definition = try ActionDefinition(
                document, plan: configuration.numbers, languages: Set(configuration.speech.commands.keys),
                populations: configuration.populationKeys)
            try definition.checkText(configuration)
            try definition.checkVoice(configuration)
            try definition.checkAccount(accounts)
            // What is submitted may have been accepted in its time: its commit knows.
            if purpose == .forecast { try definition.checkTime(now: context.dispatcher.civilNow()) }
        } catch {
            session.submissionRefused()
            replies.send(.refusal(error))
            return
        }
        self.definition = definition
        textGate = TextGate(document, configuration)
        watchIdleness()
        intake = RecipientIntake(
            definition, configuration, assumesLostZero: leniency.assumesLostZero, accounts: accounts, staged: staged,
            keepsPeople: purpose == .dryRun,
            context: context, session: session, replies: replies)
        if definition.usesVoice { render(definition) }
        staged?.open(definition)
    }

    private func render(_ definition: ActionDefinition) {
        context.renderer.render(definition.prompt, language: definition.language) { [self] result in
            ControlActor.async { [self] in
                rendered = result
                let action = whenRendered
                whenRendered = nil
                action?(result)
            }
        }
    }

    /// Between one and two intervals of silence are too much.
    private func watchIdleness() {
        let timer = DispatchSource.makeTimerSource(queue: ControlActor.queue)
        timer.schedule(deadline: .now() + .seconds(Self.idleSeconds), repeating: .seconds(Self.idleSeconds))
        timer.setEventHandler { [weak self] in self?.lookForSilence() }
        timer.activate()
        idleTimer = timer
    }

    private func lookForSilence() {
        guard session.linesTaken == linesBefore, intake?.isWriting == false else {
            linesBefore = session.linesTaken
            return
        }
        let text = "the submission was given up: nothing came for too long"
        session.submissionTimedOut { self.replies.send(.refusal(ProtocolError(.timeout, text))) }
    }

    func add(_ recipient: RecipientLine) { intake?.add(recipient) }
    func addUnreadable(_ error: ProtocolError) { intake?.addUnreadable(error) }

    // MARK: - Giving up

    /// The client left.
    func abandon() {
        idleTimer?.cancel()
        intake?.close(flushing: false)
        staged?.discard()
    }

    /// The client takes it back, and is told what it held, what that would have been charged, and what is odd about it.
    func abort() {
        abandon()
        guard let intake, let definition else { return replies.end() }
        do {
            try definition.checkTime(now: context.dispatcher.civilNow())
        } catch {
            return replies.refuse(error)
        }
        let demands = GateCheck(context.configuration.snapshot.gate, definition, intake.counts.recipients).remarks
        let dispatcher = context.dispatcher
        guard purpose != .dryRun else { return showDryRun(intake, definition, demands) }
        measurePrompt(definition) { [replies, estimate = intake.estimate, counts = intake.counts] milliseconds in
            let quotes = estimate.reports(promptMilliseconds: milliseconds)
            replies.end(lookingAt: dispatcher) { dispatcher, _ in
                let wayOut = ActionFinding.wayOut(of: definition, dispatcher.engine).map { [$0.text] } ?? []
                let counts = counts.noting(wayOut + estimate.remarks(promptMilliseconds: milliseconds) + demands)
                return quotes.map { .part(Replies.quote, $0) } + [.final(Replies.aborted, counts)]
            }
        }
    }

    /// What would be refused is, behind the texts.
    private func showDryRun(_ intake: RecipientIntake, _ definition: ActionDefinition, _ demands: [String]) {
        guard let textGate else { return replies.end() }
        let (estimate, counts, dispatcher) = (intake.estimate, intake.counts, context.dispatcher)
        let people = intake.people
        measurePrompt(definition) { [replies] milliseconds in
            let now = dispatcher.civilNow()
            let texts = textGate.report(
                now: now, promptMilliseconds: milliseconds,
                segments: definition.text == nil || estimate.segments == 0 ? nil : estimate.segments,
                channels: estimate.channels)
            let first = [Reply.part(Replies.texts, texts)]
            do throws(ProtocolError) {
                try textGate.check(now: now)
            } catch {
                return replies.end(first + [.refusal(error)])
            }
            let remarks = estimate.remarks(promptMilliseconds: milliseconds) + demands
            let end: @ControlActor @Sendable ([Reply]) -> Void = { [replies] parts in
                replies.end(lookingAt: dispatcher) { dispatcher, _ in
                    let wayOut = ActionFinding.wayOut(of: definition, dispatcher.engine).map { [$0.text] } ?? []
                    return first + parts + [.final(Replies.aborted, counts.noting(wayOut + remarks))]
                }
            }
            guard counts.recipients > 0 else { return end([]) }
            let rules = RuleCount(definition, longest: estimate.configuration.general.maximumActionAge, now: now)
            rules.count(people[...], in: dispatcher) { skipped in
                estimate.foretell(counts, promptMilliseconds: milliseconds, dispatcher) { forecast, quotes in
                    let parts =
                        skipped.map { Reply.part(Replies.rule, $0) } + quotes.map { .part(Replies.quote, $0) }
                        + [.part(Replies.forecast, forecast)]
                    ControlActor.async { end(parts) }
                }
            }
        }
    }

    /// `completion` gets milliseconds, 0 for what cannot be spoken: whoever commits it is told.
    private func measurePrompt(
        _ definition: ActionDefinition, _ completion: @escaping @ControlActor @Sendable (Int) -> Void
    ) {
        guard definition.usesVoice else { return completion(0) }
        context.renderer.render(definition.prompt, language: definition.language) { result in
            let milliseconds = (try? result.get().milliseconds) ?? 0
            ControlActor.async { completion(milliseconds) }
        }
    }

    // MARK: - Commit

    /// From the turn on that accepts it, the outcome does not depend on the client; who leaves before has given it up.
    func commit() {
        idleTimer?.cancel()
        guard let intake, let definition else { return replies.end() }
        let error = refusal(intake)
        intake.close(flushing: error == nil)
        if let error { return refuse(error) }
        if purpose == .dryRun { return abort() }
        guard definition.usesVoice else { return conclude(nil, intake) }
        whenRendered = { [self] result in
            switch result {
            case .failure(let error):
                refuse(
                    ProtocolError(.speechFailed, "the message cannot be spoken: \(error)", field: "action.message"))
            case .success(let sound): conclude(sound, intake)
            }
        }
        if let rendered {
            let action = whenRendered
            whenRendered = nil
            action?(rendered)
        }
    }

    /// nil: these recipients can be taken.
    private func refusal(_ intake: RecipientIntake) -> ProtocolError? {
        let counts = intake.counts
        if intake.isTooLarge {
            let text = "an action has at most \(RecipientIntake.recipientLimit) recipients; nothing was accepted"
            return ProtocolError(.tooManyRecipients, text)
        }
        if counts.invalid > 0, !leniency.skipsInvalid {
            let text =
                "\(counts.invalid) of the recipients cannot be called; nothing was accepted (correct them, or skip them "
                + "with \"skip-invalid\")"
            return ProtocolError(.invalidRecipients, text, count: counts.invalid)
        }
        if counts.recipients == 0 {
            return ProtocolError(.noRecipients, "the submission has no recipient to call")
        }
        return nil
    }

    /// What the gate asks of a submission, and of whom.
    ///
    /// - Throws: What is missing.
    private func passGate(_ intake: RecipientIntake, _ definition: ActionDefinition) throws(ProtocolError) -> (
        by: Requester, approval: Interval?
    ) {
        let gate = context.configuration.snapshot.gate
        let check = GateCheck(gate, definition, intake.counts.recipients)
        let requester = try replies.requester(.submit, officer, gate)
        try check.pass(confirm: confirm, officer: officer)
        return (requester, check.approval)
    }

    private func refuse(_ error: ProtocolError) {
        staged?.discard()
        replies.refuse(error)
    }

    private func conclude(_ sound: RenderedSound?, _ intake: RecipientIntake) {
        let milliseconds = sound?.milliseconds ?? 0
        let (estimate, counts, dispatcher) = (intake.estimate, intake.counts, context.dispatcher)
        guard let staged else {
            return estimate.foretell(counts, promptMilliseconds: milliseconds, dispatcher) {
                [replies] report, quotes in
                replies.end(quotes.map { .part(Replies.quote, $0) } + [.final(Replies.forecast, report)])
            }
        }
        guard let definition else { return replies.end() }
        let passed: (by: Requester, approval: Interval?)
        do throws(ProtocolError) {
            passed = try passGate(intake, definition)
        } catch {
            return refuse(error)
        }
        staged.accept(
            contentHash: intake.contentHash, sound: sound, by: passed.by, approval: passed.approval,
            prompts: context.prompts, gate: textGate,
            isWanted: { [session] in !session.hasClientLeft }
        ) { key, now in
            estimate.foretell(key, milliseconds, dispatcher, now: now)
        } completion: { [replies, textGate] verdict in
            switch verdict {
            case .accepted(let record, let again, let wayOut):
                let new =
                    again
                    ? []
                    : estimate.remarks(promptMilliseconds: milliseconds)
                        + (textGate?.warnings(now: dispatcher.civilNow()) ?? [])
                let notes = wayOut + new
                replies.end(.final(Replies.accepted, Acceptance(record, again: again, counts.noting(notes))))
            case .refused(let error): replies.refuse(error)
            case .gone: replies.end()
            }
        }
    }
}

extension Acceptance {
    /// `counts`: of this submission.
    fileprivate init(_ record: ActionRecord, again: Bool, _ counts: SubmissionCounts) {
        self.init(
            action: record.id.text, recipients: again ? record.recipientCount : counts.recipients,
            invalid: counts.invalid, duplicates: counts.duplicates, alreadyAccepted: again,
            promptMilliseconds: record.promptMilliseconds, promptHash: record.promptHash, notes: counts.notes,
            approveBy: record.approveBy)
    }
}
