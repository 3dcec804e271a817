// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// A call or SMS as the ledger has it.
package struct LedgerCall: Equatable, Sendable {
    package var sequence: Int64
    /// Digits of the E.164 number.
    package var number: UInt64
    /// The moment that is compared: the start or the answer.
    package var time: Timestamp
    /// From answer to end; 0 when not answered.
    package var milliseconds: Int64
    /// SMS segments taken over; 0 for calls.
    package var segments: Int
    /// What the tariff says that the carrier charges, corrections included; nil: no tariff says.
    package var cost: Money?
    package var account: String
    /// The carrier must have it: it was answered, or taken over, and started in the time that is compared.
    package var isExpected: Bool

    package init(
        sequence: Int64, number: UInt64, time: Timestamp, milliseconds: Int64, segments: Int, cost: Money?,
        account: String, isExpected: Bool
    ) {
        self.sequence = sequence
        self.number = number
        self.time = time
        self.milliseconds = milliseconds
        self.segments = segments
        self.cost = cost
        self.account = account
        self.isExpected = isExpected
    }
}

/// A call or SMS as the carrier's file has it.
package struct CarrierCall: Equatable, Sendable {
    /// Of the file, from 1.
    package var line: Int
    package var number: UInt64
    package var time: Timestamp
    /// The other moment that a local time in the hour can mean that comes twice in October.
    package var otherTime: Timestamp?
    /// nil: the file has none.
    package var milliseconds: Int64?
    package var segments: Int?
    package var amount: Money?

    package init(
        line: Int, number: UInt64, time: Timestamp, otherTime: Timestamp? = nil, milliseconds: Int64? = nil,
        segments: Int? = nil, amount: Money? = nil
    ) {
        self.line = line
        self.number = number
        self.time = time
        self.otherTime = otherTime
        self.milliseconds = milliseconds
        self.segments = segments
        self.amount = amount
    }
}

/// One thing on which ledger and carrier differ.
package struct ReconciliationDifference: Equatable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The ledger has it, the carrier has not.
        case missing
        /// The carrier has it, the ledger has not.
        case extra
        /// Both have it, of different length; the amount may differ too.
        case duration
        /// Both have it, with a different number of SMS segments; the amount may differ too.
        case segments
        /// Both have it alike, at different amounts: another rate.
        case amount
    }

    package var kind: Kind
    /// Whose it is in the ledger; of an extra one: who had the same number otherwise; "": nobody.
    package var account: String
    package var number: UInt64
    /// Of the ledger, or of the carrier when the ledger has none.
    package var time: Timestamp
    package var ledger: LedgerCall?
    package var carrier: CarrierCall?

    /// What the carrier charges above what the ledger says; negative: below.
    package var disputed: Money { (carrier?.amount ?? .zero) - (ledger?.cost ?? .zero) }
}

/// How exactly ledger and carrier must agree.
package struct ReconciliationTolerance: Equatable, Sendable {
    /// Clocks and moments may differ by so much.
    package var time: Interval
    package var milliseconds: Int64
    package var amount: Money
    /// The carrier rounds durations up to a multiple of this; 0 or 1: it does not.
    package var durationStep: Int64

    package init(
        time: Interval = .seconds(30), milliseconds: Int64 = 1000, amount: Money = Money(microEuros: 100),
        durationStep: Int64 = 0
    ) {
        self.time = time
        self.milliseconds = milliseconds
        self.amount = amount
        self.durationStep = durationStep
    }
}
