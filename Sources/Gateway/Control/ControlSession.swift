// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import Dispatch
import GatewayCore
import Platform

/// A verb that the daemon answers. What it does stands in Handlers, in an extension of the verb or in a type of its
/// own.
protocol AnsweredVerb: Verb {
    /// On the control queue. Ends with one of the `end` and `refuse` of `replies`, from any queue.
    @ControlActor func answer(_ context: ControlContext, _ replies: ReplyChannel)
}

/// One client of the control socket: one request after the other, replies in order. What needs the engine or the journal
/// is posted to the dispatcher and comes back.
@ControlActor final class ControlSession: ControlConnectionHandler {
    private let context: ControlContext
    private let connection: ControlConnection
    private var reader = RequestReader()
    private var submission: Submission? { didSet { updatePlace() } }
    private var registerImport: RegisterImport? { didSet { updatePlace() } }
    private var hasInputEnded = false
    /// A request is being worked on; the next line waits.
    private var isWorking = false { didSet { updatePlace() } }
    /// Continues a stream of replies when the client has read.
    private var onWritable: (() -> Void)?
    /// Stops what goes on until the client leaves.
    private var onClosed: (() -> Void)?
    private(set) var isClosed = false
    /// Nobody waits for an answer any more, also while no line is read.
    var hasClientLeft: Bool { isClosed || connection.isPeerGone }
    /// Who is at the other end.
    var user: String { UserNames.name(of: connection.peer.userID) }
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
        let action = onClosed
        onClosed = nil
        onWritable = nil
        action?()
        abandonSubmission()
    }

    private func take(_ line: LineSplitter.Line) {
        linesTaken += 1
        guard let event = reader.take(line) else { return }
        switch event {
        case .request(let request): handle(request)
        case .recipient(let recipient): submission?.add(recipient)
        case .participant(let participant): registerImport?.add(participant)
        case .unreadableRecipient(let error):
            submission?.addUnreadable(error)
            registerImport?.addUnreadable(error)
        case .commit:
            begin()
            submission?.commit()
            registerImport?.commit()
            (submission, registerImport) = (nil, nil)
        case .abort:
            if let aborted = registerImport {
                begin()
                registerImport = nil
                aborted.abort()
            }
            guard let aborted = submission else { return }
            begin()
            submission = nil
            aborted.abort()
        case .refused(let tag, let error): send(.refusal(error, tag: tag))
        }
    }

    private func handle(_ request: VerbRequest) {
        let replies = ReplyChannel(to: request, of: self)
        switch request.verb {
        case let verb as any SubmissionOpener:
            submission = Submission(verb, context: context, session: self, replies: replies)
            submission?.open()
        case let verb as Verbs.ImportParticipants:
            registerImport = RegisterImport(verb, context: context, session: self, replies: replies)
        case let verb as any AnsweredVerb:
            begin()
            verb.answer(context, replies)
        case let verb:
            let text = "nothing here answers the verb \"\(type(of: verb).name)\""
            send(.refusal(ProtocolError(.internalError, text), tag: request.tag))
        }
    }

    // MARK: - Replies

    func send(_ reply: Reply) { send(reply.encodeLine()) }

    func send(_ line: [UInt8]) {
        guard !isClosed else { return }
        connection.send(line)
    }

    /// Whoever waits for an answer, or is half-way through a submission, keeps its place beside newcomers.
    private func updatePlace() {
        if !isClosed { connection.isBusy = isWorking || submission != nil || registerImport != nil }
    }

    /// The client's next line waits until ``end()``.
    private func begin() {
        isWorking = true
        connection.pauseReading()
    }

    /// The last reply of a request has been sent.
    func end() {
        isWorking = false
        guard !isClosed else { return }
        if hasInputEnded { connection.closeWhenSent() } else { connection.resumeReading() }
    }

    /// Goes on at once while there is room, otherwise when the client has read.
    func whenWritable(_ action: @escaping () -> Void) {
        guard !isClosed else { return }
        if connection.isWritable {
            ControlActor.queue.async(execute: DispatchWorkItem(block: action))
        } else {
            onWritable = action
        }
    }

    var isWritable: Bool { connection.isWritable }

    /// What is called when the client leaves; nil: nothing any more.
    func whenClosed(_ action: (() -> Void)?) { onClosed = action }

    // MARK: - Submissions and watching

    /// Lines of a submission wait while the journal is behind.
    func pauseReading() { connection.pauseReading() }
    func resumeReading() { connection.resumeReading() }

    private func abandonSubmission() {
        submission?.abandon()
        (submission, registerImport) = (nil, nil)
    }

    /// The submission's first line was refused: its recipients are passed over.
    func submissionRefused() {
        reader.submissionRefused()
        submission = nil
    }

    /// The client opened a submission and says nothing more; `reply` tells it.
    func submissionTimedOut(_ reply: () -> Void) {
        abandonSubmission()
        reader.submissionRefused()
        reply()
        connection.closeWhenSent()
    }
}
