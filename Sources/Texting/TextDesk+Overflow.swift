// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import GatewayCore

/// What the SMSCs of the best priority cannot take in time goes over those of the next one.
extension TextDesk {
    /// What an SMSC takes is known when it has had work for so long.
    private static let knownAfter = Interval.seconds(10)
    /// Nobody waits longer for an SMSC, as fast as it is, while another one is free.
    static let longestWait = 30.0

    /// Notes since when each SMSC has had work without a pause.
    ///
    /// - Returns: Positions of those that would need more than ``longestWait`` for what waits.
    func overloaded(_ priority: ActionPriority, now: Timestamp) -> Set<Int> {
        guard let first = smscs.first?.settings.priority, smscs.contains(where: { $0.settings.priority != first })
        else {
            return []
        }
        let rank = priority.rawValue
        let actions = ActionPriority.allCases.prefix { $0.rawValue <= rank }.flatMap { roster.running($0) }
            .filter(\.hasTextsWaiting)
        var late: Set<Int> = []
        for (index, smsc) in smscs.enumerated() {
            guard smsc.isUsable, !smsc.queues[rank].isEmpty || actions.contains(where: { $0.priority == priority })
            else {
                smsc.busy[rank] = nil
                continue
            }
            let accepted = smsc.counts.accepted
            guard let busy = smsc.busy[rank] else {
                smsc.busy[rank] = (now, accepted)
                agenda.wake(at: now + Self.knownAfter)
                continue
            }
            let time = now - busy.since
            guard time >= Self.knownAfter else { continue }
            let perSecond = Double(accepted - busy.accepted) / time.seconds
            let segments = actions.reduce(0) { sum, action in
                sum + action.textsWaiting * (template(of: action, index)?.text.submits ?? 0)
            }
            if Double(segments + smsc.preparedCount) > perSecond * Self.longestWait { late.insert(index) }
        }
        return late
    }

    /// Messages a second that it has taken since it has had work.
    func taken(by smsc: SMSCState, _ rank: Int, now: Timestamp) -> Double {
        guard let busy = smsc.busy[rank], now > busy.since else { return 0 }
        return Double(smsc.counts.accepted - busy.accepted) / (now - busy.since).seconds
    }
}
