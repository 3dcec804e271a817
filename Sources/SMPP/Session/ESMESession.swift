// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// One SMPP 3.4 session seen from the ESME: a state machine without socket or clock.
///
/// Every method takes one event and the monotonic time in microseconds. What is to be sent then waits for
/// `writeOutput`, what happened for `takeEvents`; `nextDeadline` says when `tick` is due. A session is used for one
/// connection. Source: SMPP 3.4 sections 2.2 (states), 2.6 (sequence numbers), 4.3 (generic_nack), 7.2 (timers).
///
///     var session = ESMESession(configuration)
///     session.connected(now: clock)
///     session.writeOutput(now: clock) { stream.write($0) == .accepted }
package struct ESMESession {
    enum Phase: Sendable {
        case idle
        case open(deadline: Int64)
        case binding(sequence: UInt32, deadline: Int64)
        case bound
        case draining(deadline: Int64, reason: EndReason)
        /// The far end sent unbind, which is answered last.
        case leaving(sequence: UInt32, deadline: Int64)
        case unbinding(sequence: UInt32, deadline: Int64, reason: EndReason)
        case closed
    }

    /// A deliver_sm or data_sm that waits for its response.
    struct Unanswered: Sendable {
        var command: CommandID
        var sequence: UInt32
    }

    /// The last sequence number; 1 follows (section 5.1.4).
    static let lastSequence: UInt32 = 0x7FFF_FFFF
    /// Octets of output above which requests wait until the driver has taken it.
    static let outputLimit = 256 << 10
    /// Octets of answers to a far end that does not read them.
    static let floodLimit = 1 << 20
    /// Microseconds for what came while nothing was read.
    static let catchUp: Int64 = 200_000

    package let configuration: Configuration
    /// May be set by who counts over several sessions.
    package var counters = Counters()
    /// How long a request may wait for its response. May be set as the counters.
    package var responseTime: ResponseTime
    /// Moving average of the time from a request to its response, in microseconds; nil before the first.
    package var roundTrip: Int64? { responseTime.average }
    /// What the next incoming message gets. A driver gives it to the next session, so that a ticket of an ended one
    /// never answers a message of another.
    package internal(set) var nextTicket: UInt64

    var phase = Phase.idle
    var splitter = PDUSplitter()
    var output = PDUWriter()
    var events: [Event] = []
    var nextSequence: UInt32

    var window: RequestWindow
    var late: RequestWindow
    /// A request that waits for a place in the window.
    struct Order: Sendable {
        var token: UInt64
        var body: PDU.Body
    }
    var waiting = Fifo<Order>()
    /// Requests sent; those up to `handedOver` the driver has taken.
    var ordinal: UInt64 = 0
    var handedOver: UInt64 = 0
    /// The driver took no more: answers are still written, requests wait.
    var isBlocked = false

    var unanswered: [UInt64: Unanswered] = [:]

    /// When the last octet came.
    var lastHeard: Int64 = 0
    /// When the last message went or came.
    var lastMessage: Int64 = 0
    /// When the enquire_link was sent after which nothing has come.
    var enquiredAt: Int64?
    /// The driver does not read, because too much waits for `acknowledge`; when that was over last.
    var isPaused = false
    var resumedAt: Int64 = .min / 2

    /// - Parameters:
    ///   - firstSequence: sequence number of the first PDU, 1 to 0x7FFFFFFF.
    ///   - firstTicket: `nextTicket` of the session before.
    package init(_ configuration: Configuration, firstSequence: UInt32 = 1, firstTicket: UInt64 = 1) {
        precondition((1...Self.lastSequence).contains(firstSequence), "a sequence number is 1 to 0x7FFFFFFF")
        self.configuration = configuration
        nextSequence = firstSequence
        nextTicket = firstTicket
        responseTime = ResponseTime(least: configuration.responseTimeout)
        window = RequestWindow(capacity: configuration.window)
        late = RequestWindow(capacity: configuration.lateLimit)
    }

    /// Where the session stands.
    package var state: State {
        switch phase {
        case .idle: .idle
        case .open: .open
        case .binding: .binding
        case .bound: .bound(configuration.mode)
        case .draining, .leaving: .draining(configuration.mode)
        case .unbinding: .unbinding
        case .closed: .closed
        }
    }

    /// Requests that wait for their response.
    package var windowUsed: Int { window.count }
    /// Requests that wait for a place in the window.
    package var waitingCount: Int { waiting.count }
    /// Octets that wait for `writeOutput`.
    package var outputCount: Int { output.bytes.count }

    // MARK: - Connecting

    /// The connection is up. Binds at once, unless the configuration awaits an outbind.
    package mutating func connected(now: Int64) {
        guard case .idle = phase else { return }
        lastHeard = now
        phase = .open(deadline: now + configuration.bindTimeout)
        if !configuration.awaitsOutbind { bind(now: now) }
    }

    /// Sends the bind of an `open` session: the answer to an outbind that was found right.
    package mutating func bind(now: Int64) {
        guard case .open = phase else { return }
        let sequence = takeSequence()
        PDU(.bind(configuration.mode, configuration.bind), sequence: sequence).encode(into: &output)
        phase = .binding(sequence: sequence, deadline: now + configuration.bindTimeout)
    }

    /// The connection is gone, or could not be made. `ended` follows unless it has come already.
    package mutating func disconnected(_ reason: String) {
        // Some close the connection in place of unbind_resp.
        if case .unbinding(_, _, let known) = phase, window.isEmpty { end(known) } else { end(.disconnected(reason)) }
    }

    // MARK: - Output

    /// Gives all that is to be sent to `write`, which takes all of it (true) or none (false). After none, requests
    /// wait until a later call succeeds: make one when the connection takes octets again.
    ///
    /// `write` is called again while requests that waited find room.
    package mutating func writeOutput(now: Int64, _ write: (UnsafeRawBufferPointer) -> Bool) {
        while !output.bytes.isEmpty {
            guard output.bytes.withUnsafeBytes(write) else {
                isBlocked = true
                return
            }
            output.removeAll()
            handedOver = ordinal
            isBlocked = false
            advance(now)
        }
    }

    /// All that is to be sent, for a driver that can always take it.
    package mutating func takeOutput(now: Int64) -> [UInt8] {
        var taken: [UInt8] = []
        writeOutput(now: now) { bytes in
            taken.append(contentsOf: bytes)
            return true
        }
        return taken
    }

    /// What has happened since the last call, in order.
    package mutating func takeEvents() -> [Event] {
        guard !events.isEmpty else { return [] }
        let taken = events
        events = []
        return taken
    }

    mutating func takeSequence() -> UInt32 {
        while true {
            let sequence = nextSequence
            nextSequence = sequence == Self.lastSequence ? 1 : sequence + 1
            // After a wrap an old request may still have it.
            if !window.contains(sequence), !late.contains(sequence) { return sequence }
        }
    }

    /// A PDU that is a header alone.
    mutating func writeHeader(_ command: CommandID, _ status: CommandStatus, _ sequence: UInt32) {
        output.number(UInt32(PDUHeader.length))
        output.number(command.rawValue)
        output.number(status.rawValue)
        output.number(sequence)
    }
}
