// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// A row of the ledger and its hash, in hexadecimal: it proves that row and all before.
package struct LedgerPoint: Equatable, Sendable, Codable {
    package var sequence: Int64
    package var hash: String

    package init(sequence: Int64, hash: String) {
        self.sequence = sequence
        self.hash = hash
    }
}

/// What an export came to. Amounts are decimal texts: a number of JSON may lose digits.
package struct ExportReport: Equatable, Sendable, Codable {
    package struct Account: Equatable, Sendable, Codable {
        package var account: String
        package var rows: Int
        package var calls: Int
        /// Seconds with three decimals.
        package var billsec: String
        package var segments: Int
        /// Euros with six decimals, without VAT.
        package var cost: String
        package var charge: String

        package init(
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

    package var rows: Int
    package var firstSequence: Int64?
    /// The last row, which proves all before; nil: there is no row.
    package var last: LedgerPoint?
    /// In order of their names.
    package var accounts: [Account]

    private enum CodingKeys: String, CodingKey {
        case rows, last, accounts
        case firstSequence = "first-sequence"
    }

    package init(rows: Int, firstSequence: Int64?, last: LedgerPoint?, accounts: [Account]) {
        self.rows = rows
        self.firstSequence = firstSequence
        self.last = last
        self.accounts = accounts
    }
}

/// What the proof of the ledger found.
package struct LedgerVerdict: Equatable, Sendable, Codable {
    package struct Fault: Equatable, Sendable, Codable {
        /// `removed`, `changed`, `exchanged`, `truncated`, `added` or `rewritten`.
        package var kind: String
        /// The first row that is wrong.
        package var sequence: Int64
        package var message: String

        package init(kind: String, sequence: Int64, message: String) {
            self.kind = kind
            self.sequence = sequence
            self.message = message
        }
    }

    /// Rows that were proved.
    package var rows: Int64
    /// The last of them.
    package var last: LedgerPoint
    package var fault: Fault?

    package init(rows: Int64, last: LedgerPoint, fault: Fault?) {
        self.rows = rows
        self.last = last
        self.fault = fault
    }
}

/// A correction or credit that was appended.
package struct LedgerAppendix: Equatable, Sendable, Codable {
    package var sequence: Int64
    /// The row that it is about.
    package var corrects: Int64
    package var account: String
    /// What the account is charged for that row now, without VAT: euros with six decimals.
    package var charge: String

    package init(sequence: Int64, corrects: Int64, account: String, charge: String) {
        self.sequence = sequence
        self.corrects = corrects
        self.account = account
        self.charge = charge
    }
}

/// What another rating changes about a call or SMS. Amounts are differences: euros with six decimals, without VAT.
package struct RatingChange: Equatable, Sendable, Codable {
    /// The row that it is about.
    package var sequence: Int64
    /// The rows that were appended; none when nothing is written.
    package var corrections: [Int64]
    package var account: String
    package var action: String
    /// nil: that side stays.
    package var cost: String?
    package var charge: String?
    /// Of the VAT on the charge: not 0 alone when the amount stays and its rate of VAT does not.
    package var vat: String?
    /// The version that says so; nil: that side stays.
    package var costTariff: String?
    package var chargeTariff: String?

    private enum CodingKeys: String, CodingKey {
        case sequence, corrections, account, action, cost, charge, vat
        case costTariff = "cost-tariff"
        case chargeTariff = "charge-tariff"
    }

    package init(
        sequence: Int64, corrections: [Int64], account: String, action: String, cost: String?, charge: String?,
        vat: String?, costTariff: String?, chargeTariff: String?
    ) {
        self.sequence = sequence
        self.corrections = corrections
        self.account = account
        self.action = action
        self.cost = cost
        self.charge = charge
        self.vat = vat
        self.costTariff = costTariff
        self.chargeTariff = chargeTariff
    }
}

/// What rating a part of the ledger again came to.
package struct RerateReport: Equatable, Sendable, Codable {
    package struct Account: Equatable, Sendable, Codable {
        package var account: String
        /// Calls and SMS that are billed differently.
        package var changed: Int
        /// Differences: euros with six decimals, without VAT.
        package var cost: String
        package var charge: String
        /// Of the VAT on the charge.
        package var vat: String

        package init(account: String, changed: Int, cost: String, charge: String, vat: String) {
            self.account = account
            self.changed = changed
            self.cost = cost
            self.charge = charge
            self.vat = vat
        }
    }

    /// Calls and SMS that were looked at.
    package var rows: Int
    package var changed: Int
    /// Rows that were appended, or would be.
    package var corrections: Int
    /// Whose number was purged: nothing can be said of them any more.
    package var purged: Int
    package var dryRun: Bool
    /// Those with a change, in order of their names.
    package var accounts: [Account]

    private enum CodingKeys: String, CodingKey {
        case rows, changed, corrections, purged, accounts
        case dryRun = "dry-run"
    }

    package init(rows: Int, changed: Int, corrections: Int, purged: Int, dryRun: Bool, accounts: [Account]) {
        self.rows = rows
        self.changed = changed
        self.corrections = corrections
        self.purged = purged
        self.dryRun = dryRun
        self.accounts = accounts
    }
}

extension Replies {
    package static let totals = ReplyKind<ExportReport>("totals")
    package static let verified = ReplyKind<LedgerVerdict>("verified")
    package static let appended = ReplyKind<LedgerAppendix>("appended")
    package static let change = ReplyKind<RatingChange>("change")
    package static let rerated = ReplyKind<RerateReport>("rerated")
}
