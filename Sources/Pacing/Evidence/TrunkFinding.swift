// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Something that was learned of a trunk, for the operator.
package struct TrunkFinding: Equatable, Sendable {
    package enum Subject: Equatable, Sendable {
        case route(RoutePrefix)
        case channels
        case pace
        case numbers
    }

    package var subject: Subject
    package var since: Timestamp
    /// With the evidence.
    package var text: String

    init(_ subject: Subject, since: Timestamp, _ text: String) {
        self.subject = subject
        self.since = since
        self.text = text
    }
}
