// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// The pace of calls to numbers that the trunk refused before, when nothing but the number explains that.
///
/// They come after everybody else, so that a lower pace costs nobody anything. It is the second look at what was
/// believed: who was refused because calls came too fast comes through now. It grows with each that does.
struct SecondTries: Sendable {
    /// Share of the trunk's pace.
    private var share = SecondTries.first
    private var next = Timestamp.epoch
    private var passing = PassingShare()

    private static let first = 0.5
    private static let least = 0.4
    private static let growth = 1.5
    private static let decrease = 0.9

    /// nil: now.
    func wait(now: Timestamp) -> Timestamp? { now < next ? next : nil }

    mutating func began(pace: Double, now: Timestamp) { next = now + .seconds(1 / max(0.01, pace * share)) }

    /// Some come through that were refused before: it was not for their numbers' sake, and may not be for that of others.
    var arePassing: Bool { passing.share > Self.some }

    mutating func passed() {
        share = min(1, share * Self.growth)
        passing.told(hasPassed: true)
    }

    mutating func refused() {
        share = max(Self.least, share * Self.decrease)
        passing.told(hasPassed: false)
    }

    private static let some = 0.05
}

/// Of the last calls of some kind, the share that came through.
struct PassingShare: Sendable {
    private(set) var share = 0.0
    private static let memory = 16.0

    mutating func told(hasPassed: Bool) { share += ((hasPassed ? 1 : 0) - share) / Self.memory }
}
