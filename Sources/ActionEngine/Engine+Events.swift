// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import GatewayCore
import Pacing
import SMPP
import Texting

/// What the voice module, the binds and the journal report.
extension Engine {
    // MARK: - Calls

    /// The INVITE left at `time`, as the voice module saw it; that was before `now`, from which the pace counts.
    ///
    /// - Parameter rtpPort: Ours, that the offer names.
    package func callSent(_ id: AttemptID, rtpPort: UInt16 = 0, at time: Timestamp, now: Timestamp) {
        calls.callSent(id, rtpPort: rtpPort, at: time, now: now)
    }

    /// 180, 183 or another 1xx above 100.
    package func callRinging(_ id: AttemptID, at time: Timestamp) { calls.callRinging(id, at: time) }

    /// 2xx. The ACK and the prompt follow as effects, when the answer is on disk. That of a call of the former process
    /// is taken over.
    package func callAnswered(_ id: AttemptID, codec: Codec?, dialog: String, at time: Timestamp) {
        calls.callAnswered(id, codec: codec, dialog: dialog, at: time)
    }

    /// The prompt was played to its end.
    package func promptEnded(_ id: AttemptID, heardMilliseconds: Int, at time: Timestamp, now: Timestamp) {
        calls.promptEnded(id, heardMilliseconds: heardMilliseconds, at: time, now: now)
    }

    /// A key was pressed.
    package func keyPressed(_ id: AttemptID, digit: Character, now: Timestamp) {
        calls.keyPressed(id, digit: digit, now: now)
        for satisfied in roster.takeSatisfied() { stopSatisfied(satisfied, now: now) }
    }

    /// Enough have confirmed: nobody else is tried, telephones that ring stop, messages that play are heard to their end.
    private func stopSatisfied(_ id: String, now: Timestamp) {
        // It runs: that was looked at.
        guard let action = try? roster.cancel(id, now: now) else { return }
        close(action, now: now)
        calls.hangUp(action, unansweredOnly: true)
    }

    /// The call is over: CDR, and what follows for the recipient.
    package func callEnded(_ id: AttemptID, _ end: CallEnd, at time: Timestamp, now: Timestamp) {
        calls.callEnded(id, end, at: time, now: now)
    }

    /// 2xx for an INVITE that no dialog is left of. The voice module has ended the call already.
    package func strayAnswer(callID: String, at time: Timestamp, now: Timestamp) {
        calls.strayAnswer(callID: callID, at: time, now: now)
    }

    /// Time for a sign of life: what is known of calls under way goes to the journal. At least once a second.
    package func beat() { calls.beat() }

    // MARK: - Trunks

    package func trunkResolved(_ name: String, _ addresses: [TargetAddress]) { trunkBoard.resolved(name, addresses) }

    /// The addresses of a trunk as they are numbered; empty when there is no such trunk.
    package func targets(of name: String) -> [Target] { trunkBoard.targets(of: name) }

    /// An OPTIONS probe: `code` nil when it was not answered.
    package func targetProbed(
        _ name: String, target: UInt32, code: Int?, roundTrip: Interval?, refusesCredentials: Bool = false
    ) {
        trunkBoard.probed(
            name, target: target, code: code, roundTrip: roundTrip, refusesCredentials: refusesCredentials)
    }

    /// Nothing comes back to several INVITEs (`isSilent`), or something does again.
    package func targetListened(_ name: String, target: UInt32, isSilent: Bool, now: Timestamp) {
        trunkBoard.listened(name, target: target, isSilent: isSilent, now: now)
    }

    /// `failure` nil: registered.
    package func registrationChanged(_ name: String, failure: String?) {
        trunkBoard.registrationChanged(name, failure: failure)
    }

    // MARK: - Messages

    package func bindUp(_ key: BindKey, now: Timestamp) { texts.bindUp(key, now: now) }

    /// One side has asked for the end of the session: responses still come, nothing more is handed over.
    package func bindLeaving(_ key: BindKey) { texts.bindLeaving(key) }

    /// The link is gone. `inDoubt`: handed to it without a response; `unsent`: not yet on the wire.
    package func bindDown(
        _ key: BindKey, reason: String, inDoubt: [SegmentToken], unsent: [SegmentToken], now: Timestamp
    ) {
        texts.bindDown(key, reason: reason, inDoubt: inDoubt, unsent: unsent, now: now)
    }

    /// submit_sm_resp or data_sm_resp; `isLate`: after the bind had given it up.
    package func messageAnswered(
        _ key: BindKey, _ token: SegmentToken, status: CommandStatus, messageID: String, isLate: Bool = false,
        now: Timestamp
    ) {
        texts.messageAnswered(key, token, status: status, messageID: messageID, isLate: isLate, now: now)
    }

    /// No response within the bind's time: nobody knows whether it was taken.
    package func messageTimedOut(_ key: BindKey, _ token: SegmentToken, now: Timestamp) {
        texts.messageTimedOut(key, token, now: now)
    }

    /// Not taken by the bind after all.
    package func messageUnsent(_ key: BindKey, _ token: SegmentToken, now: Timestamp) {
        texts.messageUnsent(key, token, now: now)
    }

    /// Something came in over a bind. The acknowledgement follows as an effect, once everything is on disk.
    ///
    /// - Parameters:
    ///   - ticket: By which the bind knows it.
    ///   - latest: The action by which the sender was alerted last, from the journal; asked for only when a whole
    ///     message of a citizen has come.
    package func messageReceived(
        _ key: BindKey, ticket: UInt64, _ fields: MessageFields, now: Timestamp, latest: InboundDesk.LatestAction
    ) {
        texts.messageReceived(key, ticket: ticket, fields, now: now, latest: latest)
    }

    /// For citizens' messages that end by themselves, see ``messageReceived(_:ticket:_:now:latest:)``.
    package func askLatestAction(_ latest: @escaping InboundDesk.LatestAction) { texts.inbound.ask(latest) }

    /// The messages of this turn have been sent; their pace counts from here. That of calls: ``callSent(_:at:now:)``.
    ///
    /// - Parameter isBlocked: A bind's socket does not take all that was handed over; ``launched(_:now:)`` follows.
    package func launched(now: Timestamp, isBlocked: (BindKey) -> Bool = { _ in false }) {
        texts.launched(now: now, isBlocked: isBlocked)
    }

    /// What was handed to a bind, whose socket was blocked, has left.
    package func launched(_ key: BindKey, now: Timestamp) { texts.launched(key, now: now) }

    // MARK: - The journal

    /// The disk did not take the beginning of these calls, nor that these messages are handed over: none of them left.
    /// Who was to be called waits again, in front of the others, as if nothing had begun.
    package func takenBack(calls ids: [AttemptID], messages orders: [MessageOrder], now: Timestamp) {
        calls.takeBack(ids, now: now)
        for order in orders { texts.messageUnsent(order.bind, order.token, now: now) }
    }

    /// The journal has everything up to this message on the disk. Once called, others wait for their own.
    package func messagesHardened(through id: AttemptID) { texts.messagesHardened(through: id) }

    /// The newest attempt there is; what is journalled with it is on the disk once ``messagesHardened(through:)`` says
    /// so.
    package var newestAttempt: AttemptID { outbox.newestAttempt }

    /// Messages up to here are on the disk; nil: nobody asks.
    package var hardened: AttemptID? { texts.hardened }

    /// Messages are journalled that have not left.
    package var hasPreparedMessages: Bool { texts.hasPreparedMessages }

    /// How many messages wait for their CDRs until there is time.
    package var deferredCount: Int { texts.deferredCount }

    /// Of what could wait, the oldest; to be journalled at once. Whatever follows from it is in the next output.
    package func takeDeferred(_ count: Int) -> [JournalRecord] { texts.takeDeferred(count) }

    /// Takes up what the former process left. Call once, before any other event.
    ///
    /// Calls that were answered get their CDR now, bounded by the last sign of life, and a BYE; they are never dialled
    /// again. Calls before an answer are in doubt: they are held for `doubtHold`, in which a 200 that is still being
    /// retransmitted shows that they were answered.
    ///
    /// - Parameter counters: Of the actions whose record does not bring them.
    package func restore(_ snapshot: JournalSnapshot, counters: [Int64: ActionCounters], now: Timestamp) {
        outbox.resume(afterAttempt: snapshot.lastAttempt, sequence: snapshot.lastCDRSequence)
        budget.restore(snapshot.spending)
        register.restore(snapshot.participants, contacts: snapshot.contacts)
        let positions = roster.restore(snapshot, counters: counters)
        for call in snapshot.calls.sorted(by: { $0.id < $1.id }) {
            guard let position = positions[call.recipient] else { continue }
            let end = snapshot.rescuedEnds[call.id]
            calls.recover(
                call, of: position, lastAlive: end?.time ?? snapshot.lastAlive, civilOffset: end?.civilOffset, now: now)
        }
        // A dropped message leaves no row, but a mark may speak of it.
        if let last = snapshot.releases.map(\.attempt).max() { outbox.resume(afterAttempt: last, sequence: 0) }
        texts.inbound.restoreNumbering(snapshot)
        texts.restore(snapshot, positions, now: now)
        roster.rearm(now: now)
        texts.recallAgain(now: now)
        tellStepOfStart(now: now)
    }
}
