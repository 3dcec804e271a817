// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

// The ledger: its proof, and rows that are appended by hand.
extension Verbs {
    /// Rows from and with, to and with; nil: all.
    package struct VerifyLedger: Verb {
        package var from: Int64?
        package var to: Int64?
        /// What was kept elsewhere of a row.
        package var noted: LedgerPoint?

        package init(from: Int64? = nil, to: Int64? = nil, noted: LedgerPoint? = nil) {
            self.from = from
            self.to = to
            self.noted = noted
        }

        package static let declaration = VerbDeclaration<Self>(
            "cdr-verify", "prove that no row of the ledger was changed, removed or reordered",
            keys: Key("from", \.from, .optionalSequence, help: "the first row; default: 1"),
            Key("to", \.to, .optionalSequence, help: "the last row; default: the newest"),
            Key(
                [KeyDescription(name: "noted-sequence"), KeyDescription(name: "noted-hash")],
                read: { object throws(ProtocolError) in try LedgerPoint(notedIn: object) },
                write: { $0.noted?.members ?? [] }),
            replies: [Replies.verified],
            make: { (from, to, noted) throws(ProtocolError) in
                if let from, let to, to < from { throw .notAllowed("to", "must not be less than \"from\"") }
                return Self(from: from, to: to, noted: noted)
            })
    }

    /// An amount without VAT that is given back for a row of the ledger.
    package struct Credit: Verb {
        package var sequence: Int64
        package var amount: Money
        package var note: String

        package init(sequence: Int64, amount: Money, note: String) {
            self.sequence = sequence
            self.amount = amount
            self.note = note
        }

        private static let amounts = ValueForm<Money>(
            read: { object, key throws(ProtocolError) in
                let text = try object.string(key)
                guard let amount = Money(decimalText: text), amount > .zero else {
                    throw object.notAllowed(
                        key, "must be an amount in euros above 0 such as \"1.25\", not \"\(excerpt(text))\"")
                }
                return amount
            }, write: { .string($0.decimalText) })

        package static let declaration = VerbDeclaration<Self>(
            "cdr-credit", "give back an amount that was charged for a call or SMS, as a row of its own",
            keys: Key("sequence", \.sequence, .sequence), Key("amount", \.amount, amounts),
            Key(
                "note", \.note, ValueForm(read: readNote, write: { .string($0) }),
                help: "why; it stands in the ledger"),
            replies: [Replies.appended], make: Self.init)
    }

    /// What was billed against today's tariffs; the differences become corrections. Times select by the start of the
    /// attempt.
    package struct Rerate: Verb {
        /// From then on.
        package var from: Timestamp
        /// Before then.
        package var to: Timestamp?
        package var account: String?
        package var action: ActionID?
        /// Why; it stands in the correction rows and on statements. "" only when nothing is written.
        package var note: String
        /// Shows what would change, and writes nothing.
        package var isDryRun: Bool

        package init(
            from: Timestamp, to: Timestamp? = nil, account: String? = nil, action: ActionID? = nil, note: String,
            isDryRun: Bool
        ) {
            self.from = from
            self.to = to
            self.account = account
            self.action = action
            self.note = note
            self.isDryRun = isDryRun
        }

        private static let beginnings = ValueForm<Timestamp>(
            read: { object, key throws(ProtocolError) in
                _ = try object.required(key)
                guard let from = try object.time(key) else { throw object.notAllowed(key, "must be a time") }
                return from
            }, write: { .string($0.description) })

        private static let notes = ValueForm<String>(
            read: { object, key throws(ProtocolError) in
                let isDryRun = try object.flag("dry-run", default: false)
                return isDryRun && !object.has(key) ? "" : try readNote(object, key)
            }, write: { $0.isEmpty ? nil : .string($0) })

        package static let declaration = VerbDeclaration<Self>(
            "cdr-rerate", "rate calls and SMS again by today's tariffs; what differs becomes correction rows",
            keys: Key("from", \.from, beginnings), Key("to", \.to, .optionalTime(after: "from")),
            Key("account", \.account, .optionalIdentifier, help: "of this account alone, such as GM0513"),
            Key("action", \.action, .optionalActionID, help: "of this action alone"),
            Key("note", \.note, notes, help: "why; it stands in the ledger and on statements"),
            Key("dry-run", \.isDryRun, .flag, help: "show what would change, and write nothing"),
            replies: [Replies.change, Replies.rerated], make: Self.init)
    }
}

@Sendable private func readNote(_ object: ObjectReader, _ key: String) throws(ProtocolError) -> String {
    _ = try object.required(key)
    guard let note = try object.line(key, maximum: 200), !note.isEmpty else {
        throw object.notAllowed(key, "must say why")
    }
    return note
}

extension LedgerPoint {
    fileprivate init?(notedIn object: ObjectReader) throws(ProtocolError) {
        guard let sequence = try object.integer("noted-sequence", 1...Int.max) else { return nil }
        let hash = try object.string("noted-hash")
        guard SHA256.Digest(hexadecimal: hash) != nil else {
            throw object.notAllowed("noted-hash", "must be 64 hexadecimal digits")
        }
        self.init(sequence: Int64(sequence), hash: hash)
    }

    fileprivate var members: [JSONMember] {
        [JSONMember("noted-sequence", .integer(Int(sequence))), JSONMember("noted-hash", .string(hash))]
    }
}
