// SPDX-License-Identifier: GPL-3.0-or-later
import CTLS
@preconcurrency import Dispatch
import Testing

@testable import Messaging

/// What may be done from within a callback, and what comes of it.
@Suite(.serialized) struct StreamCallbackTests {
    typealias Kind = ByteStreamTests.Kind

    /// A client that is connected to a listener's probe.
    ///
    /// No test here ends by the deadline of a close: that is beyond all patience.
    private func pair(
        _ kind: Kind, options: StreamOptions = StreamOptions(closeTimeout: 10 * patience)
    ) throws -> (client: StreamProbe, server: StreamProbe, listener: ProbeListener) {
        let contexts = try kind.contexts()
        let listener = try ProbeListener(tls: contexts.server)
        let client = StreamProbe(to: listener.endpoint, tls: contexts.client, options: options)
        #expect(client.isConnected())
        let server = try #require(listener.next())
        #expect(server.isConnected())
        return (client, server, listener)
    }

    /// Sends in pieces so large that the other side is called several times.
    private func flood(_ probe: StreamProbe) {
        probe.run { stream in
            for _ in 0..<8 { stream.write(noise(100_000)) }
        }
    }

    @Test(arguments: Kind.allCases)
    func abortWhileReading(kind: Kind) throws {
        let (client, server, _) = try pair(kind)
        let calls = Watched(0)
        client.run { stream in
            stream.onBytes = { [unowned stream] _ in
                calls.change { $0 += 1 }
                stream.abort()
            }
        }
        flood(server)
        #expect(client.end() == .closedLocally)
        #expect(calls.current == 1)
        #expect(server.end() == .reset)
    }

    @Test(arguments: Kind.allCases)
    func closeWhileReadingSendsTheAnswerFirst(kind: Kind) throws {
        let (client, server, _) = try pair(kind)
        let calls = Watched(0)
        client.run { stream in
            stream.onBytes = { [unowned stream] _ in
                calls.change { $0 += 1 }
                stream.write([9, 8, 7])
                stream.close()
                #expect(stream.write([6]) == .closed)
            }
        }
        server.run { _ = $0.write([1]) }
        #expect(server.end() == .closedByPeer)
        #expect(server.notes.current.bytes == [9, 8, 7])
        #expect(client.end() == .closedLocally)
        #expect(calls.current == 1)
    }

    @Test(arguments: Kind.allCases, [true, false])
    func endWhenConnected(kind: Kind, aborts: Bool) throws {
        let contexts = try kind.contexts()
        let listener = try ProbeListener(tls: contexts.server)
        let client = StreamProbe(
            ByteStream(to: listener.endpoint, tls: contexts.client, queue: .init(label: "test")))
        client.run { stream in
            stream.onConnected = { [unowned stream] in
                #expect(stream.isOpen)
                if aborts { stream.abort() } else { stream.close() }
            }
            stream.connect()
        }
        #expect(client.end() == .closedLocally)
        #expect(listener.next()?.notes.wait { !$0.reasons.isEmpty } == true)
    }

    @Test(arguments: Kind.allCases)
    func pauseWhileReading(kind: Kind) throws {
        let (client, server, _) = try pair(kind)
        let notes = client.notes
        client.run { stream in
            stream.onBytes = { [unowned stream] bytes in
                notes.change { $0.bytes += bytes }
                stream.pauseReading()
            }
        }
        let bytes = noise(500_000)
        server.run { _ = $0.write(bytes) }
        var rounds = 0
        while notes.current.bytes.count < bytes.count, rounds < 10_000 {
            let before = notes.current.bytes.count
            client.run { $0.resumeReading() }
            #expect(notes.wait { $0.bytes.count > before })
            rounds += 1
        }
        #expect(notes.current.bytes == bytes)
        #expect(rounds > 1)
        client.run { $0.close() }
        #expect(client.end() == .closedLocally)
        #expect(server.end() == .closedByPeer)
    }

    @Test func theEndIsTheEnd() throws {
        let (client, server, _) = try pair(.plain)
        let after = Watched<[Bool]>([])
        client.run { stream in
            let onClosed = stream.onClosed
            stream.onClosed = { [unowned stream] reason in
                after.change { $0 = [stream.write([1]) == .closed, !stream.isOpen, stream.pendingBytes == 0] }
                stream.connect()
                stream.flush()
                stream.pauseReading()
                stream.resumeReading()
                stream.close()
                stream.abort()
                onClosed?(reason)
            }
            stream.abort()
        }
        #expect(client.end() == .closedLocally)
        #expect(after.current == [true, true, true])
        #expect(server.end() == .reset)
    }

    @Test func aSecondConnectChangesNothing() throws {
        let (client, server, listener) = try pair(.plain)
        client.run { $0.connect() }
        client.run { $0.write([1]) }
        #expect(server.has([1]))
        #expect(listener.accepted.current.count == 1)
    }

    @Test(arguments: Kind.allCases)
    func theLimitHoldsBeforeTheConnectionToo(kind: Kind) throws {
        let contexts = try kind.contexts()
        let listener = try ProbeListener(tls: contexts.server)
        let client = StreamProbe(
            ByteStream(
                to: listener.endpoint, tls: contexts.client, options: StreamOptions(pendingLimit: 1000),
                queue: .init(label: "test")))
        let bytes = noise(1000)
        client.run { stream in
            #expect(stream.write(bytes) == .accepted)
            #expect(stream.write([1]) == .full)
            #expect(stream.pendingBytes == 1000)
            stream.connect()
        }
        #expect(client.notes.wait { $0.writable == 1 })
        #expect(client.run { $0.write([1]) } == .accepted)
        #expect(listener.next()?.has(bytes + [1]) == true)
    }

    /// Does a server's handshake over a socket of which the test sees every byte.
    private func shakeHands(_ session: TLSSession, with peer: RawSocket) throws {
        while session.handshake() != CTLS_DONE {
            peer.send(output(of: session))
            let bytes = try #require(peer.receive())
            try #require(!bytes.isEmpty)
            #expect(bytes.withUnsafeBytes { session.feed($0) })
        }
        peer.send(output(of: session))
    }

    private func output(of session: TLSSession) -> [UInt8] {
        let buffer = OutputBuffer()
        session.moveOutput(to: buffer)
        return Array(buffer.bytes)
    }

    @Test func aPeerThatEndsTLSWithoutANotice() throws {
        let certificates = try TestCertificates.shared.get()
        let context = try certificates.server()
        let listener = RawSocket.listener()
        let client = StreamProbe(to: listener.endpoint, tls: try certificates.client())
        let peer = listener.accept()
        let session = try context.makeSession(host: "")
        try shakeHands(session, with: peer)
        #expect([UInt8]([1, 2, 3]).withUnsafeBytes { session.write($0) } == CTLS_DONE)
        peer.send(output(of: session))
        #expect(client.has([1, 2, 3]))
        // SMPP's own lengths tell what was cut off; the end itself is as without TLS.
        peer.finish()
        #expect(client.end() == .closedByPeer)
    }

    @Test func aDamagedRecordEndsTheStream() throws {
        let certificates = try TestCertificates.shared.get()
        let context = try certificates.server()
        let listener = RawSocket.listener()
        let client = StreamProbe(to: listener.endpoint, tls: try certificates.client())
        let peer = listener.accept()
        let session = try context.makeSession(host: "")
        try shakeHands(session, with: peer)
        #expect(client.isConnected())
        #expect([UInt8]([1, 2, 3]).withUnsafeBytes { session.write($0) } == CTLS_DONE)
        var record = output(of: session)
        record[record.count - 1] ^= 1
        peer.send(record)
        #expect(!client.tlsEnd().isEmpty)
        #expect(client.notes.current.bytes.isEmpty)
    }
}
