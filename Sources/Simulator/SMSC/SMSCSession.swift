// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// One connection of an ESME (SMPP 3.4 section 2.2). Belongs to the ``SimulatedSMSC``.
final class SMSCSession {
    enum State: Equatable {
        /// Connected, not bound: only bind_* and enquire_link are taken. To any other.
        case open
        /// To ``blackHole`` or ``closing``.
        case bound(BindMode)
        /// Nothing is read, nothing is sent. To ``closing``.
        case blackHole
        /// What is written goes out, then the connection ends.
        case closing
    }

    struct Outstanding {
        var delivery: SMSCDelivery
        var sentAt: Timestamp
    }

    /// Counts from 1; the `connection` of the log.
    let number: Int
    var state = State.open
    /// Place of the account; nil before the bind.
    var account: Int?
    var splitter = PDUSplitter()
    var submits = 0
    var lastHeard: Timestamp
    /// When an unanswered enquire_link went out.
    var enquiredAt: Timestamp?
    private var sequence: UInt32 = 0

    /// Deliveries that no response has come for, by sequence number.
    var outstanding: [UInt32: Outstanding] = [:]
    var isTimeoutScheduled = false

    /// What waits to be handed to the driver.
    var output: [UInt8] = []
    var isDirty = false

    init(number: Int, at now: Timestamp) {
        self.number = number
        lastHeard = now
    }

    var canReceive: Bool {
        if case .bound(let mode) = state { mode.canReceive } else { false }
    }
    var canSubmit: Bool {
        if case .bound(let mode) = state { mode.canSubmit } else { false }
    }
    /// Whether its PDUs are read and answered.
    var isListening: Bool {
        switch state {
        case .open, .bound: true
        case .blackHole, .closing: false
        }
    }
    var isBound: Bool {
        if case .bound = state { true } else { false }
    }

    /// 1 to 0x7FFFFFFF (SMPP 3.4 section 5.1.4).
    func nextSequence() -> UInt32 {
        sequence = sequence >= 0x7FFF_FFFF ? 1 : sequence + 1
        return sequence
    }
}
