// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import ControlProtocol
import Dispatch
import Foundation
import GatewayCore

/// One submission in progress: recipients go to the journal in chunks while they come in, and nothing
/// of it exists for anybody until the commit is answered. One that is only planned never touches the journal.
/// Runs on the control queue.
final class Submission: @unchecked Sendable {
    let session: ControlSession
    let context: ControlContext
    private let document: ActionDocument
    private let purpose: Purpose
    private let skipInvalid: Bool
    private let tag: String?
    private var builder: SubmissionBuilder?
    private(set) var estimate: SubmissionQuote?
    private var definition: ActionDefinition?
    private var chunk: [StagedRecipient] = []
    /// Chunks posted and not on disk yet; above a few, the client has to wait.
    private var chunksUnderWay = 0
    private var reported = 0
    private var isAbandoned = false
    private var isTooLarge = false
    /// Ends a submission whose client says nothing: its id would stay taken.
    private var idleTimer: (any DispatchSourceTimer)?
    private var linesBefore = 0
    /// The message is made while recipients come in.
    private var rendered: Result<RenderedSound, RenderingError>?
    private var whenRendered: ((Result<RenderedSound, RenderingError>) -> Void)?
    /// The key of the staged action. Belongs to the dispatcher's queue.
    private let staged = StagedAction()

    private static let chunkSize = 2000
    private static let chunksAtOnce = 4
    /// An action for everybody in the country is a mistake.
    private static let recipientLimit = 1_000_000
    private static let idleSeconds = 30
    /// The rest of the bad lines is only counted.
    private static let reportLimit = 10_000

    /// What a commit does.
    enum Purpose {
        case submit
        case plan
    }

    /// What the dispatcher knows of a submission.
    private final class StagedAction: @unchecked Sendable {
        enum State {
            case open(Int64)
            /// The same id was accepted before; its content is compared at the commit.
            case existing(ActionRecord)
            case refused(ProtocolError)
        }
        var state: State?
    }

    init(session: ControlSession, document: ActionDocument, purpose: Purpose, skipInvalid: Bool, tag: String?) {
        self.session = session
        context = session.context
        self.document = document
        self.purpose = purpose
        self.skipInvalid = skipInvalid
        self.tag = tag
    }

    var counts: SubmissionCounts {
        SubmissionCounts(
            recipients: builder?.accepted ?? 0, invalid: builder?.invalid ?? 0, duplicates: builder?.duplicates ?? 0)
    }

    func open() {
        let configuration = context.configuration.snapshot
        let definition: ActionDefinition
        do {
            definition = try ActionDefinition(
                document, plan: configuration.numbers, languages: Set(configuration.speech.commands.keys))
            try definition.checkText(configuration.smscs)
            try definition.checkVoice(configuration.trunks)
        } catch {
            session.submissionRefused(error, tag: tag)
            return
        }
        self.definition = definition
        watchIdleness()
        estimate = SubmissionQuote(definition, configuration, now: context.dispatcher.clock())
        if definition.usesVoice { render(definition) }
        builder = SubmissionBuilder(definition: definition, plan: configuration.numbers)
        guard purpose == .submit else { return }
        let (id, staged) = (document.id, staged)
        context.dispatcher.post { dispatcher, now in
            if let known = dispatcher.engine.action(named: id.text), known.record.phase != .staged {
                staged.state = .existing(known.record)
                return
            }
            do throws(EngineError) {
                staged.state = .open(try dispatcher.engine.stage(id, definition, now: now))
            } catch {
                staged.state = .refused(ProtocolError(error))
            }
        }
    }

    private func render(_ definition: ActionDefinition) {
        context.renderer.render(definition.prompt, language: definition.language) { [self] result in
            context.queue.async { [self] in
                rendered = result
                let action = whenRendered
                whenRendered = nil
                action?(result)
            }
        }
    }

    /// Between one and two intervals of silence are too much.
    private func watchIdleness() {
        let timer = DispatchSource.makeTimerSource(queue: context.queue)
        timer.schedule(deadline: .now() + .seconds(Self.idleSeconds), repeating: .seconds(Self.idleSeconds))
        timer.setEventHandler { [weak self] in
            guard let self else { return }
            guard session.linesTaken == linesBefore, chunksUnderWay == 0 else {
                linesBefore = session.linesTaken
                return
            }
            session.submissionTimedOut(tag: tag)
        }
        timer.activate()
        idleTimer = timer
    }

    func add(_ recipient: RecipientLine) {
        let line = recipient.line ?? 0
        guard let builder, builder.accepted < Self.recipientLimit else {
            isTooLarge = true
            return
        }
        let verdict = self.builder?.add(
            number: recipient.number, reference: recipient.reference, account: recipient.account,
            channel: recipient.channel, line: line)
        switch verdict {
        case .accepted(let person):
            chunk.append(person)
            estimate?.add(person)
            if chunk.count == Self.chunkSize { flush() }
        case .invalid(let reason, let shown):
            report(.part(.invalid(InvalidRecipient(line: line, number: shown, reason: reason)), tag: tag))
        case .duplicate(let firstLine, let shown):
            report(.part(.duplicate(DuplicateRecipient(line: line, firstLine: firstLine, number: shown)), tag: tag))
        case nil: break
        }
    }

    func addUnreadable(_ error: ProtocolError) {
        let line = error.line ?? 0
        builder?.addUnreadable(line: line)
        report(.part(.invalid(InvalidRecipient(line: line, number: "", reason: error.message)), tag: tag))
    }

    private func report(_ reply: Reply) {
        reported += 1
        if reported <= Self.reportLimit { session.reply(reply) }
    }

    /// A chunk on its way to the journal.
    private func flush() {
        guard !chunk.isEmpty else { return }
        let people = chunk
        chunk.removeAll(keepingCapacity: true)
        guard purpose == .submit else { return }
        chunksUnderWay += 1
        if chunksUnderWay >= Self.chunksAtOnce { session.connection.pauseReading() }
        let staged = staged
        context.dispatcher.post { [self] dispatcher, now in
            if case .open(let key) = staged.state { dispatcher.engine.stageRecipients(people, of: key, now: now) }
            dispatcher.whenJournalled { [self] in
                context.queue.async { [self] in
                    chunksUnderWay -= 1
                    if chunksUnderWay == Self.chunksAtOnce - 1, !isAbandoned { session.connection.resumeReading() }
                }
            }
        }
    }

    /// The client left, or gave up.
    func abandon() {
        isAbandoned = true
        idleTimer?.cancel()
        discard()
    }

    /// What it would have been charged; on the control queue, later when the message must be rendered to know its
    /// length. Empty: no tariff says anything.
    func quote(_ completion: @escaping @Sendable ([QuoteReport]) -> Void) {
        guard let definition, let estimate, !estimate.isEmpty else { return completion([]) }
        guard definition.usesVoice else { return completion(estimate.reports(messageMilliseconds: 0)) }
        context.renderer.render(definition.prompt, language: definition.language) { [context] result in
            // What cannot be spoken is said by whoever commits it.
            let milliseconds = (try? result.get().milliseconds) ?? 0
            context.queue.async { completion(estimate.reports(messageMilliseconds: milliseconds)) }
        }
    }

    private func discard() {
        let staged = staged
        context.dispatcher.post { dispatcher, _ in
            if case .open(let key) = staged.state { dispatcher.engine.discardStaged(key) }
            staged.state = nil
        }
    }

    // MARK: - Commit

    func commit(tag: String?) {
        idleTimer?.cancel()
        isAbandoned = true  // from here on, the outcome does not depend on the client
        guard let builder, let definition else { return session.end(nil) }
        guard !isTooLarge else {
            let text = "an action has at most \(Self.recipientLimit) recipients; nothing was accepted"
            return refuse(ProtocolError(.tooManyRecipients, text), tag)
        }
        guard builder.invalid == 0 || skipInvalid else {
            var error = ProtocolError(
                .invalidRecipients,
                "\(builder.invalid) of the recipients cannot be called; nothing was accepted (correct them, or skip them "
                    + "with \"skip-invalid\")")
            error.count = builder.invalid
            return refuse(error, tag)
        }
        guard builder.accepted > 0 else {
            return refuse(ProtocolError(.noRecipients, "the submission has no recipient to call"), tag)
        }
        flush()
        guard definition.usesVoice else { return conclude(nil, builder, tag) }
        whenRendered = { [self] result in
            switch result {
            case .failure(let error):
                refuse(
                    ProtocolError(.speechFailed, "the message cannot be spoken: \(error)", field: "action.message"), tag
                )
            case .success(let sound): conclude(sound, builder, tag)
            }
        }
        if let rendered {
            let action = whenRendered
            whenRendered = nil
            action?(rendered)
        }
    }

    private func conclude(_ sound: RenderedSound?, _ builder: SubmissionBuilder, _ tag: String?) {
        switch purpose {
        case .submit: accept(sound, builder, tag)
        case .plan: plan(sound, tag)
        }
    }

    private func refuse(_ error: ProtocolError, _ tag: String?) {
        discard()
        session.end(.refusal(error, tag: tag))
    }

    private func accept(_ sound: RenderedSound?, _ builder: SubmissionBuilder, _ tag: String?) {
        let hash = builder.contentHash()
        let (staged, session, id) = (staged, session, document.id.text)
        @Sendable func acceptance(_ record: ActionRecord, again: Bool) -> Reply {
            .final(
                .accepted(
                    Acceptance(
                        action: id, recipients: again ? record.recipientCount : builder.accepted,
                        invalid: builder.invalid, duplicates: builder.duplicates, alreadyAccepted: again,
                        messageMilliseconds: record.promptMilliseconds, promptHash: record.promptHash)), tag: tag)
        }
        let (prompts, estimate) = (context.prompts, estimate)
        context.dispatcher.post { dispatcher, now in
            switch staged.state {
            case .open(let key):
                // In the same turn, so that no tidying comes between the sound and who needs it.
                if let sound { prompts.add(sound) }
                dispatcher.engine.commitStaged(
                    key, contentHash: hash, promptHash: sound?.hash ?? "", promptMilliseconds: sound?.milliseconds ?? 0,
                    now: now)
                guard let record = dispatcher.engine.actions[key]?.record else { return session.end(nil) }
                let reply = acceptance(record, again: false)
                dispatcher.whenJournalled { session.end(reply) }
                estimate?.foretell(key, sound?.milliseconds ?? 0, dispatcher, now: now)
            case .existing(let record) where record.contentHash == hash:
                session.end(acceptance(record, again: true))
            case .existing:
                let text = "action \"\(id)\" was accepted before with other content; nothing was changed"
                session.end(.refusal(ProtocolError(.conflict, text), tag: tag))
            case .refused(let error): session.end(.refusal(error, tag: tag))
            case nil: session.end(nil)
            }
        }
    }
}
