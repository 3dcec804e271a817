// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import GatewayCore
import Store

/// Sums so far. Touched in turns alone, which come one after the other: the reason for `@unchecked Sendable`.
private final class Accumulation<Totals>: @unchecked Sendable {
    var totals: Totals
    init(_ totals: Totals) { self.totals = totals }
}

/// Statements and reports: the ledger is added up a part in each turn, so that calls go on meanwhile.
extension ControlSession {
    func statement(account: String, _ options: StatementOptions, _ tag: String?) {
        begin()
        let sums = Accumulation(StatementTotals(account: account, month: options.month))
        let month = options.month
        context.dispatcher.post { [self] dispatcher, _ in
            dispatcher.whenBooksAreDone { [self] _, _ in
                scan(account, from: month.startOfYear, to: month.start, tag) {
                    sums.totals.addEarlier($1)
                } then: { [self] _ in
                    scan(account, from: month.start, to: month.end, tag) {
                        sums.totals.add($0, $1)
                    } then: { [self] dispatcher in
                        deliver(sums.totals, options, dispatcher, tag)
                    }
                }
            }
        }
    }

    func report(_ options: StatementOptions, _ tag: String?) {
        begin()
        let sums = Accumulation(ReportTotals(month: options.month))
        context.dispatcher.post { [self] dispatcher, _ in
            dispatcher.whenBooksAreDone { [self] _, _ in
                scan(nil, from: options.month.start, to: options.month.end, tag) {
                    sums.totals.add($0, $1)
                } then: { [self] _ in
                    deliver(sums.totals, options, tag)
                }
            }
        }
    }

    // MARK: - Adding up

    /// In a turn; `add` and `then` too.
    private func scan(
        _ account: String?, from: Timestamp, to: Timestamp, _ tag: String?,
        add: @escaping @Sendable (LedgerGroup, LedgerSums) -> Void, then: @escaping @Sendable (Dispatcher) -> Void
    ) {
        do {
            next(try context.store.beginScan(account: account, from: from, to: to), tag, add: add, then: then)
        } catch {
            end(.refusal(ProtocolError(.journalFailed, "\(error)"), tag: tag))
        }
    }

    /// In a turn.
    private func next(
        _ scan: LedgerScan, _ tag: String?, add: @escaping @Sendable (LedgerGroup, LedgerSums) -> Void,
        then: @escaping @Sendable (Dispatcher) -> Void
    ) {
        guard !scan.isDone else { return then(context.dispatcher) }
        var scan = scan
        do {
            for (group, sums) in try context.store.sums(&scan) { add(group, sums) }
        } catch {
            return end(.refusal(ProtocolError(.journalFailed, "\(error)"), tag: tag))
        }
        let rest = scan
        context.queue.async { [self] in
            // Nobody waits for it any more.
            guard !isClosed else { return end(nil) }
            context.dispatcher.post { [self] _, _ in next(rest, tag, add: add, then: then) }
        }
    }

    // MARK: - Writing

    /// In a turn, for the titles of actions.
    private func deliver(
        _ totals: StatementTotals, _ options: StatementOptions, _ dispatcher: Dispatcher, _ tag: String?
    ) {
        let configuration = context.configuration.snapshot
        let account = configuration.account(totals.account)
        guard account != nil || !totals.isEmpty else {
            let known = configuration.accounts.map(\.code)
            let hint = closest(to: totals.account, in: known).map { "; did you mean \"\($0)\"?" } ?? ""
            let message =
                "there is no account \"\(totals.account)\": it has no section in the configuration, "
                + "and nothing was recorded for it in \(options.month.year)\(hint)"
            return end(.refusal(ProtocolError(.unknownAccount, message, field: "account"), tag: tag))
        }
        let titles: [String: String]
        do {
            titles = try context.store.titles(ofActions: totals.actions)
        } catch {
            return end(.refusal(ProtocolError(.journalFailed, "\(error)"), tag: tag))
        }
        let heading = configuration.statement
        let document = totals.document(
            parties: StatementParties(
                name: account?.name ?? "", inhabitants: account?.inhabitants, issuer: heading.issuer,
                details: heading.details),
            budget: configuration.budgets[totals.account] ?? Budget(), title: { titles[$0] ?? "" })
        let language = StatementLanguage(options.language)
        context.queue.async { [self] in
            switch options.format {
            case .html: send(StatementHTML(language: language).lines(document)[...], rows: document.rows, tag)
            case .csv:
                let writer = StatementCSV(language: language, locale: CSVLocale(options.locale))
                send(writer.lines(document)[...], rows: document.rows, tag)
            }
        }
    }

    private func deliver(_ totals: ReportTotals, _ options: StatementOptions, _ tag: String?) {
        let configuration = context.configuration.snapshot
        let document = totals.document(
            issuer: configuration.statement.issuer, name: { configuration.account($0)?.name ?? "" })
        let language = StatementLanguage(options.language)
        let rows = document.total.sums.rows
        context.queue.async { [self] in
            switch options.format {
            case .html: send(ReportHTML(language: language).lines(document)[...], rows: rows, tag)
            case .csv:
                let writer = ReportCSV(language: language, locale: CSVLocale(options.locale))
                send(writer.lines(document)[...], rows: rows, tag)
            }
        }
    }

    /// Pieces as fast as the client reads.
    private func send(_ lines: ArraySlice<String>, rows: Int, _ tag: String?) {
        guard !isClosed else { return end(nil) }
        guard !lines.isEmpty else { return end(.final(.rows(rows), tag: tag)) }
        reply(.part(.lines(Array(lines.prefix(Reply.linesPerPiece))), tag: tag))
        whenWritable { [self] in send(lines.dropFirst(Reply.linesPerPiece), rows: rows, tag) }
    }
}

extension StatementLanguage {
    init(_ language: StatementOptions.Language) {
        switch language {
        case .dutch: self = .dutch
        case .english: self = .english
        }
    }
}

extension CSVLocale {
    init(_ locale: ExportLocale?) {
        switch locale {
        case .dutch: self = .dutch
        case nil: self = .plain
        }
    }
}
