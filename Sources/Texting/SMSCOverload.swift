// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// How much an SMSC takes of a priority's messages while it has work without a pause.
struct SMSCWork {
    let since: Timestamp
    /// What it had accepted before.
    let accepted: Int
}

extension SMSCState {
    /// Segments a second that it has accepted since it has had work; nil: that is not known yet.
    func acceptedPerSecond(_ rank: Int, now: Timestamp) -> Double? {
        guard let work = work[rank], now - work.since >= Self.workToKnow else { return nil }
        return Double(counts.accepted - work.accepted) / (now - work.since).seconds
    }

    /// What it takes is known when it has had work for so long.
    static let workToKnow = Interval.seconds(10)
    /// Nobody waits longer for an SMSC, as fast as it is, while one of the next priority is free; seconds.
    static let longestWait = 30.0
}

extension [SMSCState] {
    /// Notes since when each has had work of a priority without a pause.
    ///
    /// - Parameter segmentsWaiting: Segments of this priority, and of better ones, that wait for any SMSC, as the one at
    ///   a position would send them.
    /// - Returns: Positions of those that would need longer than ``SMSCState/longestWait`` for what waits.
    func overloaded(_ rank: Int, hasTextsWaiting: Bool, now: Timestamp, segmentsWaiting: (Int) -> Int) -> Set<Int> {
        guard let first, contains(where: { $0.settings.priority != first.settings.priority }) else { return [] }
        var overloaded: Set<Int> = []
        for (index, smsc) in enumerated() {
            guard smsc.isUsable, hasTextsWaiting || !smsc.queues[rank].isEmpty else {
                smsc.work[rank] = nil
                continue
            }
            if smsc.work[rank] == nil { smsc.work[rank] = SMSCWork(since: now, accepted: smsc.counts.accepted) }
            guard let perSecond = smsc.acceptedPerSecond(rank, now: now) else { continue }
            let waiting = segmentsWaiting(index) + smsc.preparedCount
            if Double(waiting) > perSecond * SMSCState.longestWait { overloaded.insert(index) }
        }
        return overloaded
    }
}
