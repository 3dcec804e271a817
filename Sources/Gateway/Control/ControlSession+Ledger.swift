import Actions
import Billing
// SPDX-License-Identifier: GPL-3.0-or-later
import Budgeting
import ControlProtocol
import GatewayCore
import Store

/// The ledger's proof, and rows that are appended by hand.
extension ControlSession {
    /// Rows of one turn.
    private static let auditSlice = 500

    func verify(from: Int64?, to: Int64?, noted: LedgerPoint?, _ tag: String?) {
        begin()
        let point = noted.flatMap { noted in
            SHA256.Digest(hexadecimal: noted.hash).map { LedgerHead(sequence: noted.sequence, hash: $0) }
        }
        context.dispatcher.post { [self] dispatcher, _ in
            dispatcher.whenBooksAreDone { [self] _, _ in
                do {
                    let audit = try context.store.beginAudit(from: from, to: to, noted: point.map { [$0] } ?? [])
                    advance(audit, after: audit.last.sequence, tag)
                } catch {
                    end(.refusal(ProtocolError(.journalFailed, "\(error)"), tag: tag))
                }
            }
        }
    }

    /// In a turn; a client that has left stops it.
    private func advance(_ audit: LedgerAudit, after sequence: Int64, _ tag: String?) {
        var audit = audit
        let position: Int64
        do {
            position = try context.store.advance(&audit, after: sequence, limit: Self.auditSlice)
        } catch {
            return end(.refusal(ProtocolError(.journalFailed, "\(error)"), tag: tag))
        }
        if audit.isDone { return end(.final(.verified(LedgerVerdict(audit)), tag: tag)) }
        context.queue.async { [self, audit] in
            guard !isClosed else { return }
            context.dispatcher.post { [self] _, _ in advance(audit, after: position, tag) }
        }
    }

    /// A citizen's number goes wherever it stands; the ledger's proof stays.
    func forget(_ text: String, _ tag: String?) {
        let number: PhoneNumber
        do {
            number = try context.configuration.snapshot.numbers.parse(text)
        } catch {
            return reply(
                .refusal(ProtocolError(.invalidValue, "\"number\": \(error.description)", field: "number"), tag: tag))
        }
        begin()
        context.dispatcher.post { [self] dispatcher, _ in
            dispatcher.whenBooksAreDone { [self] dispatcher, _ in
                if let action = dispatcher.engine.openAction(alerting: number) {
                    let text = "action \(action) still alerts this number; it can be forgotten when that has ended"
                    return end(.refusal(ProtocolError(.wrongPhase, text), tag: tag))
                }
                context.purger.run(NumberPurge(.number(number))) { [self] result in
                    switch result {
                    case .success(let purge):
                        context.dispatcher.engine.numberForgotten(number)
                        end(.final(.count(purge.purged), tag: tag))
                    case .failure(let error): end(.refusal(ProtocolError(.journalFailed, "\(error)"), tag: tag))
                    }
                }
            }
        }
    }

    /// An amount is given back for a row: at most what is charged for it.
    func credit(_ sequence: Int64, _ amount: Money, note: String, _ tag: String?) {
        inTurn(tag) { [context] dispatcher, now in
            do {
                guard let row = try context.store.callDetailRecord(sequence: sequence), row.ledger.kind == .usage else {
                    return [
                        .refusal(
                            ProtocolError(.unknownRecord, "there is no call or SMS with the sequence \(sequence)"),
                            tag: tag)
                    ]
                }
                let stored = try context.store.adjustments(ofRow: sequence).map(\.ledger)
                let appended = try dispatcher.engine.credit(
                    amount, for: row, adjustments: stored, note: note, now: now)
                return [
                    .final(
                        .appended(
                            LedgerAppendix(
                                sequence: appended.sequence, corrects: sequence, account: row.account,
                                charge: appended.charged.decimalText)), tag: tag)
                ]
            } catch let error as NothingToCredit {
                let text =
                    "row \(sequence) is charged with EUR \(error.charged.decimalText), less than is to be given back"
                return [.refusal(ProtocolError(.nothingToCredit, text), tag: tag)]
            } catch {
                return [.refusal(ProtocolError(.journalFailed, "\(error)"), tag: tag)]
            }
        }
    }
}

extension LedgerVerdict {
    init(_ audit: LedgerAudit) {
        self.init(
            rows: audit.rows, last: LedgerPoint(sequence: audit.last.sequence, hash: audit.last.hash.hexadecimal),
            fault: audit.fault.map { Fault(kind: $0.name, sequence: $0.sequence, message: $0.description) })
    }
}
