// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// A recipient's state as the columns `state`, `due` and `outcome` have it.
struct RecipientColumns {
    enum State: Int64 {
        /// Waits until `due`; or has a call or a message under way, which has a row of its own.
        case open = 0
        /// Has an `outcome`.
        case ended = 2
    }

    let state: State
    /// Microseconds since 1970 in UTC; nil once it has ended.
    let due: Int64?
    /// ``Outcome/rawValue``
    let outcome: String?

    init(_ state: RecipientState) {
        switch state {
        case .waiting(let due): (self.state, self.due, outcome) = (.open, due.microseconds, nil)
        // Without its call or message, it waits.
        case .calling, .messaging: (self.state, due, outcome) = (.open, 0, nil)
        case .ended(let ended): (self.state, due, outcome) = (.ended, nil, ended.rawValue)
        }
    }
}
