// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

/// Which CDRs an export takes.
package struct CDRFilter: Equatable, Sendable {
    /// Inclusive, on the start of the call.
    package var from: Timestamp?
    /// Exclusive.
    package var to: Timestamp?
    package var account: String?
    package var action: String?
    /// Sequence of the last row that is looked at.
    package var through: Int64?

    package init(
        from: Timestamp? = nil, to: Timestamp? = nil, account: String? = nil, action: String? = nil,
        through: Int64? = nil
    ) {
        self.from = from
        self.to = to
        self.account = account
        self.action = action
        self.through = through
    }
}

/// Rows that an export takes, and how far it has looked.
package struct CDRPage: Sendable {
    package var rows: [CallDetailRecord]
    package var position: Int64
    /// There is nothing behind.
    package var isLast: Bool
}
