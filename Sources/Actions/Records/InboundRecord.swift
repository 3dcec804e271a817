// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// An SMS from a citizen, or one segment of it that waits for the others.
package struct InboundRecord: Equatable, Sendable {
    package var id: Int64
    package var received: Timestamp
    package var smsc: String
    /// E.164 where it could be read, else as it came.
    package var source: String
    package var destination: String
    package var text: String
    /// Action that the sender was alerted by last; "" when there is none.
    package var action: String
    package var recipient: String
    /// nil for a whole message: which segment this is, and its octets.
    package var part: Part?

    package struct Part: Equatable, Sendable {
        package var concatenation: Concatenation
        package var dataCoding: UInt8
        /// The octets begin with a user data header.
        package var hasHeader: Bool
        package var octets: [UInt8]

        package init(concatenation: Concatenation, dataCoding: UInt8, hasHeader: Bool, octets: [UInt8]) {
            self.concatenation = concatenation
            self.dataCoding = dataCoding
            self.hasHeader = hasHeader
            self.octets = octets
        }
    }

    package init(
        id: Int64, received: Timestamp, smsc: String, source: String, destination: String, text: String,
        action: String = "", recipient: String = "", part: Part? = nil
    ) {
        self.id = id
        self.received = received
        self.smsc = smsc
        self.source = source
        self.destination = destination
        self.text = text
        self.action = action
        self.recipient = recipient
        self.part = part
    }
}
