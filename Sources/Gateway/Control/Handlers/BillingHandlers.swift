// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import GatewayCore
import Platform
import Store

// What records cost and what accounts may still spend.

extension Verbs.Explain: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        ExplainHandler(record: record, context: context, replies: replies).start()
    }
}

private struct ExplainHandler: Sendable {
    let record: ExplainedRecord
    let context: ControlContext
    let replies: ReplyChannel

    /// Rows that are looked through in one turn for a Call-ID.
    private static let rowsInPart: Int64 = 5000

    func start() {
        context.dispatcher.post { dispatcher, _ in
            dispatcher.whenBooksAreDone { _, _ in
                do {
                    switch record {
                    case .sequence(let sequence):
                        let rows = try context.store.callDetailRecords(
                            matching: CDRFilter(), after: sequence - 1, limit: 1)
                        explain(rows.filter { $0.sequence == sequence })
                    case .callID(let callID):
                        lookUp(callID, before: try context.store.lastSequence() + 1, found: [])
                    }
                } catch {
                    replies.refuse(journal: error)
                }
            }
        }
    }

    /// In a turn. From the newest row back, a part in each turn, until the row of the call itself.
    private func lookUp(_ callID: String, before: Int64, found: [CallDetailRecord]) {
        let first = max(1, before - Self.rowsInPart)
        let rows: [CallDetailRecord]
        do {
            rows = try context.store.callDetailRecords(callID: callID, from: first, before: before)
        } catch {
            return replies.refuse(journal: error)
        }
        let all = rows + found
        guard first > 1, !all.contains(where: { $0.ledger.kind == .usage }) else { return explain(all) }
        context.dispatcher.post { _, _ in lookUp(callID, before: first, found: all) }
    }

    private func explain(_ rows: [CallDetailRecord]) {
        guard !rows.isEmpty else {
            return replies.refuse(ProtocolError(.unknownRecord, "the ledger has no \(record)"))
        }
        ControlActor.async {
            let configuration = context.configuration.snapshot
            let archive = TariffArchive(stateDirectory: configuration.general.stateDirectory)
            let explanation = Explanation(Rater(TariffBook(configuration.tariffs, archive: archive.load())))
            for row in rows { replies.send(.part(Replies.lines, explanation.lines(for: row))) }
            replies.end(.final(Replies.rows, rows.count))
        }
    }
}

extension Verbs.Budgets: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        replies.end(lookingAt: context.dispatcher) { dispatcher, now in
            let names = Dictionary(
                context.configuration.snapshot.accounts.map { ($0.code, $0.name) },
                uniquingKeysWith: { first, _ in first })
            var book = dispatcher.engine.budgets
            let reports = book.status(at: dispatcher.engine.civil(now)).map { status in
                BudgetReport(
                    account: status.account, name: names[status.account] ?? "", period: status.period.description,
                    limit: status.limit?.decimal, spent: status.spent.decimal, reserved: status.reserved.decimal,
                    whenSpent: status.policy.rawValue,
                    percent: status.limit.flatMap { limit in
                        limit > .zero ? Int(status.spent.microEuros / max(1, limit.microEuros / 100)) : nil
                    })
            }
            return reports.map { .part(Replies.budget, $0) } + [.final(Replies.count, reports.count)]
        }
    }
}
