// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// From one channel to the next.
extension Roster {
    /// The first attempt by a channel: its time runs from here.
    func beginStep(_ index: Int, of action: LiveAction, now: Timestamp) {
        guard let after = action.record.definition.cascade.after, action.hasNextStep(index) else { return }
        action.recipients[index].history.stepStarted = now
        agenda.set(
            .stepExpires(action: action.key, index: index, step: action.recipients[index].history.step),
            at: now + after)
    }

    /// A channel has led to an outcome: the recipient's own, or reason to try the next channel.
    ///
    /// - Returns: As ``setState(_:of:in:now:isJournalled:isFirst:)``; nil when the recipient is gone.
    @discardableResult
    package func endStep(
        with outcome: Outcome, _ index: Int, of action: LiveAction, now: Timestamp, isJournalled: Bool = true
    ) -> RecipientRecord? {
        guard index < action.recipients.count else { return nil }
        let mayGoOn: Bool
        switch action.record.phase {
        case .running, .paused, .scheduled: mayGoOn = true
        case .staged, .completed, .cancelled, .expired, .awaitingApproval, .stale: mayGoOn = false
        }
        let goesOn =
            mayGoOn && action.hasNextStep(index)
            // Whom this channel is not welcome to may want the other one, whatever the action says of those not reached.
            && (outcome == .notWelcome || action.record.definition.cascade.outcomes.contains(outcome))
            && advanceStep(index, of: action)
        return setState(
            goesOn ? .waiting(due: now) : .ended(outcome), of: index, in: action, now: now, isJournalled: isJournalled)
    }

    func advanceStep(_ index: Int, of action: LiveAction) -> Bool {
        guard action.hasNextStep(index) else { return false }
        action.recipients[index].history.step += 1
        action.recipients[index].history.stepStarted = nil
        action.recipients[index].history.excludedTrunks = []
        return true
    }

    /// The channel had its time. A call that rings is not taken from the citizen: the next channel comes when it
    /// has failed.
    ///
    /// - Returns: An SMS that stays under way beside the next channel, see
    ///   ``goOnBeside(messageNumber:of:in:now:)``.
    package func stepExpired(_ key: Int64, _ index: Int, _ step: Int, now: Timestamp) -> AttemptID? {
        guard let action = actions[key], index < action.recipients.count, !action.record.phase.isFinal,
            action.recipients[index].history.step == step
        else { return nil }
        switch action.recipients[index].state {
        case .ended, .calling:
            return nil
        case .waiting:
            if advanceStep(index, of: action) { setState(.waiting(due: now), of: index, in: action, now: now) }
            return nil
        case .messaging(let id):
            return action.hasNextStep(index) ? id : nil
        }
    }

    /// The recipient goes on to the next channel while a message, the so many-th attempt, is under way.
    package func goOnBeside(messageNumber number: Int, of index: Int, in action: LiveAction, now: Timestamp) {
        guard advanceStep(index, of: action) else { return }
        backgroundBegan(in: action)
        // The next attempt has the next number.
        action.recipients[index].history.attempts = max(action.recipients[index].history.attempts, number)
        setState(.waiting(due: now), of: index, in: action, now: now)
    }

    /// A message that a former process left is under way again: the channel's time runs from its start. Journalled with
    /// the next change of the recipient only.
    package func resumedStep(_ index: Int, of action: LiveAction, since start: Timestamp) {
        if action.recipients[index].history.stepStarted == nil, action.hasNextStep(index) {
            action.recipients[index].history.stepStarted = start
        }
    }

    /// After a restart: a channel's time goes on from where it began.
    func rearmStep(_ index: Int, of action: LiveAction) {
        if case .ended = action.recipients[index].state { return }
        let history = action.recipients[index].history
        guard let started = history.stepStarted, let after = action.record.definition.cascade.after else { return }
        agenda.set(
            .stepExpires(action: action.key, index: index, step: history.step),
            at: started + after)
    }

    // MARK: - Channels without any way out

    /// So many go on to their next channel in one turn: each of them is a row.
    private static let movedAtOnce = 2000

    /// While every trunk, or every SMSC, is down, nobody's first attempt begins, and no channel's time with it:
    /// after that time, those who wait go on to their next channel all the same.
    package func watchChannels(now: Timestamp, isBlocked: (Channel, LiveAction) -> Bool) {
        for action in runnable.joined() {
            guard let after = action.record.definition.cascade.after, action.record.definition.usesVoice,
                action.record.definition.text != nil
            else { continue }
            for channel in Channel.allCases {
                let hasWork = channel == .sms ? !action.texts.isEmpty : !action.calls.isEmpty
                guard hasWork, isBlocked(channel, action) else {
                    action.blockedSince[channel] = nil
                    continue
                }
                guard action.blockedSince[channel] == nil else { continue }
                action.blockedSince[channel] = now
                agenda.set(.channelBlocked(action: action.key, channel), at: now + after)
            }
        }
    }

    package func channelBlocked(
        _ key: Int64, _ channel: Channel, now: Timestamp, isBlocked: (Channel, LiveAction) -> Bool
    ) {
        guard let action = actions[key], action.record.phase == .running,
            let since = action.blockedSince[channel], let after = action.record.definition.cascade.after,
            now - since >= after, isBlocked(channel, action)
        else { return }
        var moved = 0
        for index in takeWaiting(for: channel, of: action) {
            guard case .waiting = action.recipients[index].state else { continue }
            if moved < Self.movedAtOnce, advanceStep(index, of: action) {
                moved += 1
                setState(.waiting(due: now), of: index, in: action, now: now)
            } else {
                enqueue(index, of: action)
            }
        }
        if moved == Self.movedAtOnce { agenda.set(.channelBlocked(action: key, channel), at: now) }
    }

    /// Those who wait for this channel now; they do not any more.
    private func takeWaiting(for channel: Channel, of action: LiveAction) -> [Int] {
        switch channel {
        case .sms:
            defer { action.texts = Fifo() }
            return Array(action.texts.elements)
        case .voice:
            return action.calls.takeWaiting()
        }
    }
}
