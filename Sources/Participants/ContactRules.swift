// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Whether somebody may be called, or sent an SMS, now.
package enum ContactDecision: Hashable, Sendable {
    case allowed
    /// Not before `until`, civil time: the first moment at which nothing is in the way, if nothing changes.
    case waits(until: Timestamp, ContactReason)
    /// Not in this action by this channel, if nothing changes.
    case never(ContactReason)
}

/// Passes over times and caps, in an action of the highest class only; never over opting out, a pause, or channels.
package struct RuleOverride: Hashable, Sendable {
    package let officer: String
    package let reason: String

    /// nil: neither may be blank.
    package init?(officer: String, reason: String) {
        guard !officer.trimmedBlanks.isEmpty, !reason.trimmedBlanks.isEmpty else { return nil }
        self.officer = officer
        self.reason = reason
    }
}

/// What a decision is about. All of it holds for an action, so it is made once and asked for everybody.
package struct ContactRules: Hashable, Sendable {
    package var actionClass: ActionPriority
    /// What holds for those of the population who said nothing else.
    package var population: Preferences
    package var override: RuleOverride?
    /// The action's class is `test`.
    package var onlyTestNumbers: Bool
    /// It tells those who heard a wrong text that it was wrong: they are told past the limit that the wrong call itself
    /// used up, and at an hour that is as unwelcome as that of the wrong call was.
    package var isCorrection: Bool

    package init(
        actionClass: ActionPriority, population: Preferences = .none, override: RuleOverride? = nil,
        onlyTestNumbers: Bool = false, isCorrection: Bool = false
    ) {
        self.actionClass = actionClass
        self.population = population
        self.override = override
        self.onlyTestNumbers = onlyTestNumbers
        self.isCorrection = isCorrection
    }

    /// Neither times nor limits are asked.
    private var isOverridden: Bool { isCorrection || override != nil && actionClass == .lifeThreat }

    /// Whether a number is contacted by a channel now.
    ///
    /// What the submission says goes over the register, that over the population; nothing goes over opting out.
    ///
    /// - Parameters:
    ///   - participant: nil: the number is not in the register.
    ///   - submission: What the submission says of this recipient.
    ///   - former: When the participant was in *other* actions of the class, civil time; as many as a cap looks back.
    package func decide(
        _ participant: Participant?, submission: Preferences? = nil, by channel: Channel, at moment: CivilMoment,
        former: [Timestamp] = []
    ) -> ContactDecision {
        if let participant, participant.optOuts.contains(OptOuts(channel)) { return .never(.optedOut) }
        if onlyTestNumbers, participant?.isTestNumber != true { return .never(.noTestNumber) }
        let own = participant?.preferences ?? .none
        if let channels = submission?.channels ?? own.channels ?? population.channels, !channels.contains(channel) {
            return .never(.channelNotWanted)
        }
        var time = moment.time
        var reason: ContactReason?
        if let until = submission?.pausedUntil ?? own.pausedUntil ?? population.pausedUntil, until > time {
            (time, reason) = (until, .paused)
        }
        guard !isOverridden else { return reason.map { .waits(until: time, $0) } ?? .allowed }
        let cap = submission?.caps[actionClass] ?? own.caps[actionClass] ?? population.caps[actionClass]
        let times = submission?.times(of: channel) ?? own.times(of: channel) ?? population.times(of: channel)
        // When one of them opens the other may be closed: until both are open.
        while true {
            let before = time
            if let cap {
                guard let open = cap.opens(from: time, in: moment.zone, former: former) else {
                    return .never(.classNotWanted)
                }
                if open > time { (time, reason) = (open, reason ?? .capped) }
            }
            if let times, !(time == moment.time && times.contains(moment)) {
                guard let open = times.opens(from: time, in: moment.zone) else { return .never(.neverWelcome) }
                if open > time { (time, reason) = (open, reason ?? .notWelcome) }
            }
            if time == before { break }
        }
        guard let reason else { return .allowed }
        return .waits(until: time, reason)
    }
}
