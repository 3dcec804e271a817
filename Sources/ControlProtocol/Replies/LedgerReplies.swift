// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// A row of the ledger and its hash, in hexadecimal: it proves that row and all before.
public struct LedgerPoint: Equatable, Sendable, Codable {
    public var sequence: Int64
    public var hash: String

    public init(sequence: Int64, hash: String) {
        self.sequence = sequence
        self.hash = hash
    }
}

/// What an export came to. Amounts are decimal texts: a number of JSON may lose digits.
public struct ExportReport: Equatable, Sendable, Codable {
    public struct Account: Equatable, Sendable, Codable {
        public var account: String
        public var rows: Int
        public var calls: Int
        /// Seconds with three decimals.
        public var billsec: String
        public var segments: Int
        /// Euros with six decimals, without VAT.
        public var cost: String
        public var charge: String

        public init(
            account: String, rows: Int, calls: Int, billsec: String, segments: Int, cost: String, charge: String
        ) {
            self.account = account
            self.rows = rows
            self.calls = calls
            self.billsec = billsec
            self.segments = segments
            self.cost = cost
            self.charge = charge
        }
    }

    public var rows: Int
    public var firstSequence: Int64?
    /// The last row, which proves all before; nil: there is no row.
    public var last: LedgerPoint?
    /// In order of their names.
    public var accounts: [Account]

    private enum CodingKeys: String, CodingKey {
        case rows, last, accounts
        case firstSequence = "first-sequence"
    }

    public init(rows: Int, firstSequence: Int64?, last: LedgerPoint?, accounts: [Account]) {
        self.rows = rows
        self.firstSequence = firstSequence
        self.last = last
        self.accounts = accounts
    }
}

/// What the proof of the ledger found.
public struct LedgerVerdict: Equatable, Sendable, Codable {
    public struct Fault: Equatable, Sendable, Codable {
        /// `removed`, `changed`, `exchanged`, `truncated`, `added` or `rewritten`.
        public var kind: String
        /// The first row that is wrong.
        public var sequence: Int64
        public var message: String

        public init(kind: String, sequence: Int64, message: String) {
            self.kind = kind
            self.sequence = sequence
            self.message = message
        }
    }

    /// Rows that were proved.
    public var rows: Int64
    /// The last of them.
    public var last: LedgerPoint
    public var fault: Fault?

    public init(rows: Int64, last: LedgerPoint, fault: Fault?) {
        self.rows = rows
        self.last = last
        self.fault = fault
    }
}

/// A correction or credit that was appended.
public struct LedgerAppendix: Equatable, Sendable, Codable {
    public var sequence: Int64
    /// The row that it is about.
    public var corrects: Int64
    public var account: String
    /// What the account is charged for that row now, without VAT: euros with six decimals.
    public var charge: String

    public init(sequence: Int64, corrects: Int64, account: String, charge: String) {
        self.sequence = sequence
        self.corrects = corrects
        self.account = account
        self.charge = charge
    }
}
