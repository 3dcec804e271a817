// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import Billing
import ControlProtocol
import GatewayCore
import Store

/// Rating again, under way. Touched in turns alone, which come one after the other: the reason for
/// `@unchecked Sendable`.
private final class RerateJob: @unchecked Sendable {
    let rerating: Rerating
    let selection: RerateSelection
    var filter: CDRFilter
    /// Rows up to here have been looked at.
    var position: Int64 = 0
    var totals = RerateTotals()
    let tag: String?

    /// `through`: what is appended meanwhile, such as the corrections themselves, is not looked at.
    init(_ selection: RerateSelection, rater: Rater, through: Int64, tag: String?) {
        rerating = Rerating(rater)
        self.selection = selection
        filter = CDRFilter(
            from: selection.from, to: selection.to, account: selection.account, action: selection.action?.text,
            through: through)
        self.tag = tag
    }
}

/// Rates a part of the ledger by today's tariffs, some rows in each turn, and appends what differs. Neither memory nor
/// the time of a turn depends on how many rows there are. A client that leaves stops it: what was appended stays, and
/// another run does the rest.
extension ControlSession {
    /// Rows of one turn, each of which may be written about twice.
    private static let rerateSlice = 100

    func rerate(_ selection: RerateSelection, _ tag: String?) {
        begin()
        context.dispatcher.post { [self] dispatcher, _ in
            dispatcher.whenBooksAreDone { [self] dispatcher, now in
                do {
                    // Of this moment, whatever a reload brings meanwhile.
                    let job = RerateJob(
                        selection, rater: dispatcher.engine.configuration.rater,
                        through: try context.store.ledgerEnd().sequence, tag: tag)
                    advance(job, dispatcher, now)
                } catch {
                    end(.refusal(ProtocolError(.journalFailed, "\(error)"), tag: tag))
                }
            }
        }
    }

    /// In a turn; the next one follows when the journal has this one's rows and the client has taken its replies.
    private func advance(_ job: RerateJob, _ dispatcher: Dispatcher, _ now: Timestamp) {
        var changes: [RatingChange] = []
        let isLast: Bool
        do {
            let page = try context.store.page(matching: job.filter, after: job.position, limit: Self.rerateSlice)
            isLast = page.isLast
            job.position = page.position
            if let first = page.rows.first, let last = page.rows.last {
                let stored = try context.store.adjustments(ofRows: first.sequence...last.sequence)
                for row in page.rows where row.ledger.kind == .usage {
                    let adjustments =
                        stored[row.sequence, default: []]
                        + dispatcher.engine.adjustmentsUnderWay(ofRow: row.sequence)
                    if let change = rate(row, adjustments, job, dispatcher.engine, now) { changes.append(change) }
                }
            }
        } catch {
            return end(.refusal(ProtocolError(.journalFailed, "\(error)"), tag: job.tag))
        }
        let report = isLast ? RerateReport(job.totals, isDryRun: job.selection.isDryRun) : nil
        let goOn: @Sendable () -> Void = { [self, changes] in
            context.queue.async { [self] in
                guard !isClosed else { return end(nil) }
                for change in changes { reply(.part(.change(change), tag: job.tag)) }
                if let report { return end(.final(.rerated(report), tag: job.tag)) }
                whenWritable { [self] in
                    context.dispatcher.post { [self] dispatcher, now in advance(job, dispatcher, now) }
                }
            }
        }
        if changes.isEmpty || job.selection.isDryRun { goOn() } else { dispatcher.whenJournalled(goOn) }
    }

    private func rate(
        _ row: CallDetailRecord, _ adjustments: [LedgerEntry], _ job: RerateJob, _ engine: Engine, _ now: Timestamp
    ) -> RatingChange? {
        job.totals.rows += 1
        switch job.rerating.compare(row, adjustments: adjustments) {
        case .unchanged: return nil
        case .unrated:
            job.totals.purged += 1
            return nil
        case .differences(let cost, let charge):
            var appended: [Int64] = []
            if !job.selection.isDryRun {
                let rows = job.rerating.corrections(
                    of: row, adjustments: adjustments, note: job.selection.note, at: now)
                appended = engine.appendToLedger(rows)
            }
            job.totals.add(account: row.account, cost: cost, charge: charge)
            return RatingChange(row, corrections: appended, cost: cost, charge: charge)
        }
    }
}

extension RatingChange {
    /// The last difference of a side is that of today's tariff, unless all that changes is that nothing is due.
    init(_ row: CallDetailRecord, corrections: [Int64], cost: [RatedAmount], charge: [RatedAmount]) {
        func sum(_ amounts: [RatedAmount]) -> String? {
            amounts.isEmpty ? nil : amounts.reduce(Money.zero) { $0 + $1.amount }.decimalText
        }
        self.init(
            sequence: row.sequence, corrections: corrections, account: row.account, action: row.action,
            cost: sum(cost), charge: sum(charge),
            vat: charge.isEmpty
                ? nil
                : charge.reduce(Money.zero) { $0 + $1.amount.vat(basisPoints: $1.vatBasisPoints) }.decimalText,
            costTariff: cost.last?.tariff, chargeTariff: charge.last?.tariff)
    }
}

extension RerateReport {
    init(_ totals: RerateTotals, isDryRun: Bool) {
        self.init(
            rows: totals.rows, changed: totals.changed, corrections: totals.corrections, purged: totals.purged,
            dryRun: isDryRun,
            accounts: totals.accounts.sorted { $0.key < $1.key }.map { name, tally in
                Account(
                    account: name, changed: tally.changed, cost: tally.cost.decimalText,
                    charge: tally.charge.decimalText, vat: tally.vat.decimalText)
            })
    }
}
