// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import Billing
import ControlProtocol
import GatewayCore
import Platform
import Store

extension Verbs.Rerate: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        context.dispatcher.post { dispatcher, _ in
            dispatcher.whenBooksAreDone { dispatcher, now in
                do {
                    // Of this moment, whatever a reload brings meanwhile.
                    let handler = RerateHandler(
                        self, rater: dispatcher.engine.configuration.rater,
                        through: try context.store.ledgerEnd().sequence, context, replies)
                    handler.advance(dispatcher, now)
                } catch {
                    replies.refuse(journal: error)
                }
            }
        }
    }
}

/// Rates a part of the ledger by today's tariffs, some rows in each turn, and appends what differs. Neither memory nor
/// the time of a turn depends on how many rows there are. A client that leaves stops it: what was appended stays, and
/// another run does the rest.
@TurnActor private final class RerateHandler {
    private let context: ControlContext
    private let replies: ReplyChannel
    private let rerating: Rerating
    private let request: Verbs.Rerate
    private let filter: CDRFilter
    /// Rows up to here have been looked at.
    private var position: Int64 = 0
    private var totals = RerateTotals()

    /// Rows of one turn, each of which may be written about twice.
    private static let slice = 100

    /// `through`: what is appended meanwhile, such as the corrections themselves, is not looked at.
    init(
        _ request: Verbs.Rerate, rater: Rater, through: Int64, _ context: ControlContext, _ replies: ReplyChannel
    ) {
        self.context = context
        self.replies = replies
        self.request = request
        rerating = Rerating(rater)
        filter = CDRFilter(
            from: request.from, to: request.to, account: request.account, action: request.action?.text,
            through: through)
    }

    /// In a turn; the next one follows when the journal has this one's rows and the client has taken its replies.
    func advance(_ dispatcher: Dispatcher, _ now: Timestamp) {
        if !request.isDryRun {
            if let fault = dispatcher.journalFault { return replies.refuse(fault, dispatcher) }
            // Rather than appending rows and taking them back.
            do { try dispatcher.proveJournal(now: now) } catch { return replies.refuse(journal: error) }
        }
        let changes: [RatingChange]
        let isLast: Bool
        do {
            let page = try context.store.page(matching: filter, after: position, limit: Self.slice)
            isLast = page.isLast
            position = page.position
            changes = try rate(page.rows, dispatcher.engine, now)
        } catch {
            return replies.refuse(journal: error)
        }
        let report = isLast ? RerateReport(totals, isDryRun: request.isDryRun) : nil
        let goOn: @Sendable () -> Void = { [self] in
            ControlActor.async { [self] in send(changes, report) }
        }
        guard !changes.isEmpty, !request.isDryRun else { return goOn() }
        dispatcher.whenJournalled(goOn) { [replies] error in
            dispatcher.withdraw(rows: changes.flatMap(\.corrections), now: now)
            replies.refuse(journal: error)
        }
    }

    /// On the control queue. `report`: when nothing follows.
    @ControlActor private func send(_ changes: [RatingChange], _ report: RerateReport?) {
        guard !replies.isClosed else { return replies.end() }
        for change in changes { replies.send(.part(Replies.change, change)) }
        if let report { return replies.end(.final(Replies.rerated, report)) }
        replies.whenWritable { [self] in
            context.dispatcher.post { [self] dispatcher, now in advance(dispatcher, now) }
        }
    }

    private func rate(_ rows: [CallDetailRecord], _ engine: Engine, _ now: Timestamp) throws -> [RatingChange] {
        guard let first = rows.first, let last = rows.last else { return [] }
        let stored = try context.store.adjustments(ofRows: first.sequence...last.sequence)
        return rows.filter { $0.ledger.kind == .usage }.compactMap { row in
            let adjustments =
                stored[row.sequence, default: []] + engine.adjustmentsUnderWay(ofRow: row.sequence)
            return rate(row, adjustments, engine, now)
        }
    }

    private func rate(
        _ row: CallDetailRecord, _ adjustments: [LedgerEntry], _ engine: Engine, _ now: Timestamp
    ) -> RatingChange? {
        totals.rows += 1
        switch rerating.compare(row, adjustments: adjustments) {
        case .unchanged: return nil
        case .unrated:
            totals.purged += 1
            return nil
        case .differences(let cost, let charge):
            var appended: [Int64] = []
            if !request.isDryRun {
                let rows = rerating.corrections(
                    of: row, adjustments: adjustments, note: request.note, at: engine.civil(now))
                appended = engine.appendToLedger(rows)
            }
            totals.add(account: row.account, cost: cost, charge: charge)
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
