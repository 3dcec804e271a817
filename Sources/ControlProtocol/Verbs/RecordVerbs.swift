// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

// Call detail records, and what is billed by them.
extension Verbs {
    /// Times select by the start of the attempt.
    package struct ExportCDRs: Verb {
        package var format: ExportFormat
        /// nil: comma and decimal point.
        package var locale: ExportLocale?
        /// From then on.
        package var from: Timestamp?
        /// Before then.
        package var to: Timestamp?
        package var account: String?
        package var action: ActionID?

        package init(
            format: ExportFormat, locale: ExportLocale? = nil, from: Timestamp? = nil, to: Timestamp? = nil,
            account: String? = nil, action: ActionID? = nil
        ) {
            self.format = format
            self.locale = locale
            self.from = from
            self.to = to
            self.account = account
            self.action = action
        }

        package static let declaration = VerbDeclaration<Self>(
            "cdr-export", "write call detail records as CSV",
            keys: Key(
                "format", \.format, .requiredWord(default: .native),
                help: "native (with header), asterisk, freeswitch, or ledger (all rows, with their hashes)"),
            Key(
                "locale", \.locale, .optionalWord(),
                help: "nl: semicolons, decimal comma, byte-order mark and CR LF, as Dutch spreadsheets read CSV"),
            Key("from", \.from, .optionalTime), Key("to", \.to, .optionalTime),
            Key("account", \.account, .optionalIdentifier, help: "of this account alone, such as GM0513"),
            Key("action", \.action, .optionalActionID, help: "of this action alone"),
            replies: [Replies.lines, Replies.totals, Replies.rows],
            make: { (format, locale, from, to, account, action) throws(ProtocolError) in
                let request = Self(format: format, locale: locale, from: from, to: to, account: account, action: action)
                if let from, let to, to <= from { throw .notAllowed("to", "must be later than \"from\"") }
                if format == .ledger, request != Self(format: .ledger) {
                    throw .notAllowed("format", "\"ledger\" is of all rows and takes no other key")
                }
                return request
            })
    }

    /// How a record was rated.
    package struct Explain: Verb {
        package var record: ExplainedRecord

        package init(_ record: ExplainedRecord) { self.record = record }

        package static let declaration = VerbDeclaration<Self>(
            "explain", "show in words how a call detail record was rated",
            keys: Key(
                [KeyDescription(name: "sequence"), KeyDescription(name: "call-id")],
                read: { object throws(ProtocolError) in try ExplainedRecord(in: object) },
                write: { $0.record.members }),
            replies: [Replies.lines, Replies.rows], make: { Self($0) })
    }

    /// What an account is billed for a month.
    package struct Statement: Verb {
        package var account: String
        package var options: StatementOptions

        package init(account: String, _ options: StatementOptions) {
            self.account = account
            self.options = options
        }

        package static let declaration = VerbDeclaration<Self>(
            "statement", "write what a municipality is billed for a month",
            keys: Key("account", \.account, .identifier, help: "of this account, such as GM0513"),
            Key(\.options, StatementOptions.form), replies: [Replies.lines, Replies.rows],
            make: { Self(account: $0, $1) })
    }

    /// All accounts and trunks in a month.
    package struct Report: Verb {
        package var options: StatementOptions

        package init(_ options: StatementOptions) { self.options = options }

        package static let declaration = VerbDeclaration<Self>(
            "report", "write the management report of a month: all accounts and trunks",
            keys: Key(\.options, StatementOptions.form), replies: [Replies.lines, Replies.rows], make: { Self($0) })
    }

    package struct Budgets: Verb {
        package init() {}

        package static let declaration = VerbDeclaration<Self>(
            "budget", "show what accounts may spend, have spent, and hold in reserve",
            replies: [Replies.budget, Replies.count], make: Self.init)
    }
}

package enum ExportFormat: String, Vocabulary {
    case native, asterisk, freeswitch
    /// The canonical text of every row and its hash: whoever has it can prove the ledger.
    case ledger
}

package enum ExportLocale: String, Vocabulary {
    /// As Dutch spreadsheets read CSV: semicolon, decimal comma, byte-order mark, CRLF.
    case dutch = "nl"
}

/// A record of the ledger that someone asks about.
package enum ExplainedRecord: Equatable, Sendable, CustomStringConvertible {
    case sequence(Int64)
    /// Of the INVITE; of an SMS `sms-` and the attempt's number.
    case callID(String)

    package var description: String {
        switch self {
        case .sequence(let sequence): "record \(sequence)"
        case .callID(let callID): "record of the call \(callID)"
        }
    }
}

extension ExplainedRecord {
    fileprivate init(in object: ObjectReader) throws(ProtocolError) {
        let sequence = try object.integer("sequence", 1...Int.max)
        if let callID = try object.optionalString("call-id") {
            guard sequence == nil else { throw object.notAllowed("call-id", "does not go with \"sequence\"") }
            self = .callID(callID)
        } else {
            _ = try object.required("sequence")
            guard let sequence else { throw object.notAllowed("sequence", "must be a number") }
            self = .sequence(Int64(sequence))
        }
    }

    fileprivate var members: [JSONMember] {
        switch self {
        case .sequence(let sequence): [JSONMember("sequence", .integer(Int(sequence)))]
        case .callID(let callID): [JSONMember("call-id", .string(callID))]
        }
    }
}
