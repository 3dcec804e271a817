// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Actions

/// Where engine time goes on after a restart.
@Suite("Engine time across restarts") struct ClockMarkTests {
    private let civil = Timestamp(milliseconds: 1_795_521_600_000)
    private let hour = Interval.minutes(60)

    /// The former process was begun an hour after the machine, at `civil`.
    private var former: ClockMark {
        ClockMark(bootOffset: .microseconds(civil.microseconds) - hour, civilOffset: .zero)
    }

    private func now(_ mark: ClockMark, boot: Interval) -> Timestamp {
        Timestamp(microseconds: boot.microseconds) + mark.bootOffset
    }

    @Test("The first process counts from civil time; a journal of the version before does not go back")
    func first() {
        let new = ClockMark.start(after: nil, machineRestarted: false, lastAlive: nil, boot: hour, civil: civil)
        #expect(now(new, boot: hour) == civil)
        #expect(new.civilOffset == .zero && new.setAt == nil)
        // It left a sign of life an hour ahead of the clock.
        let old = ClockMark.start(
            after: nil, machineRestarted: false, lastAlive: civil + hour, boot: hour, civil: civil)
        #expect(now(old, boot: hour) == civil + hour)
        #expect(old.civilOffset == .zero - hour)
    }

    @Test(
        "While the machine was up, engine time went on by itself, however the clock was set meanwhile",
        arguments: [Interval.zero, .minutes(24 * 60), .minutes(-24 * 60), .milliseconds(1800)])
    func sameBoot(step: Interval) {
        let boot = hour + .seconds(90)
        let mark = ClockMark.start(
            after: former, machineRestarted: false, lastAlive: civil + .seconds(80), boot: boot,
            civil: civil + .seconds(90) + step)
        #expect(now(mark, boot: boot) == civil + .seconds(90))
        #expect(mark.civilOffset == step)
        // Two seconds and more somebody is told of.
        #expect(mark.setAt == (abs(step.microseconds) >= 2_000_000 ? civil + .seconds(90) : nil))
        #expect(mark.setBy == (mark.setAt == nil ? .zero : step))
    }

    @Test("Across a start of the machine the civil clock says how long it was off, but time does not go back")
    func otherBoot() {
        let alive = civil + .seconds(80)
        let on = Interval.seconds(20)
        let after = ClockMark.start(
            after: former, machineRestarted: true, lastAlive: alive, boot: on, civil: civil + .minutes(30))
        #expect(now(after, boot: on) == civil + .minutes(30))
        #expect(after.civilOffset == .zero && after.setAt == civil + .minutes(30) && after.setBy == .zero)
        // Its battery is empty: it is 1970 until NTP has been heard.
        let empty = ClockMark.start(
            after: former, machineRestarted: true, lastAlive: alive, boot: on, civil: Timestamp(milliseconds: 20_000))
        #expect(now(empty, boot: on) == alive)
        #expect(empty.civilOffset == Timestamp(milliseconds: 20_000) - alive && empty.setAt == alive)
        #expect(empty.setBy == empty.civilOffset)
    }
}
