// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import GatewayCore

/// Whether what was read can have been written: a number that no process ever had would make a later sum overflow,
/// which ends a process, and the next one as well. So it ends in a message that names the row.
struct SnapshotCheck {
    let operation: String

    /// Of rows, attempts and SegmentTokens; far above what can ever be.
    private static let ids: ClosedRange<Int64> = 0...1 << 53
    /// Whatever year an action names; far enough from both ends for a length to be added.
    private static let times: ClosedRange<Int64> = .min / 2...Timestamp.distantFuture.microseconds
    /// 285 years.
    private static let lengths: ClosedRange<Int64> = 0...1 << 53
    private static let offsets: ClosedRange<Int64> = -(1 << 53)...1 << 53
    private static let counts = 0...1_000_000_000
    private static let money: ClosedRange<Int64> = -(1 << 53)...1 << 53

    func check(_ snapshot: JournalSnapshot) throws {
        try require(
            [
                snapshot.lastActionKey, snapshot.lastRecipient.value, snapshot.lastAttempt.value, snapshot.lastInbound,
                snapshot.lastCDRSequence,
            ].allSatisfy(Self.ids.contains), "the highest numbers")
        try require(time(snapshot.lastAlive), "the last sign of life")
        if let clock = snapshot.clock {
            try require(
                offset(clock.bootOffset) && offset(clock.civilOffset) && offset(clock.setBy) && time(clock.setAt),
                "the clock of the former process")
        }
        // Actions and recipients were checked as they were read.
        for call in snapshot.calls { try check(call) }
        for message in snapshot.messages { try check(message) }
        for mark in snapshot.releases {
            try require(id(mark.attempt.value) && (0...255).contains(mark.segments), "the release of \(mark.smsc)")
        }
        for part in snapshot.inboundParts {
            try require(id(part.id) && time(part.received), "segment \(part.id) of a citizen's message")
        }
        for spent in snapshot.spending {
            try require(Self.money.contains(spent.amount.microEuros), "spending of account \(spent.account)")
        }
    }

    func check(_ action: ActionRecord) throws {
        let definition = action.definition
        try require(
            id(action.key) && offset(action.civilOffset) && count(action.promptMilliseconds)
                && count(action.recipientCount)
                && time(action.accepted) && time(action.firstCall) && time(action.ended) && time(definition.starts)
                && time(definition.expires) && time(definition.text?.deliverAt) && count(definition.plays)
                && length(definition.text?.validity) && length(definition.cascade.after)
                && definition.prompt.allSatisfy { if case .pause(let pause) = $0 { count(pause) } else { true } },
            "action \(action.key)")
        if let conduct = action.conduct {
            try require(
                time(conduct.approveBy) && conduct.deeds.allSatisfy { time($0.at) }, "conduct of action \(action.key)")
        }
        if let counters = action.finalCounters {
            try require(self.counters(counters), "counters of action \(action.key)")
        }
        if let forecast = action.forecast {
            let foretold = forecast.forecast
            try require(
                [
                    foretold.recipients, foretold.reached, foretold.calls, foretold.messages, foretold.overBudget,
                    foretold.expired,
                ]
                .allSatisfy(count) && foretold.course.allSatisfy { length($0) } && length(foretold.halfReached)
                    && length(foretold.mostReached) && foretold.waits.allSatisfy { length($0.time) }
                    && time(forecast.halfDone) && time(forecast.mostDone)
                    && Self.money.contains(foretold.charge.microEuros), "forecast of action \(action.key)")
        }
    }

    func check(_ person: RecipientRecord) throws {
        let history = person.history
        var isPlausible =
            id(person.id.value) && id(person.action) && history.counts.allSatisfy(count) && time(history.stepStarted)
        if case .waiting(let due) = person.state { isPlausible = isPlausible && time(due) }
        try require(isPlausible, "recipient \(person.id)")
    }

    private func check(_ call: CallRecord) throws {
        try require(
            id(call.id.value) && id(call.recipient.value) && id(call.action) && count(call.number) && time(call.start)
                && time(call.ringing) && time(call.answer) && count(call.heardMilliseconds), "attempt \(call.id)")
    }

    private func check(_ message: MessageRecord) throws {
        try require(
            id(message.id.value) && id(message.recipient.value) && id(message.action) && count(message.number)
                && (0...255).contains(message.billedSegments) && (1...255).contains(message.segments.count)
                && time(message.start) && time(message.accepted), "message \(message.id)")
    }

    /// Of the ledger; what is added up over many rows stays far from the end of the range.
    func check(_ cdr: CallDetailRecord) throws {
        let entry = cdr.ledger
        try require(
            id(cdr.sequence) && id(cdr.attempt.value) && time(cdr.start) && time(cdr.ringing) && time(cdr.answer)
                && time(cdr.end) && count(cdr.attemptNumber) && count(cdr.heardMilliseconds)
                && count(cdr.promptMilliseconds) && count(cdr.packetsSent) && count(cdr.packetsReceived)
                && [cdr.sipCode, cdr.cause].allSatisfy(count) && amount(entry.cost) && amount(entry.charge)
                && id(entry.corrects ?? 0)
                && (cdr.message.map {
                    count($0.segments) && count($0.acceptedSegments) && count($0.submits) && time($0.accepted)
                } ?? true)
                && (cdr.audio.map { length($0.meanLateness) && length($0.maximumLateness) && count($0.skipped) } ?? true),
            "CDR \(cdr.sequence)")
    }

    private func counters(_ counters: ActionCounters) -> Bool {
        [counters.waiting, counters.calling, counters.messaging, counters.attempts, counters.heard].allSatisfy(count)
            && counters.outcomes.values.allSatisfy(count)
    }

    private func id(_ number: Int64) -> Bool { Self.ids.contains(number) }
    private func count(_ number: Int) -> Bool { Self.counts.contains(number) }
    private func time(_ time: Timestamp?) -> Bool { time.map { Self.times.contains($0.microseconds) } ?? true }
    private func offset(_ offset: Interval) -> Bool { Self.offsets.contains(offset.microseconds) }
    private func length(_ length: Interval?) -> Bool { length.map { Self.lengths.contains($0.microseconds) } ?? true }
    private func amount(_ amount: RatedAmount?) -> Bool {
        amount.map { Self.money.contains($0.amount.microEuros) && (0...1_000_000).contains($0.vatBasisPoints) } ?? true
    }

    private func require(_ isPlausible: Bool, _ what: String) throws {
        guard isPlausible else { throw StoreError.damaged(operation, "\(what) has values that nobody wrote") }
    }
}

extension AttemptHistory {
    fileprivate var counts: [Int] {
        [
            attempts, busy, unavailable, ringTimeout, unreachable, congestion, forbidden, loop, doubts, messages, step,
        ]
    }
}
