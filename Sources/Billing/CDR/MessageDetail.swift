// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What only the CDR of an SMS has.
package struct MessageDetail: Equatable, Sendable {
    /// Segments that the text takes.
    package var segments: Int
    /// Those that the SMSC took over: what is billed.
    package var acceptedSegments: Int
    /// E.g. `GSM-7`.
    package var encoding: String
    /// When the last segment was taken over; nil: not all were.
    package var accepted: Timestamp?
    /// As the SMSC gave them, in order of the segments; "" where there is none.
    package var messageIDs: [String]
    /// user_message_reference of each segment (SMPP 3.4 section 5.3.2.17).
    package var references: [UInt16]
    /// Worst final state of a segment by its receipts, e.g. `UNDELIVERABLE`; "" without any.
    package var state: String
    /// command_status of the refusal, or the receipt's own error code.
    package var error: String
    /// submit_sm that left, repetitions counted.
    package var submits: Int
    /// Whether it was taken over was not known at some time.
    package var doubtful: Bool

    package init(
        segments: Int, acceptedSegments: Int = 0, encoding: String = "", accepted: Timestamp? = nil,
        messageIDs: [String] = [], references: [UInt16] = [], state: String = "", error: String = "", submits: Int = 0,
        doubtful: Bool = false
    ) {
        self.segments = segments
        self.acceptedSegments = acceptedSegments
        self.encoding = encoding
        self.accepted = accepted
        self.messageIDs = messageIDs
        self.references = references
        self.state = state
        self.error = error
        self.submits = submits
        self.doubtful = doubtful
    }
}
