// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// From one channel to the next.
extension Engine {
    /// The channel by which a recipient is tried now.
    func channel(of recipient: RecipientRecord, in action: LiveAction) -> Channel {
        let steps = action.steps(for: recipient.channel)
        return steps.isEmpty ? .voice : steps[min(recipient.history.step, steps.count - 1)]
    }

    /// The first attempt by a channel: its time runs from here.
    func beginStep(_ index: Int, of action: LiveAction, now: Timestamp) {
        guard let after = action.record.definition.cascade.after, hasNextStep(index, of: action) else { return }
        let recipient = action.recipients[index]
        action.recipients[index].history.stepStarted = now
        deadlines.insert(
            .stepExpires(action: action.record.key, index: index, step: recipient.history.step),
            at: (now + after).microseconds)
    }

    /// A channel has led to an outcome: the recipient's own, or reason to try the next channel.
    func endStep(
        with outcome: Outcome, _ index: Int, of key: Int64, now: Timestamp, isJournalled: Bool = true
    ) {
        guard let action = actions[key], index < action.recipients.count else { return }
        let mayGoOn: Bool
        switch action.record.phase {
        case .running, .paused, .scheduled: mayGoOn = true
        case .staged, .completed, .cancelled, .expired: mayGoOn = false
        }
        if mayGoOn, action.record.definition.cascade.outcomes.contains(outcome), advanceStep(index, of: action) {
            setState(.waiting(due: now), of: index, in: key, now: now, isJournalled: isJournalled)
        } else {
            setState(.ended(outcome), of: index, in: key, now: now, isJournalled: isJournalled)
        }
    }

    func hasNextStep(_ index: Int, of action: LiveAction) -> Bool {
        let recipient = action.recipients[index]
        return recipient.history.step + 1 < action.steps(for: recipient.channel).count
    }

    private func advanceStep(_ index: Int, of action: LiveAction) -> Bool {
        guard hasNextStep(index, of: action) else { return false }
        action.recipients[index].history.step += 1
        action.recipients[index].history.stepStarted = nil
        action.recipients[index].history.excludedTrunks = []
        return true
    }

    /// The channel had its time. A call that rings is not taken from the citizen: the next channel comes when it
    /// has failed. An SMS stays under way beside the next channel.
    func stepExpired(_ key: Int64, _ index: Int, _ step: Int, now: Timestamp) {
        guard let action = actions[key], index < action.recipients.count, !action.record.phase.isFinal,
            action.recipients[index].history.step == step
        else { return }
        switch action.recipients[index].state {
        case .ended, .calling:
            break
        case .waiting:
            guard advanceStep(index, of: action) else { return }
            setState(.waiting(due: now), of: index, in: key, now: now)
        case .messaging(let id):
            guard messages[id] != nil, advanceStep(index, of: action) else { return }
            changeMessage(id) { $0.isBackground = true }
            action.backgroundMessages += 1
            // The next attempt has the next number.
            action.recipients[index].history.attempts = max(
                action.recipients[index].history.attempts, messages[id]?.record.number ?? 0)
            setState(.waiting(due: now), of: index, in: key, now: now)
        }
    }

    /// Whether a channel's time was over while a call was under way.
    func isStepOver(_ index: Int, of action: LiveAction, now: Timestamp) -> Bool {
        guard let after = action.record.definition.cascade.after,
            let started = action.recipients[index].history.stepStarted
        else { return false }
        return now - started >= after
    }

    // MARK: - Channels without any way out

    /// While every trunk, or every SMSC, is down, nobody's first attempt begins, and no channel's time with it:
    /// after that time, those who wait go on to their next channel all the same.
    func watchChannels(now: Timestamp) {
        for key in runnable.joined() {
            guard let action = actions[key], let after = action.record.definition.cascade.after,
                action.record.definition.usesVoice, action.record.definition.text != nil
            else { continue }
            for channel in Channel.allCases {
                let hasWork = channel == .sms ? !action.messages.isEmpty : action.hasReadyCalls
                guard hasWork, isBlocked(channel, now: now) else {
                    action.blockedSince[channel] = nil
                    continue
                }
                guard action.blockedSince[channel] == nil else { continue }
                action.blockedSince[channel] = now
                deadlines.insert(.channelBlocked(action: key, channel), at: (now + after).microseconds)
            }
        }
    }

    private func isBlocked(_ channel: Channel, now: Timestamp) -> Bool {
        switch channel {
        case .sms: !smscs.contains(where: \.isUsable)
        case .voice: trunks.trunks.allSatisfy { $0.downReason(now: now) != nil }
        }
    }

    func channelBlocked(_ key: Int64, _ channel: Channel, now: Timestamp) {
        guard let action = actions[key], action.record.phase == .running,
            let since = action.blockedSince[channel], let after = action.record.definition.cascade.after,
            now - since >= after, isBlocked(channel, now: now)
        else { return }
        var moved = 0
        for index in action.takeWaiting(for: channel) {
            guard case .waiting = action.recipients[index].state else { continue }
            // A part in each turn: each of them is a row.
            if moved < Self.movedAtOnce, advanceStep(index, of: action) {
                moved += 1
                setState(.waiting(due: now), of: index, in: key, now: now)
            } else {
                enqueue(index, of: key)
            }
        }
        if moved == Self.movedAtOnce { deadlines.insert(.channelBlocked(action: key, channel), at: now.microseconds) }
    }

    private static var movedAtOnce: Int { 2000 }
}

extension LiveAction {
    var hasReadyCalls: Bool { !fresh.isEmpty || !parked.isEmpty || again.values.contains { !$0.isEmpty } }

    /// Those who wait for this channel now; they do not any more.
    fileprivate func takeWaiting(for channel: Channel) -> [Int] {
        var waiting: [Int] = []
        switch channel {
        case .sms:
            while let index = messages.popFirst() { waiting.append(index) }
        case .voice:
            while let index = fresh.popFirst() { waiting.append(index) }
            for mask in again.keys { while let index = again[mask]?.popFirst() { waiting.append(index) } }
            again = [:]
        }
        return waiting
    }
}
