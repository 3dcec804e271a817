// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing

/// What an operator or a log wants to know.
package indirect enum Notice: Equatable, Sendable {
    case actionPhaseChanged(ActionID, ActionPhase)
    /// Somebody did something to an action.
    case acted(ActionID, DeedRecord)
    case attemptEnded(CallDetailRecord, text: String)
    case trunkDown(String, reason: String)
    case trunkUp(String)
    /// It is used at less than its contract from now on, or at all of it again (`reason` nil).
    case trunkPace(String, pace: Double, reason: PaceReason?)
    /// A receipt that leads to no message, or to several.
    case receiptUnmatched(smsc: String, String)
    /// What an SMSC's receipts have shown of its habits.
    case smscLearned(String, String)
    case citizenWrote(InboundRecord)
    /// Somebody must look at it.
    case alarm(String)
    /// Of somebody who answered; the journal does not have it. `keptIn`: where it is kept meanwhile; nil: here alone.
    case unwritten(String, keptIn: String?)
}
