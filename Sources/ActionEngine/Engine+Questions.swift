// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import Billing
import Budgeting
import Forecasting
import GatewayCore
import Pacing
import Texting

/// What can be asked of the engine, and the rows of the ledger that no attempt makes.
extension Engine {
    /// Actions by their key, staged ones too.
    package var actions: [Int64: LiveAction] { roster.actions }

    /// The action of this name, submitted before; nil: none.
    package func action(named id: String) -> LiveAction? { roster.action(named: id) }

    /// What corrects an action, or closes it, in the order in which it was asked for.
    package func followUps(of id: String, _ tie: ActionTie) -> [ActionRecord] {
        actions.values.map(\.record)
            .filter { $0.phase != .staged && $0.conduct?.follows == id && $0.conduct?.tie == tie }
            .sorted { $0.key < $1.key }
    }

    /// Actions that ended longer ago, have reached somebody, and were neither closed nor said to need no closing, in the
    /// order of their submission. Those of before officers were noted are not asked for.
    package func unclosed(after time: Interval, now: Timestamp) -> [LiveAction] {
        roster.inOrder.filter { action in
            guard let conduct = action.record.conduct, conduct.tie == nil, conduct.last(.submitted) != nil,
                conduct.last(.closed) == nil, conduct.last(.leftUnclosed) == nil, action.record.phase.isFinal,
                let ended = action.record.ended
            else { return false }
            let reached: [Outcome] = [.answered, .confirmed, .interrupted, .delivered, .sent]
            return reached.contains { action.counters.outcomes[$0, default: 0] > 0 }
                && now - (ended - action.record.civilOffset) >= time
        }
    }

    /// Calls under way, those in doubt after a crash not counted.
    package var activeCalls: Int { calls.activeCalls }

    package var trunks: TrunkGroup { trunkBoard.group }

    package var prefixes: LimitedPrefixes { trunkBoard.prefixes }

    /// INVITEs that never left, since the start.
    package var unsentCalls: Int { trunkBoard.unsentCount }

    /// Calls wait because this machine has no descriptor, port or memory left for another one.
    package var isShortOfRoom: Bool { trunkBoard.room.isLacking }

    /// How many wait for room at each prefix.
    package func waiting(at prefix: Int) -> Int { roster.waiting(at: prefix) }

    /// By their positions in ``BindKey``.
    package var smscs: [SMSCState] { texts.smscs }

    /// SMS whose end is awaited.
    package var openMessages: Int { texts.openMessages }

    /// An SMSC is still asked to delete SMS of a stopped action.
    package func isRecalling(_ id: String) -> Bool { roster.action(named: id).map(texts.isRecalling) ?? false }

    /// SMS of one SMSC whose end is awaited; `smsc`: its position in ``smscs``.
    package func openMessages(of smsc: Int) -> Int { texts.openMessages(of: smsc) }

    // MARK: - Money

    /// What accounts have spent and hold in reserve.
    package var budgets: BudgetBook { budget.book }

    /// Numbers a correction or credit and appends it; returns its number.
    @discardableResult
    package func appendToLedger(_ row: CallDetailRecord) -> Int64 { budget.append(row) }

    /// Numbers and appends rows about one call or SMS, of one moment; the budget sees what they come to together.
    package func appendToLedger(_ rows: [CallDetailRecord]) -> [Int64] { budget.append(rows) }

    /// Rows that were appended last are not in the ledger after all: those behind them have moved up in the records.
    package func withdrawFromLedger(_ rows: [CallDetailRecord]) { budget.withdraw(rows) }

    /// Corrections and credits of a row that were appended and are not in the journal yet.
    package func adjustmentsUnderWay(ofRow sequence: Int64) -> [LedgerEntry] {
        budget.adjustmentsUnderWay(ofRow: sequence)
    }

    /// The journal has everything that was taken out so far.
    package func ledgerJournalled() { budget.ledgerJournalled() }

    /// Gives back an amount without VAT of what is charged for a call or SMS, see
    /// ``BudgetGate/credit(_:for:adjustments:note:at:)``.
    package func credit(
        _ amount: Money, for row: CallDetailRecord, adjustments: [LedgerEntry], note: String, now: Timestamp
    ) throws(NothingToCredit) -> (sequence: Int64, charged: Money) {
        try budget.credit(amount, for: row, adjustments: adjustments, note: note, at: civil(now))
    }

    // MARK: - Forecasts

    /// Records of a former process, in the order of their ends.
    package func learn(_ records: [CallDetailRecord]) {
        for cdr in records {
            answers.learn(cdr, plays: action(named: cdr.action)?.record.definition.plays ?? 1)
        }
    }

    /// The forecast of an action that has begun to exist, to be journalled with it.
    package func foretold(_ forecast: Forecast, of key: Int64) { roster.foretold(forecast, of: key) }

    /// With a bind that no contract limits, a response is expected this soon; seconds.
    private static let responseTime = 0.05

    /// What a forecast depends on, to be worked with beside the turn.
    ///
    /// - Parameter key: Of the action that is foretold, which is no load.
    package func forecastConditions(except key: Int64? = nil, now: Timestamp) -> ForecastConditions {
        let known = trunks.trunks.filter { !$0.isRetired }
        let indexes = prefixes.all.indices.filter { !prefixes.all[$0].isRetired }
        let up = known.filter { !$0.isDown }
        return ForecastConditions(
            trunks: up.map { trunk in
                var pace: Double?
                if case .refused(let taken)? = trunk.pacer.reason(now: now) { pace = taken }
                var limits = trunk.pacer.limits
                if let found = trunk.pacer.evidence.channelLimit { limits.channels = min(limits.channels, found.calls) }
                return ForecastInput.Trunk(limits, pace: pace, rampElapsed: trunk.pacer.rampElapsed(now: now))
            },
            trunksDown: known.compactMap { trunk in trunk.downReason.map { (trunk.name, $0) } },
            prefixes: indexes.map { prefixes.all[$0].limits },
            routes: up.enumerated().flatMap { position, trunk in
                trunk.pacer.evidence.routes.map { route in
                    ForecastConditions.Route(
                        trunk: position, prefix: route.prefix.description, refused: route.refused,
                        sipCode: route.sipCode, since: route.since)
                }
            },
            loads: roster.inOrder.compactMap { $0.key == key ? nil : load(of: $0, indexes) },
            segmentsPerSecond: segmentsPerSecond, budgets: spendable(now: now), retry: configuration.retry,
            classFloor: configuration.classFloor,
            listenAfterPrompt: configuration.listenAfterPrompt, mix: answers.learned)
    }

    /// What accounts may still spend, where more is refused.
    private func spendable(now: Timestamp) -> [String: Money] {
        var book = budgets
        var left: [String: Money] = [:]
        for status in book.status(at: civil(now)) where status.policy == .refuse {
            guard let limit = status.limit else { continue }
            let rest = limit - status.spent - status.reserved
            left[status.account] = min(left[status.account] ?? rest, rest)
        }
        return left
    }

    private func load(of action: LiveAction, _ indexes: [Int]) -> ForecastInput.Load? {
        guard action.record.phase == .running, action.record.definition.usesVoice else { return nil }
        var parked: [Int: Int] = [:]
        for (position, index) in indexes.enumerated() {
            let count = action.parkedCount(at: index)
            if count > 0 { parked[position] = count }
        }
        let apart = action.textsWaiting + parked.values.reduce(0, +)
        return ForecastInput.Load(
            priority: action.record.definition.priority, waiting: max(0, action.counters.waiting - apart),
            calling: action.counters.calling, parked: parked, nominal: answers.nominal(of: action.record),
            weight: action.weight)
    }

    /// Of the SMSCs that are used first.
    private var segmentsPerSecond: Double {
        let usable = smscs.filter(\.isUsable)
        let first = usable.map(\.settings.priority).min()
        return usable.filter { $0.settings.priority == first }.reduce(0) { sum, smsc in
            smsc.binds.filter(\.canSubmit).reduce(sum) { sum, bind in
                let limits = bind.pacer.limits
                let allowed = limits.perSecond.map(Double.init) ?? Double(limits.window) / Self.responseTime
                return sum + min(allowed, bind.pacer.ceiling ?? allowed)
            }
        }
    }
}
