// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What a row of the ledger stands for.
package enum LedgerKind: String, Sendable, CaseIterable {
    /// A call or an SMS.
    case usage = "usage"
    /// The difference that another tariff makes to an earlier row, which stays as it is.
    case correction = "correction"
    /// An amount given back, by hand.
    case credit = "credit"
}

/// One side of a rated record: what the carrier charges us, or what an account is charged.
package struct RatedAmount: Hashable, Sendable {
    /// Without VAT, rounded once as the tariff declares.
    package var amount: Money
    /// Hundredths of a percent: 2100 is 21 %.
    package var vatBasisPoints: Int
    /// The tariff's name and version, e.g. `kpn-voice@2026-01-01`.
    package var tariff: String

    package init(amount: Money, vatBasisPoints: Int = 0, tariff: String = "") {
        self.amount = amount
        self.vatBasisPoints = vatBasisPoints
        self.tariff = tariff
    }
}

/// How the ledger holds a record: its kind and its amounts. nil amounts: no tariff said anything.
package struct LedgerEntry: Hashable, Sendable {
    package var kind: LedgerKind
    /// Sequence of the row that this one corrects or credits.
    package var corrects: Int64?
    package var cost: RatedAmount?
    package var charge: RatedAmount?
    /// Why a correction or credit was made; "" for usage.
    package var note: String

    package init(
        kind: LedgerKind = .usage, corrects: Int64? = nil, cost: RatedAmount? = nil, charge: RatedAmount? = nil,
        note: String = ""
    ) {
        self.kind = kind
        self.corrects = corrects
        self.cost = cost
        self.charge = charge
        self.note = note
    }
}
