// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

package struct TrunkStatus: Equatable, Sendable, Codable {
    /// What is known of it.
    package enum Standing: String, Sendable, Codable {
        case up
        /// Nothing is known yet; it is used.
        case notYetTried = "not yet tried"
        case down
    }

    package var name: String
    package var standing: Standing
    /// It is used.
    package var isUp: Bool
    /// Why it is down; nil when it is up.
    package var reason: String?
    package var priority: Int
    package var weight: Int
    /// Calls under way and how many there may be.
    package var calls: Int
    package var channels: Int
    /// New calls per second now (after congestion: less) and at most.
    package var pace: Double
    package var maximumPace: Double
    /// Why the pace is lower; nil when it is not.
    package var paceReason: String?
    /// No new calls before then: the far end asked for it (Retry-After).
    package var blockedUntil: UTCTime?
    /// A Contact of its answers to which ACK and BYE hardly find their way; nil: none was seen.
    package var contactWarning: String?
    /// What was learned of it beside its contract.
    package var findings: [FindingStatus]
    package var targets: [TrunkTargetStatus]
    package var counters: TrunkCounters
    /// Calls that never left since the daemon started, by reason; no CDR is of them. nil: all did.
    package var unsent: [String: Int]?

    package init(
        name: String, standing: Standing, isUp: Bool, reason: String?, priority: Int, weight: Int, calls: Int,
        channels: Int,
        pace: Double,
        maximumPace: Double, paceReason: String? = nil, blockedUntil: Timestamp?, contactWarning: String? = nil,
        findings: [FindingStatus] = [], targets: [TrunkTargetStatus], counters: TrunkCounters,
        unsent: [String: Int]? = nil
    ) {
        self.name = name
        self.standing = standing
        self.isUp = isUp
        self.reason = reason
        self.priority = priority
        self.weight = weight
        self.calls = calls
        self.channels = channels
        self.pace = pace
        self.maximumPace = maximumPace
        self.paceReason = paceReason
        self.blockedUntil = blockedUntil.map(UTCTime.init)
        self.contactWarning = contactWarning
        self.findings = findings
        self.targets = targets
        self.counters = counters
        self.unsent = unsent
    }

    private enum CodingKeys: String, CodingKey {
        case name, standing, reason, priority, weight, calls, channels, pace, findings, targets, counters, unsent
        case isUp = "up"
        case maximumPace = "maximum-pace"
        case paceReason = "pace-reason"
        case blockedUntil = "blocked-until"
        case contactWarning = "contact-warning"
    }
}

/// A prefix of numbers that is called at a limited pace.
package struct PrefixStatus: Equatable, Sendable, Codable {
    package var prefix: String
    /// Calls under way, and how many there may be; nil: as many as the trunks allow.
    package var calls: Int
    package var channels: Int?
    /// New calls per second at most; nil: as many as the trunks allow.
    package var maximumPace: Double?
    /// Recipients whose turn it was and who wait for room.
    package var waiting: Int

    package init(prefix: String, calls: Int, channels: Int?, maximumPace: Double?, waiting: Int) {
        self.prefix = prefix
        self.calls = calls
        self.channels = channels
        self.maximumPace = maximumPace
        self.waiting = waiting
    }

    private enum CodingKeys: String, CodingKey {
        case prefix, calls, channels, waiting
        case maximumPace = "maximum-pace"
    }
}

/// One address of a trunk.
package struct TrunkTargetStatus: Equatable, Sendable, Codable {
    /// `192.0.2.1:5060`, `[2001:db8::1]:5060`.
    package var address: String
    package var isUp: Bool
    package var reason: String?
    /// Of the last OPTIONS probe.
    package var roundTripMilliseconds: Double?

    package init(address: String, isUp: Bool, reason: String? = nil, roundTripMilliseconds: Double? = nil) {
        self.address = address
        self.isUp = isUp
        self.reason = reason
        self.roundTripMilliseconds = roundTripMilliseconds
    }

    private enum CodingKeys: String, CodingKey {
        case address, reason
        case isUp = "up"
        case roundTripMilliseconds = "round-trip-ms"
    }
}

/// Calls that ended since the daemon started, by CDR disposition.
package struct TrunkCounters: Equatable, Sendable, Codable {
    package var answered: Int
    package var noAnswer: Int
    package var busy: Int
    package var congestion: Int
    package var failed: Int

    package init(answered: Int = 0, noAnswer: Int = 0, busy: Int = 0, congestion: Int = 0, failed: Int = 0) {
        self.answered = answered
        self.noAnswer = noAnswer
        self.busy = busy
        self.congestion = congestion
        self.failed = failed
    }

    package var total: Int { answered + noAnswer + busy + congestion + failed }

    private enum CodingKeys: String, CodingKey {
        case answered, busy, congestion, failed
        case noAnswer = "no-answer"
    }
}

package struct DaemonStatus: Equatable, Sendable, Codable {
    package var version: String
    package var started: UTCTime
    package var uptimeSeconds: Int
    /// SIGTERM came: no new calls, running messages end.
    package var isDraining: Bool
    /// Why no calls are started, and since when; nil when the journal is well.
    package var journalError: String?
    package var journalErrorSince: UTCTime?
    /// Octets that the disk of the journal has left; nil: not measured yet.
    package var spaceLeft: Int64?
    /// What this machine lacks for another call; nil: nothing.
    package var shortage: String?
    /// Calls that never left, since the start; nil: all did.
    package var unsent: Int?
    /// When the system clock was set last; nil: never that the journal knows of.
    package var clockSet: ClockSetStatus?
    /// Actions that have reached somebody and were not closed in time; nil: none.
    package var unclosed: [String]?
    /// Actions that are not final.
    package var openActions: Int
    /// Calls that exist, and those that send audio.
    package var calls: Int
    package var streams: Int
    package var trunksUp: Int
    package var trunks: Int
    package var smscsUp: Int
    package var smscs: Int
    /// SMS whose end is awaited.
    package var messages: Int
    /// SMS that left, and that citizens sent, since the start.
    package var messagesSent: Int
    package var messagesReceived: Int
    package var media: MediaStatus
    package var turns: TurnStatus

    package init(
        version: String, started: Timestamp, uptimeSeconds: Int, isDraining: Bool, journal: JournalCondition?,
        spaceLeft: Int64?, shortage: String? = nil, unsent: Int? = nil, openActions: Int, calls: Int, streams: Int,
        trunksUp: Int, trunks: Int, smscsUp: Int = 0,
        smscs: Int = 0, messages: Int = 0, messagesSent: Int = 0, messagesReceived: Int = 0, media: MediaStatus,
        turns: TurnStatus, clockSet: ClockSetStatus? = nil,
        unclosed: [String]? = nil
    ) {
        self.version = version
        self.started = UTCTime(started)
        self.uptimeSeconds = uptimeSeconds
        self.isDraining = isDraining
        journalError = journal?.error
        journalErrorSince = journal?.since
        self.spaceLeft = spaceLeft
        self.shortage = shortage
        self.unsent = unsent
        self.openActions = openActions
        self.calls = calls
        self.streams = streams
        self.trunksUp = trunksUp
        self.trunks = trunks
        self.smscsUp = smscsUp
        self.smscs = smscs
        self.messages = messages
        self.messagesSent = messagesSent
        self.messagesReceived = messagesReceived
        self.media = media
        self.turns = turns
        self.clockSet = clockSet
        self.unclosed = unclosed
    }

    private enum CodingKeys: String, CodingKey {
        case version, started, calls, streams, trunks, smscs, messages, media, turns, shortage, unsent, unclosed
        case smscsUp = "smscs-up"
        case messagesSent = "messages-sent"
        case messagesReceived = "messages-received"
        case uptimeSeconds = "uptime-s"
        case isDraining = "draining"
        case journalError = "journal-error"
        case clockSet = "clock-set"
        case journalErrorSince = "journal-error-since"
        case spaceLeft = "space-left"
        case openActions = "open-actions"
        case trunksUp = "trunks-up"
    }
}

/// That somebody, or NTP, set the system clock.
package struct ClockSetStatus: Equatable, Sendable, Codable {
    /// By the clock as it is now.
    package var at: UTCTime
    /// How far ahead; negative: back.
    package var milliseconds: Int

    package init(at time: Timestamp, milliseconds: Int) {
        at = UTCTime(time)
        self.milliseconds = milliseconds
    }

    private enum CodingKeys: String, CodingKey {
        case at
        case milliseconds = "by-ms"
    }
}

/// The RTP thread's own figures since the daemon started.
package struct MediaStatus: Equatable, Sendable, Codable {
    package var packetsSent: UInt64
    package var packetsReceived: UInt64
    package var sendErrors: UInt64
    /// Packets left out because their tick came too late.
    package var skipped: UInt64
    /// CPU time of the RTP thread.
    package var cpuMicroseconds: UInt64
    package var lateness: Percentiles

    package init(
        packetsSent: UInt64, packetsReceived: UInt64, sendErrors: UInt64, skipped: UInt64, cpuMicroseconds: UInt64,
        lateness: Percentiles
    ) {
        self.packetsSent = packetsSent
        self.packetsReceived = packetsReceived
        self.sendErrors = sendErrors
        self.skipped = skipped
        self.cpuMicroseconds = cpuMicroseconds
        self.lateness = lateness
    }

    private enum CodingKeys: String, CodingKey {
        case skipped, lateness
        case packetsSent = "packets-sent"
        case packetsReceived = "packets-received"
        case sendErrors = "send-errors"
        case cpuMicroseconds = "cpu-us"
    }
}

/// Of a histogram: each is the upper bound of the bucket in which it falls, in microseconds.
package struct Percentiles: Equatable, Sendable, Codable {
    package var p50: Int
    package var p99: Int
    package var p999: Int
    package var maximum: Int

    package init(p50: Int, p99: Int, p999: Int, maximum: Int) {
        self.p50 = p50
        self.p99 = p99
        self.p999 = p999
        self.maximum = maximum
    }

    /// `bounds`: upper bounds of all buckets but the last, which holds everything above.
    package init(bounds: [UInt32], counts: [UInt64], maximum: Int) {
        let total = counts.reduce(0, +)
        func percentile(_ share: Double) -> Int {
            let wanted = max(1, UInt64((Double(total) * share).rounded(.up)))
            var sum: UInt64 = 0
            for (index, count) in counts.enumerated() {
                sum += count
                guard sum < wanted else { return index < bounds.count ? min(Int(bounds[index]), maximum) : maximum }
            }
            return maximum
        }
        self.init(
            p50: total == 0 ? 0 : percentile(0.5), p99: total == 0 ? 0 : percentile(0.99),
            p999: total == 0 ? 0 : percentile(0.999), maximum: maximum)
    }

    private enum CodingKeys: String, CodingKey {
        case p50 = "p50-us"
        case p99 = "p99-us"
        case p999 = "p999-us"
        case maximum = "max-us"
    }
}

/// The dispatcher's own figures since the daemon started.
package struct TurnStatus: Equatable, Sendable, Codable {
    package var turns: UInt64
    package var commits: UInt64
    /// Changes written.
    package var records: UInt64
    package var meanCommitMicroseconds: Int
    package var longestCommitMicroseconds: Int
    package var longestTurnMicroseconds: Int
    package var journalFailures: UInt64

    package init(
        turns: UInt64, commits: UInt64, records: UInt64, meanCommitMicroseconds: Int, longestCommitMicroseconds: Int,
        longestTurnMicroseconds: Int, journalFailures: UInt64
    ) {
        self.turns = turns
        self.commits = commits
        self.records = records
        self.meanCommitMicroseconds = meanCommitMicroseconds
        self.longestCommitMicroseconds = longestCommitMicroseconds
        self.longestTurnMicroseconds = longestTurnMicroseconds
        self.journalFailures = journalFailures
    }

    private enum CodingKeys: String, CodingKey {
        case turns, commits, records
        case meanCommitMicroseconds = "mean-commit-us"
        case longestCommitMicroseconds = "longest-commit-us"
        case longestTurnMicroseconds = "longest-turn-us"
        case journalFailures = "journal-failures"
    }
}

extension Replies {
    package static let trunk = ReplyKind<TrunkStatus>("trunk")
    /// One for each limited prefix.
    package static let prefix = ReplyKind<PrefixStatus>("prefix")
    package static let status = ReplyKind<DaemonStatus>("status")
}
