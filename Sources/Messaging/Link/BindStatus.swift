// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP

/// How a bind is doing, for people. All times are microseconds; points in time are those of the service's clock.
public struct BindStatus: Sendable {
    /// Where a bind stands.
    public enum State: String, Sendable {
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
    public var bind: Int
    public var name: String
    public var smsc: String
    public var state: State
    /// The SMSC's address; nil when not connected.
    public var peer: String?
    /// What the SMSC calls itself; nil when not bound.
    public var smscSystemID: String?
    /// Protocol and cipher; nil without TLS.
    public var tls: String?
    public var window: Int
    /// Requests that wait for their response.
    public var windowUsed: Int
    /// Requests that wait for a place in the window.
    public var waiting: Int
    /// Since the bind was configured.
    public var counters: ESMESession.Counters
    /// How often it was bound, not counting the first time.
    public var reconnects: Int
    /// Moving average from request to response; nil before the first.
    public var roundTrip: Int64?
    /// When it was bound; nil when it is not.
    public var boundSince: Int64?
    /// When the next attempt is due; nil unless waiting.
    public var nextAttempt: Int64?
    /// Why it was last down.
    public var lastError: String?
    /// When that was.
    public var lastErrorAt: Int64?
}
