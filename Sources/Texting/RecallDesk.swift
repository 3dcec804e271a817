// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import SMPP

/// Asks SMSCs to delete what they have of actions that were stopped (cancel_sm, SMPP 3.4 section 4.9), and reads their
/// answers. When a message is to be deleted, and what follows for its recipient, is the text desk's.
final class RecallDesk {
    private let outbox: Outbox
    private let agenda: Agenda
    /// Segments that are asked for and not answered, by the action's key.
    private var open: [Int64: Int] = [:]

    /// cancel_sm of one segment, at most, when nobody knows whether it was done.
    private static let mostTries = 2
    /// While the SMSC says that it is too much.
    private static let mostThrottled = 60
    private static let throttledWait = Interval.seconds(1)

    init(outbox: Outbox, agenda: Agenda) {
        self.outbox = outbox
        self.agenda = agenda
    }

    /// The SMSC is still asked about messages of this action.
    func isOpen(action key: Int64) -> Bool { open[key] != nil }

    // MARK: - Asking

    /// All segments of a message that the SMSC may still have, and that it can be told by their ids.
    func ask(_ message: LiveMessage, _ smsc: SMSCState) {
        guard smsc.takes(.cancelSM) else { return }
        for (index, segment) in message.record.segments.enumerated()
        where segment.isAtSMSC && message.recalls[index] == nil {
            message.recalls[index] = 0
            open[message.action.key, default: 0] += 1
            smsc.recalls[message.rank].append(SegmentToken(message.id, index, .cancel))
        }
    }

    /// Nothing more is asked about a segment.
    func end(_ segment: Int, of message: LiveMessage) {
        guard message.recalls.removeValue(forKey: segment) != nil else { return }
        let key = message.action.key
        let left = (open[key] ?? 1) - 1
        open[key] = left > 0 ? left : nil
    }

    /// The message is over.
    func end(_ message: LiveMessage) {
        for segment in Array(message.recalls.keys) { end(segment, of: message) }
    }

    /// What the bind is handed.
    func handOver(_ token: SegmentToken, _ message: LiveMessage, over key: BindKey, _ smsc: SMSCState) {
        message.recalls[token.segment, default: 0] += 1
        smsc.commands.sent(.cancelSM)
        if !message.record.isRecalled {
            // Whoever comes after this process must not take a refusal for an answer to the first one.
            message.record.isRecalled = true
            outbox.journal(.messageChanged(message.record))
        }
        let settings = smsc.settings
        let cancel = CancelSM(
            messageID: message.record.segments[token.segment].messageID,
            source: (Address(sender: message.record.sender) ?? .none)
                .typed(settings.addresses.sourceTON, settings.addresses.sourceNPI),
            destination: Address.e164(message.recipient?.number.e164 ?? "")
                .typed(settings.addresses.destinationTON, settings.addresses.destinationNPI))
        outbox.perform(.submit(MessageOrder(bind: key, token: token, body: .cancelSM(cancel))))
    }

    // MARK: - Answers

    /// The SMSC has said something about cancel_sm or replace_sm.
    func learn(_ command: CommandID, _ status: CommandStatus, _ smsc: SMSCState) {
        if smsc.commands.answered(command, status) {
            outbox.say(.smscLearned(smsc.name, "it does not know \(command)"))
        }
    }

    /// No answer came.
    func learnSilence(_ command: CommandID, _ smsc: SMSCState) {
        if smsc.commands.unanswered(command) {
            outbox.say(.smscLearned(smsc.name, "it does not answer \(command)"))
        }
    }

    /// cancel_sm_resp or generic_nack.
    ///
    /// - Returns: The segment is deleted.
    func answered(
        _ token: SegmentToken, _ message: LiveMessage, _ status: CommandStatus, isLate: Bool, _ smsc: SMSCState,
        now: Timestamp
    ) -> Bool {
        if status == .ok {
            end(token.segment, of: message)
            return true
        }
        guard let tries = message.recalls[token.segment], !isLate else { return false }
        switch status {
        case .throttled, .messageQueueFull:
            guard tries < Self.mostThrottled else { break }
            agenda.set(.segmentDue(token), at: now + Self.throttledWait)
            return false
        default: break
        }
        end(token.segment, of: message)
        // An earlier one of which nothing was heard may have done it.
        if message.recalls.isEmpty, !message.isRecallDoubtful, !message.record.recovered {
            message.record.isRecalled = false
        }
        return false
    }

    /// Nobody knows whether it was done: asked once more, since nothing is deleted twice.
    func inDoubt(_ token: SegmentToken, _ message: LiveMessage, _ smsc: SMSCState) {
        guard let tries = message.recalls[token.segment] else { return }
        message.isRecallDoubtful = true
        if tries < Self.mostTries, smsc.takes(.cancelSM) {
            smsc.recalls[message.rank].append(token)
        } else {
            end(token.segment, of: message)
        }
    }

    /// It never left, or the SMSC was too busy for it.
    func again(_ token: SegmentToken, _ message: LiveMessage, _ smsc: SMSCState) {
        if message.recalls[token.segment] != nil { smsc.recalls[message.rank].append(token) }
    }
}

extension SegmentRecord {
    /// The SMSC has taken it, can be told which one it is, and has not said that it has done with it.
    var isAtSMSC: Bool { state == .accepted && !messageID.isEmpty && !(receipt?.isConclusive ?? false) }
}

/// cancel_sm that wait for one SMSC, of one priority. They share its pace with the messages of the priority.
struct RecallQueue {
    private var waiting = Fifo<SegmentToken>()
    /// A message left since one of them did.
    private var isTurn = true

    var isEmpty: Bool { waiting.isEmpty }

    mutating func append(_ token: SegmentToken) { waiting.append(token) }

    /// The one whose turn it is.
    func next(othersWait: Bool) -> SegmentToken? { isTurn || !othersWait ? waiting.first : nil }

    mutating func drop() { _ = waiting.popFirst() }

    mutating func handedOver() {
        drop()
        isTurn = false
    }

    mutating func messageLeft() { isTurn = true }
}

/// What an SMSC is known to do with requests that not all of them know.
struct CommandKnowledge {
    private struct Known {
        /// It answers; before that, one at a time is tried.
        var isAnswered = false
        var isRefused = false
        var outstanding = 0
        var silences = 0
    }

    private var known: [CommandID: Known] = [:]
    /// So many without an answer, before it has answered any.
    private static let mostSilences = 2

    /// Neither refused as unknown nor left unanswered.
    func isKnown(_ command: CommandID) -> Bool { !(known[command]?.isRefused ?? false) }

    /// One is under way that will tell.
    func isOnTrial(_ command: CommandID) -> Bool {
        known[command].map { !$0.isAnswered && $0.outstanding > 0 } ?? false
    }

    mutating func sent(_ command: CommandID) { known[command, default: Known()].outstanding += 1 }

    /// It did not leave, or its link is gone.
    mutating func lost(_ command: CommandID) {
        guard let outstanding = known[command]?.outstanding, outstanding > 0 else { return }
        known[command]?.outstanding = outstanding - 1
    }

    /// - Returns: True: this answer is the first that says that it does not know the command.
    mutating func answered(_ command: CommandID, _ status: CommandStatus) -> Bool {
        lost(command)
        known[command]?.isAnswered = true
        guard status == .invalidCommandID, isKnown(command) else { return false }
        known[command, default: Known()].isRefused = true
        return true
    }

    /// - Returns: True: it has never answered one, and is not asked any more.
    mutating func unanswered(_ command: CommandID) -> Bool {
        lost(command)
        guard let so = known[command], !so.isAnswered, !so.isRefused else { return false }
        known[command]?.silences += 1
        guard so.silences + 1 >= Self.mostSilences else { return false }
        known[command]?.isRefused = true
        return true
    }
}
