// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

/// An attempt that waits for money.
struct BudgetWaiter: Sendable {
    var action: Int64
    var index: Int
    /// Its worst case.
    var amount: Money
}

/// Caps of accounts: an attempt's worst case is reserved with the record that journals its beginning, so after a crash
/// the reservations are those of the attempts that the journal has.
extension Engine {
    /// So many are passed over in one turn at most because their account cannot afford them; then others have theirs.
    static let mostUnafforded = 2048

    /// Whoever was just passed over was one of many; false: the next turn, which comes at once, goes on.
    func mayPassOverMore(now: Timestamp) -> Bool {
        unaffordedInTurn += 1
        guard unaffordedInTurn >= Self.mostUnafforded else { return true }
        wake = now
        return false
    }

    /// Whether a recipient's attempt may begin; if not, the recipient waits or has its outcome. The caller reserves.
    func mayAfford(_ amount: Money, _ index: Int, of action: LiveAction, now: Timestamp) -> Bool {
        guard budgets.isActive, action.record.definition.priority != .lifeThreat else { return true }
        let account = action.recipients[index].account
        switch budgets.verdict(account, amount, at: now) {
        case .granted:
            return true
        case .wait:
            budgetWaiters[account, default: Fifo()].append(
                BudgetWaiter(action: action.record.key, index: index, amount: amount))
        case .never:
            endStep(with: .overBudget, index, of: action.record.key, now: now)
        }
        return false
    }

    /// What a call of this recipient can be charged at most; zero when nothing limits its account.
    func worstCase(ofCall index: Int, in action: LiveAction, trunk: String, now: Timestamp) -> Money {
        guard budgets.isActive else { return .zero }
        let recipient = action.recipients[index]
        return configuration.rater.worstCharge(
            Usage(
                trunk: trunk, account: recipient.account, number: recipient.number.e164, start: now,
                quantity: .call(answer: now, milliseconds: 0)), longestCall: configuration.maximumCallDuration)
    }

    func worstCase(ofMessage index: Int, in action: LiveAction, smsc: String, segments: Int, now: Timestamp) -> Money {
        guard budgets.isActive else { return .zero }
        let recipient = action.recipients[index]
        return configuration.rater.worstCharge(
            Usage(
                trunk: smsc, account: recipient.account, number: recipient.number.e164, start: now,
                quantity: .sms(segments: segments)), longestCall: .zero)
    }

    func reserve(_ attempt: LiveCall, in action: LiveAction, now: Timestamp) {
        guard budgets.isActive, attempt.index < action.recipients.count else { return }
        budgets.reserve(
            attempt.record.id, action.recipients[attempt.index].account,
            worstCase(
                ofCall: attempt.index, in: action, trunk: attempt.record.trunk, now: min(now, attempt.record.start))
        )
    }

    func reserve(_ message: LiveMessage, in action: LiveAction, now: Timestamp) {
        guard budgets.isActive, message.index < action.recipients.count else { return }
        let record = message.record
        budgets.reserve(
            record.id, action.recipients[message.index].account,
            worstCase(
                ofMessage: message.index, in: action, smsc: record.smsc, segments: record.billedSegments,
                now: min(now, record.start)))
    }

    /// It never left: nothing was spent.
    func releaseReservation(_ id: AttemptID) {
        guard budgets.isActive, let account = budgets.release(id) else { return }
        loosened.insert(account)
    }

    /// A record is written: its charge takes the place of what was reserved.
    func settle(_ cdr: CallDetailRecord) {
        let id = cdr.ledger.kind == .usage ? cdr.attempt : nil
        if budgets.isActive { loosened.insert(cdr.account) }
        for mark in budgets.settle(id, cdr.account, cdr.ledger.charge?.amount ?? .zero, at: cdr.start) {
            output.notices.append(.alarm("\(mark)"))
        }
    }

    /// After each turn's events: those who wait for money that has come back go on.
    func admitBudgetWaiters(now: Timestamp) {
        guard !loosened.isEmpty else { return }
        // Of those for whom this turn has no time.
        var left: Set<String> = []
        for account in loosened.sorted() {
            guard unaffordedInTurn < Self.mostUnafforded else {
                left.insert(account)
                continue
            }
            guard var waiters = budgetWaiters.removeValue(forKey: account) else { continue }
            // What is handed out here is reserved when the attempts begin, in this turn or a later one.
            var promised = Money.zero
            waiting: while let waiter = waiters.first {
                guard let action = actions[waiter.action], !action.record.phase.isFinal,
                    waiter.index < action.recipients.count, case .waiting = action.recipients[waiter.index].state
                else {
                    _ = waiters.popFirst()
                    continue
                }
                switch budgets.verdict(account, waiter.amount + promised, at: now) {
                case .granted:
                    promised += waiter.amount
                    enqueue(waiter.index, of: waiter.action)
                case .wait:
                    break waiting
                case .never:
                    guard promised == .zero else { break waiting }
                    endStep(with: .overBudget, waiter.index, of: waiter.action, now: now)
                    if !mayPassOverMore(now: now) {
                        _ = waiters.popFirst()
                        left.insert(account)
                        break waiting
                    }
                }
                _ = waiters.popFirst()
            }
            if !waiters.isEmpty { budgetWaiters[account] = waiters }
        }
        loosened = left
    }

    /// Other budgets or tariffs: what is under way is reserved anew, and whoever waits asks again.
    func applyBudgets(now: Timestamp) {
        budgetsChanged = false
        budgets.configure(configuration.budgets)
        budgets.releaseAll()
        for attempt in attempts.values {
            guard let action = actions[attempt.record.action] else { continue }
            reserve(attempt, in: action, now: now)
        }
        for message in messages.values {
            guard let action = actions[message.record.action] else { continue }
            reserve(message, in: action, now: now)
        }
        // What waits for its record to be written is not reserved any more, but as good as spent: it comes soon.
        loosened.formUnion(budgetWaiters.keys)
    }
}
