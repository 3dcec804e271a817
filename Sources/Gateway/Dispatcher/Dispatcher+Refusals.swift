// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import Billing
import GatewayCore
import Store

/// What happens while the disk refuses, or has no room: docs/reliability.md.
extension Dispatcher {
    /// Throws when the disk would not take a transaction at this moment: for what cannot be undone.
    func proveJournal(now: Timestamp) throws {
        do {
            try atRest { try journal.commit([], relaxed: false, now: now) }
        } catch {
            // This turn finds out as well, and says it.
            mustBeat = true
            throw error
        }
    }

    /// An action that does not exist after all: what was decided of it is not written.
    func forgetUnwritten(action key: Int64) {
        func isOfAction(_ record: JournalRecord) -> Bool {
            if case .actionChanged(let action) = record { return action.key == key }
            if case .numbersListed(let action, _) = record { return action == key }
            return false
        }
        removeUnwritten(isOfAction)
    }

    /// A change of the register that did not happen after all.
    func undo(_ undo: Engine.RegisterUndo, now: Timestamp) {
        removeUnwritten { if case .registerChanged(let change) = $0 { change.mark == undo.mark } else { false } }
        engine.undo(undo, now: now)
    }

    private func removeUnwritten(_ isMeant: (JournalRecord) -> Bool) {
        rescued -= backlog.records.prefix(rescued).count(where: isMeant)
        backlog.records.removeAll(where: isMeant)
    }

    /// Rows of the ledger that somebody asked for, and that are not written after all. Those behind them move up, since
    /// the ledger has no gaps.
    func withdraw(rows sequences: [Int64], now: Timestamp) {
        collect(now: now)
        let withdrawn = Set(sequences)
        let told = rescued
        var rows: [CallDetailRecord] = []
        var records: [JournalRecord] = []
        for (position, record) in backlog.records.enumerated() {
            if case .ledgerAppended(let row) = record, withdrawn.contains(row.sequence) {
                rows.append(row)
                if position < told { rescued -= 1 }
            } else {
                records.append(record.movedUp { sequence in Int64(withdrawn.count { $0 < sequence }) })
            }
        }
        backlog.records = records
        engine.withdrawFromLedger(rows)
    }

    /// How much room the disk has; `isFull`: too little to begin anything. Call from within an event.
    func spaceMeasured(_ octets: Int64, isFull: Bool, now: Timestamp) {
        spaceLeft = octets
        if isFull, journalFault == nil {
            setFault(.full(octets), now: now)
        } else if !isFull, journalFault?.isFull == true {
            journalIsWell(now: now)
        }
    }

    // MARK: - A commit failed

    func setFault(_ kind: JournalFault.Kind, now: Timestamp) {
        let fault = JournalFault(kind: kind, since: journalFault?.since ?? now)
        if journalFault?.kind.name != kind.name {
            onNotices?([.alarm("\(fault.text); no calls are started and no SMS sent")], now)
        }
        journalFault = fault
    }

    func journalIsWell(now: Timestamp) {
        journalFault = nil
        onNotices?([.alarm("the journal is written again")], now)
        // What has waited goes on at once.
        post { _, _ in }
    }

    /// A commit failed: nothing of the turn is on the disk.
    func failed(_ error: any Error, now: Timestamp) {
        statistics.journalFailures += 1
        let error = error as? StoreError ?? StoreError(operation: "writing the journal", message: "\(error)")
        setFault(.failing("\(error)"), now: now)
        takeBack(now: now)
        let refused = afterCommit.filter { $0.failed != nil }
        afterCommit.removeAll { $0.failed != nil }
        // The last first: each undoes what it changed of what the ones before had left.
        for one in refused.reversed() { one.failed?(error) }
        collect(now: now)
        endWithoutJournal(now: now)
    }

    /// Calls and messages that were about to leave: as if they had not been begun.
    func takeBack(now: Timestamp) {
        var calls: Set<AttemptID> = []
        var messages: [MessageOrder] = []
        backlog.effects.removeAll { effect in
            switch effect {
            case .placeCall(let order): calls.insert(order.attempt)
            case .submit(let order): messages.append(order)
            case .startPrompt, .repeatPrompt, .hangUp, .holdFormer, .endDialog, .acknowledge: return false
            }
            return true
        }
        guard !calls.isEmpty || !messages.isEmpty else { return }
        backlog.records.removeAll { if case .callStarted(let call) = $0 { calls.contains(call.id) } else { false } }
        backlog.effects.removeAll { if case .hangUp(let id) = $0 { calls.contains(id) } else { false } }
        engine.takenBack(calls: calls.sorted(), messages: messages, now: now)
    }

    /// What the engine has said since.
    func collect(now: Timestamp) {
        let output = engine.takeOutput(all: false)
        if !output.notices.isEmpty { onNotices?(output.notices, now) }
        backlog.records += output.records
        backlog.effects += output.effects
    }

    /// Who has answered is spoken to, and hanging up needs no journal: to stop is always allowed, and must not wait for
    /// a disk. What is known of answers alone is kept elsewhere before.
    func endWithoutJournal(now: Timestamp) {
        let news = backlog.records.dropFirst(rescued)
        rescued = backlog.records.count
        // Of these few lines too a slow disk may make seconds.
        let place = atRest { journal.rescue(news, alive: now) }
        let lines = news.compactMap { $0.unwrittenLine(engine.civil) }
        if !lines.isEmpty { onNotices?(lines.map { .unwritten($0, keptIn: place) }, now) }
        var kept: [Effect] = []
        for effect in backlog.effects {
            switch effect {
            case .startPrompt, .repeatPrompt, .hangUp, .holdFormer, .endDialog: calls?.perform(effect)
            case .placeCall, .submit, .acknowledge: kept.append(effect)
            }
        }
        backlog.effects = kept
    }
}

extension JournalRecord {
    /// With the row of the ledger that it brings so many numbers lower.
    fileprivate func movedUp(_ count: (Int64) -> Int64) -> JournalRecord {
        func moved(_ cdr: CallDetailRecord) -> CallDetailRecord {
            var cdr = cdr
            cdr.sequence -= count(cdr.sequence)
            return cdr
        }
        if case .callEnded(let id, let cdr) = self { return .callEnded(id, moved(cdr)) }
        if case .messageEnded(let id, let cdr, let recipient) = self { return .messageEnded(id, moved(cdr), recipient) }
        if case .ledgerAppended(let cdr) = self { return .ledgerAppended(moved(cdr)) }
        return self
    }
}
