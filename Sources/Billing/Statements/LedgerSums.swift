// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What rows of the ledger have in common when they are added up for statements and reports.
package struct LedgerGroup: Hashable, Sendable {
    package var account: String
    package var action: String
    package var trunk: String
    package var kind: LedgerKind
    /// Why a correction or credit was made; "" for usage.
    package var note: String
    /// Of the charge, hundredths of a percent; nil: nothing is charged.
    package var vatBasisPoints: Int?

    package init(
        account: String, action: String, trunk: String, kind: LedgerKind, note: String, vatBasisPoints: Int?
    ) {
        self.account = account
        self.action = action
        self.trunk = trunk
        self.kind = kind
        self.note = note
        self.vatBasisPoints = vatBasisPoints
    }

    package init(_ cdr: CallDetailRecord) {
        self.init(
            account: cdr.account, action: cdr.action, trunk: cdr.trunk, kind: cdr.ledger.kind,
            note: cdr.ledger.kind == .usage ? "" : cdr.ledger.note,
            vatBasisPoints: cdr.ledger.charge?.vatBasisPoints)
    }
}

/// Figures of rows of the ledger; all of them add up exactly, so it does not matter who adds them: this
/// code row by row, or the database many at a time.
///
/// Corrections and credits have amounts alone: their calls are counted where they were made.
package struct LedgerSums: Equatable, Sendable {
    package var rows = 0
    /// Citizens: attempts that were the first to them in the action.
    package var recipients = 0
    package var calls = 0
    package var answered = 0
    /// From answer to end, of answered calls.
    package var callMilliseconds: Int64 = 0
    /// SMS, whatever became of them.
    package var messages = 0
    /// Citizens: answered calls, and SMS that are on the telephone or were taken over without more being known, but
    /// for those to whom a later attempt of the action came through too: it counts for them.
    package var reached = 0
    /// That SMSCs took over.
    package var segments = 0
    /// Answered calls and SMS with segments for which neither a tariff nor a correction says what they are charged.
    package var unrated = 0
    package var cost = Money.zero
    package var charge = Money.zero
    /// Start of the earliest; nil without rows.
    package var first: Timestamp?
    /// Sequence of the last; 0 without rows.
    package var lastSequence: Int64 = 0

    package init() {}

    /// `isRepeated`: a later attempt of the action reached this citizen too, in the time that is added up.
    /// `isRatedLater`: a correction of that time says what it is charged.
    package init(_ cdr: CallDetailRecord, isRepeated: Bool = false, isRatedLater: Bool = false) {
        rows = 1
        cost = cdr.ledger.cost?.amount ?? .zero
        charge = cdr.ledger.charge?.amount ?? .zero
        first = cdr.start
        lastSequence = cdr.sequence
        guard cdr.ledger.kind == .usage else { return }
        recipients = cdr.attemptNumber == 1 ? 1 : 0
        if let message = cdr.message {
            messages = 1
            segments = message.acceptedSegments
        } else {
            calls = 1
            answered = cdr.answer == nil ? 0 : 1
            // As the export shows it: of milliseconds that were cut off each.
            callMilliseconds = cdr.answer.map { max(0, cdr.end.milliseconds - $0.milliseconds) } ?? 0
        }
        reached = cdr.hasReached && !isRepeated ? 1 : 0
        unrated = cdr.ledger.charge == nil && !isRatedLater && (answered > 0 || segments > 0) ? 1 : 0
    }

    package static func += (left: inout LedgerSums, right: LedgerSums) {
        left.rows += right.rows
        left.recipients += right.recipients
        left.calls += right.calls
        left.answered += right.answered
        left.callMilliseconds += right.callMilliseconds
        left.messages += right.messages
        left.reached += right.reached
        left.segments += right.segments
        left.unrated += right.unrated
        left.cost += right.cost
        left.charge += right.charge
        if let first = right.first { left.first = left.first.map { min($0, first) } ?? first }
        left.lastSequence = max(left.lastSequence, right.lastSequence)
    }

    package var margin: Money { charge - cost }
}

extension CallDetailRecord {
    /// Somebody answered, or the SMS is on the telephone or was taken over without more being known.
    package var hasReached: Bool {
        ledger.kind == .usage && (answer != nil || disposition == .delivered || disposition == .sent)
    }
}
