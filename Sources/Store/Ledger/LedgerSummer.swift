// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

/// Which rows of the ledger are added up, and how far that has come. Whoever adds up asks for one part after the
/// other until there is none left, so that no turn takes long.
package struct LedgerScan: Equatable, Sendable {
    /// nil: all.
    package var account: String?
    /// Inclusive, on the start.
    package var from: Timestamp
    /// Exclusive.
    package var to: Timestamp
    /// Rows up to here have been added up.
    package fileprivate(set) var position: Int64
    /// No row after it can matter.
    fileprivate let end: Int64

    package var isDone: Bool { position >= end }
}

/// Adding up the ledger in the database, many rows at a time.
struct LedgerSummer {
    private let connection: SQLiteConnection

    init(_ connection: SQLiteConnection) { self.connection = connection }

    /// A part takes a few milliseconds.
    private static let rowsInPart: Int64 = 1000
    /// The ledger is in order of the ends of attempts, but for those that a crash or a receipt delayed.
    private static let disorder = Interval.minutes(2 * 24 * 60)
    /// From the start of an attempt to its end at most: the longest action and the longest wait for receipts.
    private static let longestAttempt = Interval.minutes(40 * 24 * 60)

    /// Finds the rows that may have started in that time. Touches a few rows, however long the ledger.
    func begin(account: String?, from: Timestamp, to: Timestamp, _ operation: String) throws -> LedgerScan {
        let last = try connection.number("SELECT coalesce(max(sequence), 0) FROM cdr", operation) ?? 0
        // Whatever started then has ended since, and not much later.
        let first = try firstRow(endedFrom: from - Self.disorder, last: last, operation)
        let beyond = try firstRow(endedFrom: to + Self.longestAttempt + Self.disorder, last: last, operation)
        return LedgerScan(account: account, from: from, to: to, position: first - 1, end: max(first, beyond) - 1)
    }

    /// Adds up the next rows, in groups, and moves on behind them.
    func advance(_ scan: inout LedgerScan, _ operation: String) throws -> [(group: LedgerGroup, sums: LedgerSums)] {
        guard !scan.isDone else { return [] }
        let end = try endOfPart(scan, operation)
        var values: [Query.Value] = [
            .integer(scan.position), .integer(end), .integer(scan.from.microseconds), .integer(scan.to.microseconds),
        ]
        if let account = scan.account { values.append(.text(account)) }
        let rows = try connection.query(scan.account == nil ? Self.sumsOfAll : Self.sumsOfAccount, operation)
            .bind(values)
        defer { rows.reset() }
        var parts: [(LedgerGroup, LedgerSums)] = []
        while try rows.step() { parts.append(try part(from: rows, operation)) }
        scan.position = end
        return parts
    }

    /// Binary search on the times at which attempts ended.
    private func firstRow(endedFrom time: Timestamp, last: Int64, _ operation: String) throws -> Int64 {
        var (low, high) = (Int64(1), last + 1)
        let row = try connection.query(
            "SELECT ended FROM cdr WHERE sequence >= ? ORDER BY sequence LIMIT 1", operation)
        while low < high {
            let middle = low + (high - low) / 2
            try row.bind([.integer(middle)])
            let isBefore = try row.step() && row.integer() < time.microseconds
            row.reset()
            if isBefore { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Of one account alone the rows lie apart: counted in its index.
    private func endOfPart(_ scan: LedgerScan, _ operation: String) throws -> Int64 {
        guard let account = scan.account else { return min(scan.end, scan.position + Self.rowsInPart) }
        let row = try connection.query(
            "SELECT sequence FROM cdr WHERE account = ? AND sequence > ? ORDER BY sequence LIMIT 1 OFFSET ?", operation
        ).bind([.text(account), .integer(scan.position), .integer(Self.rowsInPart - 1)])
        defer { row.reset() }
        return try row.step() ? min(scan.end, row.integer()) : scan.end
    }

    private func part(from row: Query, _ operation: String) throws -> (LedgerGroup, LedgerSums) {
        let (account, action, trunk) = (row.text(), row.text(), row.text())
        guard let kind = LedgerKind(rawValue: row.text()) else { throw StoreError.damaged(operation, "kind of a row") }
        let group = LedgerGroup(
            account: account, action: action, trunk: trunk, kind: kind, note: row.text(),
            vatBasisPoints: row.optionalInteger().map { Int($0) })
        var sums = LedgerSums()
        sums.rows = Int(row.integer())
        sums.recipients = Int(row.integer())
        sums.calls = Int(row.integer())
        sums.answered = Int(row.integer())
        sums.callMilliseconds = row.integer()
        sums.messages = Int(row.integer())
        sums.reached = Int(row.integer())
        sums.segments = Int(row.integer())
        sums.unrated = Int(row.integer())
        sums.cost = Money(microEuros: row.integer())
        sums.charge = Money(microEuros: row.integer())
        sums.first = Timestamp(microseconds: row.integer())
        sums.lastSequence = row.integer()
        return (group, sums)
    }

    private static let sumsOfAll = sumsQuery(condition: "")
    private static let sumsOfAccount = sumsQuery(condition: "AND account = ?5")

    /// What ``LedgerSums`` says in Swift, in SQL: a test holds both together. Of integers alone, so it is exact.
    private static func sumsQuery(condition: String) -> String {
        let usage = "kind = '\(LedgerKind.usage.rawValue)'"
        let reached = "'\(Disposition.delivered.rawValue)', '\(Disposition.sent.rawValue)'"
        let isCall = "\(usage) AND segments IS NULL"
        let isMessage = "\(usage) AND segments IS NOT NULL"
        let isAnswered = "\(isCall) AND answer IS NOT NULL"
        func hasReached(_ row: String) -> String {
            "\(row).\(usage) AND (\(row).answer IS NOT NULL OR \(row).disposition IN (\(reached)))"
        }
        // As the index has them, see Migration.reached. Of those that reached one citizen the last one counts: so only
        // rows of second and further attempts need to be found.
        let later = """
            SELECT 1 FROM cdr AS later INDEXED BY cdr_reached_later
            WHERE \(hasReached("later")) AND later.attempt_number > 1
            AND later.action = cdr.action AND later.callee = cdr.callee
            AND later.attempt_number > cdr.attempt_number AND later.start >= ?3 AND later.start < ?4
            """
        // Of what no tariff said anything when it ended, and a correction did since.
        let rating = """
            SELECT 1 FROM cdr AS rating WHERE rating.corrects = cdr.sequence
            AND rating.kind = '\(LedgerKind.correction.rawValue)' AND rating.charge IS NOT NULL
            AND rating.start >= ?3 AND rating.start < ?4
            """
        let isBilled = "(\(isAnswered) OR \(isMessage) AND accepted_segments > 0)"
        let isUnrated = "charge IS NULL AND \(isBilled)"
        return """
            SELECT account, action, trunk, kind, iif(\(usage), '', note), charge_vat, count(*),
            sum(\(usage) AND attempt_number = 1), sum(\(isCall)), sum(\(isAnswered)),
            sum(iif(\(isAnswered), max(0, ended / 1000 - answer / 1000), 0)), sum(\(isMessage)),
            sum(iif(\(hasReached("cdr")), NOT EXISTS (\(later)), 0)),
            sum(iif(\(isMessage), accepted_segments, 0)), sum(iif(\(isUnrated), NOT EXISTS (\(rating)), 0)),
            coalesce(sum(cost), 0), coalesce(sum(charge), 0), min(start), max(sequence)
            FROM cdr WHERE sequence > ?1 AND sequence <= ?2 AND +start >= ?3 AND +start < ?4 \(condition)
            GROUP BY 1, 2, 3, 4, 5, 6
            """
    }
}
