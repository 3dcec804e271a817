// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What rows of the ledger have in common when they are added up for statements and reports.
public struct LedgerGroup: Hashable, Sendable {
    public var account: String
    public var action: String
    public var trunk: String
    public var kind: LedgerKind
    /// Why a correction or credit was made; "" for usage.
    public var note: String
    /// Of the charge, hundredths of a percent; nil: nothing is charged.
    public var vatBasisPoints: Int?

    public init(
        account: String, action: String, trunk: String, kind: LedgerKind, note: String, vatBasisPoints: Int?
    ) {
        self.account = account
        self.action = action
        self.trunk = trunk
        self.kind = kind
        self.note = note
        self.vatBasisPoints = vatBasisPoints
    }

    public init(_ cdr: CallDetailRecord) {
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
public struct LedgerSums: Equatable, Sendable {
    public var rows = 0
    /// Citizens: attempts that were the first to them in the action.
    public var recipients = 0
    public var calls = 0
    public var answered = 0
    /// From answer to end, of answered calls.
    public var callMilliseconds: Int64 = 0
    /// SMS, whatever became of them.
    public var messages = 0
    /// Citizens: answered calls, and SMS that are on the telephone or were taken over without more being known, but
    /// for those to whom a later attempt of the action came through too: it counts for them.
    public var reached = 0
    /// That SMS centres took over.
    public var segments = 0
    /// Answered calls and SMS with segments for which neither a tariff nor a correction says what they are charged.
    public var unrated = 0
    public var cost = Money.zero
    public var charge = Money.zero
    /// Start of the earliest; nil without rows.
    public var first: Timestamp?
    /// Sequence of the last; 0 without rows.
    public var lastSequence: Int64 = 0

    public init() {}

    /// `isRepeated`: a later attempt of the action reached this citizen too, in the time that is added up.
    /// `isRatedLater`: a correction of that time says what it is charged.
    public init(_ cdr: CallDetailRecord, isRepeated: Bool = false, isRatedLater: Bool = false) {
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

    public static func += (left: inout LedgerSums, right: LedgerSums) {
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

    public var margin: Money { charge - cost }
}

extension CallDetailRecord {
    /// Somebody answered, or the SMS is on the telephone or was taken over without more being known.
    public var hasReached: Bool {
        ledger.kind == .usage && (answer != nil || disposition == .delivered || disposition == .sent)
    }
}
