// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import GatewayCore
import Platform

/// Puts into words what the engine wants to be known, and counts calls that ended. Any thread.
struct NoticeLog: Sendable {
    let log: Log
    let tallies: TrunkTallies

    func report(_ notice: Notice) {
        switch notice {
        case .actionPhaseChanged(let id, let phase): log.notice("action \(phase.rawValue)", ["action": id.text])
        case .acted(let id, let deed):
            log.notice(
                "somebody \(deed.deed.rawValue) an action",
                [
                    "action": id.text, "user": deed.by.user, "officer": deed.by.officer?.text ?? "", "note": deed.note,
                    "followed-by": deed.action ?? "",
                ])
        case .attemptEnded(let cdr, let text):
            tallies.count(cdr)
            log.debug(
                "call ended",
                [
                    "cdr": cdr.sequence, "action": cdr.action, "recipient": cdr.recipient, "trunk": cdr.trunk,
                    "attempt": cdr.attemptNumber, "disposition": cdr.disposition.rawValue, "code": cdr.sipCode,
                    "cause": cdr.cause, "reason": text,
                ])
        case .trunkDown(let name, let reason): log.error("trunk down", ["trunk": name, "reason": reason])
        case .trunkUp(let name): log.notice("trunk up", ["trunk": name])
        case .trunkPace(let name, let pace, let reason):
            let now = "\((pace * 10).rounded() / 10)"
            if let reason {
                log.warning("pace lowered: \(reason)", ["trunk": name, "calls-per-second": now])
            } else {
                log.notice("pace as contracted again", ["trunk": name, "calls-per-second": now])
            }
        case .receiptUnmatched(let smsc, let text): log.flood(.warning, "receipt \(smsc)", "\(text)", ["smsc": smsc])
        case .smscLearned(let smsc, let text): log.notice("\(text)", ["smsc": smsc])
        case .citizenWrote(let record):
            log.info(
                "a citizen wrote", ["smsc": record.smsc, "action": record.action, "recipient": record.recipient])
        case .alarm(let text): log.error("alarm: \(text)")
        case .unwritten(let text, let place):
            log.error("not in the journal: \(text)", ["kept-in": place ?? "this log alone"])
        }
    }
}
