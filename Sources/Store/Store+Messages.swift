// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import GatewayCore
import SMPP

/// SMS in the journal.
extension Store {
    func writeMessage(_ record: JournalRecord, _ operation: String) throws {
        switch record {
        case .messageStarted, .messagesReleased:
            // Those of a transaction are written together.
            break
        case .messageChanged(let message):
            if !book.canBeLogged(message) { try upsert(message, operation) }
        case .messageDropped(let id):
            try drop(id, operation)
        case .messageEnded(let id, let cdr, let recipient):
            try finishMessage(id, operation)
            try insert(cdr, operation)
            if let recipient { endedRecipients.append(recipient) }
        case .inboundStored(let inbound):
            let part = inbound.part
            try connection.statement("INSERT INTO inbound VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", operation).bind([
                .integer(inbound.id), .integer(inbound.received.microseconds), .text(inbound.smsc),
                .text(inbound.source), .text(inbound.destination), .text(inbound.text), .text(inbound.action),
                .text(inbound.recipient), value(part.map { Int64($0.concatenation.scheme.rawValue) }),
                value(part.map { Int64($0.concatenation.reference) }),
                value(part.map { Int64($0.concatenation.total) }),
                value(part.map { Int64($0.concatenation.sequence) }), value(part.map { Int64($0.dataCoding) }),
                value(part.map { $0.hasHeader ? 1 : 0 }), part.map { .blob($0.octets) } ?? .null,
            ]).run()
        case .inboundPartsRemoved(let ids):
            for id in ids {
                try connection.statement("DELETE FROM inbound WHERE id = ?", operation).bind([.integer(id)]).run()
            }
        case .optedOut(let record):
            try connection.statement("INSERT OR IGNORE INTO opt_out VALUES (?,?,?)", operation).bind([
                .text(record.number), .integer(record.since.microseconds), .text(record.action),
            ]).run()
        case .actionStaged, .recipientsStaged, .actionDiscarded, .actionChanged, .numbersListed, .recipientChanged,
            .callStarted, .callChanged, .callEnded, .ledgerAppended:
            preconditionFailure("not a record of a message")
        }
    }

    private func value(_ value: Int64?) -> Statement.Value { value.map { .integer($0) } ?? .null }

    func flags(of message: MessageRecord) -> Int64 {
        (message.wasDoubtful ? 1 : 0) | (message.redial ? 2 : 0) | (message.isBackground ? 4 : 0)
            | (message.recovered ? 8 : 0)
    }

    /// The CDR's columns of an SMS, in order.
    func columns(of message: MessageDetail) -> [Statement.Value] {
        [
            .integer(Int64(message.segments)), .integer(Int64(message.acceptedSegments)), .text(message.encoding),
            message.accepted.bound,
            // An id is one word in the column, whatever the SMSC put into it.
            .text(message.messageIDs.map { $0.replacing(" ", with: "%20") }.joined(separator: " ")),
            .text(message.references.map(String.init).joined(separator: " ")), .text(message.state),
            .text(message.error), .integer(Int64(message.submits)), .integer(message.doubtful ? 1 : 0),
        ]
    }

    func messageDetail(from row: Statement) -> MessageDetail? {
        guard let segments = row.optionalInteger() else { return nil }
        let accepted = Int(row.integer())
        let encoding = row.text()
        let acceptedAt = row.optionalInteger().map { Timestamp(microseconds: $0) }
        // An empty id of one segment leaves an empty field.
        let ids = row.text().split(separator: " ", omittingEmptySubsequences: false)
            .map { String($0.replacing("%20", with: " ")) }
        let references = row.text().split(separator: " ").compactMap { UInt16($0) }
        let state = row.text()
        let error = row.text()
        let submits = Int(row.integer())
        return MessageDetail(
            segments: Int(segments), acceptedSegments: accepted, encoding: encoding, accepted: acceptedAt,
            messageIDs: ids, references: references, state: state, error: error, submits: submits,
            doubtful: row.integer() != 0)
    }

    // MARK: - Reading

    func loadMessages(into snapshot: inout JournalSnapshot, _ operation: String) throws {
        let rows = try connection.statement("SELECT * FROM message ORDER BY id", operation)
        while try rows.step() { snapshot.messages.append(try message(from: rows, operation)) }
        rows.reset()
        let marks = try connection.statement("SELECT * FROM release", operation)
        while try marks.step() {
            let smsc = marks.text()
            guard let priority = ActionPriority(rawValue: Int(marks.integer())) else {
                throw damaged(operation, "release of \(smsc)")
            }
            snapshot.releases.append(
                ReleaseMark(
                    smsc: smsc, priority: priority, attempt: AttemptID(marks.integer()),
                    segments: Int(marks.integer())))
        }
        marks.reset()
        let parts = try connection.statement("SELECT * FROM inbound WHERE octets IS NOT NULL ORDER BY id", operation)
        while try parts.step() { snapshot.inboundParts.append(try inbound(from: parts, operation)) }
        parts.reset()
        let counts = try connection.statement(
            "SELECT action, count(*) FROM inbound WHERE action <> '' AND octets IS NULL GROUP BY action", operation)
        while try counts.step() {
            let action = counts.text()
            snapshot.inboundCounts[action] = Int(counts.integer())
        }
        counts.reset()
        let numbers = try connection.statement("SELECT number FROM opt_out", operation)
        while try numbers.step() { snapshot.optOuts.insert(numbers.text()) }
        numbers.reset()
    }

    private func message(from row: Statement, _ operation: String) throws -> MessageRecord {
        let id = row.integer()
        let recipient = RecipientID(row.integer())
        let action = row.integer()
        let number = Int(row.integer())
        let (smsc, sender, encoding) = (row.text(), row.text(), row.text())
        let billed = Int(row.integer())
        let start = Timestamp(microseconds: row.integer())
        let accepted = row.optionalInteger().map { Timestamp(microseconds: $0) }
        guard let segments = MessageRecord.unpackSegments(row.blob()) else {
            throw damaged(operation, "segments of message \(id)")
        }
        let flags = row.integer()
        return MessageRecord(
            id: AttemptID(id), recipient: recipient, action: action, number: number, smsc: smsc, sender: sender,
            encoding: encoding, billedSegments: billed, start: start, accepted: accepted, segments: segments,
            wasDoubtful: flags & 1 != 0, redial: flags & 2 != 0, isBackground: flags & 4 != 0,
            recovered: flags & 8 != 0)
    }

    private func inbound(from row: Statement, _ operation: String) throws -> InboundRecord {
        let id = row.integer()
        let received = Timestamp(microseconds: row.integer())
        let (smsc, source, destination, text) = (row.text(), row.text(), row.text(), row.text())
        let (action, recipient) = (row.text(), row.text())
        var record = InboundRecord(
            id: id, received: received, smsc: smsc, source: source, destination: destination, text: text,
            action: action, recipient: recipient)
        guard let rawScheme = row.optionalInteger() else { return record }
        let (reference, total, position) = (row.integer(), row.integer(), row.integer())
        let (coding, header, octets) = (row.integer(), row.integer(), row.blob())
        guard let scheme = Concatenation.Scheme(rawValue: UInt8(clamping: rawScheme)),
            let concatenation = Concatenation(
                scheme: scheme, reference: UInt16(clamping: reference), total: UInt8(clamping: total),
                sequence: UInt8(clamping: position))
        else { throw damaged(operation, "segment of message \(id)") }
        record.part = InboundRecord.Part(
            concatenation: concatenation, dataCoding: UInt8(clamping: coding), hasHeader: header != 0, octets: octets)
        return record
    }

    /// A page of what citizens wrote in answer to an action, in order, after the given one.
    package func inbound(ofAction id: String, after last: Int64 = 0, limit: Int) throws -> [InboundRecord] {
        checkOwner()
        let operation = "reading messages of citizens"
        let rows = try connection.statement(
            "SELECT * FROM inbound WHERE action = ? AND id > ? AND octets IS NULL ORDER BY id LIMIT ?", operation
        ).bind([.text(id), .integer(last), .integer(Int64(limit))])
        var page: [InboundRecord] = []
        while try rows.step() { page.append(try inbound(from: rows, operation)) }
        rows.reset()
        return page
    }
}
