// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP

/// How a bind is doing, for people. All times are microseconds; points in time are those of the service's clock.
package struct BindStatus: Sendable {
    /// Where a bind stands.
    package enum State: String, Sendable {
        /// Waits for the next attempt.
        case waiting
        /// Resolves the name, connects or does the TLS handshake.
        case connecting
        /// The bind is sent.
        case binding
        /// Messages go.
        case bound
        /// Waits for the last responses, or for unbind_resp.
        case unbinding
    }

    /// Index of the bind.
    package var bind: Int
    package var name: String
    package var smsc: String
    package var state: State
    /// The SMSC's address; nil when not connected.
    package var peer: String?
    /// What the SMSC calls itself; nil when not bound.
    package var smscSystemID: String?
    /// Protocol and cipher; nil without TLS.
    package var tls: String?
    package var window: Int
    /// Requests that wait for their response.
    package var windowUsed: Int
    /// Requests that wait for a place in the window.
    package var waiting: Int
    /// Since the bind was configured.
    package var counters: ESMESession.Counters
    /// How often it was bound, not counting the first time.
    package var reconnects: Int
    /// Moving average from request to response; nil before the first.
    package var roundTrip: Int64?
    /// When it was bound; nil when it is not.
    package var boundSince: Int64?
    /// When the next attempt is due; nil unless waiting.
    package var nextAttempt: Int64?
    /// Why it was last down.
    package var lastError: String?
    /// When that was.
    package var lastErrorAt: Int64?
}
