// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import GatewayCore
import Glibc

/// What becomes of one client of the control socket.
@ControlActor package protocol ControlConnectionHandler: AnyObject {
    /// A complete line, without its newline.
    func received(line: [UInt8], on connection: ControlConnection)
    /// A line was longer than the limit; it is passed over, the next one is read as usual.
    func receivedTooLongLine(on connection: ControlConnection)
    /// The client will send nothing more, but may still read (`socat` does so): answer what is open,
    /// then ``ControlConnection/closeWhenSent()``. `unfinished`: it stopped in the midst of a line.
    func inputEnded(on connection: ControlConnection, unfinished: Bool)
    /// The outgoing buffer, which had been above its high-water mark, has room again.
    func becameWritable(_ connection: ControlConnection)
    /// Exactly once, the last call. Nothing can be sent any more.
    func closed(_ connection: ControlConnection, reason: ControlCloseReason)
}

package enum ControlCloseReason: Equatable, Sendable {
    /// We closed it.
    case requested
    /// The client is gone.
    case disconnected
    /// It did not read: the outgoing buffer was full.
    case tooMuchUnread
    /// It did not read for ``ControlLimits/stallTimeout`` although something waited.
    case stalled
    /// It did nothing, and its place was needed for another.
    case evicted
    /// The server stops.
    case serverStopped
    case failed(String)
}

package struct ControlLimits: Sendable {
    package var connections = 128
    /// Bytes of a line without its newline.
    package var lineLength = 64 << 10
    /// Bytes that may wait to be sent; a client with more is closed.
    package var outgoingLimit = 2 << 20
    /// Above this ``ControlConnection/isWritable`` is false, until it falls to a quarter.
    package var highWater = 256 << 10
    /// A client that reads nothing for so long although something waits is closed.
    package var stallTimeout = Interval.seconds(60)

    package init() {}
}

/// Who is at the other end (SO_PEERCRED of unix(7)), as of its connect.
package struct PeerCredentials: Equatable, Sendable {
    package var processID: Int32
    package var userID: UInt32
    package var groupID: UInt32
}

/// One client of the control socket.
@ControlActor package final class ControlConnection {
    /// Unique in the life of the server.
    package let id: UInt64
    package let peer: PeerCredentials
    /// Set while the client waits for something: it is not idle then, and keeps its place.
    package var isBusy = false

    private let descriptor: Int32
    private let limits: ControlLimits
    private let clock: @Sendable () -> Timestamp
    private let onClosed: (ControlConnection) -> Void
    private var handler: (any ControlConnectionHandler)?

    private let poller: SocketPoller
    /// What the poller was asked for; nil: nothing.
    private var watched: SocketPoller.Interest?
    private var isWaitingToWrite = false
    private var splitter: LineSplitter

    private var closeReason: ControlCloseReason?
    private var isOpen: Bool { closeReason == nil }
    private var isPaused = false
    private var isDelivering = false
    private var hasInputEnded = false
    private var wasEndDelivered = false
    private var closesWhenSent = false
    private var wasAboveHighWater = false

    private struct Chunk {
        var bytes: [UInt8]
        var completion: (() -> Void)?
    }
    private var outgoing: [Chunk] = []
    private var firstChunk = 0
    private var chunkOffset = 0
    /// Bytes that wait to be sent.
    package private(set) var unsentBytes = 0
    private(set) var lastActivity: Timestamp
    private var lastProgress: Timestamp

    private static let readSize = 64 << 10
    /// What one turn on the queue sends at most, so that one client does not hold up the others.
    private static let writeSize = 512 << 10

    init(
        id: UInt64, descriptor: Int32, peer: PeerCredentials, poller: SocketPoller,
        limits: ControlLimits, clock: @escaping @Sendable () -> Timestamp,
        onClosed: @escaping (ControlConnection) -> Void
    ) {
        self.id = id
        self.descriptor = descriptor
        self.peer = peer
        self.poller = poller
        self.limits = limits
        self.clock = clock
        self.onClosed = onClosed
        splitter = LineSplitter(limit: limits.lineLength)
        lastActivity = clock()
        lastProgress = lastActivity
    }

    /// Reads from now on. (The connection may be closed already: by its handler, while that was made.)
    func start(_ handler: any ControlConnectionHandler) {
        if let closeReason {
            report(closeReason, to: handler)
        } else {
            self.handler = handler
            updateWatch()
        }
    }

    // MARK: For the handler

    /// Nobody waits for the client and it waits for nothing.
    var isIdle: Bool { !isBusy && !isPaused && unsentBytes == 0 && !closesWhenSent }

    /// Whether there is room below the high-water mark; ``ControlConnectionHandler/becameWritable(_:)``
    /// tells when there is again.
    package var isWritable: Bool { isOpen && !wasAboveHighWater }

    /// Sends the bytes in order. `completion` is called when the kernel has taken them, and not at all when
    /// the connection closes before. False: closed already (or because of this: ``ControlLimits/outgoingLimit``).
    @discardableResult
    package func send(_ bytes: [UInt8], completion: (() -> Void)? = nil) -> Bool {
        guard isOpen, !closesWhenSent else { return false }
        guard unsentBytes + bytes.count <= limits.outgoingLimit else {
            close(.tooMuchUnread)
            return false
        }
        if unsentBytes == 0 { lastProgress = clock() }
        unsentBytes += bytes.count
        outgoing.append(Chunk(bytes: bytes, completion: completion))
        if !isWaitingToWrite { flush() }
        if isOpen, unsentBytes > limits.highWater { wasAboveHighWater = true }
        return isOpen
    }

    /// No more lines are delivered until ``resumeReading()``; what the client sends waits in the kernel, so
    /// that it has to wait as well.
    package func pauseReading() {
        isPaused = true
        updateWatch()
    }

    /// Lines that are here already are delivered soon, not from within this call.
    package func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        ControlActor.async { [weak self] in
            self?.deliver()
        }
    }

    /// Closes once everything is sent. Nothing is read any more.
    package func closeWhenSent() {
        guard isOpen else { return }
        closesWhenSent = true
        updateWatch()
        if unsentBytes == 0 { close(.requested) }
    }

    /// Closes at once.
    package func close() { close(.requested) }

    // MARK: Events

    /// The poller saw something; its watch is over.
    func isReady(_ ready: SocketPoller.Interest) {
        guard isOpen else { return }
        watched = nil
        let isGone = !ready.isDisjoint(with: .hangUp)
        if isWaitingToWrite, isGone || ready.contains(.write) { flush() }
        if canDeliver, !hasInputEnded {
            if isGone || ready.contains(.read) { readable() }
        } else if isOpen, isGone, hasInputEnded, wasEndDelivered {
            close(.disconnected)
        }
        updateWatch()
    }

    private func updateWatch() {
        guard isOpen, handler != nil else { return }
        var wanted: SocketPoller.Interest? = hasInputEnded && wasEndDelivered ? [] : nil
        if canDeliver, !hasInputEnded { wanted = .read }
        if isWaitingToWrite { wanted = (wanted ?? []).union(.write) }
        guard wanted != watched else { return }
        watched = wanted
        if let wanted { poller.watch(id, descriptor, wanted) } else { poller.forget(id) }
    }

    // MARK: Reading

    private func readable() {
        withUnsafeTemporaryAllocation(byteCount: Self.readSize, alignment: 1) { buffer in
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 {
                lastActivity = clock()
                splitter.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            } else if count == 0 {
                hasInputEnded = true
            } else if errno != EAGAIN, errno != EINTR {
                close(errno == ECONNRESET ? .disconnected : .failed(systemError(errno)))
            }
        }
        deliver()
    }

    private func deliver() {
        guard !isDelivering else { return }
        isDelivering = true
        while canDeliver, let item = splitter.next() {
            switch item {
            case .line(let line): handler?.received(line: line, on: self)
            case .tooLong: handler?.receivedTooLongLine(on: self)
            }
        }
        isDelivering = false
        if canDeliver, hasInputEnded, !wasEndDelivered {
            wasEndDelivered = true
            if isPeerGone {
                close(.disconnected)
            } else {
                handler?.inputEnded(on: self, unfinished: splitter.isMidLine)
            }
        }
        updateWatch()
    }

    private var canDeliver: Bool { isOpen && !isPaused && !closesWhenSent }

    /// The end of input is also how a client that is gone looks like; POLLHUP tells them apart.
    package var isPeerGone: Bool {
        guard isOpen else { return true }
        var state = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&state, 1, 0) > 0 && Int32(state.revents) & (POLLHUP | POLLERR) != 0
    }

    // MARK: Writing

    private func flush() {
        guard isOpen else { return }
        var budget = Self.writeSize
        var completions: [() -> Void] = []
        while firstChunk < outgoing.count, budget > 0 {
            let chunk = outgoing[firstChunk]
            let rest = chunk.bytes.count - chunkOffset
            let count = chunk.bytes.withUnsafeBytes { bytes in
                Glibc.send(
                    descriptor, bytes.baseAddress?.advanced(by: chunkOffset), min(rest, budget), Int32(MSG_NOSIGNAL))
            }
            guard count >= 0 else {
                if errno == EINTR { continue }
                if errno == EAGAIN { break }
                close(errno == EPIPE || errno == ECONNRESET ? .disconnected : .failed(systemError(errno)))
                return
            }
            budget -= count
            unsentBytes -= count
            chunkOffset += count
            lastProgress = clock()
            lastActivity = lastProgress
            guard chunkOffset == chunk.bytes.count else { continue }
            if let completion = chunk.completion { completions.append(completion) }
            outgoing[firstChunk] = Chunk(bytes: [], completion: nil)
            firstChunk += 1
            chunkOffset = 0
        }
        if firstChunk == outgoing.count {
            outgoing.removeAll(keepingCapacity: outgoing.count < 64)
            firstChunk = 0
        } else if firstChunk > 256, firstChunk * 2 > outgoing.count {
            outgoing.removeFirst(firstChunk)
            firstChunk = 0
        }
        isWaitingToWrite = firstChunk < outgoing.count
        updateWatch()
        finishFlush(completions)
    }

    /// Completions are called later, so that one that sends again does not nest.
    private func finishFlush(_ completions: [() -> Void]) {
        let isWritableAgain = wasAboveHighWater && unsentBytes <= limits.highWater / 4
        if isWritableAgain { wasAboveHighWater = false }
        guard !completions.isEmpty || isWritableAgain || (closesWhenSent && unsentBytes == 0) else { return }
        let work = DispatchWorkItem { [weak self] in
            guard let self else { return }
            for completion in completions where isOpen { completion() }
            if isWritableAgain, isOpen { handler?.becameWritable(self) }
            if closesWhenSent, unsentBytes == 0 { close(.requested) }
        }
        ControlActor.queue.async(execute: work)
    }

    // MARK: Closing

    /// Time has passed.
    func sweep(now: Timestamp) {
        guard isOpen, unsentBytes > 0 else { return }
        if now - lastProgress >= limits.stallTimeout { close(.stalled) }
    }

    func close(_ reason: ControlCloseReason) {
        guard isOpen else { return }
        closeReason = reason
        poller.forget(id)
        // The poller's thread may hold the socket a moment longer; the client learns at once.
        shutdown(descriptor, Int32(SHUT_RDWR))
        Glibc.close(descriptor)
        outgoing = []
        firstChunk = 0
        unsentBytes = 0
        let handler = handler
        self.handler = nil
        onClosed(self)
        if let handler { report(reason, to: handler) }
    }

    /// Later, so that no handler is called from within its own call to ``send(_:completion:)`` or ``close()``.
    private func report(_ reason: ControlCloseReason, to handler: any ControlConnectionHandler) {
        ControlActor.queue.async(execute: DispatchWorkItem { handler.closed(self, reason: reason) })
    }
}
