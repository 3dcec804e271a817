// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Somebody whom an attempt that is not over has reached, or may have.
package struct RecipientContact: Sendable {
    package var recipient: RecipientRecord
    package var channel: Channel
    /// When it began to be heard, or was taken over; civil, as a CDR will say it.
    package var time: Timestamp
    /// False: whether an SMSC has the message is not known.
    package var isCertain: Bool

    package init(_ recipient: RecipientRecord, _ channel: Channel, at time: Timestamp, isCertain: Bool) {
        self.recipient = recipient
        self.channel = channel
        self.time = time
        self.isCertain = isCertain
    }
}
