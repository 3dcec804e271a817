// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import GatewayCore
import Store

/// An export under way. The turn and the control queue have it by turns, never at once, which is the reason for
/// `@unchecked Sendable`.
private final class ExportJob: @unchecked Sendable {
    let exporter: CDRExporter
    var filter: CDRFilter
    /// Rows up to here have been looked at.
    var position: Int64 = 0
    var totals = ExportTotals()
    /// Of the ledger format.
    var lines = 0
    let tag: String?

    init(_ selection: CDRSelection, tag: String?) {
        let format: CDRFormat =
            switch selection.format {
            case .native, .ledger: .native
            case .asterisk: .asterisk
            case .freeswitch: .freeswitch
            }
        exporter = CDRExporter(format: format, locale: CSVLocale(selection.locale))
        filter = CDRFilter(
            from: selection.from, to: selection.to, account: selection.account, action: selection.action?.text)
        self.tag = tag
    }
}

/// Exports, a page at a time: read in a turn, written as text on the control queue, and the next one read when the
/// client has taken it. Neither memory nor the time of a turn depends on how much there is.
extension ControlSession {
    private static let pageSize = 500

    func export(_ selection: CDRSelection, _ tag: String?) {
        begin()
        let job = ExportJob(selection, tag: tag)
        let isLedger = selection.format == .ledger
        if !isLedger, let header = job.exporter.header { reply(.part(.lines([header]), tag: tag)) }
        context.dispatcher.post { [self] dispatcher, _ in
            dispatcher.whenBooksAreDone { [self] _, _ in
                // What is appended meanwhile is not part of it.
                do {
                    job.filter.through = try context.store.ledgerEnd().sequence
                } catch {
                    return end(.refusal(ProtocolError(.journalFailed, "\(error)"), tag: tag))
                }
                if isLedger { ledgerPage(job) } else { exportPage(job) }
            }
        }
    }

    /// In a turn.
    private func exportPage(_ job: ExportJob) {
        do {
            let page = try context.store.page(matching: job.filter, after: job.position, limit: Self.pageSize)
            job.position = page.position
            if page.rows.isEmpty, page.isLast { return try endExport(job) }
            context.queue.async { [self] in
                var rows: [[UInt8]] = []
                rows.reserveCapacity(page.rows.count)
                for cdr in page.rows where job.exporter.includes(cdr) {
                    job.totals.add(cdr)
                    var line: [UInt8] = []
                    line.reserveCapacity(512)
                    job.exporter.append(cdr, to: &line)
                    rows.append(line)
                }
                send(rows, job) { [self] in exportPage(job) }
            }
        } catch {
            end(.refusal(ProtocolError(.journalFailed, "\(error)"), tag: job.tag))
        }
    }

    /// In a turn.
    private func ledgerPage(_ job: ExportJob) {
        do {
            let page = try context.store.ledgerLines(
                after: job.position, through: job.filter.through ?? .max, limit: Self.pageSize)
            if page.lines.isEmpty { return end(.final(.rows(job.lines), tag: job.tag)) }
            job.position = page.last
            job.lines += page.lines.count
            context.queue.async { [self] in
                send(page.lines, job) { [self] in ledgerPage(job) }
            }
        } catch {
            end(.refusal(ProtocolError(.journalFailed, "\(error)"), tag: job.tag))
        }
    }

    /// On the control queue; `next` in a turn.
    private func send(_ lines: [[UInt8]], _ job: ExportJob, then next: @escaping @Sendable () -> Void) {
        for start in stride(from: 0, to: lines.count, by: Reply.linesPerPiece) {
            var piece = LinesReply(tag: job.tag)
            for line in lines[start..<min(start + Reply.linesPerPiece, lines.count)] { piece.append(line) }
            guard !isClosed else { return }
            connection.send(piece.encodeLine())
        }
        whenWritable { [self] in context.dispatcher.post { _, _ in next() } }
    }

    /// In a turn.
    private func endExport(_ job: ExportJob) throws {
        let totals = job.totals
        var last: LedgerPoint?
        if let sequence = totals.lastSequence, let hash = try context.store.ledgerHash(ofRow: sequence) {
            last = LedgerPoint(sequence: sequence, hash: hash.hexadecimal)
        }
        replyLater(.part(.totals(ExportReport(totals, last: last)), tag: job.tag))
        end(.final(.rows(totals.rows), tag: job.tag))
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
