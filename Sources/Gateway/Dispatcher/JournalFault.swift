// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import GatewayCore
import Store

/// Why nothing new is begun: the journal cannot be written, or soon could not be.
struct JournalFault: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        /// So many octets are left; what is under way is written into the room that was kept for it.
        case full(Int64)
        /// The disk refuses, and says why.
        case failing(String)

        /// For the log to say it once.
        var name: String {
            switch self {
            case .full: "full"
            case .failing(let text): text
            }
        }
    }

    var kind: Kind
    var since: Timestamp

    var isFull: Bool { if case .full = kind { true } else { false } }

    var text: String {
        switch kind {
        case .full(let octets):
            "the disk of the journal, or a quota, is full (\(octets) octets left); what is under way is written into the room kept for it"
        case .failing(let text): "the journal cannot be written: \(text)"
        }
    }
}

/// Who waits for a turn to be on the disk.
struct JournalWaiter {
    var done: () -> Void
    /// Told at once when it does not get there; nil: waits on.
    var failed: (@TurnActor (StoreError) -> Void)?
}

/// How much room there is, in words, said once at each step. Pure.
struct SpaceWatch: Equatable, Sendable {
    /// Below the first an operator should look, below the second at once; octets.
    var warning: Int64
    var alarm: Int64

    enum Level: Int, Comparable, Sendable {
        case ample, low, short, full
        static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    private(set) var level = Level.ample

    /// Nothing is begun below this, in octets: what is under way has room of its own.
    private static let least: Int64 = 1 << 20
    /// And again above this, so that a few octets do not let it swing.
    private static let enough: Int64 = 2 << 20

    init(warning: Int64, alarm: Int64) {
        self.warning = warning
        self.alarm = alarm
    }

    init(_ general: GatewayConfiguration.General) {
        self.init(warning: Int64(general.spaceWarning) << 20, alarm: Int64(general.spaceAlarm) << 20)
    }

    /// Other limits; the step stays until it is measured anew.
    mutating func take(_ new: SpaceWatch) { (warning, alarm) = (new.warning, new.alarm) }

    static func isFull(_ octets: Int64) -> Bool { octets < least }

    /// Returns what the log is told; nil: nothing new.
    mutating func measured(_ octets: Int64) -> (level: Level, text: String)? {
        let before = level
        level = next(octets)
        guard level != before else { return nil }
        let left = "\(octets >> 20) MiB are left for the journal"
        switch level {
        case .ample: return (level, "there is room again: \(left)")
        case .low: return (level, "the disk fills up: \(left), SpaceWarning= is \(warning >> 20)")
        case .short: return (level, "the disk is nearly full: \(left), SpaceAlarm= is \(alarm >> 20)")
        case .full: return (level, "the disk is full: \(left)")
        }
    }

    private func next(_ octets: Int64) -> Level {
        if octets < (level == .full ? Self.enough : Self.least) { return .full }
        // A tenth more to leave a step than to enter it.
        if octets < (level >= .short ? alarm + alarm / 10 : alarm) { return .short }
        if octets < (level >= .low ? warning + warning / 10 : warning) { return .low }
        return .ample
    }
}
