// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// Messages under way: batches, the log, and rows of their own. ``MessageBook`` says why.
final class MessageTables {
    private let connection: SQLiteConnection
    private let rows: MessageRowTable
    private let releases: ReleaseTable
    private let limits: MessageBook.Limits
    /// Where each message stands.
    private var book: MessageBook

    init(_ connection: SQLiteConnection, limits: MessageBook.Limits) {
        self.connection = connection
        rows = MessageRowTable(connection)
        releases = ReleaseTable(connection)
        self.limits = limits
        book = MessageBook(limits: limits)
    }

    // MARK: - A transaction

    /// Before the other records of a transaction are written, which may be about these messages: those that begin are
    /// written, and what the log can say of the others.
    func begin(_ records: [JournalRecord], _ operation: String) throws {
        try insertBatches(
            records.compactMap { if case .messageStarted(let message) = $0 { message } else { nil } }, operation)
        var log: [UInt8] = []
        var logged: [MessageRecord] = []
        for record in records {
            if case .messagesReleased(let mark) = record {
                book.note(mark)
                MessageBlob.putMark(mark, &log)
            } else if case .messageChanged(let message) = record, book.canBeLogged(message) {
                MessageBlob.putAcceptance(message, &log)
                logged.append(message)
            }
        }
        guard !log.isEmpty else { return }
        try connection.query("INSERT INTO message_log VALUES (?,?)", operation)
            .bind([.integer(book.nextRow), .blob(log)]).run()
        book.log(logged)
    }

    /// What the log could not say of it.
    func change(_ message: MessageRecord, _ operation: String) throws {
        if !book.canBeLogged(message) { try upsert(message, operation) }
    }

    /// After the records of a transaction. `someEnded`: some messages ended or were taken back in it.
    func end(someEnded: Bool, _ operation: String) throws {
        if book.mustSettle {
            try settleLog(operation)
        } else {
            try shortenLog(someEnded: someEnded, operation)
        }
    }

    /// One row for those of one action and SMSC that follow each other.
    private func insertBatches(_ messages: [MessageRecord], _ operation: String) throws {
        var rest = messages[...]
        while let head = rest.first {
            let same = rest.prefix {
                $0.action == head.action && $0.smsc == head.smsc && $0.sender == head.sender
                    && $0.encoding == head.encoding && $0.billedSegments == head.billedSegments
            }
            try connection.query("INSERT INTO message_batch VALUES (?,?,?,?,?,?,?,?,?)", operation).bind([
                .integer(head.id.value), .integer(same.last?.id.value ?? head.id.value), .integer(head.action),
                .text(head.smsc), .text(head.sender), .text(head.encoding), .integer(Int64(head.billedSegments)),
                .integer(head.start.microseconds), .blob(MessageBlob.batch(same)),
            ]).run()
            book.add(
                MessageBook.Batch(
                    first: head.id.value, last: same.last?.id.value ?? head.id.value, remaining: same.count))
            rest = rest.dropFirst(same.count)
        }
    }

    /// The message gets a row of its own, or has it changed.
    private func upsert(_ message: MessageRecord, _ operation: String) throws {
        try rows.upsert(message, operation)
        book.noteOwnRow(message.id.value)
    }

    /// It is over: its CDR tells of it.
    func finish(_ id: AttemptID, _ operation: String) throws {
        if book.leaveOwnRow(id.value) { try rows.delete(id.value, operation) }
        book.leaveLog(id.value)
        if let batch = book.leaveBatch(id.value) { try remove(batch, operation) }
    }

    /// Nothing tells of a dropped message but this: its batch must not bring it back.
    func drop(_ id: AttemptID, _ operation: String) throws {
        _ = book.leaveOwnRow(id.value)
        book.leaveLog(id.value)
        try rows.delete(id.value, operation)
        let isOfBatch = book.isOfBatch(id.value)
        if let batch = book.leaveBatch(id.value) {
            try remove(batch, operation)
        } else if isOfBatch {
            try rows.insertDropped(id.value, operation)
        }
    }

    private func remove(_ batch: MessageBook.Batch, _ operation: String) throws {
        try connection.query("DELETE FROM message_batch WHERE first = ?", operation)
            .bind([.integer(batch.first)]).run()
        try rows.deleteDropped(batch.first...batch.last, operation)
    }

    /// What the log says goes to where it stays.
    private func settleLog(_ operation: String) throws {
        for message in book.takeLog() { try upsert(message, operation) }
        try releases.upsert(book.takeMarks(), operation)
        try connection.query("DELETE FROM message_log", operation).run()
    }

    /// The log's beginning goes as far as it tells nothing any more.
    private func shortenLog(someEnded: Bool, _ operation: String) throws {
        for message in book.stragglers() { try upsert(message, operation) }
        guard let last = book.finishedLog(someEnded: someEnded) else { return }
        // The newest marks may be in what goes. A mark in what stays is the newest of its kind or followed by it.
        try releases.upsert(book.takeMarks(), operation)
        try connection.query("DELETE FROM message_log WHERE id <= ?", operation).bind([.integer(last)]).run()
    }

    // MARK: - After a start

    /// After a start, or a failed transaction: each message gets a row of its own, from what is on disk.
    ///
    /// - Parameter hasEnded: whether there is a CDR of this message.
    func settle(hasEnded: (Int64) throws -> Bool, _ operation: String) throws {
        book = MessageBook(limits: limits)
        for id in try rows.ids(operation) { book.noteOwnRow(id) }
        for message in try unsettled(operation) where !book.hasOwnRow(message.id.value) {
            if try !hasEnded(message.id.value) { try upsert(message, operation) }
        }
        try connection.query("DELETE FROM message_batch", operation).run()
        try rows.deleteDropped(operation)
        try settleLog(operation)
    }

    /// What batches and the log say, in order; marks of the log go to the book.
    private func unsettled(_ operation: String) throws -> [MessageRecord] {
        var waiting: [Int64: MessageRecord] = [:]
        let batches = try connection.query("SELECT * FROM message_batch ORDER BY first", operation)
        while try batches.step() { try readBatch(batches, into: &waiting, operation) }
        batches.reset()
        let log = try connection.query("SELECT entries FROM message_log ORDER BY id", operation)
        while try log.step() {
            guard let entries = MessageBlob.logEntries(log.blob()) else {
                throw StoreError.damaged(operation, "log of messages")
            }
            for entry in entries {
                switch entry {
                case .released(let mark): book.note(mark)
                case .accepted(let id, let start, let at, let messageID):
                    waiting[id]?.start = start
                    waiting[id]?.accepted = at
                    waiting[id]?.segments[0].state = .accepted
                    waiting[id]?.segments[0].messageID = messageID
                }
            }
        }
        log.reset()
        return waiting.values.sorted { $0.id < $1.id }
    }

    private func readBatch(
        _ row: Query, into messages: inout [Int64: MessageRecord], _ operation: String
    ) throws {
        let first = row.integer()
        _ = row.integer()
        let action = row.integer()
        let (smsc, sender, encoding) = (row.text(), row.text(), row.text())
        let billed = Int(row.integer())
        let start = Timestamp(microseconds: row.integer())
        guard let entries = MessageBlob.batchEntries(row.blob()) else {
            throw StoreError.damaged(operation, "messages from \(first) on")
        }
        for entry in entries {
            var message = MessageRecord(
                id: AttemptID(entry.id), recipient: RecipientID(entry.recipient), action: action,
                number: entry.number, smsc: smsc, sender: sender, encoding: encoding, billedSegments: billed,
                start: start, segments: entry.references.map { SegmentRecord(reference: $0) }, redial: entry.redial)
            if entry.isReplacement { message.replacement = .intended }
            messages[entry.id] = message
        }
    }

    // MARK: - Reading

    /// All, in order; after ``settle(hasEnded:_:)``.
    func all(_ operation: String) throws -> [MessageRecord] { try rows.all(operation) }

    /// Up to where messages were handed to binds.
    func marks(_ operation: String) throws -> [ReleaseMark] { try releases.all(operation) }

    /// Highest of any message under way; 0: there is none.
    func lastID(_ operation: String) throws -> Int64 {
        max(
            try rows.lastID(operation),
            try connection.number("SELECT coalesce(max(last), 0) FROM message_batch", operation) ?? 0)
    }
}
