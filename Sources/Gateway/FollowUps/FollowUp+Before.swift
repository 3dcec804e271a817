// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import ActionRoster
import Actions
import ControlProtocol
import GatewayCore
import Platform

/// What has followed from the action before.
extension FollowUp {
    /// Whoever asks to correct a correction means what it corrects: whom it has not reached yet heard the first text alone.
    @TurnActor func root(of record: ActionRecord, _ engine: Engine) -> FollowUp? {
        guard tie == .correction, record.conduct?.tie == .correction,
            let original = record.conduct?.follows.flatMap({ engine.action(named: $0) })
        else { return nil }
        return FollowUp(
            tie, of: original.record.id, text: text, sms: sms, note: note, alert: alert, by: requester, context, replies
        )
    }

    /// What the same alert has led to, whatever came after it: alerts are sent several times. nil: nothing yet.
    @TurnActor func done(_ original: ActionRecord, _ engine: Engine) -> FollowUpReport? {
        let deeds = original.conduct?.deeds ?? []
        guard let alert, let deed = deeds.last(where: { $0.alert == alert.text && $0.deed == self.deed }) else {
            return nil
        }
        let count = deed.action.flatMap { engine.action(named: $0) }?.record.recipientCount ?? 0
        return FollowUpReport(of: id.text, action: deed.action, recipients: count, alreadyAccepted: true)
    }

    @TurnActor func answer(_ report: FollowUpReport, _ dispatcher: Dispatcher) {
        dispatcher.whenJournalled { [self] in
            conclude(.final(Replies.followed, report))
        } failed: { [self] error in
            conclude(.refusal(journal: error))
        }
    }

    var deed: Deed { tie == .correction ? .corrected : .closed }

    /// An action is closed once.
    @TurnActor func checkClosing(
        _ original: ActionRecord, _ definition: ActionDefinition, _ engine: Engine
    ) throws(ProtocolError) {
        if let conduct = original.conduct, conduct.tie != nil {
            throw ProtocolError(
                .wrongPhase, "action \"\(id)\" follows from \"\(conduct.follows ?? "")\", which is closed instead of it"
            )
        }
        guard let closed = original.conduct?.last(.closed) else { return }
        let known = closed.action.flatMap { engine.action(named: $0) }?.record
        guard known?.definition != definition || known?.isCutShort == true else { return }
        let what = closed.action.map { ", with action \"\($0)\"" } ?? ", and nobody was reached"
        let end = known?.isCutShort == true ? ", which is \(known?.phase.rawValue ?? "")" : ""
        throw ProtocolError(
            .alreadyClosed, "action \"\(id)\" was closed \(closed.at) by \(closed.by.text)\(what)\(end)")
    }
}

extension ActionRecord {
    /// It ended before everybody had their turn.
    var isCutShort: Bool {
        switch phase {
        case .cancelled, .expired, .stale: true
        case .staged, .awaitingApproval, .scheduled, .running, .paused, .completed: false
        }
    }
}
