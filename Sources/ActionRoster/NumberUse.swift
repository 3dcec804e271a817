// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Whose a number is at the moment: across actions it has one call, or one SMS that is unanswered, at a time.
///
/// A number is an action's from the beginning of an attempt to its end and a pause. All other actions that want it wait
/// in the meantime. Everything here costs the same however many numbers are in use.
struct NumberUse {
    /// Who waits for a number.
    struct Waiter {
        let action: Int64
        /// Position in the action's recipients.
        let index: Int
    }

    private struct Holder {
        var action: Int64
        /// Calls under way, which hold it whatever the time.
        var calls: Int
        /// Else it is free from then on.
        var until: Timestamp
        /// And for whoever waits for no pause from then on.
        var settled = Timestamp.epoch
    }

    /// How long after a call's end the telephone is surely free: a BYE or CANCEL takes its time, and so does the receiver.
    private static let settling = Interval.seconds(2)

    /// How long a number is left alone by other actions when an attempt is over.
    var pause = Interval.seconds(30)
    /// By ``PhoneNumber/digits``.
    private var holders: [UInt64: Holder] = [:]
    private var waiters: [UInt64: [Waiter]] = [:]
    /// When numbers may be free, nearly in order of time.
    private var ends = Fifo<(number: UInt64, time: Timestamp)>()

    // MARK: - Questions

    /// Until when another action has the number, ``Timestamp/distantFuture`` while its call is under way; nil: none has.
    ///
    /// - Parameter passes: Whether the action need not wait for what follows a call, or for the answer to an SMS, of
    ///   another one.
    func taken(
        _ number: UInt64, from action: Int64, now: Timestamp, passing passes: (Int64) -> Bool
    ) -> Timestamp? {
        guard let holder = holders[number], holder.action != action, let end = end(of: holder, now: now) else {
            return nil
        }
        guard holder.calls == 0, passes(holder.action) else { return end }
        return holder.settled > now ? holder.settled : nil
    }

    private func end(of holder: Holder, now: Timestamp) -> Timestamp? {
        if holder.calls > 0 { return .distantFuture }
        return holder.until > now ? holder.until : nil
    }

    // MARK: - Attempts

    mutating func callBegan(_ number: UInt64, of action: Int64) {
        if let known = holders[number], known.action == action {
            holders[number]?.calls = known.calls + 1
        } else {
            // After a crash there may be another's: of two calls the newest says when it is free.
            holders[number] = Holder(action: action, calls: 1, until: .epoch)
        }
    }

    /// - Parameter pause: nil: the configuration's.
    /// - Returns: Whether anybody waits for it, and no call of the action keeps them from it.
    mutating func callEnded(_ number: UInt64, of action: Int64, pause: Interval? = nil, now: Timestamp) -> Bool {
        guard let known = holders[number], known.action == action, known.calls > 0 else { return false }
        holders[number]?.calls = known.calls - 1
        let pause = pause ?? self.pause
        holders[number]?.settled = now + min(pause, Self.settling)
        hold(number, until: now + pause)
        return known.calls == 1 && waiters[number] != nil
    }

    /// An SMS leaves: whoever gets it has so much time to answer, unless a receipt comes first.
    mutating func messageLeft(_ number: UInt64, of action: Int64, until: Timestamp) {
        func take(_ holder: inout Holder) {
            if holder.action != action { holder = Holder(action: action, calls: 0, until: .epoch) }
            holder.until = until
        }
        take(&holders[number, default: Holder(action: action, calls: 0, until: until)])
        ends.append((number, until))
    }

    /// Nothing is awaited of it any more.
    ///
    /// - Returns: As ``callEnded(_:of:pause:now:)``.
    mutating func messageEnded(
        _ number: UInt64, of action: Int64, pause: Interval? = nil, now: Timestamp
    ) -> Bool {
        guard let place = holders.index(forKey: number), holders.values[place].action == action else { return false }
        let until = min(holders.values[place].until, now + (pause ?? self.pause))
        holders.values[place].until = until
        ends.append((number, until))
        return holders.values[place].calls == 0 && !waiters.isEmpty && waiters[number] != nil
    }

    private mutating func hold(_ number: UInt64, until: Timestamp) {
        holders[number]?.until = until
        ends.append((number, until))
    }

    /// Numbers that are free are forgotten.
    mutating func tidy(now: Timestamp) {
        while let first = ends.first, first.time <= now {
            _ = ends.popFirst()
            if let holder = holders[first.number], end(of: holder, now: now) == nil { holders[first.number] = nil }
        }
    }

    // MARK: - Those who wait

    mutating func wait(for number: UInt64, _ waiter: Waiter) { waiters[number, default: []].append(waiter) }

    /// They do not wait any more.
    mutating func takeWaiters(_ number: UInt64) -> [Waiter] { waiters.removeValue(forKey: number) ?? [] }
}
