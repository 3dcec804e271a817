// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Something that is due at a time of its own. What has become stale meanwhile is passed over by whoever set it.
package enum Deadline: Sendable {
    // The roster's.
    case recipientDue(action: Int64, index: Int)
    case actionStarts(Int64)
    case actionExpires(Int64)
    /// A second officer had time to let it go until now.
    case approvalLapses(Int64)
    /// A channel had its time.
    case stepExpires(action: Int64, index: Int, step: Int)
    /// A number may be free for those who wait for it.
    case numberFree(UInt64)
    /// A channel had no way out for its whole time.
    case channelBlocked(action: Int64, Channel)

    // The call desk's.
    case hangUp(AttemptID)
    case doubtResolved(AttemptID)
    case drainEnds

    // The text desk's.
    /// A number's queue may have room again.
    case segmentDue(SegmentToken)
    case messageExpires(AttemptID)
    /// An SMSC did not come back: what waits for it goes elsewhere.
    case evacuation(smsc: Int)
    /// A citizen's message may stay without its missing segments.
    case partsExpire(smsc: Int)
    /// The correction of a stopped action was to exist by now.
    case recallDue(action: Int64)
    /// A receipt has waited for its submit response long enough.
    case earlyReceipt(smsc: Int)
}

/// What is due when, for all rooms of the engine: the earliest first, of equal times in the order in which they were
/// set. One owner, not thread-safe.
package final class Agenda {
    private var deadlines = DeadlineHeap<Deadline>()
    private var wake: Timestamp?

    package init() {}

    package func set(_ deadline: Deadline, at time: Timestamp) { deadlines.insert(deadline, at: time.microseconds) }

    /// The earliest that is due, with the time for which it was set.
    package func popDue(now: Timestamp) -> (deadline: Deadline, time: Timestamp)? {
        guard let due = deadlines.popDue(now: now.microseconds) else { return nil }
        return (due.payload, Timestamp(microseconds: due.time))
    }

    /// Until the next turn only: something may go on then, e.g. a trunk has a slot.
    package func wake(at time: Timestamp) {
        if let known = wake, known <= time { return }
        wake = time
    }

    /// A turn works out anew what it waits for.
    package func forgetWake() { wake = nil }

    /// nil: nothing by time.
    package var next: Timestamp? {
        guard let earliest = deadlines.earliest else { return wake }
        let time = Timestamp(microseconds: earliest)
        return wake.map { min($0, time) } ?? time
    }
}
