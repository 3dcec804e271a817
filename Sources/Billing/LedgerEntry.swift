// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What a row of the ledger stands for.
package enum LedgerKind: String, Sendable, CaseIterable {
    /// A call or an SMS.
    case usage
    /// The difference that another tariff makes to an earlier row, which stays as it is.
    case correction
    /// An amount given back, by hand.
    case credit
}

/// One side of a rated record: what the carrier charges us, or what an account is charged.
package struct RatedAmount: Hashable, Sendable {
    /// Without VAT, rounded once as the tariff declares.
    package var amount: Money
    /// Hundredths of a percent: 2100 is 21 %.
    package var vatBasisPoints: Int
    /// The tariff's name and version, e.g. `kpn-voice@2026-01-01`.
    package var tariff: String

    package init(amount: Money, vatBasisPoints: Int, tariff: String) {
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

extension CallDetailRecord {
    /// A row that changes what this one is billed at: it names it, its time is when it was made, and it has no
    /// duration and no segments, so that whoever sums up counts nothing twice.
    ///
    /// `cost` and `charge` are differences. The sequence is given when it is appended.
    package func adjustment(
        _ kind: LedgerKind, cost: RatedAmount?, charge: RatedAmount?, note: String, at time: Timestamp
    ) -> CallDetailRecord {
        var row = self
        row.sequence = 0
        row.start = time
        row.ringing = nil
        row.answer = nil
        row.end = time
        row.heardMilliseconds = 0
        row.promptMilliseconds = 0
        row.keys = ""
        row.packetsSent = 0
        row.packetsReceived = 0
        row.audio = nil
        if let message {
            row.message = MessageDetail(
                segments: 0, acceptedSegments: 0, encoding: message.encoding, accepted: nil, messageIDs: [],
                references: [], state: "", error: "", submits: 0, doubtful: false)
        }
        row.ledger = LedgerEntry(
            kind: kind, corrects: ledger.corrects ?? sequence, cost: cost, charge: charge, note: note)
        return row
    }
}
