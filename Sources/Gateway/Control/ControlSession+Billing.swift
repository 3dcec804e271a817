// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import GatewayCore
import Store

/// What records cost and what accounts may still spend.
extension ControlSession {
    /// Rows that are looked through in one turn for a Call-ID.
    private static let rowsInPart: Int64 = 5000

    func explain(_ record: ExplainedRecord, _ tag: String?) {
        begin()
        context.dispatcher.post { [self] dispatcher, _ in
            dispatcher.whenBooksAreDone { [self] _, _ in
                do {
                    switch record {
                    case .sequence(let sequence):
                        let rows = try context.store.callDetailRecords(
                            matching: CDRFilter(), after: sequence - 1, limit: 1)
                        explained(rows.filter { $0.sequence == sequence }, record, tag)
                    case .callID(let callID):
                        lookUp(callID, before: try context.store.lastSequence() + 1, found: [], tag)
                    }
                } catch {
                    end(.refusal(ProtocolError(.journalFailed, "\(error)"), tag: tag))
                }
            }
        }
    }

    /// In a turn. From the newest row back, a part in each turn, until the row of the call itself.
    private func lookUp(_ callID: String, before: Int64, found: [CallDetailRecord], _ tag: String?) {
        let first = max(1, before - Self.rowsInPart)
        let rows: [CallDetailRecord]
        do {
            rows = try context.store.callDetailRecords(callID: callID, from: first, before: before)
        } catch {
            return end(.refusal(ProtocolError(.journalFailed, "\(error)"), tag: tag))
        }
        let all = rows + found
        guard first > 1, !all.contains(where: { $0.ledger.kind == .usage }) else {
            return explained(all, .callID(callID), tag)
        }
        context.dispatcher.post { [self] _, _ in lookUp(callID, before: first, found: all, tag) }
    }

    private func explained(_ rows: [CallDetailRecord], _ record: ExplainedRecord, _ tag: String?) {
        guard !rows.isEmpty else {
            return end(.refusal(ProtocolError(.unknownRecord, "the ledger has no \(record)"), tag: tag))
        }
        context.queue.async { [self] in
            let configuration = context.configuration.snapshot
            let archive = TariffArchive(stateDirectory: configuration.general.stateDirectory)
            let explanation = Explanation(Rater(TariffBook(configuration.tariffs, archive: archive.load())))
            for row in rows { reply(.part(.lines(explanation.lines(for: row)), tag: tag)) }
            end(.final(.rows(rows.count), tag: tag))
        }
    }

    func budgets(_ tag: String?) {
        inTurn(tag) { [context] dispatcher, now in
            let names = Dictionary(
                context.configuration.snapshot.accounts.map { ($0.code, $0.name) },
                uniquingKeysWith: { first, _ in first })
            var book = dispatcher.engine.budgets
            let reports = book.status(at: now).map { status in
                BudgetReport(
                    account: status.account, name: names[status.account] ?? "", period: status.period.description,
                    limit: status.limit?.decimal, spent: status.spent.decimal, reserved: status.reserved.decimal,
                    whenSpent: status.policy.rawValue,
                    percent: status.limit.flatMap { limit in
                        limit > .zero ? Int(status.spent.microEuros / max(1, limit.microEuros / 100)) : nil
                    })
            }
            return reports.map { .part(.budget($0), tag: tag) } + [.final(.count(reports.count), tag: tag)]
        }
    }
}
