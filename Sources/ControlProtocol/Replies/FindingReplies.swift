// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Something that was learned of a trunk or an SMSC.
package struct FindingStatus: Equatable, Sendable, Codable {
    /// Of a trunk `channels`, `pace`, `numbers`, or the prefix of a route: `+31182`. Of an SMSC `pace`, `numbers`,
    /// `everything` or `silence`.
    package var subject: String
    package var since: UTCTime
    /// With the evidence, for people.
    package var text: String

    package init(subject: String, since: Timestamp, text: String) {
        self.subject = subject
        self.since = UTCTime(since)
        self.text = text
    }
}

/// What is believed about something that an action runs over.
package struct ActionFinding: Equatable, Sendable, Codable {
    /// One of both names it; neither: nothing at all can leave (`way-out`).
    package var trunk: String?
    package var smsc: String?
    /// As in ``FindingStatus``; `trunk` or `smsc`: it is down; `way-out`: so is everything.
    package var subject: String
    /// nil: not known.
    package var since: UTCTime?
    package var text: String
    /// Recipients of the action who wait at a route; nil: it is none.
    package var waiting: Int?

    package init(
        trunk: String? = nil, smsc: String? = nil, subject: String, since: Timestamp?, text: String,
        waiting: Int? = nil
    ) {
        self.trunk = trunk
        self.smsc = smsc
        self.subject = subject
        self.since = since.map(UTCTime.init)
        self.text = text
        self.waiting = waiting
    }
}
