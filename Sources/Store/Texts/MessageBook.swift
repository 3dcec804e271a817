// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// Which message stands where in the journal: in the batch it was started with, in the log, or in a row of its own.
///
/// Tens of thousands of messages a second come and go. A row for each, written three times over, would cost more than
/// all else together; so those started together are one row, what is accepted in a turn is one row of the log, and only
/// what must be kept longer gets a row of its own. Rows of the log go when all their messages are over, oldest first.
struct MessageBook {
    /// How long the log may become. The same for the life of a journal; tests make them small.
    struct Limits {
        /// A few messages that take long must not keep the log from being shortened.
        var entries = 262_144
        /// Of messages that will be there for long, some are written at a time, or the log would grow with them.
        var awaiting = 2048
        /// Rows at the log's beginning that tell nothing any more, deleted some at a time.
        var finishedRows = 64
    }

    private let limits: Limits
    /// Batches with messages that have not ended, in order of their ids.
    private var batches: [Batch] = []
    private var firstBatch = 0
    private var ownRows: Set<Int64> = []
    /// Accepted, as the log says.
    private var logged: [Int64: Logged] = [:]
    /// Of the log, oldest first; their ids follow each other.
    private var rows: [LogRow] = []
    /// How many of ``rows`` are gone, and the id of the first of them.
    private var goneRows = 0
    private var baseRow: Int64 = 1
    /// Entries of ``rows``, those of messages that are over included.
    private var entries = 0
    /// How many of the logged will be there for long.
    private var awaiting = 0
    /// As the log says.
    private var marks: [ReleaseMark] = []
    /// Rows at the log's beginning that tell nothing any more.
    private var finishedRows = 0

    init(limits: Limits) { self.limits = limits }

    struct Batch {
        var first: Int64
        var last: Int64
        var remaining: Int
    }

    private struct Logged {
        var message: MessageRecord
        var row: Int64
    }

    private struct LogRow {
        var messages: [AttemptID]
        var remaining: Int
    }

    // MARK: - Rows of their own

    /// The message has one, which says all.
    mutating func noteOwnRow(_ id: Int64) {
        ownRows.insert(id)
        leaveLog(id)
    }

    func hasOwnRow(_ id: Int64) -> Bool { ownRows.contains(id) }

    /// Its row goes. Returns whether it had one.
    mutating func leaveOwnRow(_ id: Int64) -> Bool { ownRows.remove(id) != nil }

    // MARK: - The log

    /// The id of the row that ``log(_:)`` adds.
    var nextRow: Int64 { baseRow + Int64(rows.count) }

    /// A row with the acceptance of these.
    mutating func log(_ messages: [MessageRecord]) {
        let row = nextRow
        rows.append(LogRow(messages: messages.map(\.id), remaining: 0))
        entries += messages.count
        for message in messages {
            // An earlier row tells nothing of it any more.
            leaveLog(message.id.value)
            logged[message.id.value] = Logged(message: message, row: row)
            rows[rows.count - 1].remaining += 1
            if message.awaitsReceipts { awaiting += 1 }
        }
    }

    /// The message is over, or has a row of its own.
    mutating func leaveLog(_ id: Int64) {
        guard let entry = logged.removeValue(forKey: id) else { return }
        if entry.message.awaitsReceipts { awaiting -= 1 }
        rows[Int(entry.row - baseRow)].remaining -= 1
    }

    /// Messages that must get rows of their own for the log to be shortened: none, unless it has become long.
    mutating func stragglers() -> [MessageRecord] {
        var found: [MessageRecord] = []
        forgetFinishedRows()
        while entries > limits.entries, goneRows < rows.count {
            for id in rows[goneRows].messages {
                if let entry = logged[id.value] { found.append(entry.message) }
                leaveLog(id.value)
            }
            forgetFinishedRows()
        }
        return found
    }

    /// The last row of the log's beginning that can go, if that is worth a query. ``marks`` belong elsewhere then.
    mutating func finishedLog(someEnded: Bool) -> Int64? {
        forgetFinishedRows()
        let isEmpty = goneRows == rows.count
        guard finishedRows >= limits.finishedRows || (finishedRows > 0 && isEmpty && someEnded) else { return nil }
        finishedRows = 0
        return baseRow + Int64(goneRows) - 1
    }

    private mutating func forgetFinishedRows() {
        while goneRows < rows.count, rows[goneRows].remaining == 0 {
            entries -= rows[goneRows].messages.count
            rows[goneRows].messages = []
            goneRows += 1
            finishedRows += 1
        }
        // Gives memory back now and then, at a cost that is constant on average.
        if goneRows > 1000, goneRows * 2 > rows.count {
            rows.removeFirst(goneRows)
            baseRow += Int64(goneRows)
            goneRows = 0
        }
    }

    /// Everything that the log says, which is then forgotten.
    mutating func takeLog() -> [MessageRecord] {
        let messages = logged.values.map(\.message).sorted { $0.id < $1.id }
        baseRow = nextRow
        (rows, goneRows, finishedRows, entries) = ([], 0, 0, 0)
        (logged, awaiting) = ([:], 0)
        return messages
    }

    /// So many of the logged will be there for long that the log must be settled.
    var mustSettle: Bool { awaiting >= limits.awaiting }

    // MARK: - Batches

    mutating func add(_ batch: Batch) { batches.append(batch) }

    func isOfBatch(_ id: Int64) -> Bool { batch(of: id) != nil }

    /// The message's state fits into the log.
    func canBeLogged(_ message: MessageRecord) -> Bool {
        guard message.segments.count == 1, let segment = message.segments.first else { return false }
        return segment.state == .accepted && segment.receipt == nil && segment.resubmits == 0
            && !message.wasDoubtful && !message.isBackground && !message.recovered
            && !message.isRecalled && message.replacement == .none
            && message.accepted != nil && !hasOwnRow(message.id.value) && isOfBatch(message.id.value)
    }

    private func batch(of id: Int64) -> Int? {
        var low = firstBatch
        var high = batches.count
        while low < high {
            let middle = (low + high) / 2
            if batches[middle].last < id { low = middle + 1 } else { high = middle }
        }
        guard low < batches.count, batches[low].first <= id, batches[low].remaining > 0 else { return nil }
        return low
    }

    /// A message of a batch is over. Returns the batch when it was the last of it.
    mutating func leaveBatch(_ id: Int64) -> Batch? {
        guard let index = batch(of: id) else { return nil }
        batches[index].remaining -= 1
        guard batches[index].remaining == 0 else { return nil }
        let batch = batches[index]
        while firstBatch < batches.count, batches[firstBatch].remaining == 0 { firstBatch += 1 }
        if firstBatch > 1000 {
            batches.removeFirst(firstBatch)
            firstBatch = 0
        }
        return batch
    }

    // MARK: - Marks

    /// Those that the log says, which are then forgotten here.
    mutating func takeMarks() -> [ReleaseMark] {
        defer { marks.removeAll(keepingCapacity: true) }
        return marks
    }

    mutating func note(_ mark: ReleaseMark) {
        if let index = marks.firstIndex(where: { $0.smsc == mark.smsc && $0.priority == mark.priority }) {
            marks[index] = mark
        } else {
            marks.append(mark)
        }
    }
}
