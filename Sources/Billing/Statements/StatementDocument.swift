// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Who a statement is for and from.
package struct StatementParties: Equatable, Sendable {
    /// Name of the account; "": its code alone.
    package var name: String
    package var inhabitants: Int?
    /// Who bills; "": not said.
    package var issuer: String
    /// Lines below the issuer.
    package var details: [String]

    package init(name: String = "", inhabitants: Int? = nil, issuer: String = "", details: [String] = []) {
        self.name = name
        self.inhabitants = inhabitants
        self.issuer = issuer
        self.details = details
    }
}

/// A statement with every figure as it is shown. Amounts are in whole cents, without VAT where nothing else is said,
/// and those of rows add up to their totals.
package struct StatementDocument: Equatable, Sendable {
    /// An action.
    package struct ActionRow: Equatable, Sendable {
        package var action: String
        package var title: String
        package var start: Timestamp
        package var sums: LedgerSums
        /// Tenths of a minute.
        package var tenths: Int64
        package var cents: Int64
    }

    /// Corrections or credits of an action that have the same reason.
    package struct AdjustmentRow: Equatable, Sendable {
        package var kind: LedgerKind
        package var action: String
        package var title: String
        package var note: String
        package var sums: LedgerSums
        package var cents: Int64
    }

    package struct VATRow: Equatable, Sendable {
        package var basisPoints: Int
        /// What it is charged on.
        package var cents: Int64
        package var vatCents: Int64
    }

    package struct BudgetRow: Equatable, Sendable {
        package enum Period: Sendable { case month, year }
        package var period: Period
        package var usedCents: Int64
        /// nil: no limit was agreed on.
        package var limitCents: Int64?

        /// In whole percent, rounded down; nil without a limit.
        package var percent: Int64? {
            limitCents.flatMap { $0 > 0 ? usedCents * 100 / $0 : nil }
        }
    }

    package var account: String
    package var month: DutchMonth
    package var parties: StatementParties
    package var actions: [ActionRow]
    package var adjustments: [AdjustmentRow]
    /// Of all actions.
    package var usage: LedgerSums
    package var usageTenths: Int64
    package var usageCents: Int64
    package var adjustmentCents: Int64
    /// Actions and adjustments.
    package var subtotalCents: Int64
    package var vat: [VATRow]
    /// With VAT.
    package var totalCents: Int64
    package var budget: [BudgetRow]
    /// The planning figure of EUR 0.24 per inhabitant and year; nil: inhabitants are not known.
    package var planningCents: Int64?
    /// Rows of the ledger that are in it.
    package var rows: Int
    package var lastSequence: Int64
    /// Of these rows those without a tariff; they have no amount.
    package var unrated: Int
}

/// One cent in micro-euros: amounts are shown in cents.
let microEurosPerCent: Int64 = 10_000
/// A tenth of a minute in milliseconds: durations are shown in them.
let millisecondsPerTenth: Int64 = 6_000
/// EUR 0.24 for each inhabitant and year: what operations are planned to cost.
private let planningCentsPerInhabitant: Int64 = 24

extension StatementTotals {
    /// The statement. `title`: of an action, "" when it has none.
    package func document(
        parties: StatementParties, budget: Budget = Budget(), title: (String) -> String
    ) -> StatementDocument {
        let ordered = lines.sorted { Self.precedes($0, $1) }
        let cents = apportioned(ordered.map(\.value.charge.microEuros), unit: microEurosPerCent)
        let tenths = apportioned(ordered.map(\.value.callMilliseconds), unit: millisecondsPerTenth)
        var actions: [StatementDocument.ActionRow] = []
        var adjustments: [StatementDocument.AdjustmentRow] = []
        var usage = LedgerSums()
        for (index, (line, sums)) in ordered.enumerated() {
            switch line.kind {
            case .usage:
                usage += sums
                actions.append(
                    StatementDocument.ActionRow(
                        action: line.action, title: title(line.action), start: sums.first ?? month.start, sums: sums,
                        tenths: tenths[index], cents: cents[index]))
            case .correction, .credit:
                adjustments.append(
                    StatementDocument.AdjustmentRow(
                        kind: line.kind, action: line.action, title: title(line.action), note: line.note, sums: sums,
                        cents: cents[index]))
            }
        }
        let subtotal = cents.reduce(0, +)
        let vat = vatRows()
        let year = rounded((earlierInYear + all.charge).microEuros, microEurosPerCent)
        return StatementDocument(
            account: account, month: month, parties: parties, actions: actions, adjustments: adjustments, usage: usage,
            usageTenths: actions.reduce(0) { $0 + $1.tenths }, usageCents: actions.reduce(0) { $0 + $1.cents },
            adjustmentCents: adjustments.reduce(0) { $0 + $1.cents }, subtotalCents: subtotal, vat: vat,
            totalCents: vat.reduce(subtotal) { $0 + $1.vatCents },
            budget: [
                .init(period: .month, usedCents: subtotal, limitCents: budget.month.map(Self.cents)),
                .init(period: .year, usedCents: year, limitCents: budget.year.map(Self.cents)),
            ], planningCents: parties.inhabitants.map { Int64($0) * planningCentsPerInhabitant }, rows: all.rows,
            lastSequence: all.lastSequence, unrated: all.unrated)
    }

    private static func cents(_ amount: Money) -> Int64 { rounded(amount.microEuros, microEurosPerCent) }

    /// VAT is calculated once for each rate, on what is shown.
    private func vatRows() -> [StatementDocument.VATRow] {
        let rates = chargeByVAT.keys.sorted(by: >)
        let bases = apportioned(rates.map { chargeByVAT[$0]?.microEuros ?? 0 }, unit: microEurosPerCent)
        return zip(rates, bases).map { rate, base in
            StatementDocument.VATRow(basisPoints: rate, cents: base, vatCents: rounded(base * Int64(rate), 10_000))
        }
    }

    /// Actions by time, then corrections, then credits.
    private static func precedes(_ left: (key: Line, value: LedgerSums), _ right: (key: Line, value: LedgerSums))
        -> Bool
    {
        let (first, second) = (order(left.key.kind), order(right.key.kind))
        guard first == second else { return first < second }
        let (start, other) = (left.value.first ?? .epoch, right.value.first ?? .epoch)
        guard start == other else { return start < other }
        return (left.key.action, left.key.note) < (right.key.action, right.key.note)
    }

    private static func order(_ kind: LedgerKind) -> Int {
        switch kind {
        case .usage: 0
        case .correction: 1
        case .credit: 2
        }
    }
}
