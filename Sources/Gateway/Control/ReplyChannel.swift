// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import ControlProtocol
import Dispatch
import GatewayCore
import Platform

/// The replies to one request: they bear its tag, and the last one lets the client's next line in.
struct ReplyChannel: Sendable {
    private let session: ControlSession
    private let request: VerbRequest

    init(to request: VerbRequest, of session: ControlSession) {
        self.request = request
        self.session = session
    }

    // MARK: - On the control queue

    /// The client has left: nobody waits for replies any more.
    @ControlActor var isClosed: Bool { session.isClosed }
    @ControlActor var isWritable: Bool { session.isWritable }

    @ControlActor func send(_ reply: Reply) {
        assert(isDeclared(reply), "\(type(of: request.verb).name) does not declare the reply \(reply.kind ?? "")")
        var reply = reply
        reply.tag = request.tag
        session.send(reply)
    }

    /// A client of this version can read what verbs declare, and nothing else.
    private func isDeclared(_ reply: Reply) -> Bool {
        reply.error != nil || type(of: request.verb).replies.contains { $0.name == reply.kind }
    }

    /// Lines of an export, of which there may be millions.
    @ControlActor func send(lines: some Collection<[UInt8]>) {
        var reply = LinesReply(tag: request.tag)
        for line in lines { reply.append(line) }
        session.send(reply.encodeLine())
    }

    /// Goes on at once while there is room, otherwise when the client has read.
    @ControlActor func whenWritable(_ action: @escaping @ControlActor () -> Void) { session.whenWritable(action) }

    /// The client may hang up at any time meanwhile: `action` is called when it does, unless ``watchingEnded()`` came
    /// before.
    @ControlActor func keepWatching(whenClosed action: @escaping @ControlActor () -> Void) {
        session.whenClosed(action)
        session.resumeReading()
    }

    @ControlActor func watchingEnded() { session.whenClosed(nil) }

    // MARK: - From any queue

    /// The last reply, or none when those that were sent say it all.
    func end(_ last: Reply? = nil) { end(last.map { [$0] } ?? []) }

    /// The last replies.
    func end(_ replies: [Reply]) {
        ControlActor.async { [self] in
            for reply in replies { send(reply) }
            session.end()
        }
    }

    func refuse(_ error: ProtocolError) { end(.refusal(error)) }

    /// What has gone wrong in the journal.
    func refuse(journal error: any Error) { end(.refusal(journal: error)) }

    /// Looks at something, in a turn or while the turns wait for the disk: so the replies never wait for it. While it
    /// refuses, the last one says so. On the control queue.
    ///
    /// - Parameter body: As of ``Dispatcher/lookAtRest(_:)``.
    @ControlActor func end(
        lookingAt dispatcher: Dispatcher, _ body: @escaping @TurnActor @Sendable (Dispatcher, Timestamp) -> [Reply]
    ) {
        let isAnswered = Locked(false)
        @Sendable func isFirst() -> Bool {
            isAnswered.withLock { isAnswered in
                defer { isAnswered = true }
                return !isAnswered
            }
        }
        dispatcher.post { [self] dispatcher, now in
            guard !isAnswered.snapshot else { return }
            let replies = body(dispatcher, now)
            dispatcher.afterThisTurn { [self] in
                if isFirst() { end(replies.noting(dispatcher.journalCondition)) }
            }
        }
        lookAtRest(dispatcher, isAnswered, isFirst, body)
    }

    /// Until a turn has answered.
    @ControlActor private func lookAtRest(
        _ dispatcher: Dispatcher, _ isAnswered: Locked<Bool>, _ isFirst: @escaping @Sendable () -> Bool,
        _ body: @escaping @TurnActor @Sendable (Dispatcher, Timestamp) -> [Reply]
    ) {
        ControlActor.async(after: .now() + .milliseconds(20)) { [self] in
            guard !isAnswered.snapshot else { return }
            let seen = dispatcher.lookAtRest { dispatcher, now in
                body(dispatcher, now).noting(dispatcher.journalCondition)
            }
            guard let seen else { return lookAtRest(dispatcher, isAnswered, isFirst, body) }
            if isFirst() { end(seen) }
        }
    }

    /// Does in a turn what no journal keeps, or what must not wait for one. The replies go out at the end of the turn;
    /// while the disk refuses, the last one says so.
    func end(
        actingInTurnOf dispatcher: Dispatcher, _ body: @escaping @TurnActor @Sendable (Dispatcher, Timestamp) -> [Reply]
    ) {
        dispatcher.post { [self] dispatcher, now in
            let replies = body(dispatcher, now)
            dispatcher.afterThisTurn { [self] in end(replies.noting(dispatcher.journalCondition)) }
        }
    }

    /// Changes something in a turn; the replies go out when it is on the disk. What the disk does not take is refused at
    /// once, and not done.
    ///
    /// - Parameter undo: Called in the same turn when the disk does not take it.
    func end(
        changingInTurnOf dispatcher: Dispatcher,
        undo: @escaping @TurnActor @Sendable (Dispatcher, Timestamp) -> Void,
        _ body: @escaping @TurnActor @Sendable (Dispatcher, Timestamp) -> [Reply]
    ) {
        dispatcher.post { [self] dispatcher, now in
            if let fault = dispatcher.journalFault { return refuse(fault, dispatcher) }
            let replies = body(dispatcher, now)
            dispatcher.whenJournalled { [self] in
                end(replies)
            } failed: { [self] error in
                if replies.last?.error == nil { undo(dispatcher, now) }
                refuse(journal: error)
            }
        }
    }

    /// Nothing is changed while the disk refuses.
    @TurnActor func refuse(_ fault: JournalFault, _ dispatcher: Dispatcher) {
        end([.refusal(ProtocolError(fault))].noting(dispatcher.journalCondition))
    }
}

extension ProtocolError {
    init(_ fault: JournalFault) { self.init(.journalFailed, "\(fault.text); nothing was changed") }
}

extension Dispatcher {
    /// What clients are told while the disk refuses.
    var journalCondition: JournalCondition? {
        journalFault.map { JournalCondition(error: $0.text, since: engine.civil($0.since), spaceLeft: spaceLeft) }
    }
}

extension [Reply] {
    /// The last one says how it stands with the journal.
    func noting(_ condition: JournalCondition?) -> [Reply] {
        guard let condition, var last else { return self }
        last.journal = condition
        return dropLast() + [last]
    }
}

extension Reply {
    static func refusal(journal error: any Error) -> Reply {
        .refusal(ProtocolError(.journalFailed, "\(error)"))
    }

    static func refusal(_ error: EngineError) -> Reply { .refusal(ProtocolError(error)) }
}
