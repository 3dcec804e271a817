// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import ControlProtocol
import GatewayCore
import Platform

/// The journal's side of a submission: its action is staged while recipients come in, and nothing of it exists for
/// anybody until it is accepted.
@TurnActor final class StagedAction {
    private enum State {
        case open(Int64)
        /// The same id was accepted before; its content is compared at the commit.
        case existing(ActionRecord)
        case refused(ProtocolError)
    }

    /// What a commit came to.
    enum Verdict {
        /// It is on disk. `again`: since an earlier submission of the same content. `wayOut`: that nothing can leave now.
        case accepted(ActionRecord, again: Bool, wayOut: [String])
        case refused(ProtocolError)
        /// There is nothing any more that could be accepted.
        case gone
    }

    /// The action from which it follows, where that is noted in the same turn.
    struct Link: Sendable {
        var original: String
        var tie: ActionTie
        var deed: Deed
        var note: String
        var by: Requester
        var alert: String?
    }

    private let id: ActionID
    private let dispatcher: Dispatcher
    private var state: State?

    nonisolated init(_ id: ActionID, _ dispatcher: Dispatcher) {
        self.id = id
        self.dispatcher = dispatcher
    }

    // MARK: - From any queue

    nonisolated func open(_ definition: ActionDefinition) {
        dispatcher.post { [self] dispatcher, now in
            if let fault = dispatcher.journalFault {
                state = .refused(ProtocolError(fault))
                return
            }
            if let known = dispatcher.engine.action(named: id.text), known.record.phase != .staged {
                state = .existing(known.record)
                return
            }
            do throws(EngineError) {
                state = .open(try dispatcher.engine.stage(id, definition, now: now))
            } catch {
                state = .refused(ProtocolError(error))
            }
        }
    }

    /// `completion` comes in a turn, when they are on disk.
    nonisolated func add(_ people: [StagedRecipient], completion: @escaping @Sendable () -> Void) {
        dispatcher.post { [self] dispatcher, now in
            guard case .open(let key) = state else { return completion() }
            if let fault = dispatcher.journalFault {
                refuse(ProtocolError(fault), key)
                return completion()
            }
            dispatcher.engine.stageRecipients(people, of: key, now: now)
            dispatcher.whenJournalled(completion) { [self] error in
                refuse(ProtocolError(.journalFailed, "\(error)"), key)
                completion()
            }
        }
    }

    /// The rest of it is passed over; its commit is told why.
    private func refuse(_ error: ProtocolError, _ key: Int64) {
        dispatcher.engine.discardStaged(key)
        state = .refused(error)
    }

    nonisolated func discard() {
        dispatcher.post { [self] dispatcher, _ in
            if case .open(let key) = state { dispatcher.engine.discardStaged(key) }
            state = nil
        }
    }

    /// Everything is there, its sound too. `completion` comes in a turn; `accepted`, in the same one, gets the key of
    /// an action that begins to exist. What a client gave up meanwhile (`isWanted`) is not accepted.
    ///
    /// - Parameter approval: A second officer has to let it go within this time; nil: none has to.
    nonisolated func accept(
        contentHash: String, sound: RenderedSound?, by requester: Requester? = nil, approval: Interval? = nil,
        link: Link? = nil, prompts: PromptLibrary, gate: TextGate? = nil,
        isWanted: @escaping @ControlActor @Sendable () -> Bool,
        accepted: @escaping @TurnActor @Sendable (_ key: Int64, _ now: Timestamp) -> Void,
        completion: @escaping @Sendable (Verdict) -> Void
    ) {
        dispatcher.post { [self] dispatcher, now in
            switch state {
            case .open(let key):
                if let fault = dispatcher.journalFault {
                    refuse(ProtocolError(fault), key)
                    return completion(.refused(ProtocolError(fault)))
                }
                guard ControlActor.sync(isWanted) else {
                    dispatcher.engine.discardStaged(key)
                    state = nil
                    return completion(.gone)
                }
                do throws(ProtocolError) {
                    let now = dispatcher.engine.civil(now)
                    try dispatcher.engine.actions[key]?.record.definition.checkTime(now: now)
                    // Here, and not before: what was accepted in its time is answered as that, also when a date in its
                    // text has passed.
                    try gate?.check(now: now)
                } catch {
                    dispatcher.engine.discardStaged(key)
                    state = nil
                    return completion(.refused(error))
                }
                // In the same turn, so that no tidying comes between the sound and who needs it.
                if let sound { prompts.add(sound) }
                dispatcher.engine.commitStaged(
                    key, contentHash: contentHash, promptHash: sound?.hash ?? "",
                    promptMilliseconds: sound?.milliseconds ?? 0, by: requester,
                    follows: link.map { (action: $0.original, tie: $0.tie) }, approval: approval, now: now)
                if let link {
                    dispatcher.engine.note(
                        link.deed, by: link.by, note: link.note, followedBy: id.text, alert: link.alert,
                        of: link.original, now: now)
                }
                guard let record = dispatcher.engine.actions[key]?.record else { return completion(.gone) }
                let wayOut = dispatcher.wayOut(of: record)
                dispatcher.whenJournalled {
                    completion(.accepted(record, again: false, wayOut: wayOut))
                    accepted(key, now)
                } failed: { [self] error in
                    dispatcher.engine.withdraw(key)
                    dispatcher.forgetUnwritten(action: key)
                    if let link { dispatcher.engine.withdrawDeed(link.deed, of: link.original) }
                    state = nil
                    completion(.refused(ProtocolError(.journalFailed, "\(error); nothing was accepted")))
                }
            case .existing(let record) where record.phase == .stale:
                let text = "action \"\(id)\" was not approved in time; it has to be submitted anew, with another id"
                completion(.refused(ProtocolError(.conflict, text)))
            case .existing(let record) where record.contentHash == contentHash:
                // The first one's turn may have been undone since.
                guard let known = dispatcher.engine.action(named: id.text)?.record, known.contentHash == contentHash
                else { return completion(.gone) }
                dispatcher.whenJournalled {
                    completion(.accepted(known, again: true, wayOut: []))
                } failed: { error in
                    completion(.refused(ProtocolError(.journalFailed, "\(error); nothing was accepted")))
                }
            case .existing:
                let text = "action \"\(id)\" was accepted before with other content; nothing was changed"
                completion(.refused(ProtocolError(.conflict, text)))
            case .refused(let error): completion(.refused(error))
            case nil: completion(.gone)
            }
        }
    }
}

extension Dispatcher {
    /// That nothing of an action that is not over can leave now, for people; empty: something can.
    fileprivate func wayOut(of record: ActionRecord) -> [String] {
        guard !record.phase.isFinal else { return [] }
        return ActionFinding.wayOut(of: record.definition, engine).map { [$0.text] } ?? []
    }
}
