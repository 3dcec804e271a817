// SPDX-License-Identifier: GPL-3.0-or-later
import CTLS
@preconcurrency import Dispatch
import Glibc

/// Reads of one wake: a fast peer must not keep the queue's other work waiting.
private let readsPerTurn = 4
/// So late is a hang-up noticed that Dispatch has not told of.
private let lookoutPeriod = DispatchTimeInterval.milliseconds(200)

extension ByteStream {
    /// Takes no more from the socket until `resumeReading`; TCP then makes the peer wait. Up to 64 KiB that are
    /// already here may still come. A stream that does not read does not notice that the peer has closed.
    package func pauseReading() {
        dispatchPrecondition(condition: .onQueue(queue))
        guard !isPaused, phase == .open else { return }
        isPaused = true
        // Not suspended: such a source could not be let go, and a new one is told again of a hang-up.
        dropReadSource()
    }

    /// Takes it up again.
    package func resumeReading() {
        dispatchPrecondition(condition: .onQueue(queue))
        guard isPaused else { return }
        isPaused = false
        if phase != .closed { armReadSource() }
    }

    /// Takes what has come, without waiting to be told of it. Not from within a callback.
    package func readNow() {
        dispatchPrecondition(condition: .onQueue(queue))
        guard phase == .open, !isPaused, turnDepth == 0 else { return }
        turn { receive() }
    }

    func armReadSource() {
        guard let descriptor else { return }
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor.number, queue: queue)
        source.setEventHandler { [weak self] in
            guard let self, phase != .closed else { return }
            turn { self.receive() }
        }
        source.setCancelHandler { withExtendedLifetime(descriptor) {} }
        source.activate()
        readSource = source
        armLookout()
    }

    /// Dispatch on Linux makes two events of bytes, or of an error, and the hang-up that comes with it; when the second
    /// is there before the queue has seen the first, neither is told. So the socket is looked at now and then.
    func armLookout() {
        guard lookout == nil else { return }
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.setEventHandler { [weak self] in
            guard let self, phase != .closed else { return }
            if readSource != nil {
                turn { self.receive() }
            } else if phase == .connecting, writeSource != nil, descriptor?.isWritable == true {
                turn { self.attemptEnded() }
            }
        }
        timer.schedule(deadline: .now() + lookoutPeriod, repeating: lookoutPeriod, leeway: .milliseconds(50))
        timer.activate()
        lookout = timer
    }

    /// Reads until the socket is empty: Dispatch on Linux tells of a hang-up once, together with the bytes before it,
    /// and whoever stops at the last byte is not told again.
    func receive() {
        for _ in 0..<readsPerTurn {
            guard let number = descriptor?.number, !isPaused else { return }
            let room = buffers.received
            let count = recv(number, room.baseAddress, room.count, Int32(MSG_DONTWAIT))
            if count > 0 {
                take(UnsafeRawBufferPointer(rebasing: room[..<count]))
            } else if count == 0 {
                peerClosed()
                return
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                failed(errno)
                return
            }
        }
        queue.async { [weak self] in
            guard let self, phase != .closed else { return }
            turn { self.receive() }
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        // After close() nobody wants them.
        guard phase == .open || phase == .handshaking else { return }
        guard let tls else {
            onBytes?(bytes)
            return
        }
        guard tls.feed(bytes) else {
            finish(.tls("out of memory"))
            return
        }
        if phase == .handshaking { shakeHands(tls) }
        while phase == .open {
            let (status, count) = tls.read(into: buffers.plain)
            if count > 0 { onBytes?(UnsafeRawBufferPointer(rebasing: buffers.plain[..<count])) }
            if status == CTLS_DONE { continue }
            tls.moveOutput(to: records)
            if phase == .open, status == CTLS_CLOSED { peerClosed() }
            if phase == .open, status == CTLS_FAILED { failTLS(tls) }
            return
        }
    }

    private func peerClosed() {
        switch phase {
        case .closing, .lingering:
            finish(.closedLocally)
        case .handshaking:
            finish(.tls("the peer closed the connection during the handshake"))
        default:
            // It may have closed only its own direction: the last answer is worth one try.
            flushAll()
            if let tls {
                tls.close()
                tls.moveOutput(to: records)
                flushAll()
            }
            // A send that failed has used up the socket's error; without it a reset reads like an orderly end.
            finish(sendFailure == ECONNRESET ? .reset : .closedByPeer)
        }
    }

    private func failed(_ code: Int32) {
        switch phase {
        case .closing, .lingering:
            finish(.closedLocally)
        case .handshaking where code == ECONNRESET:
            finish(.tls("the peer reset the connection during the handshake"))
        default:
            finish(StreamCloseReason(errno: code))
        }
    }

    /// The peer is told why before the end: OpenSSL has left an alert in its output.
    func failTLS(_ tls: TLSSession) {
        tls.moveOutput(to: records)
        outgoing.removeAll()
        flushAll()
        finish(.tls(tls.error))
    }
}
