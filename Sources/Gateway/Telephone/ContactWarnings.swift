// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import Voice

/// What was seen of Contacts that ACK and BYE hardly reach, by the name of the trunk.
struct ContactWarnings {
    private var seen: [String: UnreachableContact] = [:]

    /// Takes in a contact that a trunk's answer had. A trunk that rewrites them gives no reason to warn.
    ///
    /// - Returns: what is to be said; nil when it was said before.
    mutating func answered(_ trunk: GatewayConfiguration.Trunk, _ contact: UnreachableContact) -> String? {
        guard trunk.contact == .keep, seen[trunk.name]?.reason != contact.reason else { return nil }
        seen[trunk.name] = contact
        return self[trunk.name]
    }

    /// Forgets the trunks that are gone, or that rewrite contacts now.
    mutating func configure(_ trunks: [GatewayConfiguration.Trunk]) {
        let kept = Set(trunks.filter { $0.contact == .keep }.map(\.name))
        seen = seen.filter { kept.contains($0.key) }
    }

    /// nil: nothing was seen.
    subscript(trunk: String) -> String? {
        seen[trunk].map {
            "its answers come without Record-Route and have a Contact at \($0): ACK and BYE may not arrive; "
                + "Contact=rewrite sends them to where the answer came from"
        }
    }
}
