// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Adds up the rows of all accounts in a month for the management report, in memory that depends on how many
/// accounts, trunks and actions there are alone.
package struct ReportTotals: Equatable, Sendable {
    package let month: DutchMonth
    private(set) var accounts: [String: LedgerSums] = [:]
    private(set) var trunks: [String: LedgerSums] = [:]
    private(set) var actions: Set<String> = []
    private(set) var accountActions: [String: Set<String>] = [:]
    package private(set) var all = LedgerSums()

    package init(month: DutchMonth) { self.month = month }

    /// One row; those of other months are passed over.
    package mutating func add(_ cdr: CallDetailRecord) {
        if month.contains(cdr.start) { add(LedgerGroup(cdr), LedgerSums(cdr)) }
    }

    /// Rows of the month.
    package mutating func add(_ group: LedgerGroup, _ sums: LedgerSums) {
        accounts[group.account, default: LedgerSums()] += sums
        trunks[group.trunk, default: LedgerSums()] += sums
        all += sums
        guard group.kind == .usage else { return }
        actions.insert(group.action)
        accountActions[group.account, default: []].insert(group.action)
    }
}

/// The management report with its figures as they are shown; those of rows add up to their totals.
package struct ReportDocument: Equatable, Sendable {
    /// An account, a trunk or SMSC, or all of them.
    package struct Row: Equatable, Sendable {
        /// Code of the account, name of the trunk or SMSC.
        package var key: String
        /// Of the account; "" without one.
        package var name: String
        /// nil: not counted.
        package var actions: Int?
        package var sums: LedgerSums
        package var tenths: Int64
        package var costCents: Int64
        package var chargeCents: Int64

        package var marginCents: Int64 { chargeCents - costCents }
        /// Answered of all calls, in tenths of a percent, rounded down; nil without calls.
        package var answerPermille: Int64? { sums.calls > 0 ? Int64(sums.answered) * 1000 / Int64(sums.calls) : nil }
    }

    package var month: DutchMonth
    package var issuer: String
    /// Highest charge first.
    package var accounts: [Row]
    /// Highest cost first.
    package var trunks: [Row]
    package var total: Row
    package var unrated: Int
}

extension ReportTotals {
    /// `name`: of an account, "" when it has none.
    package func document(issuer: String, name: (String) -> String) -> ReportDocument {
        let byAccount = accounts.sorted { ($1.value.charge, $0.key) < ($0.value.charge, $1.key) }
        let byTrunk = trunks.sorted { ($1.value.cost, $0.key) < ($0.value.cost, $1.key) }
        let total = rows([("", all)]).first
        return ReportDocument(
            month: month, issuer: issuer,
            accounts: rows(byAccount.map { ($0.key, $0.value) }).map { row in
                var row = row
                row.name = name(row.key)
                row.actions = accountActions[row.key]?.count ?? 0
                return row
            }, trunks: rows(byTrunk.map { ($0.key, $0.value) }),
            total: ReportDocument.Row(
                key: "", name: "", actions: actions.count, sums: all, tenths: total?.tenths ?? 0,
                costCents: total?.costCents ?? 0, chargeCents: total?.chargeCents ?? 0), unrated: all.unrated)
    }

    private func rows(_ groups: [(key: String, sums: LedgerSums)]) -> [ReportDocument.Row] {
        let tenths = apportioned(groups.map(\.sums.callMilliseconds), unit: millisecondsPerTenth)
        let costs = apportioned(groups.map(\.sums.cost.microEuros), unit: microEurosPerCent)
        let charges = apportioned(groups.map(\.sums.charge.microEuros), unit: microEurosPerCent)
        return groups.indices.map { index in
            ReportDocument.Row(
                key: groups[index].key, name: "", actions: nil, sums: groups[index].sums, tenths: tenths[index],
                costCents: costs[index], chargeCents: charges[index])
        }
    }
}
