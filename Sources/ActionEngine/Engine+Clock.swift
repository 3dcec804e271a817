// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import GatewayCore

/// The civil clock beside engine time, see ``CivilClock``.
extension Engine {
    /// What the civil clock says at an engine time.
    package func civil(_ time: Timestamp) -> Timestamp { roster.clock.civil(time) }

    /// When the civil clock was found to have been set last, and by how much; nil: not since the journal was begun.
    package var clockStep: (at: Timestamp, by: Interval)? {
        let mark = roster.clock.mark
        guard let at = mark.setAt, CivilClock.isStep(mark.setBy) else { return nil }
        return (at, mark.setBy)
    }

    /// The civil clock has been what it is for long enough to believe it in what cannot be undone.
    package func isClockSteady(now: Timestamp) -> Bool { roster.clock.isSteady(now) }

    /// Before ``restore(_:counters:now:)``: how the clocks stand, see ``ClockMark/start(after:machineRestarted:lastAlive:boot:civil:)``.
    package func clockStarts(_ mark: ClockMark) {
        roster.clock.start(mark)
        outbox.journal(.clockSet(mark))
    }

    /// At the beginning of each turn, before its events.
    ///
    /// - Parameter civilOffset: Civil time minus engine time, as it was read now.
    package func clockRead(civilOffset: Interval, now: Timestamp) {
        guard let step = roster.clock.read(offset: civilOffset, now: now) else { return }
        outbox.journal(.clockSet(roster.clock.mark))
        tellStep(step, roster.clockSet(by: step, now: now))
    }

    /// A step while no process ran.
    func tellStepOfStart(now: Timestamp) {
        guard let step = clockStep, step.at == now else { return }
        tellStep(step.by, roster.clockSet(by: step.by, now: now))
    }

    private func tellStep(_ step: Interval, _ effects: [String]) {
        guard CivilClock.isStep(step) else { return }
        let seconds = Double(abs(step.milliseconds)) / 1000
        let what = "the system clock was set \(step > .zero ? "ahead" : "back") by \(seconds) s"
        outbox.alarm(([what + "; calls, paces and durations do not follow it"] + effects).joined(separator: "; "))
    }
}
