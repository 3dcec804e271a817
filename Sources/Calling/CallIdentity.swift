// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// What the INVITE of an attempt is known by: unguessable, unique, and the same again in a restarted process, which can
/// cancel the call with it (RFC 3261 9.1) although it was never written down. Attempts are numbered across restarts.
struct CallIdentity: Equatable {
    /// Call-ID header.
    let callID: String
    /// From tag; the voice module makes the branches of it.
    let tag: String

    init(of attempt: AttemptID, hash: KeyedHash) {
        (callID, tag) = hash.code(of: "call-id \(attempt.value)").hexadecimalHalves
    }
}
