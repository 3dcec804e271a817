// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import SMPP

/// Which message stands where in the journal: in the batch it was started with, in the log, or in a row of its own.
///
/// Tens of thousands of messages a second come and go. A row for each, written three times over, would cost more than
/// all else together; so those started together are one row, what is accepted in a turn is one row of the log, and only
/// what must be kept longer gets a row of its own. Rows of the log go when all their messages are over, oldest first.
struct MessageBook {
    /// Batches with messages that have not ended, in order of their ids.
    private(set) var batches: [Batch] = []
    private var firstBatch = 0
    var ownRows: Set<Int64> = []
    /// Accepted, as the log says.
    private var logged: [Int64: Logged] = [:]
    /// Of the log, oldest first; their ids follow each other.
    private var rows: [LogRow] = []
    /// How many of ``rows`` are gone, and the id of the first of them.
    private var goneRows = 0
    private var baseRow: Int64 = 1
    /// Entries of ``rows``, those of messages that are over included.
    private var entries = 0
    /// A few messages that take long must not keep the log from being shortened.
    var entryLimit = 262_144
    /// How many of the logged will be there for long; some are written at a time, or the log would grow with them.
    private(set) var awaiting = 0
    var awaitingLimit = 2048
    /// As the log says.
    var marks: [ReleaseMark] = []
    /// Rows at the log's beginning that tell nothing any more, deleted some at a time.
    private var finishedRows = 0
    var finishedLimit = 64
    /// A transaction failed: what is known here may not be so on disk.
    var isStale = false

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

    mutating func add(_ batch: Batch) { batches.append(batch) }

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
        while entries > entryLimit, goneRows < rows.count {
            for id in rows[goneRows].messages {
                if let entry = logged[id.value] { found.append(entry.message) }
                leaveLog(id.value)
            }
            forgetFinishedRows()
        }
        return found
    }

    /// The last row of the log's beginning that can go, if that is worth a statement. ``marks`` belong elsewhere then.
    mutating func finishedLog(someEnded: Bool) -> Int64? {
        forgetFinishedRows()
        let isEmpty = goneRows == rows.count
        guard finishedRows >= finishedLimit || (finishedRows > 0 && isEmpty && someEnded) else { return nil }
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

    // MARK: - Batches

    /// The message's state fits into the log.
    func canBeLogged(_ message: MessageRecord) -> Bool {
        guard message.segments.count == 1, let segment = message.segments.first else { return false }
        return segment.state == .accepted && segment.receipt == nil && segment.resubmits == 0
            && !message.wasDoubtful && !message.isBackground && !message.recovered
            && message.accepted != nil && !ownRows.contains(message.id.value) && batch(of: message.id.value) != nil
    }

    func batch(of id: Int64) -> Int? {
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

    mutating func note(_ mark: ReleaseMark) {
        if let index = marks.firstIndex(where: { $0.smsc == mark.smsc && $0.priority == mark.priority }) {
            marks[index] = mark
        } else {
            marks.append(mark)
        }
    }
}

/// The blobs of `message_batch` and `message_log`: fixed fields, big-endian.
enum MessageBlob {
    /// Of a batch, for each message: id, recipient (8 octets each), number of the attempt (2), redial (1), segments
    /// (1), reference of each (2).
    static func batch(_ messages: ArraySlice<MessageRecord>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(messages.count * 24)
        for message in messages {
            put(message.id.value, &bytes)
            put(message.recipient.value, &bytes)
            put(UInt16(clamping: message.number), &bytes)
            bytes.append(message.redial ? 1 : 0)
            bytes.append(UInt8(clamping: message.segments.count))
            for segment in message.segments { put(segment.reference, &bytes) }
        }
        return bytes
    }

    struct BatchEntry {
        var id: Int64
        var recipient: Int64
        var number: Int
        var redial: Bool
        var references: [UInt16]
    }

    static func batchEntries(_ bytes: [UInt8]) -> [BatchEntry]? {
        var reader = Reader(bytes)
        var entries: [BatchEntry] = []
        while !reader.isAtEnd {
            guard let id = reader.int64(), let recipient = reader.int64(), let number = reader.uint16(),
                let redial = reader.octet(), let count = reader.octet()
            else { return nil }
            var references: [UInt16] = []
            for _ in 0..<count {
                guard let reference = reader.uint16() else { return nil }
                references.append(reference)
            }
            entries.append(
                BatchEntry(
                    id: id, recipient: recipient, number: Int(number), redial: redial != 0, references: references))
        }
        return entries
    }

    enum LogEntry {
        case accepted(id: Int64, start: Timestamp, at: Timestamp, messageID: String)
        case released(ReleaseMark)
    }

    /// 1, id, start, accepted (8 octets each), length (1), message id.
    static func putAcceptance(_ message: MessageRecord, _ bytes: inout [UInt8]) {
        bytes.append(1)
        put(message.id.value, &bytes)
        put(message.start.microseconds, &bytes)
        put((message.accepted ?? message.start).microseconds, &bytes)
        let id = message.segments[0].messageID.utf8.prefix(255)
        bytes.append(UInt8(id.count))
        bytes.append(contentsOf: id)
    }

    /// 2, priority (1), attempt (8), segments (1), length (1), name of the SMSC.
    static func putMark(_ mark: ReleaseMark, _ bytes: inout [UInt8]) {
        bytes.append(2)
        bytes.append(UInt8(clamping: mark.priority.rawValue))
        put(mark.attempt.value, &bytes)
        bytes.append(UInt8(clamping: mark.segments))
        let name = mark.smsc.utf8.prefix(255)
        bytes.append(UInt8(name.count))
        bytes.append(contentsOf: name)
    }

    static func logEntries(_ bytes: [UInt8]) -> [LogEntry]? {
        var reader = Reader(bytes)
        var entries: [LogEntry] = []
        while !reader.isAtEnd {
            switch reader.octet() {
            case 1:
                guard let id = reader.int64(), let start = reader.int64(), let at = reader.int64(),
                    let messageID = reader.text()
                else { return nil }
                entries.append(
                    .accepted(
                        id: id, start: Timestamp(microseconds: start), at: Timestamp(microseconds: at),
                        messageID: messageID))
            case 2:
                guard let raw = reader.octet(), let priority = ActionPriority(rawValue: Int(raw)),
                    let attempt = reader.int64(), let segments = reader.octet(), let smsc = reader.text()
                else { return nil }
                entries.append(
                    .released(
                        ReleaseMark(
                            smsc: smsc, priority: priority, attempt: AttemptID(attempt), segments: Int(segments))))
            default:
                return nil
            }
        }
        return entries
    }

    private static func put(_ value: some FixedWidthInteger, _ bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private struct Reader {
        private var rest: ArraySlice<UInt8>
        init(_ bytes: [UInt8]) { rest = bytes[...] }
        var isAtEnd: Bool { rest.isEmpty }

        mutating func octet() -> UInt8? { rest.popFirst() }
        mutating func uint16() -> UInt16? { number() }
        mutating func int64() -> Int64? { number() }

        mutating func text() -> String? {
            guard let count = octet(), rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(Int(count)) }
            return String(decoding: rest.prefix(Int(count)), as: UTF8.self)
        }

        private mutating func number<Value: FixedWidthInteger>() -> Value? {
            let size = MemoryLayout<Value>.size
            guard rest.count >= size else { return nil }
            defer { rest = rest.dropFirst(size) }
            return rest.prefix(size).reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
        }
    }
}
