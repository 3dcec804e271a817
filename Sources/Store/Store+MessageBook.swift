// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import SMPP

/// Messages under way: batches, the log, and rows of their own. ``MessageBook`` says why.
extension Store {
    /// What the records of one transaction write together. `record` comes one by one in between.
    func writeMessages(_ records: [JournalRecord], _ operation: String) throws {
        // First, since later records of the same transaction may be about them.
        try insertBatches(
            records.compactMap { if case .messageStarted(let message) = $0 { message } else { nil } }, operation)
        var log: [UInt8] = []
        var logged: [MessageRecord] = []
        var someEnded = false
        for record in records {
            switch record {
            case .messagesReleased(let mark):
                book.note(mark)
                MessageBlob.putMark(mark, &log)
            case .messageChanged(let message):
                if book.canBeLogged(message) {
                    MessageBlob.putAcceptance(message, &log)
                    logged.append(message)
                }
            case .messageEnded, .messageDropped:
                someEnded = true
            case .actionStaged, .recipientsStaged, .actionDiscarded, .actionChanged, .numbersListed, .recipientChanged,
                .callStarted, .callChanged, .callEnded, .messageStarted, .inboundStored,
                .inboundPartsRemoved, .optedOut, .ledgerAppended:
                break
            }
        }
        if !log.isEmpty {
            try connection.statement("INSERT INTO message_log VALUES (?,?)", operation)
                .bind([.integer(book.nextRow), .blob(log)]).run()
            book.log(logged)
        }
        for record in records {
            // A recipient may be changed by a later record: what was collected goes first.
            if case .recipientChanged = record { try writeEnded(operation) }
            try write(record, operation)
        }
        try writeEnded(operation)
        if book.awaiting >= book.awaitingLimit {
            try settleLog(operation)
        } else {
            try shortenLog(someEnded: someEnded, operation)
        }
    }

    private func writeEnded(_ operation: String) throws {
        guard !endedRecipients.isEmpty else { return }
        try update(endedRecipients, operation)
        endedRecipients.removeAll(keepingCapacity: true)
    }

    /// One row for those of one action and SMSC that follow each other.
    private func insertBatches(_ messages: [MessageRecord], _ operation: String) throws {
        var rest = messages[...]
        while let head = rest.first {
            let same = rest.prefix {
                $0.action == head.action && $0.smsc == head.smsc && $0.sender == head.sender
                    && $0.encoding == head.encoding && $0.billedSegments == head.billedSegments
            }
            try connection.statement("INSERT INTO message_batch VALUES (?,?,?,?,?,?,?,?,?)", operation).bind([
                .integer(head.id.value), .integer(same.last?.id.value ?? head.id.value), .integer(head.action),
                .text(head.smsc), .text(head.sender), .text(head.encoding), .integer(Int64(head.billedSegments)),
                .integer(head.start.microseconds), .blob(MessageBlob.batch(same)),
            ]).run()
            book.add(.init(first: head.id.value, last: same.last?.id.value ?? head.id.value, remaining: same.count))
            rest = rest.dropFirst(same.count)
        }
    }

    /// The message gets a row of its own, or has it changed.
    func upsert(_ message: MessageRecord, _ operation: String) throws {
        try connection.statement(
            """
            INSERT INTO message VALUES (?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET
            start = excluded.start, accepted = excluded.accepted, segments = excluded.segments, flags = excluded.flags
            """, operation
        ).bind([
            .integer(message.id.value), .integer(message.recipient.value), .integer(message.action),
            .integer(Int64(message.number)), .text(message.smsc), .text(message.sender), .text(message.encoding),
            .integer(Int64(message.billedSegments)), .integer(message.start.microseconds), message.accepted.bound,
            .blob(message.packedSegments), .integer(flags(of: message)),
        ]).run()
        book.ownRows.insert(message.id.value)
        book.leaveLog(message.id.value)
    }

    func finishMessage(_ id: AttemptID, _ operation: String) throws {
        if book.ownRows.remove(id.value) != nil {
            try connection.statement("DELETE FROM message WHERE id = ?", operation).bind([.integer(id.value)]).run()
        }
        book.leaveLog(id.value)
        if let batch = book.leaveBatch(id.value) { try remove(batch, operation) }
    }

    /// Nothing tells of a dropped message but this: its batch must not bring it back.
    func drop(_ id: AttemptID, _ operation: String) throws {
        book.ownRows.remove(id.value)
        book.leaveLog(id.value)
        try connection.statement("DELETE FROM message WHERE id = ?", operation).bind([.integer(id.value)]).run()
        let isOfBatch = book.batch(of: id.value) != nil
        if let batch = book.leaveBatch(id.value) {
            try remove(batch, operation)
        } else if isOfBatch {
            try connection.statement(
                "INSERT INTO message VALUES (?, 0, 0, 0, '', '', '', 0, 0, NULL, x'', 16)", operation
            ).bind([.integer(id.value)]).run()
        }
    }

    private func remove(_ batch: MessageBook.Batch, _ operation: String) throws {
        try connection.statement("DELETE FROM message_batch WHERE first = ?", operation)
            .bind([.integer(batch.first)]).run()
        try connection.statement("DELETE FROM message WHERE id BETWEEN ? AND ? AND flags = 16", operation)
            .bind([.integer(batch.first), .integer(batch.last)]).run()
    }

    /// What the log says goes to where it stays.
    private func settleLog(_ operation: String) throws {
        for message in book.takeLog() { try upsert(message, operation) }
        try writeMarks(operation)
        try connection.statement("DELETE FROM message_log", operation).run()
    }

    /// The log's beginning goes as far as it tells nothing any more.
    private func shortenLog(someEnded: Bool, _ operation: String) throws {
        for message in book.stragglers() { try upsert(message, operation) }
        guard let last = book.finishedLog(someEnded: someEnded) else { return }
        // The newest marks may be in what goes. A mark in what stays is either the newest of its kind or followed by it.
        try writeMarks(operation)
        try connection.statement("DELETE FROM message_log WHERE id <= ?", operation).bind([.integer(last)]).run()
    }

    private func writeMarks(_ operation: String) throws {
        for mark in book.marks {
            try connection.statement(
                """
                INSERT INTO release VALUES (?,?,?,?)
                ON CONFLICT (smsc, priority) DO UPDATE SET attempt = excluded.attempt, segments = excluded.segments
                """, operation
            ).bind([
                .text(mark.smsc), .integer(Int64(mark.priority.rawValue)), .integer(mark.attempt.value),
                .integer(Int64(mark.segments)),
            ]).run()
        }
        book.marks.removeAll(keepingCapacity: true)
    }

    /// After a start, or a failed transaction: each message gets a row of its own, from what is on disk.
    func settleBook(_ operation: String) throws {
        book = MessageBook()
        endedRecipients = []
        ledgerHead = nil
        let own = try connection.statement("SELECT id FROM message", operation)
        while try own.step() { book.ownRows.insert(own.integer()) }
        own.reset()
        var waiting: [Int64: MessageRecord] = [:]
        let batches = try connection.statement("SELECT * FROM message_batch ORDER BY first", operation)
        while try batches.step() { try readBatch(batches, into: &waiting, operation) }
        batches.reset()
        let log = try connection.statement("SELECT entries FROM message_log ORDER BY id", operation)
        while try log.step() {
            guard let entries = MessageBlob.logEntries(log.blob()) else { throw damaged(operation, "log of messages") }
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
        for message in waiting.values.sorted(by: { $0.id < $1.id }) where !book.ownRows.contains(message.id.value) {
            let row = try connection.statement("SELECT 1 FROM cdr WHERE attempt = ? AND kind = 'usage'", operation)
                .bind([.integer(message.id.value)])
            let hasEnded = try row.step()
            row.reset()
            if !hasEnded { try upsert(message, operation) }
        }
        try connection.statement("DELETE FROM message_batch", operation).run()
        try connection.statement("DELETE FROM message WHERE flags = 16", operation).run()
        try settleLog(operation)
    }

    private func readBatch(
        _ row: Statement, into messages: inout [Int64: MessageRecord], _ operation: String
    ) throws {
        let first = row.integer()
        _ = row.integer()
        let action = row.integer()
        let (smsc, sender, encoding) = (row.text(), row.text(), row.text())
        let billed = Int(row.integer())
        let start = Timestamp(microseconds: row.integer())
        guard let entries = MessageBlob.batchEntries(row.blob()) else {
            throw damaged(operation, "messages from \(first) on")
        }
        for entry in entries {
            messages[entry.id] = MessageRecord(
                id: AttemptID(entry.id), recipient: RecipientID(entry.recipient), action: action,
                number: entry.number, smsc: smsc, sender: sender, encoding: encoding, billedSegments: billed,
                start: start, segments: entry.references.map { SegmentRecord(reference: $0) }, redial: entry.redial)
        }
    }
}
