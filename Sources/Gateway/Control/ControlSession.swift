// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import Billing
import Configuration
import ControlProtocol
import Dispatch
import Foundation
import GatewayCore
import Platform
import Store

/// What a session needs of the daemon. Made once; any thread.
final class ControlContext: Sendable {
    let dispatcher: Dispatcher
    let store: Store
    let renderer: any PromptSource
    let prompts: PromptLibrary
    let purger: NumberPurger
    /// The queue of the control server.
    let queue: DispatchQueue
    let configuration: Locked<GatewayConfiguration>
    let status: @Sendable (Dispatcher, Timestamp) -> DaemonStatus
    let trunks: @Sendable (Dispatcher, Timestamp) -> [TrunkStatus]
    let smscs: @Sendable (Dispatcher, Timestamp) -> [SMSCStatus]
    let log: Log

    init(
        dispatcher: Dispatcher, store: Store, renderer: any PromptSource, prompts: PromptLibrary,
        purger: NumberPurger,
        queue: DispatchQueue, configuration: Locked<GatewayConfiguration>,
        status: @escaping @Sendable (Dispatcher, Timestamp) -> DaemonStatus,
        trunks: @escaping @Sendable (Dispatcher, Timestamp) -> [TrunkStatus],
        smscs: @escaping @Sendable (Dispatcher, Timestamp) -> [SMSCStatus], log: Log
    ) {
        self.dispatcher = dispatcher
        self.store = store
        self.renderer = renderer
        self.prompts = prompts
        self.purger = purger
        self.queue = queue
        self.configuration = configuration
        self.status = status
        self.trunks = trunks
        self.smscs = smscs
        self.log = log
    }
}

/// One client of the control socket: one request after the other, replies in order. Everything here
/// runs on the control queue, which is the reason for `@unchecked Sendable`; what needs the engine or
/// the journal is posted to the dispatcher and comes back.
final class ControlSession: ControlConnectionHandler, @unchecked Sendable {
    let context: ControlContext
    let connection: ControlConnection
    private var reader = RequestReader()
    private var submission: Submission?
    private var hasInputEnded = false
    /// A request is being worked on; the next line waits.
    private var isWorking = false
    /// Continues a stream of replies when the client has read.
    private var onWritable: (() -> Void)?
    private var watchTimer: (any DispatchSourceTimer)?
    private(set) var isClosed = false
    /// Lines so far; tells whether a client is silent.
    private(set) var linesTaken = 0

    init(context: ControlContext, connection: ControlConnection) {
        self.context = context
        self.connection = connection
    }

    // MARK: - The connection's events

    func received(line: [UInt8], on connection: ControlConnection) { take(.line(line)) }
    func receivedTooLongLine(on connection: ControlConnection) { take(.tooLong) }

    func inputEnded(on connection: ControlConnection, unfinished: Bool) {
        hasInputEnded = true
        // A client that leaves before its commit has submitted nothing.
        if reader.isSubmissionOpen || unfinished { abandonSubmission() }
        if !isWorking { connection.closeWhenSent() }
    }

    func becameWritable(_ connection: ControlConnection) {
        let action = onWritable
        onWritable = nil
        action?()
    }

    func closed(_ connection: ControlConnection, reason: ControlCloseReason) {
        isClosed = true
        watchTimer?.cancel()
        watchTimer = nil
        onWritable = nil
        abandonSubmission()
    }

    private func abandonSubmission() {
        submission?.abandon()
        submission = nil
    }

    private func take(_ line: LineSplitter.Line) {
        linesTaken += 1
        guard let event = reader.take(line) else { return }
        switch event {
        case .request(let tagged): handle(tagged.request, tag: tagged.tag)
        case .recipient(let recipient): submission?.add(recipient)
        case .unreadableRecipient(let error): submission?.addUnreadable(error)
        case .commit(let tag):
            begin()
            submission?.commit(tag: tag)
            submission = nil
        case .abort(let tag):
            guard let aborted = submission else { return abandonSubmission() }
            begin()
            abandonSubmission()
            aborted.quote { [self] quotes in
                for quote in quotes { reply(.part(.quote(quote), tag: tag)) }
                end(.final(.aborted(aborted.counts), tag: tag))
            }
        case .refused(let tag, let error):
            reply(.refusal(error, tag: tag))
        }
    }

    // MARK: - Replies

    func reply(_ reply: Reply) {
        guard !isClosed else { return }
        connection.send(reply.encodeLine())
    }

    /// From another queue.
    func replyLater(_ reply: Reply) {
        context.queue.async { self.reply(reply) }
    }

    /// The client's next line waits until ``end(_:)``.
    func begin() {
        isWorking = true
        connection.isBusy = true
        connection.pauseReading()
    }

    /// The last reply of a request, from any queue.
    func end(_ last: Reply?) {
        context.queue.async { [self] in
            if let last { reply(last) }
            isWorking = false
            guard !isClosed else { return }
            connection.isBusy = false
            if hasInputEnded { connection.closeWhenSent() } else { connection.resumeReading() }
        }
    }

    /// The submission's first line was refused: its recipients are passed over.
    func submissionRefused(_ error: ProtocolError, tag: String?) {
        reader.submissionRefused()
        submission = nil
        reply(.refusal(error, tag: tag))
    }

    /// The client opened a submission and says nothing more.
    func submissionTimedOut(tag: String?) {
        abandonSubmission()
        reader.submissionRefused()
        reply(.refusal(ProtocolError(.timeout, "the submission was given up: nothing came for too long"), tag: tag))
        connection.closeWhenSent()
    }

    // MARK: - Requests

    private func handle(_ request: Request, tag: String?) {
        switch request {
        case .submit(let document, let skipInvalid):
            open(document, .submit, skipInvalid: skipInvalid, tag)
        case .plan(let document, let skipInvalid):
            open(document, .plan, skipInvalid: skipInvalid, tag)
        case .recipient, .commit, .abort:
            break  // the reader hands these over as events of their own
        case .list: list(tag)
        case .show(let id, let recipients, let messages):
            show(id.text, recipients: recipients, messages: messages, tag)
        case .pause(let id):
            change(id.text, tag) { engine, now throws(EngineError) in try engine.pause(id.text, now: now) }
        case .resume(let id):
            change(id.text, tag) { engine, now throws(EngineError) in try engine.resume(id.text, now: now) }
        case .cancel(let id, let finishCalls):
            change(id.text, tag) { engine, now throws(EngineError) in
                try engine.cancel(id.text, finishCalls: finishCalls, now: now)
            }
        case .retryInterrupted(let id): retry(id.text, tag)
        case .watch(let id, let interval): watch(id?.text, interval: interval, tag)
        case .explain(let record): explain(record, tag)
        case .budgets: budgets(tag)
        case .exportCDRs(let selection): export(selection, tag)
        case .statement(let account, let options): statement(account: account, options, tag)
        case .report(let options): report(options, tag)
        case .verifyLedger(let from, let to, let noted): verify(from: from, to: to, noted: noted, tag)
        case .credit(let sequence, let amount, let note): credit(sequence, amount, note: note, tag)
        case .rerate(let selection): rerate(selection, tag)
        case .forgetParticipant(let number): forget(number, tag)
        case .trunks:
            inTurn(tag) { [context] dispatcher, now in
                let trunks = context.trunks(dispatcher, now)
                return trunks.map { .part(.trunk($0), tag: tag) }
                    + PrefixStatus.all(of: dispatcher.engine).map { .part(.prefix($0), tag: tag) }
                    + [.final(.count(trunks.count), tag: tag)]
            }
        case .setTrunk(let name, let up):
            inTurn(tag) { [context] dispatcher, now in
                do throws(EngineError) {
                    try dispatcher.engine.setTrunk(name, enabled: up)
                } catch {
                    return [.refusal(ProtocolError(error), tag: tag)]
                }
                let status = context.trunks(dispatcher, now).first { $0.name == name }
                return status.map { [.final(.trunk($0), tag: tag)] } ?? [.final(.count(0), tag: tag)]
            }
        case .smscs:
            inTurn(tag) { [context] dispatcher, now in
                let smscs = context.smscs(dispatcher, now)
                return smscs.map { .part(.smsc($0), tag: tag) } + [.final(.count(smscs.count), tag: tag)]
            }
        case .setSMSC(let name, let up):
            inTurn(tag) { [context] dispatcher, now in
                do throws(EngineError) {
                    try dispatcher.engine.setSMSC(name, enabled: up, now: now)
                } catch {
                    return [.refusal(ProtocolError(error), tag: tag)]
                }
                let status = context.smscs(dispatcher, now).first { $0.name == name }
                return status.map { [.final(.smsc($0), tag: tag)] } ?? [.final(.count(0), tag: tag)]
            }
        case .status:
            inTurn(tag) { [context] dispatcher, now in [.final(.status(context.status(dispatcher, now)), tag: tag)] }
        case .renderPrompt(let message, let language): render(message, language.rawValue, tag)
        }
    }

    private func open(_ document: ActionDocument, _ purpose: Submission.Purpose, skipInvalid: Bool, _ tag: String?) {
        submission = Submission(
            session: self, document: document, purpose: purpose, skipInvalid: skipInvalid, tag: tag)
        submission?.open()
    }

    /// Runs in a turn; the replies go out when the turn's changes are on disk.
    func inTurn(_ tag: String?, _ body: @escaping @Sendable (Dispatcher, Timestamp) -> [Reply]) {
        begin()
        context.dispatcher.post { [self] dispatcher, now in
            let replies = body(dispatcher, now)
            dispatcher.whenJournalled { [self] in
                for reply in replies { replyLater(reply) }
                end(nil)
            }
        }
    }

    private func change(
        _ id: String, _ tag: String?, _ body: @escaping @Sendable (Engine, Timestamp) throws(EngineError) -> Void
    ) {
        let caller = context.configuration.snapshot.call.callerNumber
        inTurn(tag) { dispatcher, now in
            do throws(EngineError) {
                try body(dispatcher.engine, now)
            } catch {
                return [.refusal(ProtocolError(error), tag: tag)]
            }
            guard let action = dispatcher.engine.action(named: id) else { return [] }
            return [.final(.action(ActionSummary(action, callerNumber: caller, now: now)), tag: tag)]
        }
    }

    private func list(_ tag: String?) {
        let caller = context.configuration.snapshot.call.callerNumber
        inTurn(tag) { dispatcher, now in
            let actions = dispatcher.engine.actions.values.filter { $0.record.phase != .staged }
                .sorted { $0.record.key < $1.record.key }
            return actions.map { .part(.action(ActionSummary($0, callerNumber: caller, now: now)), tag: tag) }
                + [.final(.count(actions.count), tag: tag)]
        }
    }

    private func retry(_ id: String, _ tag: String?) {
        let caller = context.configuration.snapshot.call.callerNumber
        inTurn(tag) { [context] dispatcher, now in
            do {
                var stored: [RecipientRecord] = []
                if let action = dispatcher.engine.action(named: id), action.recipients.isEmpty {
                    stored = try context.store.recipients(ofAction: action.record.key, limit: .max)
                }
                _ = try dispatcher.engine.retryInterrupted(id, stored: stored, now: now)
            } catch let error as EngineError {
                return [.refusal(ProtocolError(error), tag: tag)]
            } catch {
                return [.refusal(ProtocolError(.journalFailed, "\(error)"), tag: tag)]
            }
            guard let action = dispatcher.engine.action(named: id) else { return [] }
            // The sound may have been unloaded since, or never loaded by this process.
            if !action.isPromptReady, action.record.definition.usesVoice { context.loadPrompt(of: action.record) }
            return [.final(.action(ActionSummary(action, callerNumber: caller, now: now)), tag: tag)]
        }
    }

    private func watch(_ id: String?, interval: Int, _ tag: String?) {
        begin()
        // Watching is reading: the client may hang up at any time.
        connection.resumeReading()
        let timer = DispatchSource.makeTimerSource(queue: context.queue)
        timer.schedule(deadline: .now(), repeating: .milliseconds(interval), leeway: .milliseconds(interval / 10))
        timer.setEventHandler { [weak self] in self?.watchOnce(id, tag) }
        watchTimer = timer
        timer.resume()
    }

    private func watchOnce(_ id: String?, _ tag: String?) {
        // A client that does not read misses some; it is told the newest state once it does.
        guard connection.isWritable else { return }
        let caller = context.configuration.snapshot.call.callerNumber
        context.dispatcher.post { [weak self] dispatcher, now in
            let engine = dispatcher.engine
            let found =
                id.map { name in engine.action(named: name).map { [$0] } ?? [] }
                ?? engine.actions.values.filter { !$0.record.phase.isFinal }.sorted { $0.record.key < $1.record.key }
            let summaries = found.filter { $0.record.phase != .staged }.map {
                ActionSummary($0, callerNumber: caller, now: now)
            }
            // Calls that a cancelled action left may still be ending.
            let isOver = id != nil && found.allSatisfy { $0.record.phase.isFinal && $0.counters.open == 0 }
            guard let self else { return }
            context.queue.async { [self] in watched(id, summaries, isOver: isOver, tag) }
        }
    }

    private func watched(_ id: String?, _ summaries: [ActionSummary], isOver: Bool, _ tag: String?) {
        guard watchTimer != nil, !isClosed else { return }
        if let id, summaries.isEmpty {
            finishWatch(.refusal(ProtocolError(EngineError.unknownAction(id)), tag: tag))
        } else if isOver, let summary = summaries.first {
            finishWatch(.final(.progress(summary), tag: tag))
        } else {
            for summary in summaries { reply(.part(.progress(summary), tag: tag)) }
        }
    }

    private func finishWatch(_ last: Reply) {
        watchTimer?.cancel()
        watchTimer = nil
        end(last)
    }

    private func render(_ message: [PromptPiece], _ language: String, _ tag: String?) {
        begin()
        context.renderer.render(message, language: language) { [self] result in
            switch result {
            case .failure(let error): end(.refusal(ProtocolError(.speechFailed, error.description), tag: tag))
            case .success(let sound):
                context.queue.async { [self] in
                    send(sound.wav[...], tag: tag) { [self] in
                        end(
                            .final(
                                .rendered(
                                    RenderedPrompt(
                                        messageMilliseconds: sound.milliseconds, promptHash: sound.hash,
                                        level: sound.level)), tag: tag))
                    }
                }
            }
        }
    }

    /// Pieces as fast as the client reads.
    private func send(_ bytes: ArraySlice<UInt8>, tag: String?, then: @escaping () -> Void) {
        guard !isClosed else { return }
        guard !bytes.isEmpty else { return then() }
        reply(.part(.audio(Array(bytes.prefix(Reply.audioPiece))), tag: tag))
        whenWritable { [self] in send(bytes.dropFirst(Reply.audioPiece), tag: tag, then: then) }
    }

    /// Goes on at once while there is room, otherwise when the client has read.
    func whenWritable(_ action: @escaping () -> Void) {
        if connection.isWritable {
            context.queue.async(execute: DispatchWorkItem(block: action))
        } else {
            onWritable = action
        }
    }
}
