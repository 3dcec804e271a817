// SPDX-License-Identifier: GPL-3.0-or-later
import CTLS
@preconcurrency import Dispatch
import Glibc

/// From here on it does not pay to wait for the end of the turn.
private let worthSending = 128 << 10
/// Plaintext that is encrypted at a time; what waits behind a slow peer stays as it is.
private let encryptedAtOnce = 64 << 10
/// Records that nobody asked for, at most: a peer that provokes alerts without reading them is not served.
private let recordsLimit = 1 << 20

extension ByteStream {
    /// Copies `bytes`; all of them or none. They go out with all others of this turn of the queue. Before
    /// `onConnected` they wait.
    @discardableResult
    package func write(_ bytes: UnsafeRawBufferPointer) -> StreamWriteResult {
        dispatchPrecondition(condition: .onQueue(queue))
        guard phase != .closing, phase != .lingering, phase != .closed, sendFailure == nil else { return .closed }
        guard outgoing.count + records.count + bytes.count <= options.pendingLimit else {
            isWritableOwed = true
            return .full
        }
        outgoing.append(bytes)
        if phase == .open { scheduleFlush() }
        return .accepted
    }

    /// As with a buffer.
    @discardableResult
    package func write(_ bytes: [UInt8]) -> StreamWriteResult {
        bytes.withUnsafeBytes { write($0) }
    }

    /// Sends what waits now rather than at the end of the turn.
    package func flush() {
        dispatchPrecondition(condition: .onQueue(queue))
        flushAll()
    }

    private func scheduleFlush() {
        // Blocked: the write source will do it.
        guard writeSource == nil else { return }
        if outgoing.count >= worthSending {
            flushAll()
        } else if turnDepth == 0, !isFlushScheduled {
            isFlushScheduled = true
            queue.async { [weak self] in
                guard let self else { return }
                isFlushScheduled = false
                flushAll()
            }
        }
    }

    /// Sends until nothing is left or the socket takes no more.
    func flushAll() {
        guard writeSource == nil, sendFailure == nil else { return }
        guard phase == .open || phase == .closing || phase == .handshaking else { return }
        if let tls {
            flushRecords(tls)
        } else {
            send(outgoing)
        }
        settle()
    }

    private func flushRecords(_ tls: TLSSession) {
        while send(records), phase != .handshaking, !outgoing.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: outgoing.bytes.prefix(encryptedAtOnce))
            guard tls.write(part) == CTLS_DONE else {
                let reason = tls.error
                queue.async { [weak self] in self?.finish(.tls(reason)) }
                sendFailure = EPROTO
                return
            }
            outgoing.removeFirst(part.count)
            tls.moveOutput(to: records)
        }
        if records.count > recordsLimit {
            sendFailure = EPROTO
            queue.async { [weak self] in self?.finish(.tls("the peer does not read what it asks for")) }
        }
    }

    /// True if all is sent. Arms the write source if the socket takes no more.
    @discardableResult
    private func send(_ buffer: OutputBuffer) -> Bool {
        guard let descriptor else { return false }
        while !buffer.isEmpty {
            let bytes = buffer.bytes
            let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
            let count = Glibc.send(descriptor.number, bytes.baseAddress, bytes.count, flags)
            if count >= 0 {
                buffer.removeFirst(count)
                // Short: the socket is full; asking again would only be told EAGAIN.
                if count < bytes.count {
                    armWriteSource()
                    return false
                }
            } else if errno == EAGAIN {
                armWriteSource()
                return false
            } else if errno != EINTR {
                sendFailed(errno)
                return false
            }
        }
        return true
    }

    /// What the peer said before it went is still in the socket, and tells more than this error.
    private func sendFailed(_ code: Int32) {
        sendFailure = code
        queue.async { [weak self] in
            guard let self, phase != .closed else { return }
            if isPaused { resumeReading() }
            receive()
            if phase == .closing || phase == .lingering {
                finish(.closedLocally)
            } else if phase != .closed {
                finish(StreamCloseReason(errno: code))
            }
        }
    }

    /// What follows from there being less to send, or nothing.
    private func settle() {
        if isWritableOwed, phase == .open, outgoing.count + records.count <= options.pendingLimit / 2 {
            isWritableOwed = false
            queue.async { [weak self] in
                guard let self, phase == .open else { return }
                turn { self.onWritable?() }
            }
        }
        if phase == .closing, outgoing.isEmpty, records.isEmpty { closeOwnDirection() }
    }

    func armWriteSource() {
        guard writeSource == nil, let descriptor else { return }
        let source = DispatchSource.makeWriteSource(fileDescriptor: descriptor.number, queue: queue)
        source.setEventHandler { [weak self] in
            guard let self, phase != .closed else { return }
            turn {
                if self.phase == .connecting {
                    self.attemptEnded()
                } else {
                    self.dropWriteSource()
                }
            }
        }
        source.setCancelHandler { withExtendedLifetime(descriptor) {} }
        source.activate()
        writeSource = source
        armLookout()
    }
}
