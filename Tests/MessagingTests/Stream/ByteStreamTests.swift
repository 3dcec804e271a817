// SPDX-License-Identifier: GPL-3.0-or-later
@preconcurrency import Dispatch
import Glibc
import Testing

@testable import Messaging

@Suite(.serialized) struct ByteStreamTests {
    /// Plain and TLS alike.
    enum Kind: CaseIterable {
        case plain, encrypted

        func contexts() throws -> (client: TLSContext?, server: TLSContext?) {
            guard self == .encrypted else { return (nil, nil) }
            let certificates = try TestCertificates.shared.get()
            return (try certificates.client(), try certificates.server())
        }
    }

    @Test(arguments: Kind.allCases, ["127.0.0.1", "::1", "localhost"])
    func echoesAMegabyte(kind: Kind, host: String) throws {
        let contexts = try kind.contexts()
        let listener = try ProbeListener(
            on: host == "localhost" ? "127.0.0.1" : host, tls: contexts.server, echoes: true)
        let client = StreamProbe(
            to: StreamEndpoint(host: host, port: listener.endpoint.port), tls: contexts.client)
        #expect(client.isConnected())
        #expect(client.run { $0.isOpen && $0.peer.port == listener.endpoint.port && $0.local != nil })
        #expect(client.run { $0.tlsSummary != nil } == (kind == .encrypted))
        let bytes = noise(1 << 20)
        for chunk in chunks(of: bytes, upTo: 20_000) {
            #expect(client.run { $0.write(chunk) } == .accepted)
        }
        #expect(client.has(bytes))
        client.run { $0.close() }
        #expect(client.end() == .closedLocally)
        #expect(listener.next()?.end() == .closedByPeer)
    }

    @Test(arguments: Kind.allCases)
    func carriesBothDirectionsAtOnce(kind: Kind) throws {
        let contexts = try kind.contexts()
        let listener = try ProbeListener(tls: contexts.server)
        let client = StreamProbe(to: listener.endpoint, tls: contexts.client)
        #expect(client.isConnected())
        let server = try #require(listener.next())
        let there = noise(1 << 20, seed: 2)
        let back = noise(1 << 20, seed: 3)
        for (one, other) in zip(chunks(of: there, upTo: 5000), chunks(of: back, upTo: 5000)) {
            client.run { _ = $0.write(one) }
            server.run { _ = $0.write(other) }
        }
        // Pieces are of random size: one side may have some left.
        client.run { stream in stream.close() }
        #expect(server.end() == .closedByPeer)
        #expect(there.starts(with: server.notes.current.bytes))
        #expect(back.starts(with: client.notes.current.bytes))
    }

    @Test(arguments: Kind.allCases)
    func whatWasWrittenArrivesBeforeTheEnd(kind: Kind) throws {
        let contexts = try kind.contexts()
        let listener = try ProbeListener(tls: contexts.server)
        let bytes = noise(1 << 20)
        let client = StreamProbe(
            ByteStream(to: listener.endpoint, tls: contexts.client, queue: .init(label: "test")))
        client.run { stream in
            // Before the connection: it waits.
            stream.write(bytes)
            stream.connect()
        }
        #expect(client.isConnected())
        client.run { $0.close() }
        #expect(client.run { $0.write([1]) } == .closed)
        #expect(client.end() == .closedLocally)
        let server = try #require(listener.next())
        #expect(server.end() == .closedByPeer)
        #expect(server.notes.current.bytes == bytes)
    }

    @Test func bytesOfOneTurnGoTogether() throws {
        let listener = try ProbeListener()
        let client = StreamProbe(to: listener.endpoint)
        #expect(client.isConnected())
        client.run { stream in
            for _ in 0..<100 { stream.write([1, 2, 3, 4]) }
            #expect(stream.pendingBytes == 400)
            stream.flush()
            #expect(stream.pendingBytes == 0)
            for _ in 0..<100 { stream.write([1, 2, 3, 4]) }
        }
        // The turn is over.
        client.run { #expect($0.pendingBytes == 0) }
        #expect(listener.next()?.notes.wait { $0.bytes.count == 800 } == true)
    }

    @Test func tellsOfAReset() throws {
        let listener = RawSocket.listener()
        let client = StreamProbe(to: listener.endpoint)
        let peer = listener.accept()
        #expect(client.isConnected())
        peer.resetOnClose()
        peer.hangUp()
        #expect(client.end() == .reset)
    }

    @Test func readsTheLastWordsOfAPeerThatIsGone() throws {
        let listener = RawSocket.listener()
        let queue = DispatchQueue(label: "test")
        let client = StreamProbe(to: listener.endpoint, queue: queue)
        let peer = listener.accept()
        #expect(client.isConnected())
        // Unread bytes at the peer make its close a reset; ours is told by writing into it.
        client.run { stream in
            stream.write([1, 2, 3])
            stream.flush()
            peer.send([7, 8, 9])
            peer.hangUp()
            stream.write([4])
            stream.flush()
        }
        #expect(client.end() == .reset)
        #expect(client.notes.current.bytes == [7, 8, 9])
    }

    /// The bytes and the end are there together before either is looked at, so that one wake must find both.
    @Test(arguments: [true, false])
    func readsTheLastWordsAndTheEndInOneWake(resets: Bool) throws {
        let listener = RawSocket.listener()
        let client = StreamProbe(to: listener.endpoint, options: StreamOptions(closeTimeout: 10 * patience))
        let peer = listener.accept()
        #expect(client.isConnected())
        client.run { stream in
            if !resets {
                // Both directions are shut then, which the system tells as a hang-up.
                stream.close()
                #expect(peer.receiveAll() == [])
            }
            peer.send([7, 8, 9])
            if resets { peer.resetOnClose() }
            peer.hangUp()
        }
        #expect(client.end() == (resets ? .reset : .closedLocally))
        #expect(client.notes.current.bytes == (resets ? [7, 8, 9] : []))
    }

    @Test func abortIsAReset() throws {
        let listener = RawSocket.listener()
        let client = StreamProbe(to: listener.endpoint)
        let peer = listener.accept()
        #expect(client.isConnected())
        client.run { stream in
            stream.abort()
            stream.abort()
            stream.close()
        }
        #expect(client.end() == .closedLocally)
        #expect(peer.receive() == nil)
    }

    @Test func aDroppedStreamClosesAndSaysNothing() throws {
        let listener = RawSocket.listener()
        var client: StreamProbe? = StreamProbe(to: listener.endpoint)
        let peer = listener.accept()
        #expect(client?.isConnected() == true)
        let notes = try #require(client?.notes)
        let queue = try #require(client?.queue)
        client = nil
        #expect(peer.receiveAll() == [])
        queue.sync {}
        #expect(notes.current.reasons.isEmpty)
    }

    @Test func closesBothDirectionsForAPeerThatHasFinished() throws {
        let listener = RawSocket.listener()
        let client = StreamProbe(ByteStream(to: listener.endpoint, queue: .init(label: "test")), echoes: true)
        client.run { $0.connect() }
        let peer = listener.accept()
        peer.send([1, 2, 3])
        peer.finish()
        // The answer still comes.
        #expect(peer.receiveAll() == [1, 2, 3])
        #expect(client.end() == .closedByPeer)
    }

    @Test func doesNotWaitForeverForAPeerToClose() throws {
        let listener = RawSocket.listener()
        let client = StreamProbe(to: listener.endpoint, options: StreamOptions(closeTimeout: 0.2))
        let peer = listener.accept()
        #expect(client.isConnected())
        client.run { $0.close() }
        #expect(peer.receiveAll() == [])
        #expect(client.end() == .closedLocally)
    }

    @Test func pausedReadingMakesThePeerWait() throws {
        let listener = RawSocket.listener()
        let client = StreamProbe(to: listener.endpoint)
        let peer = listener.accept()
        #expect(client.isConnected())
        client.run { $0.pauseReading() }
        peer.send([1, 2, 3])
        client.run { _ in }
        #expect(client.notes.current.bytes.isEmpty)
        client.run { $0.resumeReading() }
        #expect(client.has([1, 2, 3]))
        // Closing or letting go while paused must be possible.
        client.run { $0.pauseReading() }
        client.run { $0.close() }
        #expect(peer.receiveAll() == [])
        peer.finish()
        #expect(client.end() == .closedLocally)
    }

    @Test func setsTheOptionsOfTCP() throws {
        let listener = try ProbeListener(options: StreamOptions(userTimeout: 1234, keepAliveIdle: 7))
        let client = StreamProbe(to: listener.endpoint, options: StreamOptions(userTimeout: 4321, keepAliveIdle: 0))
        #expect(client.isConnected())
        let server = try #require(listener.next())
        client.run { stream in
            #expect(stream.descriptor?.value(Int(IPPROTO_TCP), TCP_NODELAY) == 1)
            #expect(stream.descriptor?.value(Int(IPPROTO_TCP), TCP_USER_TIMEOUT) == 4321)
            #expect(stream.descriptor?.value(Int(SOL_SOCKET), SO_KEEPALIVE) == 0)
        }
        server.run { stream in
            #expect(stream.descriptor?.value(Int(IPPROTO_TCP), TCP_NODELAY) == 1)
            #expect(stream.descriptor?.value(Int(IPPROTO_TCP), TCP_USER_TIMEOUT) == 1234)
            #expect(stream.descriptor?.value(Int(SOL_SOCKET), SO_KEEPALIVE) == 1)
            #expect(stream.descriptor?.value(Int(IPPROTO_TCP), TCP_KEEPIDLE) == 7)
            #expect(fcntl(stream.descriptor?.number ?? -1, F_GETFD) == FD_CLOEXEC)
        }
    }
}
