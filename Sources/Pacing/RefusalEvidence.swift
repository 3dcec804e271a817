// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Whether refusals for now (ESME_RTHROTTLED, ESME_RMSGQFUL) speak of the numbers that they answer or of the SMSC.
///
/// One number never speaks for the SMSC. Different ones do, as long as those who are sent again pass: the SMSC had no
/// room at that moment. Where whoever was refused is refused again while others pass, the numbers are the reason, and a
/// slower pace would help nobody. When half of those who are sent for the first time are refused, it is the SMSC
/// whatever became of the others.
package struct RefusalEvidence: Sendable {
    /// What a refusal is believed to speak of.
    package enum Subject: Sendable {
        /// The one number.
        case number
        /// Several numbers, each for itself: the pace is not the reason.
        case numbers
        case smsc
    }

    /// First tries of the last second.
    private var taken = SlidingCount(slice: .milliseconds(50))
    private var refused = SlidingCount(slice: .milliseconds(50))
    /// The last one that was refused at its first try, and the one before it with another number.
    private var newest: (number: String, at: Timestamp)?
    private var other: (number: String, at: Timestamp)?
    /// What became of those who were sent again, the more recent ones counting more.
    private var passedAgain = 0.0
    private var refusedAgain = 0.0
    private var passedAgainAt: Timestamp?
    /// The last one that was refused again.
    private var newestAgain: (number: String, at: Timestamp)?
    private var lastTaken: Timestamp?
    /// Different numbers that were refused at their first try since anything was taken.
    private var row: Set<String> = []
    private var rowSince = Timestamp.epoch

    /// Numbers that were refused since anything was taken: everything is refused.
    private static let everything = 8
    private static let remembered = 64.0
    /// Others that were refused longer ago say nothing about now; longer where little is sent.
    private static let memory = Interval.seconds(1)
    private static let longMemory = Interval.seconds(5)
    private static let busy = 20
    private static let enoughRetries = 3.0
    /// Whoever was refused more often in a row speaks for himself only.
    private static let fewTimes = 3
    /// One of so many first tries and the one itself: few are refused.
    private static let fewRefused = 4

    package init() {}

    /// A message was taken.
    ///
    /// - Parameter wasRefused: The number's last answer was a refusal for now.
    package mutating func taken(wasRefused: Bool, now: Timestamp) {
        lastTaken = now
        if !row.isEmpty { row = [] }
        if wasRefused {
            passedAgain += 1
            passedAgainAt = now
        } else {
            taken.add(now)
        }
        forgetOld()
    }

    /// A message was refused for now.
    ///
    /// - Parameter times: How often in a row its number was, this time counted.
    package mutating func refused(_ number: String, times: Int, now: Timestamp) -> Subject {
        if times > 1 {
            defer { newestAgain = (number, now) }
            // Others that had been refused pass now, and different ones are refused again: they share what the SMSC takes.
            if times <= Self.fewTimes, let passedAt = passedAgainAt, now - passedAt < Self.longMemory,
                let newestAgain, newestAgain.number != number, now - newestAgain.at < Self.memory
            {
                return .smsc
            }
            // Others pass: it is this number's own.
            if let lastTaken, now - lastTaken < Self.longMemory {
                // While many first tries are refused too, it says nothing.
                if refused.count(now: now) * Self.fewRefused <= taken.count(now: now) {
                    refusedAgain += 1
                    forgetOld()
                }
                return isOfNumbers(now: now) ? .numbers : .number
            }
            return row.count > 1 ? .smsc : .number
        }
        if row.isEmpty { rowSince = now }
        if row.count < Self.everything { row.insert(number) }
        refused.add(now)
        if let newest, newest.number != number { other = newest }
        newest = (number, now)
        let isBusy = taken.count(now: now) >= Self.busy
        guard let other, now - other.at <= (isBusy ? Self.memory : Self.longMemory) else { return .number }
        return isOfNumbers(now: now) ? .numbers : .smsc
    }

    /// Nothing at all is taken, whoever it is for.
    ///
    /// - Parameter time: For so long at least.
    package func refusesEverything(now: Timestamp, for time: Interval = .seconds(2)) -> Bool {
        row.count >= Self.everything && now - max(lastTaken ?? .epoch, rowSince) >= time
    }

    /// Since when nothing at all is taken, whoever it is for; nil: something is, or hardly anything was sent.
    package func everythingRefusedSince(now: Timestamp) -> Timestamp? {
        row.count >= Self.everything && now - rowSince >= .seconds(2) ? rowSince : nil
    }

    private func isOfNumbers(now: Timestamp) -> Bool {
        let refusals = refused.count(now: now)
        guard refusals < taken.count(now: now) else { return false }
        return refusedAgain >= Self.enoughRetries && passedAgain < refusedAgain
    }

    private mutating func forgetOld() {
        guard passedAgain + refusedAgain > Self.remembered else { return }
        passedAgain /= 2
        refusedAgain /= 2
    }
}
