// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP

/// What happened on a bind.
package enum LinkEvent: Sendable {
    /// Bound. `version` is the SMSC's sc_interface_version, `tls` protocol and cipher.
    case up(bind: Int, name: String, peer: String, smscSystemID: String, version: UInt8?, tls: String?)
    /// The connection or the attempt at one is over.
    ///
    /// `refused`: the status with which the SMSC refused the bind. `isAsked`: it is we who wanted it. `inDoubt`: orders that were given to the connection
    /// and have no response; those reported by `timedOut` are not repeated. `unsent`: orders that were not.
    case down(
        bind: Int, name: String, reason: String, refused: CommandStatus?, isAsked: Bool, inDoubt: [UInt64],
        unsent: [UInt64])
    /// One side has asked for the end of the session: responses still come, orders are refused.
    case leaving(bind: Int)
    /// After `isBlocked` was true: all that the bind was given has left.
    case drained(bind: Int)
    /// Orders came for a bind that cannot take them; what has become of the bind itself is told by `down`.
    case refused(bind: Int, name: String, ESMESession.Refusal, tokens: [UInt64])
    /// The response to an order. A query_sm_resp's message_state comes as the parameter of that name.
    case response(
        bind: Int, token: UInt64, status: CommandStatus, messageID: String, parameters: [OptionalParameter])
    /// No response came in time, or one that cannot be read: whether the SMSC took the order is not known.
    case timedOut(bind: Int, token: UInt64)
    /// The response to an order that had timed out.
    case lateResponse(bind: Int, token: UInt64, status: CommandStatus, messageID: String)
    /// deliver_sm or data_sm; `acknowledge` answers it.
    case incoming(bind: Int, ticket: UInt64, fields: MessageFields, isDataSM: Bool)
    /// A telephone that was away can be reached again.
    case alert(bind: Int, AlertNotification)
    /// The SMSC did what it should not. One line for a log.
    case fault(bind: Int, String)
}

/// A request for a bind to send.
package struct SubmitOrder: Sendable {
    /// Index of the bind.
    package var bind: Int
    /// Chosen by the caller; comes back in events.
    package var token: UInt64
    /// submit_sm, data_sm, replace_sm, query_sm or cancel_sm.
    package var body: PDU.Body

    package init(bind: Int, token: UInt64, body: PDU.Body) {
        self.bind = bind
        self.token = token
        self.body = body
    }
}
