// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import GatewayCore
import SMPP

/// An SMS under way. A class: a million of them may be, and a dictionary of them grows in the middle of the sending.
final class LiveMessage {
    var record: MessageRecord
    let action: LiveAction
    /// Position in the action's recipients; -1: the action has dropped them.
    var index: Int
    /// Position in the text desk's SMSCs.
    let smsc: Int
    /// Civil time minus engine time when it was sent: its record's times are made with it.
    var civilOffset: Interval
    /// When waiting for receipts, or for light on a doubt, ends.
    var deadline: Timestamp?
    /// Why no more of it is submitted.
    var failure: (kind: MessageFailure, status: CommandStatus)?
    /// A receipt's own error, for the CDR.
    var receiptError = ""
    /// A receipt's own word, when it is none of the known ones.
    var receiptWord = ""
    /// How often its number's queue was full.
    var fullQueues = 0
    /// Submits of each segment of which nobody knows whether they were taken; shorter than the segments: none.
    private var doubts: [UInt8] = []
    /// When it was asked last whether its recipient is welcome to it; nil: a former process did.
    var asked: RulesMoment?
    /// Segments that the SMSC is asked to delete, and how often it was.
    var recalls: [Int: Int] = [:]
    /// Of a cancel_sm nobody knows whether it was done.
    var isRecallDoubtful = false
    /// The message whose place it takes, once that has been asked for.
    var replaces: (id: AttemptID, messageID: String)?
    /// A correction's message has taken its place at the SMSC.
    var isReplaced = false
    /// The SMSC keeps it until a time that its action names.
    var isScheduled = false
    /// It has left, and its number is its action's until it is over.
    var holdsNumber = false

    /// Copies that the citizen may get, at most.
    static let mostCopies = 2
    static let mostFullQueues = 60

    init(record: MessageRecord, of action: LiveAction, index: Int, smsc: Int, civilOffset: Interval) {
        self.record = record
        self.action = action
        self.index = index
        self.smsc = smsc
        self.civilOffset = civilOffset
    }

    var id: AttemptID { record.id }

    /// nil: the action has dropped its recipients.
    var recipient: RecipientRecord? { index < action.recipients.count ? action.recipients[index] : nil }

    var wantsReceipts: Bool { action.wantsReceipts }

    /// Its place among what waits for an SMSC.
    var rank: Int { action.priority.rawValue }

    /// The recipient's state is that of this message.
    var isRecipientsOwn: Bool {
        guard index < action.recipients.count, case .messaging(record.id) = action.recipients[index].state else {
            return false
        }
        return true
    }

    /// One more submit of this segment is in doubt.
    func noteDoubt(_ segment: Int) {
        while doubts.count <= segment { doubts.append(0) }
        doubts[segment] = min(doubts[segment], 254) + 1
    }

    /// A submit that was in doubt was refused.
    func clearDoubt(_ segment: Int) {
        if segment < doubts.count, doubts[segment] > 0 { doubts[segment] -= 1 }
    }

    /// A former process began it: of its segments only those are known to have been in doubt that were submitted again,
    /// or were about to be.
    func resumeDoubts(of former: MessageRecord) {
        guard former.wasDoubtful else { return }
        for (index, segment) in former.segments.enumerated()
        where segment.resubmits > 0 || segment.state == .waiting || segment.state == .doubtful { noteDoubt(index) }
    }

    /// So many of this segment's submits may have been taken.
    func copies(_ segment: Int) -> Int { segment < doubts.count ? Int(doubts[segment]) : 0 }

    /// One more submit of this segment makes no copy too many; a message that repeats one in doubt is a copy itself.
    func mayRepeat(_ segment: Int) -> Bool { copies(segment) + (record.redial ? 1 : 0) < Self.mostCopies }

    /// A doubtful segment of it waits for its receipt, and is not sent again without it.
    var isHeld: Bool {
        let isResent = action.record.definition.doubtPolicy == .resend
        return record.segments.indices.contains {
            record.segments[$0].state == .doubtful && !(isResent && mayRepeat($0))
        }
    }

    /// Everything was accepted, and nothing is awaited of the SMSC.
    var isTaken: Bool {
        !wantsReceipts && !isScheduled && recalls.isEmpty && record.segments.allSatisfy { $0.state == .accepted }
    }

    /// No SMSC has any of it, nor may have.
    var isWhole: Bool {
        !record.wasDoubtful && record.segments.allSatisfy { $0.state == .prepared || $0.state == .waiting }
    }

    /// The SMSC was lost, or the action is over: nothing more of it is submitted.
    func fail() { failure = (.temporary, CommandStatus(rawValue: 0)) }
}

extension MessageRecord {
    mutating func abandonWhatIsNotOut() {
        for index in segments.indices where segments[index].state == .prepared || segments[index].state == .waiting {
            segments[index].state = .abandoned
        }
    }

    /// submit_sm that were handed to a bind.
    var submits: Int {
        // A replace_sm is none.
        let handedOver = submitsAndReplacements
        switch replacement {
        case .none: return handedOver
        case .intended, .done: return 0
        case .failed: return max(0, handedOver - 1)
        }
    }

    private var submitsAndReplacements: Int {
        segments.reduce(0) { sum, segment in
            switch segment.state {
            case .prepared: sum
            // Given up after a throttling answer, or before it left.
            case .abandoned, .waiting: sum + Int(segment.resubmits)
            case .submitted, .doubtful, .accepted, .refused: sum + 1 + Int(segment.resubmits)
            }
        }
    }
}
