// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import Configuration
import ControlProtocol
import GatewayCore
import Platform
import Store

// Statements and reports: the ledger is added up a part in each turn, so that calls go on meanwhile.

extension Verbs.Statement: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        let sums = Accumulation(StatementTotals(account: account, month: options.month))
        let month = options.month
        let scanner = LedgerScanner(context: context, replies: replies)
        context.dispatcher.post { dispatcher, _ in
            dispatcher.whenBooksAreDone { _, _ in
                scanner.scan(account, from: month.startOfYear, to: month.start) {
                    sums.totals.addEarlier($1)
                } then: {
                    scanner.scan(account, from: month.start, to: month.end) {
                        sums.totals.add($0, $1)
                    } then: {
                        deliver(sums.totals, context, replies)
                    }
                }
            }
        }
    }

    /// In a turn, for the titles of actions.
    private func deliver(_ totals: StatementTotals, _ context: ControlContext, _ replies: ReplyChannel) {
        let configuration = context.configuration.snapshot
        let known = configuration.account(account)
        guard known != nil || !totals.isEmpty else { return replies.refuse(unknownAccount(configuration)) }
        let titles: [String: String]
        do {
            titles = try context.store.titles(ofActions: totals.actions)
        } catch {
            return replies.refuse(journal: error)
        }
        let heading = configuration.statement
        let document = totals.document(
            parties: StatementParties(
                name: known?.name ?? "", inhabitants: known?.inhabitants, issuer: heading.issuer,
                details: heading.details),
            budget: configuration.budgets[account] ?? Budget(), title: { titles[$0] ?? "" })
        ControlActor.async {
            let lines =
                switch options.format {
                case .html: StatementHTML(language: options.language).lines(document)
                case .csv:
                    StatementCSV(language: options.language, locale: CSVLocale(options.locale)).lines(document)
                }
            replies.send(text: lines[...], rows: document.rows)
        }
    }

    private func unknownAccount(_ configuration: GatewayConfiguration) -> ProtocolError {
        let hint =
            closest(to: account, in: configuration.accounts.map(\.code)).map { "; did you mean \"\($0)\"?" } ?? ""
        let message =
            "there is no account \"\(account)\": it has no section in the configuration, "
            + "and nothing was recorded for it in \(options.month.year)\(hint)"
        return ProtocolError(.unknownAccount, message, field: "account")
    }
}

extension Verbs.Report: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        let sums = Accumulation(ReportTotals(month: options.month))
        let scanner = LedgerScanner(context: context, replies: replies)
        context.dispatcher.post { dispatcher, _ in
            dispatcher.whenBooksAreDone { _, _ in
                scanner.scan(nil, from: options.month.start, to: options.month.end) {
                    sums.totals.add($0, $1)
                } then: {
                    deliver(sums.totals, context, replies)
                }
            }
        }
    }

    private func deliver(_ totals: ReportTotals, _ context: ControlContext, _ replies: ReplyChannel) {
        let configuration = context.configuration.snapshot
        let document = totals.document(
            issuer: configuration.statement.issuer, name: { configuration.account($0)?.name ?? "" })
        let rows = document.total.sums.rows
        ControlActor.async {
            let lines =
                switch options.format {
                case .html: ReportHTML(language: options.language).lines(document)
                case .csv: ReportCSV(language: options.language, locale: CSVLocale(options.locale)).lines(document)
                }
            replies.send(text: lines[...], rows: rows)
        }
    }
}

/// Sums so far.
@TurnActor private final class Accumulation<Totals: Sendable> {
    var totals: Totals
    nonisolated init(_ totals: Totals) { self.totals = totals }
}

private struct LedgerScanner: Sendable {
    let context: ControlContext
    let replies: ReplyChannel

    /// In a turn; `add` and `then` too.
    @TurnActor func scan(
        _ account: String?, from: Timestamp, to: Timestamp,
        add: @escaping @TurnActor @Sendable (LedgerGroup, LedgerSums) -> Void,
        then: @escaping @TurnActor @Sendable () -> Void
    ) {
        do {
            next(try context.store.beginScan(account: account, from: from, to: to), add: add, then: then)
        } catch {
            replies.refuse(journal: error)
        }
    }

    /// In a turn.
    @TurnActor private func next(
        _ scan: LedgerScan, add: @escaping @TurnActor @Sendable (LedgerGroup, LedgerSums) -> Void,
        then: @escaping @TurnActor @Sendable () -> Void
    ) {
        guard !scan.isDone else { return then() }
        var scan = scan
        do {
            for (group, sums) in try context.store.sums(&scan) { add(group, sums) }
        } catch {
            return replies.refuse(journal: error)
        }
        let rest = scan
        ControlActor.async {
            // Nobody waits for it any more.
            guard !replies.isClosed else { return replies.end() }
            context.dispatcher.post { _, _ in next(rest, add: add, then: then) }
        }
    }
}

extension ReplyChannel {
    /// Pieces as fast as the client reads. On the control queue.
    @ControlActor func send(text lines: ArraySlice<String>, rows: Int) {
        guard !isClosed else { return end() }
        guard !lines.isEmpty else { return end(.final(Replies.rows, rows)) }
        send(.part(Replies.lines, Array(lines.prefix(Reply.linesPerPiece))))
        whenWritable { send(text: lines.dropFirst(Reply.linesPerPiece), rows: rows) }
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
