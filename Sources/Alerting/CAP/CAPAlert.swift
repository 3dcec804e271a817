// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// An alert of the Common Alerting Protocol (OASIS CAP-v1.2, section 3.2), as far as it matters to a telephone: areas'
/// polygons, resources, parameters and codes are checked and not kept.
package struct CAPAlert: Equatable, Sendable {
    /// What names an alert: all three together (CAP-v1.2, `references`).
    package struct Reference: Hashable, Sendable, CustomStringConvertible {
        package var sender: String
        package var identifier: String
        package var sent: Timestamp

        package init(sender: String, identifier: String, sent: Timestamp) {
            self.sender = sender
            self.identifier = identifier
            self.sent = sent
        }

        package var description: String { "\(sender),\(identifier),\(sent)" }
    }

    package var name: Reference
    package var status: CAPStatus
    package var messageType: CAPMessageType
    package var scope: CAPScope
    package var restriction: String?
    package var addresses: String?
    package var note: String?
    /// The earlier alerts that it is about.
    package var references: [Reference] = []
    package var infos: [CAPInfo] = []
    /// What is let pass and may still not be what was meant.
    package var remarks: [AlertProblem] = []
}

/// One language, or one part, of an alert.
package struct CAPInfo: Equatable, Sendable {
    package var position: TextPosition
    /// RFC 5646; `en-US` when the alert says nothing.
    package var language: String
    package var event: String
    package var urgency: CAPUrgency
    package var severity: CAPSeverity
    package var certainty: CAPCertainty
    /// From when on what it says holds.
    package var effective: Timestamp?
    /// When what it speaks of begins.
    package var onset: Timestamp?
    package var expires: Timestamp?
    package var senderName: String?
    package var headline: String?
    package var description: String?
    package var instruction: String?
    package var web: String?
    package var contact: String?
    package var areas: [String]

    /// The primary subtag, in small letters: `nl` of `nl-NL`.
    package var primaryLanguage: String {
        language.split(separator: "-").first.map { $0.lowercased() } ?? ""
    }
}
