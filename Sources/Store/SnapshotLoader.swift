// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// Reads what a new process needs to know.
struct SnapshotLoader {
    private let connection: SQLiteConnection
    private let meta: MetaTable
    private let journal: JournalTables
    private let texts: TextTables
    private let register: RegisterTables
    private let ledger: Ledger
    private let reader: LedgerReader

    init(
        _ connection: SQLiteConnection, _ meta: MetaTable, _ journal: JournalTables, _ texts: TextTables,
        _ register: RegisterTables, _ ledger: Ledger, _ reader: LedgerReader
    ) {
        self.connection = connection
        self.meta = meta
        self.journal = journal
        self.texts = texts
        self.register = register
        self.ledger = ledger
        self.reader = reader
    }

    /// Throws submissions that were never committed away.
    ///
    /// - Parameter writer: settles what it knows of messages before they are read.
    func load(settling writer: RecordWriter, _ operation: String) throws -> JournalSnapshot {
        try journal.discarded.discardStaged(operation)
        var snapshot = JournalSnapshot()
        try readKeys(into: &snapshot, operation)
        snapshot.spending = try ledger.spent(operation)
        snapshot.lastAlive = try meta.integer(.alive, operation).map { Timestamp(microseconds: $0) }

        snapshot.clock = try meta.text(.clock, operation).map {
            try JournalJSON.decode(ClockMark.self, $0, operation)
        }

        // Before recipients are read: those with messages under way are among them.
        try connection.transaction(operation) { try writer.settle(operation) }
        snapshot.actions = try journal.actions.all(operation)
        let check = SnapshotCheck(operation: operation)
        for action in snapshot.actions { try check.check(action) }
        let open = snapshot.actions.filter { !$0.phase.isFinal }
        snapshot.recipients.reserveCapacity(open.reduce(0) { $0 + $1.recipientCount })
        for action in open { try journal.recipients.read(ofAction: action.key, into: &snapshot.recipients, operation) }
        // Those of final actions too that a crash caught in a call: their CDR is still owed.
        try journal.recipients.readUnderWay(except: Set(open.map(\.key)), into: &snapshot.recipients, operation)
        snapshot.calls = try journal.calls.all(operation)
        snapshot.messages = try texts.messages.all(operation)
        snapshot.releases = try texts.messages.marks(operation)
        snapshot.inboundParts = try texts.inbound.parts(operation)
        snapshot.inboundCounts = try texts.inbound.counts(operation)
        snapshot.participants = try register.participants(operation)
        snapshot.contacts = try register.contacts(operation)
        try check.check(snapshot)
        return snapshot
    }

    /// The highest that were ever used.
    private func readKeys(into snapshot: inout JournalSnapshot, _ operation: String) throws {
        snapshot.lastActionKey = max(
            try journal.actions.lastKey(operation), try journal.discarded.lastKey(operation))
        snapshot.lastRecipient = RecipientID(try journal.recipients.lastID(operation))
        snapshot.lastAttempt = AttemptID(
            max(
                try journal.calls.lastID(operation), try reader.lastAttempt(operation),
                try texts.messages.lastID(operation)))
        snapshot.lastInbound = try texts.inbound.lastID(operation)
        snapshot.lastCDRSequence = try ledger.newestRow(operation).sequence
    }
}
