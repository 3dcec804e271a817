// SPDX-License-Identifier: GPL-3.0-or-later
@preconcurrency import Dispatch

/// A TCP connection, with TLS or without, that never blocks.
///
/// Everything happens on the one serial queue given to `init`: call every method and touch every property there
/// (checked), and all callbacks come there. Whoever uses a stream holds it until `onClosed`; letting go of it
/// earlier closes the connection and nothing is called any more.
///
/// `onClosed` comes exactly once, last, and never from within a call of `write`, `flush`, `close`, `abort` or
/// `connect`. The stream then lets go of its callbacks.
package final class ByteStream: @unchecked Sendable {
    enum Phase {
        case idle, resolving, connecting, handshaking, open
        /// `close()` was called: what is left is being sent.
        case closing
        /// All is sent; waits for the peer's FIN, so that what it may still send does not turn into a reset.
        case lingering
        case closed
    }

    /// The connection is up, its TLS too. May be called before `connect` returns if the address is local.
    package var onConnected: (() -> Void)?
    /// Bytes in the order the peer sent them, cut anywhere; valid during the call.
    package var onBytes: ((UnsafeRawBufferPointer) -> Void)?
    /// After `write` has returned `full`: half of `pendingLimit` is free again.
    package var onWritable: (() -> Void)?
    /// The stream is over.
    package var onClosed: ((StreamCloseReason) -> Void)?

    /// Where all happens.
    package let queue: DispatchQueue
    /// As given to `init`.
    package let options: StreamOptions

    let target: StreamEndpoint
    let tlsContext: TLSContext?
    let buffers: QueueBuffers

    var phase = Phase.idle
    var descriptor: Descriptor?
    var readSource: (any DispatchSourceRead)?
    var writeSource: (any DispatchSourceWrite)?
    var tls: TLSSession?
    var timer: (any DispatchSourceTimer)?
    var lookout: (any DispatchSourceTimer)?

    // Connecting.
    var addresses: ArraySlice<SocketAddress> = []
    var connectDeadline = DispatchTime.distantFuture
    var lastFailure = StreamCloseReason.timedOut

    // Sending: plaintext waits in `outgoing`; with TLS a part of it at a time passes through `records`.
    let outgoing = OutputBuffer()
    let records = OutputBuffer()
    var turnDepth = 0
    var isFlushScheduled = false
    var isWritableOwed = false
    var sendFailure: Int32?
    var isPaused = false

    /// A client's stream; nothing happens before `connect`. Any thread.
    ///
    /// - Parameters:
    ///   - target: where to connect to.
    ///   - tls: a client's context; nil: no TLS.
    ///   - queue: a serial queue.
    package init(
        to target: StreamEndpoint, tls: TLSContext? = nil, options: StreamOptions = StreamOptions(),
        queue: DispatchQueue
    ) {
        precondition(tls?.isServer != true)
        self.target = target
        self.options = options
        self.queue = queue
        tlsContext = tls
        buffers = QueueBuffers.of(queue)
    }

    /// An accepted connection; nothing happens before `start`.
    init(
        accepted descriptor: Descriptor, from peer: StreamEndpoint, tls: TLSContext?, options: StreamOptions,
        queue: DispatchQueue
    ) {
        target = peer
        self.options = options
        self.queue = queue
        tlsContext = tls
        buffers = QueueBuffers.of(queue)
        self.descriptor = descriptor
    }

    deinit {
        dropSources()
    }

    /// The address at the other end, or before it is connected the one that was given.
    package var peer: StreamEndpoint {
        dispatchPrecondition(condition: .onQueue(queue))
        return descriptor?.peerAddress?.endpoint ?? target
    }

    /// The own address of the connection; nil without one.
    package var local: StreamEndpoint? {
        dispatchPrecondition(condition: .onQueue(queue))
        return descriptor?.localAddress?.endpoint
    }

    /// Protocol and cipher, for example `TLSv1.3 TLS_AES_256_GCM_SHA384`; nil without TLS or before `onConnected`.
    package var tlsSummary: String? {
        dispatchPrecondition(condition: .onQueue(queue))
        guard let text = tls?.summary, !text.isEmpty else { return nil }
        return text
    }

    /// Bytes that were written and not yet taken by the system; encrypted ones count as encrypted.
    package var pendingBytes: Int {
        dispatchPrecondition(condition: .onQueue(queue))
        return outgoing.count + records.count
    }

    /// True from `onConnected` to `close`, `abort` or `onClosed`.
    package var isOpen: Bool {
        dispatchPrecondition(condition: .onQueue(queue))
        return phase == .open
    }

    // MARK: - Within

    /// Runs `body` as one turn: what it writes goes out together at the end.
    func turn(_ body: () -> Void) {
        turnDepth += 1
        body()
        turnDepth -= 1
        if turnDepth == 0, phase != .closed { flushAll() }
    }

    /// Runs `body` on the queue after `seconds`, unless another deadline or the end comes first.
    func setDeadline(_ time: DispatchTime, _ body: @escaping (ByteStream) -> Void) {
        timer?.cancel()
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.setEventHandler { [weak self] in
            guard let self, phase != .closed else { return }
            turn { body(self) }
        }
        timer.schedule(deadline: time)
        timer.activate()
        self.timer = timer
    }

    func clearDeadline() {
        timer?.cancel()
        timer = nil
    }

    /// Ends the stream at once; `onClosed` follows in a turn of its own.
    func finish(_ reason: StreamCloseReason) {
        guard phase != .closed else { return }
        phase = .closed
        dropSources()
        descriptor = nil
        outgoing.removeAll()
        records.removeAll()
        addresses = []
        queue.async { [weak self] in
            guard let self else { return }
            let onClosed = self.onClosed
            onConnected = nil
            onBytes = nil
            onWritable = nil
            self.onClosed = nil
            tls = nil
            onClosed?(reason)
        }
    }

    /// Also from deinit, on any thread.
    func dropSources() {
        clearDeadline()
        lookout?.cancel()
        lookout = nil
        dropWriteSource()
        dropReadSource()
        isPaused = false
    }

    func dropReadSource() {
        readSource?.cancel()
        readSource = nil
    }

    func dropWriteSource() {
        writeSource?.cancel()
        writeSource = nil
    }
}
