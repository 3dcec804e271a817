// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

/// What a turn has to write, then to do, and to say: the only writer of records, effects and notices, and the only
/// source of the numbers that they are known by.
///
/// Rooms of the engine put things in, the dispatcher takes all of it out once a turn. One owner, not thread-safe.
package final class Outbox {
    private var output = EngineOutput()
    private var lastAttempt: Int64 = 0
    private var lastSequence: Int64 = 0

    package init() {}

    /// There is something to write, do or say.
    package var isEmpty: Bool { output.isEmpty }

    /// Empties it.
    package func take() -> EngineOutput {
        defer { output = EngineOutput() }
        return output
    }

    // MARK: - Records

    package func journal(_ record: JournalRecord) { output.records.append(record) }

    package func journal(_ records: [JournalRecord]) { output.records += records }

    /// A place among the records of a turn.
    package struct Place {
        fileprivate let position: Int
    }

    /// Where the next record will stand: for one that is known only after others that follow from it.
    package var nextPlace: Place { Place(position: output.records.count) }

    package func journal(_ record: JournalRecord, at place: Place) {
        output.records.insert(record, at: min(place.position, output.records.count))
    }

    // MARK: - Effects and notices

    package func perform(_ effect: Effect) { output.effects.append(effect) }

    package func say(_ notice: Notice) { output.notices.append(notice) }

    /// Somebody must look at it.
    package func alarm(_ text: String) { output.notices.append(.alarm(text)) }

    // MARK: - Numbers

    /// Attempts are numbered across restarts, calls and messages together.
    package func nextAttempt() -> AttemptID {
        lastAttempt += 1
        return AttemptID(lastAttempt)
    }

    package var newestAttempt: AttemptID { AttemptID(lastAttempt) }

    /// Of the next row of the ledger, which has no gaps.
    package func nextSequence() -> Int64 {
        lastSequence += 1
        return lastSequence
    }

    /// So many rows of those that no journal has yet will not be written; those behind them have moved up.
    package func takeBackSequences(_ count: Int) { lastSequence -= Int64(count) }

    /// Goes on where a former process stopped. Call once, before any record.
    package func resume(afterAttempt attempt: AttemptID, sequence: Int64) {
        lastAttempt = max(lastAttempt, attempt.value)
        lastSequence = max(lastSequence, sequence)
    }
}
