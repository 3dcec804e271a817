// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import GatewayCore
import Platform
import Store

extension Verbs.ExportCDRs: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        ExportHandler(self, context, replies).start()
    }
}

/// Exports, a page at a time: read in a turn, written as text on the control queue, and the next one read when the
/// client has taken it. Neither memory nor the time of a turn depends on how much there is.
///
/// The turn and the control queue have it by turns, never at once, which is the reason for `@unchecked Sendable`.
private final class ExportHandler: @unchecked Sendable {
    private let context: ControlContext
    private let replies: ReplyChannel
    private let exporter: CDRExporter
    private let isLedger: Bool
    private var filter: CDRFilter
    /// Rows up to here have been looked at.
    private var position: Int64 = 0
    private var totals = ExportTotals()
    /// Of the ledger format.
    private var lines = 0

    private static let pageSize = 500

    init(_ request: Verbs.ExportCDRs, _ context: ControlContext, _ replies: ReplyChannel) {
        self.context = context
        self.replies = replies
        let format: CDRFormat =
            switch request.format {
            case .native, .ledger: .native
            case .asterisk: .asterisk
            case .freeswitch: .freeswitch
            }
        isLedger = request.format == .ledger
        exporter = CDRExporter(format: format, locale: CSVLocale(request.locale))
        filter = CDRFilter(from: request.from, to: request.to, account: request.account, action: request.action?.text)
    }

    @ControlActor func start() {
        if !isLedger, let header = exporter.header { replies.send(.part(Replies.lines, [header])) }
        context.dispatcher.post { [self] dispatcher, _ in
            dispatcher.whenBooksAreDone { [self] _, _ in
                // What is appended meanwhile is not part of it.
                do {
                    filter.through = try context.store.ledgerEnd().sequence
                } catch {
                    return replies.refuse(journal: error)
                }
                nextPage()
            }
        }
    }

    /// In a turn.
    private func nextPage() {
        do {
            if isLedger { try ledgerPage() } else { try exportPage() }
        } catch {
            replies.refuse(journal: error)
        }
    }

    private func exportPage() throws {
        let page = try context.store.page(matching: filter, after: position, limit: Self.pageSize)
        position = page.position
        if page.rows.isEmpty, page.isLast { return try end() }
        ControlActor.async { [self] in
            var rows: [[UInt8]] = []
            rows.reserveCapacity(page.rows.count)
            for cdr in page.rows where exporter.includes(cdr) {
                totals.add(cdr)
                var line: [UInt8] = []
                line.reserveCapacity(512)
                exporter.append(cdr, to: &line)
                rows.append(line)
            }
            send(rows)
        }
    }

    private func ledgerPage() throws {
        let page = try context.store.ledgerLines(
            after: position, through: filter.through ?? .max, limit: Self.pageSize)
        if page.lines.isEmpty { return replies.end(.final(Replies.rows, lines)) }
        position = page.last
        lines += page.lines.count
        ControlActor.async { [self] in send(page.lines) }
    }

    /// On the control queue; the next page follows.
    @ControlActor private func send(_ lines: [[UInt8]]) {
        guard !replies.isClosed else { return }
        for start in stride(from: 0, to: lines.count, by: Reply.linesPerPiece) {
            replies.send(lines: lines[start..<min(start + Reply.linesPerPiece, lines.count)])
        }
        replies.whenWritable { [self] in context.dispatcher.post { [self] _, _ in nextPage() } }
    }

    private func end() throws {
        var last: LedgerPoint?
        if let sequence = totals.lastSequence, let hash = try context.store.ledgerHash(ofRow: sequence) {
            last = LedgerPoint(sequence: sequence, hash: hash.hexadecimal)
        }
        replies.end([
            .part(Replies.totals, ExportReport(totals, last: last)), .final(Replies.rows, totals.rows),
        ])
    }
}

extension ExportReport {
    init(_ totals: ExportTotals, last: LedgerPoint?) {
        self.init(
            rows: totals.rows, firstSequence: totals.firstSequence, last: last,
            accounts: totals.accounts.sorted { $0.key < $1.key }.map { name, tally in
                Account(
                    account: name, rows: tally.rows, calls: tally.calls,
                    billsec: Money(microEuros: tally.billedMilliseconds * 1000).decimalText.dropLast(3).description,
                    segments: tally.segments, cost: tally.cost.decimalText, charge: tally.charge.decimalText)
            })
    }
}
