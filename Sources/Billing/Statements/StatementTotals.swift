// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Adds up the rows of one account and month for its statement, in memory that does not depend on how many there
/// are but on how many actions.
package struct StatementTotals: Equatable, Sendable {
    /// A line of the statement: an action's usage, or corrections or credits with the same reason.
    struct Line: Hashable {
        var kind: LedgerKind
        var action: String
        var note: String
    }

    package let account: String
    package let month: DutchMonth
    private(set) var lines: [Line: LedgerSums] = [:]
    /// What is charged by VAT rate, in basis points.
    private(set) var chargeByVAT: [Int: Money] = [:]
    /// Charged in the year before the month.
    private(set) var earlierInYear = Money.zero
    private var hasEarlier = false
    package private(set) var all = LedgerSums()

    package init(account: String, month: DutchMonth) {
        self.account = account
        self.month = month
    }

    /// One row. Those of other accounts and of other times are passed over; of earlier months of the year the charge
    /// counts for the budget.
    package mutating func add(_ cdr: CallDetailRecord) {
        guard cdr.account == account else { return }
        if month.contains(cdr.start) {
            add(LedgerGroup(cdr), LedgerSums(cdr))
        } else if cdr.start >= month.startOfYear, cdr.start < month.start {
            addEarlier(LedgerSums(cdr))
        }
    }

    /// Rows of the account and the month.
    package mutating func add(_ group: LedgerGroup, _ sums: LedgerSums) {
        let note = group.kind == .usage ? "" : group.note
        lines[Line(kind: group.kind, action: group.action, note: note), default: LedgerSums()] += sums
        if let vat = group.vatBasisPoints { chargeByVAT[vat, default: .zero] += sums.charge }
        all += sums
    }

    /// Rows of the account from earlier months of the same year.
    package mutating func addEarlier(_ sums: LedgerSums) {
        earlierInYear += sums.charge
        hasEarlier = true
    }

    /// There was no row of the account in the year, up to the end of the month.
    package var isEmpty: Bool { lines.isEmpty && !hasEarlier }
    /// Whose lines are on the statement.
    package var actions: Set<String> { Set(lines.keys.map(\.action)) }
}
