// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import GatewayCore
import SMPP

/// How an SMS ended, from the states of its segments.
struct MessageEnd: Equatable, Sendable {
    /// nil: it failed, and the retry rules decide.
    var outcome: Outcome?
    var disposition: Disposition
    /// Q.850.
    var cause: Int
    var error: String
    var state: String
    /// For the log.
    var text: String

    init(_ message: LiveMessage) {
        let segments = message.record.segments
        let told = segments.compactMap(\.receipt).filter(\.isFinal)
        // The worst that was told: a message of which one segment is missing was not delivered.
        let worst = told.first { $0 != .delivered } ?? told.first
        state = worst?.recordWord ?? message.receiptWord
        error = message.receiptError
        if message.isReplaced {
            (outcome, disposition, cause) = (.cancelled, .undelivered, 31)
            state = "REPLACED"
            text = "replaced by its correction"
        } else if let failure = message.failure {
            outcome = nil
            error = failure.status == .ok ? "" : failure.status.description
            switch failure.kind {
            case .invalidNumber: (disposition, cause) = (.rejected, 1)
            case .configuration, .permanent: (disposition, cause) = (.rejected, 21)
            case .throttled, .queueFull, .temporary:
                (disposition, cause) = (message.record.wasDoubtful ? .unknown : .failed, 41)
            }
            text = "refused: \(error.isEmpty ? "the SMSC was lost" : error)"
        } else if segments.contains(where: { $0.state != .accepted }) {
            // Held to the end of its time: a person decides (retry --interrupted).
            (outcome, disposition, cause) = (.interrupted, .unknown, 31)
            text = "in doubt, and no receipt came"
        } else if told.count == segments.count, worst == .delivered {
            (outcome, disposition, cause) = (.delivered, .delivered, 16)
            text = "delivered"
        } else if worst == .deleted, message.action.isStopped {
            // Of which the citizen may have had a part, that is in doubt.
            let isWhole = !told.contains(.delivered)
            (outcome, cause) = (.cancelled, 31)
            disposition = isWhole ? .undelivered : .unknown
            text = isWhole ? "deleted at the SMSC" : "deleted at the SMSC, in part"
        } else if message.record.isRecalled, told.isEmpty {
            (outcome, disposition, cause) = (.interrupted, .unknown, 31)
            text = "perhaps deleted at the SMSC"
        } else if let worst, worst != .delivered, worst != .unknown {
            outcome = .undelivered
            switch worst {
            case .expired: (disposition, cause) = (.expired, 20)
            case .rejected: (disposition, cause) = (.rejected, 21)
            case .undeliverable, .deleted, .skipped, .unknown, .delivered, .scheduled, .enroute, .accepted:
                (disposition, cause) = (.undelivered, 20)
            }
            text = "not delivered: \(worst)"
        } else {
            (outcome, disposition, cause) = (.sent, .sent, 16)
            text = "taken over"
        }
    }
}

extension LiveMessage {
    /// Its record, not priced yet.
    ///
    /// - Parameters:
    ///   - hasReferences: The SMSC was sent them.
    ///   - now: The moment of its end.
    func detailRecord(
        sequence: Int64, _ end: MessageEnd, for recipient: RecipientRecord, hasReferences: Bool, now: Timestamp
    ) -> CallDetailRecord {
        let taken = record.segments.count { $0.state == .accepted }
        // One submit may carry several segments. What took the place of another message is billed as that.
        let billed =
            record.replacement == .done ? 0 : taken == record.segments.count ? record.billedSegments : taken
        return CallDetailRecord(
            sequence: sequence, attempt: record.id, action: action.record.id.text, recipient: recipient.reference,
            account: recipient.account, callee: recipient.number.e164, caller: record.sender, trunk: record.smsc,
            callID: "sms-\(record.id.value)", attemptNumber: record.number, start: record.start + civilOffset,
            ringing: nil,
            answer: nil,
            end: max(end.disposition == .sent ? record.accepted ?? now : now, record.start) + civilOffset, sipCode: 0,
            cause: end.cause, hangupBy: .nobody,
            ownReason: end.disposition == .unknown ? (record.recovered ? .crash : .noResponse) : .none,
            disposition: end.disposition, codec: nil, promptHash: "", heardMilliseconds: 0, promptMilliseconds: 0,
            keys: "", recovered: record.recovered, redial: record.redial, packetsSent: 0, packetsReceived: 0,
            message: MessageDetail(
                segments: record.billedSegments, acceptedSegments: billed, encoding: record.encoding,
                accepted: record.accepted.map { $0 + civilOffset }, messageIDs: record.segments.map(\.messageID),
                references: hasReferences ? record.segments.map(\.reference) : [], state: end.state, error: end.error,
                submits: record.submits, doubtful: record.wasDoubtful))
    }
}
