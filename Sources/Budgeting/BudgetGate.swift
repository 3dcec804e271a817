// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import Billing
import GatewayCore

/// Caps of accounts, and the price of every record: an attempt's worst case is reserved with the record that journals
/// its beginning, so after a crash the reservations are those of the attempts that the journal has.
///
/// One owner, not thread-safe.
package final class BudgetGate {
    /// An attempt that waits for money.
    private struct Waiter {
        var action: Int64
        var index: Int
        /// Its worst case.
        var amount: Money
    }

    private let outbox: Outbox
    private let agenda: Agenda
    private let roster: Roster
    private var rater: Rater
    private var budgets: [String: Budget]
    private var longestCall: Interval

    /// What accounts have spent and hold in reserve.
    package private(set) var book = BudgetBook()
    /// By account, those who wait until others give back what they did not need.
    private var waiters: [String: Fifo<Waiter>] = [:]
    /// Accounts of which something was given back.
    private var loosened: Set<String> = []
    /// A configuration has come whose budgets and prices are not reserved by yet.
    private var isStale = false
    /// Those who could not be afforded in this turn.
    private var unaffordedInTurn = 0
    /// Corrections and credits on their way to the journal, by the row that they are about.
    private var adjustments: [Int64: [LedgerEntry]] = [:]

    /// So many are passed over in one turn at most because their account cannot afford them; then others have theirs.
    package static let mostUnafforded = 2048

    package init(_ configuration: EngineConfiguration, outbox: Outbox, agenda: Agenda, roster: Roster) {
        self.outbox = outbox
        self.agenda = agenda
        self.roster = roster
        rater = configuration.rater
        budgets = configuration.budgets
        longestCall = configuration.maximumCallDuration
        book.configure(configuration.budgets)
    }

    // MARK: - Configuration

    /// Prices hold from now on; budgets from the next turn, see ``applyChanges(reserve:)``.
    package func configure(_ configuration: EngineConfiguration) {
        rater = configuration.rater
        budgets = configuration.budgets
        longestCall = configuration.maximumCallDuration
        isStale = true
    }

    /// Other budgets or tariffs: what is under way is reserved anew by `reserve`, and whoever waits asks again.
    package func applyChanges(reserve: () -> Void) {
        guard isStale else { return }
        isStale = false
        book.configure(budgets)
        book.releaseAll()
        reserve()
        // What waits for its record to be written is not reserved any more, but as good as spent: it comes soon.
        loosened.formUnion(waiters.keys)
    }

    /// What a former process had spent.
    package func restore(_ spending: [Spending]) { book.restore(spending) }

    // MARK: - Before an attempt

    package func beginTurn() { unaffordedInTurn = 0 }

    /// Whoever was just passed over was one of many; false: the next turn, which comes at once, goes on.
    package func mayPassOverMore(now: Timestamp) -> Bool {
        unaffordedInTurn += 1
        guard unaffordedInTurn >= Self.mostUnafforded else { return true }
        agenda.wake(at: now)
        return false
    }

    /// Whether a recipient's attempt may begin; if not, the recipient waits or has its outcome. The caller reserves.
    ///
    /// - Parameter amount: Its worst case.
    package func mayAfford(_ amount: Money, _ index: Int, of action: LiveAction, now: Timestamp) -> Bool {
        guard book.isActive, action.priority != .lifeThreat else { return true }
        let account = action.recipients[index].account
        switch book.verdict(account, amount, at: roster.clock.civil(now)) {
        case .granted:
            return true
        case .wait:
            waiters[account, default: Fifo()].append(Waiter(action: action.key, index: index, amount: amount))
        case .never:
            roster.endStep(with: .overBudget, index, of: action, now: now)
        }
        return false
    }

    /// What a call of this recipient can be charged at most; zero when nothing limits any account.
    package func worstCase(ofCallTo recipient: RecipientRecord, over trunk: String, now: Timestamp) -> Money {
        guard book.isActive else { return .zero }
        let start = roster.clock.civil(now)
        return rater.worstCharge(
            Usage(
                trunk: trunk, account: recipient.account, number: recipient.number.e164, start: start,
                quantity: .call(answer: start, milliseconds: 0)), longestCall: longestCall)
    }

    /// What a message to this recipient can be charged at most; zero when nothing limits any account.
    package func worstCase(
        ofMessageTo recipient: RecipientRecord, over smsc: String, segments: Int, now: Timestamp
    ) -> Money {
        guard book.isActive else { return .zero }
        return rater.worstCharge(
            Usage(
                trunk: smsc, account: recipient.account, number: recipient.number.e164, start: roster.clock.civil(now),
                quantity: .sms(segments: segments)), longestCall: .zero)
    }

    // MARK: - Reservations

    /// Any account has a limit; else there is nothing to reserve.
    package var isActive: Bool { book.isActive }

    package func reserve(_ call: CallRecord, for recipient: RecipientRecord, now: Timestamp) {
        guard book.isActive else { return }
        book.reserve(
            call.id, recipient.account,
            worstCase(ofCallTo: recipient, over: call.trunk, now: min(now, call.start)))
    }

    package func reserve(_ message: MessageRecord, for recipient: RecipientRecord, now: Timestamp) {
        guard book.isActive else { return }
        book.reserve(
            message.id, recipient.account,
            worstCase(
                ofMessageTo: recipient, over: message.smsc, segments: message.billedSegments,
                now: min(now, message.start)))
    }

    /// The attempt never left: nothing was spent.
    package func release(_ id: AttemptID) {
        guard book.isActive, let account = book.release(id) else { return }
        loosened.insert(account)
    }

    // MARK: - Records

    /// Prices a record; its charge takes the place of what was reserved.
    package func rated(_ cdr: CallDetailRecord) -> CallDetailRecord {
        let rated = rater.rated(cdr)
        settle(rated)
        return rated
    }

    private func settle(_ cdr: CallDetailRecord) {
        let id = cdr.ledger.kind == .usage ? cdr.attempt : nil
        if book.isActive { loosened.insert(cdr.account) }
        for mark in book.settle(id, cdr.account, cdr.ledger.charge?.amount ?? .zero, at: cdr.start) {
            outbox.alarm("\(mark)")
        }
    }

    // MARK: - Those who wait

    /// A record that was written in a quiet moment has given money back for which somebody waits.
    package var mustAdmitSoon: Bool { !loosened.isEmpty && !waiters.isEmpty }

    /// After each turn's events: those who wait for money that has come back go on.
    package func admitWaiters(now: Timestamp) {
        guard !loosened.isEmpty else { return }
        // Of those for whom this turn has no time.
        var left: Set<String> = []
        for account in loosened.sorted() {
            guard unaffordedInTurn < Self.mostUnafforded else {
                left.insert(account)
                continue
            }
            guard var queue = waiters.removeValue(forKey: account) else { continue }
            if !admit(&queue, of: account, now: now) { left.insert(account) }
            if !queue.isEmpty { waiters[account] = queue }
        }
        loosened = left
    }

    /// False: this turn has no time for more of them.
    private func admit(_ queue: inout Fifo<Waiter>, of account: String, now: Timestamp) -> Bool {
        // What is handed out here is reserved when the attempts begin, in this turn or a later one.
        var promised = Money.zero
        while let waiter = queue.first {
            guard let action = roster.action(waiter.action), !action.record.phase.isFinal,
                waiter.index < action.recipients.count, case .waiting = action.recipients[waiter.index].state
            else {
                _ = queue.popFirst()
                continue
            }
            switch book.verdict(account, waiter.amount + promised, at: roster.clock.civil(now)) {
            case .granted:
                promised += waiter.amount
                roster.enqueue(waiter.index, of: action)
            case .wait:
                return true
            case .never:
                guard promised == .zero else { return true }
                roster.endStep(with: .overBudget, waiter.index, of: action, now: now)
                if !mayPassOverMore(now: now) {
                    _ = queue.popFirst()
                    return false
                }
            }
            _ = queue.popFirst()
        }
        return true
    }

    // MARK: - Rows of the ledger that no attempt makes

    /// Numbers a correction or credit and appends it; returns its number. The account's budget is that much fuller, or
    /// has that much more room, at once.
    @discardableResult
    package func append(_ row: CallDetailRecord) -> Int64 {
        settle(row)
        return number(row)
    }

    /// Numbers and appends rows about one call or SMS, of one moment; returns their numbers. The budget sees what they come
    /// to together: what is taken back at one rate of VAT and stands at another passes no mark.
    package func append(_ rows: [CallDetailRecord]) -> [Int64] {
        if var sum = rows.first {
            let charges = rows.compactMap(\.ledger.charge)
            sum.ledger.charge = charges.first
            sum.ledger.charge?.amount = charges.reduce(.zero) { $0 + $1.amount }
            settle(sum)
        }
        return rows.map(number)
    }

    private func number(_ row: CallDetailRecord) -> Int64 {
        var row = row
        row.sequence = outbox.nextSequence()
        if let corrected = row.ledger.corrects { adjustments[corrected, default: []].append(row.ledger) }
        outbox.journal(.ledgerAppended(row))
        return row.sequence
    }

    /// The disk did not take rows that were appended, and nobody waits for them any more.
    package func withdraw(_ rows: [CallDetailRecord]) {
        for row in rows {
            var back = row
            back.ledger.charge?.amount = -(row.ledger.charge?.amount ?? .zero)
            settle(back)
            guard let corrected = row.ledger.corrects, let place = adjustments[corrected]?.lastIndex(of: row.ledger)
            else { continue }
            adjustments[corrected]?.remove(at: place)
        }
        outbox.takeBackSequences(rows.count)
    }

    /// Corrections and credits of a row that were appended and are not in the journal yet: those before in the same
    /// turn, and those of turns that the disk has refused so far.
    package func adjustmentsUnderWay(ofRow sequence: Int64) -> [LedgerEntry] { adjustments[sequence] ?? [] }

    /// The journal has everything that was taken out so far.
    package func ledgerJournalled() { adjustments.removeAll(keepingCapacity: true) }

    /// Gives back an amount without VAT of what is charged for a call or SMS.
    ///
    /// - Parameters:
    ///   - adjustments: Those of the row that the journal has.
    ///   - time: Civil, of the new row.
    /// - Returns: The new row's number, and what is charged now.
    /// - Throws: ``NothingToCredit`` when less is charged.
    package func credit(
        _ amount: Money, for row: CallDetailRecord, adjustments: [LedgerEntry], note: String, at time: Timestamp
    ) throws(NothingToCredit) -> (sequence: Int64, charged: Money) {
        let balance = LedgerBalance(
            \.charge, of: [row.ledger] + adjustments + adjustmentsUnderWay(ofRow: row.sequence))
        let charged = balance.total
        guard var back = balance.principal, charged >= amount else { throw NothingToCredit(charged: charged) }
        back.amount = -amount
        let sequence = append(row.adjustment(.credit, cost: nil, charge: back, note: note, at: time))
        return (sequence, charged - amount)
    }
}

/// Less is charged for a row than is to be given back.
package struct NothingToCredit: Error, Equatable, Sendable {
    /// What is charged for it now, without VAT.
    package var charged: Money
}
