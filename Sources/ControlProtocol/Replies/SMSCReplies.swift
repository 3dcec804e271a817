// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// An SMSC with its binds.
package struct SMSCStatus: Equatable, Sendable, Codable {
    package var name: String
    /// Messages can leave over it.
    package var isUp: Bool
    /// Taken out of use by `smsc-down`.
    package var isDisabled: Bool
    package var priority: Int
    package var weight: Int
    /// Messages journalled for it that have not left yet.
    package var prepared: Int
    /// Messages whose receipts, or whose end, are awaited.
    package var outstanding: Int
    /// How its receipts write message ids; "" while that is not known.
    package var messageIDs: String
    /// What is believed of it beside its contract.
    package var findings: [FindingStatus]
    package var binds: [BindReport]

    package init(
        name: String, isUp: Bool, isDisabled: Bool, priority: Int, weight: Int, prepared: Int, outstanding: Int,
        messageIDs: String, findings: [FindingStatus] = [], binds: [BindReport]
    ) {
        self.name = name
        self.isUp = isUp
        self.isDisabled = isDisabled
        self.priority = priority
        self.weight = weight
        self.prepared = prepared
        self.outstanding = outstanding
        self.messageIDs = messageIDs
        self.findings = findings
        self.binds = binds
    }

    private enum CodingKeys: String, CodingKey {
        case name, priority, weight, prepared, outstanding, findings, binds
        case isUp = "up"
        case isDisabled = "disabled"
        case messageIDs = "message-ids"
    }
}

/// One bind.
package struct BindReport: Equatable, Sendable, Codable {
    package var name: String
    /// `transmitter`, `receiver` or `transceiver`.
    package var mode: String
    /// `waiting`, `connecting`, `binding`, `bound` or `unbinding`.
    package var state: String
    /// Address of the far end; nil when not connected.
    package var peer: String?
    package var systemID: String?
    package var tls: String?
    package var boundSince: UTCTime?
    /// Requests without a response, and how many there may be.
    package var windowUsed: Int
    package var window: Int
    /// Messages per second now; nil: no limit.
    package var pace: Double?
    /// By configuration; nil: no limit.
    package var maximumPace: Double?
    /// ESME_RTHROTTLED holds the pace below the limit.
    package var isThrottled: Bool
    package var roundTripMilliseconds: Double?
    package var submitted: Int
    package var accepted: Int
    package var refused: Int
    package var throttled: Int
    package var queueFull: Int
    package var timedOut: Int
    package var receipts: Int
    package var unmatchedReceipts: Int
    package var inbound: Int
    package var reconnects: Int
    package var lastError: String?
    package var lastErrorAt: UTCTime?

    package init(
        name: String, mode: String, state: String, peer: String?, systemID: String?, tls: String?,
        boundSince: Timestamp?, windowUsed: Int, window: Int, pace: Double?, maximumPace: Double?, isThrottled: Bool,
        roundTripMilliseconds: Double?, submitted: Int, accepted: Int, refused: Int, throttled: Int, queueFull: Int,
        timedOut: Int, receipts: Int, unmatchedReceipts: Int, inbound: Int, reconnects: Int, lastError: String?,
        lastErrorAt: Timestamp?
    ) {
        self.name = name
        self.mode = mode
        self.state = state
        self.peer = peer
        self.systemID = systemID
        self.tls = tls
        self.boundSince = boundSince.map(UTCTime.init)
        self.windowUsed = windowUsed
        self.window = window
        self.pace = pace
        self.maximumPace = maximumPace
        self.isThrottled = isThrottled
        self.roundTripMilliseconds = roundTripMilliseconds
        self.submitted = submitted
        self.accepted = accepted
        self.refused = refused
        self.throttled = throttled
        self.queueFull = queueFull
        self.timedOut = timedOut
        self.receipts = receipts
        self.unmatchedReceipts = unmatchedReceipts
        self.inbound = inbound
        self.reconnects = reconnects
        self.lastError = lastError
        self.lastErrorAt = lastErrorAt.map(UTCTime.init)
    }

    private enum CodingKeys: String, CodingKey {
        case name, mode, state, peer, tls, window, pace, submitted, accepted, refused, throttled, receipts, inbound,
            reconnects
        case systemID = "system-id"
        case boundSince = "bound-since"
        case windowUsed = "window-used"
        case maximumPace = "maximum-pace"
        case isThrottled = "is-throttled"
        case roundTripMilliseconds = "round-trip-ms"
        case queueFull = "queue-full"
        case timedOut = "timed-out"
        case unmatchedReceipts = "unmatched-receipts"
        case lastError = "last-error"
        case lastErrorAt = "last-error-at"
    }
}

extension Replies {
    package static let smsc = ReplyKind<SMSCStatus>("smsc")
}
