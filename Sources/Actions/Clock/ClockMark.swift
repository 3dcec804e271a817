// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// How engine time stands to the machine's clocks. On disk, so that the next process goes on counting.
package struct ClockMark: Equatable, Sendable, Journalled {
    /// Engine time minus CLOCK_BOOTTIME; means something until the machine starts again.
    package var bootOffset: Interval
    /// Civil time minus engine time.
    package var civilOffset: Interval
    /// When the civil clock was found to have been set, or the machine to have been started, last, in engine time; nil:
    /// never yet.
    package var setAt: Timestamp?
    /// How far ahead it was set then; negative: back.
    package var setBy: Interval

    package init(bootOffset: Interval, civilOffset: Interval, setAt: Timestamp? = nil, setBy: Interval = .zero) {
        self.bootOffset = bootOffset
        self.civilOffset = civilOffset
        self.setAt = setAt
        self.setBy = setBy
    }

    /// The keys on disk.
    package enum CodingKeys: String, CodingKey {
        case bootOffset = "bootOffset"
        case civilOffset = "civilOffset"
        case setAt = "setAt"
        case setBy = "setBy"
    }
}

extension ClockMark {
    /// Where engine time goes on when a process starts.
    ///
    /// While the machine was up it has gone on by itself. Across a start of the machine nothing but the civil clock says
    /// how long it was off: that is believed, except that time does not go back behind the last sign of life.
    ///
    /// - Parameters:
    ///   - former: What the journal has; nil: nothing, or it is of a version whose engine time was civil time.
    ///   - machineRestarted: The machine was started since.
    ///   - lastAlive: The journal's last sign of life, in engine time.
    ///   - boot: CLOCK_BOOTTIME now, since the machine's start.
    ///   - civil: The civil clock now.
    /// - Returns: The mark that holds from now on. A step that was found has its `setAt` now.
    package static func start(
        after former: ClockMark?, machineRestarted: Bool, lastAlive: Timestamp?, boot: Interval, civil: Timestamp
    ) -> ClockMark {
        let now: Timestamp
        if let former, !machineRestarted {
            now = Timestamp(microseconds: boot.microseconds) + former.bootOffset
        } else {
            now = civil - (former?.civilOffset ?? .zero)
        }
        // A container's own CLOCK_BOOTTIME may be behind its predecessor's, too.
        let time = max(now, lastAlive ?? now)
        var mark = ClockMark(
            bootOffset: .microseconds(time.microseconds - boot.microseconds), civilOffset: civil - time,
            setAt: former?.setAt, setBy: former?.setBy ?? .zero)
        guard let former else { return mark }
        let step = mark.civilOffset - former.civilOffset
        if CivilClock.isStep(step) {
            (mark.setAt, mark.setBy) = (time, step)
        } else if machineRestarted {
            // NTP may have something to say yet.
            (mark.setAt, mark.setBy) = (time, .zero)
        } else if !CivilClock.isNoticed(step) {
            mark.civilOffset = former.civilOffset
        }
        return mark
    }
}
