// SPDX-License-Identifier: GPL-3.0-or-later
@preconcurrency import Dispatch
import SMPP

/// A connection that was up for so long makes the waits short again, in microseconds.
private let goodConnection: Int64 = 10_000_000

/// One bind: its connection, its session, and when to try again.
///
/// `@unchecked Sendable`: touched on the service's queue only.
final class Link: @unchecked Sendable {
    enum Phase {
        /// Nothing to do any more.
        case stopped
        case waiting(until: Int64)
        /// The files of TLS are being read on another queue.
        case preparing(attempt: Int)
        /// There are a session and a stream.
        case running
    }

    let index: Int
    var settings: BindSettings
    /// Replaces `settings` when the present session has ended; nil: they stay.
    var nextSettings: BindSettings?
    /// Is not to come back when the present session has ended.
    var isLeaving = false

    private(set) var phase = Phase.stopped
    var session: ESMESession?
    var stream: ByteStream?

    unowned let service: MessagingService
    private var backoff = Backoff()
    private var attempt = 0
    /// Orders of the present call that were not taken, by reason.
    private var refusals: [(reason: ESMESession.Refusal, tokens: [UInt64])] = []
    /// Stands in the list of those that the present call has given something to do.
    var isTouched = false

    // For the status.
    var counters = ESMESession.Counters()
    private(set) var nextTicket: UInt64
    var responseTime: ResponseTime?
    var timesBound = 0
    var boundSince: Int64?
    var peer: String?
    var smscSystemID: String?
    var lastError: (text: String, at: Int64)?

    init(index: Int, settings: BindSettings, firstTicket: UInt64, service: MessagingService) {
        self.index = index
        self.settings = settings
        nextTicket = firstTicket
        self.service = service
    }

    var isStopped: Bool { if case .stopped = phase { true } else { false } }

    // MARK: - Coming and going

    /// Makes the first or the next attempt.
    func connect() {
        attempt += 1
        guard let configuration = settings.tls else {
            open(nil)
            return
        }
        phase = .preparing(attempt: attempt)
        let attempt = attempt
        let queue = service.queue
        // Certificates may have been renewed since the last time; the disk must not keep the queue waiting.
        DispatchQueue.global().async { [weak self] in
            let result = Result { try TLSContext(client: configuration) }
            queue.async { [weak self] in self?.prepared(attempt, result) }
        }
    }

    private func prepared(_ attempt: Int, _ result: Result<TLSContext, any Error>) {
        guard case .preparing(attempt) = phase else { return }
        switch result {
        case .success(let context): open(context)
        case .failure(let error): finish("TLS: \(error)", refused: nil, inDoubt: [], unsent: [], now: service.now())
        }
        service.schedule()
    }

    private func open(_ tls: TLSContext?) {
        let stream = ByteStream(
            to: settings.endpoint, tls: tls, options: service.streamOptions, queue: service.queue)
        stream.onConnected = { [weak self] in self?.connected() }
        stream.onBytes = { [weak self] in self?.received($0) }
        stream.onWritable = { [weak self] in self?.settle() }
        stream.onClosed = { [weak self] in self?.closed($0) }
        self.stream = stream
        var session = ESMESession(settings.session, firstTicket: nextTicket)
        session.counters = counters
        if let responseTime { session.responseTime = responseTime.with(least: settings.responseTimeout) }
        self.session = session
        phase = .running
        stream.connect()
    }

    /// Unbinds when the window is empty, at most `limit` microseconds from now; does not come back unless there are
    /// `nextSettings`.
    func leave(now: Int64, within limit: Int64? = nil) {
        switch phase {
        case .stopped: return
        case .waiting, .preparing: resume(now)
        case .running:
            session?.unbind(now: now, within: limit)
            settle(now)
        }
    }

    /// Ends at once; what is unanswered is in doubt.
    func abort(_ reason: String, now: Int64) {
        isLeaving = true
        nextSettings = nil
        switch phase {
        case .stopped: return
        case .waiting, .preparing: resume(now)
        case .running:
            session?.disconnected(reason)
            settle(now)
        }
    }

    /// What comes after an end or instead of a wait.
    private func resume(_ now: Int64) {
        if let next = nextSettings {
            settings = next
            nextSettings = nil
            backoff.reset()
            phase = .waiting(until: now)
        } else if isLeaving {
            phase = .stopped
            service.stopped(self)
        }
    }

    // MARK: - The stream

    private func connected() {
        peer = stream?.peer.description
        let now = service.now()
        session?.connected(now: now)
        settle(now)
    }

    private func received(_ bytes: UnsafeRawBufferPointer) {
        let now = service.now()
        session?.received(bytes, now: now)
        settle(now)
    }

    private func closed(_ reason: StreamCloseReason) {
        stream = nil
        session?.disconnected(reason.description)
        settle(service.now())
    }

    private func settle() { settle(service.now()) }

    /// Of what it was given, something has not left this machine's socket.
    var isBlocked: Bool {
        guard let session, let stream else { return false }
        return session.waitingCount > 0 || session.outputCount > 0 || stream.pendingBytes > 0
            || stream.descriptor?.hasUnsent == true
    }

    // MARK: - Work

    /// When `tick` is due.
    var nextDeadline: Int64? {
        switch phase {
        case .stopped, .preparing: nil
        case .waiting(let until): until
        case .running: session?.nextDeadline
        }
    }

    func tick(now: Int64) {
        switch phase {
        case .stopped, .preparing: return
        case .waiting(let until): if now >= until { connect() }
        case .running:
            session?.tick(now: now)
            settle(now)
        }
    }

    /// `settle` sends it.
    func take(_ order: SubmitOrder, now: Int64) {
        guard
            case .refused(let reason) = session?.submit(order.body, token: order.token, now: now)
                ?? .refused(.notBound)
        else { return }
        if refusals.last?.reason == reason {
            refusals[refusals.count - 1].tokens.append(order.token)
        } else {
            refusals.append((reason, [order.token]))
        }
    }

    /// `settle` sends it.
    func acknowledge(_ ticket: UInt64, _ status: CommandStatus, now: Int64) {
        session?.acknowledge(ticket, status: status, now: now)
    }

    /// Sends what the session has to send and tells what happened. Belongs after every call of the session.
    func settle(_ now: Int64) {
        for refusal in refusals {
            service.emit(
                .refused(bind: index, name: settings.name, refusal.reason, tokens: refusal.tokens))
        }
        refusals.removeAll(keepingCapacity: true)
        if let stream {
            session?.writeOutput(now: now) { stream.write($0) == .accepted }
            // Who paces messages counts on their leaving now; within a turn of the stream they leave with its others.
            if stream.turnDepth == 0 { stream.flush() }
            if session?.mustPause ?? false { stream.pauseReading() } else { stream.resumeReading() }
        }
        for event in session?.takeEvents() ?? [] { tell(event, now) }
        service.schedule()
    }

    /// The connection or the attempt is over.
    func finish(
        _ reason: String, refused: CommandStatus?, isAsked: Bool = false, inDoubt: [UInt64], unsent: [UInt64],
        now: Int64
    ) {
        if let session {
            counters = session.counters
            nextTicket = session.nextTicket
            responseTime = session.responseTime
        }
        session = nil
        if let boundSince, now >= boundSince + goodConnection { backoff.reset() }
        boundSince = nil
        peer = nil
        smscSystemID = nil
        lastError = (reason, now)
        service.emit(
            .down(
                bind: index, name: settings.name, reason: reason, refused: refused, isAsked: isAsked, inDoubt: inDoubt,
                unsent: unsent))
        var wait = backoff.next(
            minimum: settings.reconnectMinimum, maximum: settings.reconnectMaximum, random: service.random())
        if let refused, !refused.passesByItself {
            wait = max(
                wait, settings.reconnectRefused + Int64(Double(settings.reconnectRefused) * service.random() / 4))
        }
        phase = .waiting(until: now + wait)
        resume(now)
    }
}
