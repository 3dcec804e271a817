// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import Billing
import Budgeting
import ControlProtocol
import GatewayCore
import Platform
import Store

// The ledger's proof, rows that are appended by hand, and whose number goes.

extension Verbs.VerifyLedger: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        let point = noted.flatMap { noted in
            SHA256.Digest(hexadecimal: noted.hash).map { LedgerHead(sequence: noted.sequence, hash: $0) }
        }
        let handler = VerifyHandler(context: context, replies: replies)
        context.dispatcher.post { dispatcher, _ in
            dispatcher.whenBooksAreDone { _, _ in
                do {
                    let audit = try context.store.beginAudit(from: from, to: to, noted: point.map { [$0] } ?? [])
                    handler.advance(audit, after: audit.last.sequence)
                } catch {
                    replies.refuse(journal: error)
                }
            }
        }
    }
}

private struct VerifyHandler: Sendable {
    let context: ControlContext
    let replies: ReplyChannel

    /// Rows of one turn.
    private static let slice = 500

    /// In a turn; a client that has left stops it.
    func advance(_ audit: LedgerAudit, after sequence: Int64) {
        var audit = audit
        let position: Int64
        do {
            position = try context.store.advance(&audit, after: sequence, limit: Self.slice)
        } catch {
            return replies.refuse(journal: error)
        }
        if audit.isDone { return replies.end(.final(Replies.verified, LedgerVerdict(audit))) }
        ControlActor.async { [audit] in
            guard !replies.isClosed else { return }
            context.dispatcher.post { _, _ in advance(audit, after: position) }
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

/// A citizen's number goes wherever it stands; the ledger's proof stays.
extension Verbs.ForgetParticipant: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        let number: PhoneNumber
        do {
            number = try context.configuration.snapshot.numbers.parse(self.number)
        } catch {
            return replies.refuse(
                ProtocolError(.invalidValue, "\"number\": \(error.description)", field: "number"))
        }
        context.dispatcher.post { dispatcher, _ in
            if let fault = dispatcher.journalFault { return replies.refuse(fault, dispatcher) }
            dispatcher.whenBooksAreDone { dispatcher, _ in
                if let action = dispatcher.engine.openAction(alerting: number) {
                    let text = "action \(action) still alerts this number; it can be forgotten when that has ended"
                    return replies.refuse(ProtocolError(.wrongPhase, text))
                }
                context.purger.run(NumberPurge(.number(number))) { result in
                    switch result {
                    case .success(let purge):
                        context.dispatcher.engine.numberForgotten(number)
                        replies.end(.final(Replies.count, purge.purged))
                    case .failure(let error): replies.refuse(journal: error)
                    }
                }
            }
        }
    }
}

/// An amount is given back for a row: at most what is charged for it.
extension Verbs.Credit: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        let appended = Locked<Int64?>(nil)
        replies.end(
            changingInTurnOf: context.dispatcher,
            undo: { dispatcher, now in
                if let sequence = appended.snapshot { dispatcher.withdraw(rows: [sequence], now: now) }
            }
        ) { dispatcher, now in
            do {
                return [try credit(context.store, dispatcher.engine, appended, now: now)]
            } catch let error as NothingToCredit {
                let text =
                    "row \(sequence) is charged with EUR \(error.charged.decimalText), less than is to be given back"
                return [.refusal(ProtocolError(.nothingToCredit, text))]
            } catch {
                return [.refusal(journal: error)]
            }
        }
    }

    private func credit(_ store: Store, _ engine: Engine, _ number: Locked<Int64?>, now: Timestamp) throws -> Reply {
        guard let row = try store.callDetailRecord(sequence: sequence), row.ledger.kind == .usage else {
            return .refusal(
                ProtocolError(.unknownRecord, "there is no call or SMS with the sequence \(sequence)"))
        }
        let stored = try store.adjustments(ofRow: sequence).map(\.ledger)
        let appended = try engine.credit(amount, for: row, adjustments: stored, note: note, now: now)
        number.withLock { $0 = appended.sequence }
        let appendix = LedgerAppendix(
            sequence: appended.sequence, corrects: sequence, account: row.account,
            charge: appended.charged.decimalText)
        return .final(Replies.appended, appendix)
    }
}
