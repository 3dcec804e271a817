// SPDX-License-Identifier: GPL-3.0-or-later
@preconcurrency import Dispatch
import Glibc
import Testing

@testable import Messaging

@Suite(.serialized) struct StreamFailureTests {
    @Test func connectionRefused() throws {
        let listener = RawSocket.listener()
        let endpoint = listener.endpoint
        listener.hangUp()
        #expect(StreamProbe(to: endpoint).end() == .refused)
        #expect(StreamProbe(to: StreamEndpoint(host: "localhost", port: endpoint.port)).end() == .refused)
    }

    @Test func connectTimeOut() throws {
        let listener = RawSocket.listener(backlog: 0)
        let endpoint = listener.endpoint
        // The queue takes one; whoever comes after it gets no answer.
        let fillers = (0..<4).map { _ in RawSocket.connecting(to: endpoint.port) }
        let begin = DispatchTime.now()
        let client = StreamProbe(to: endpoint, options: StreamOptions(connectTimeout: 0.3))
        #expect(client.end() == .timedOut)
        let taken = DispatchTime.now().uptimeNanoseconds - begin.uptimeNanoseconds
        #expect(taken >= 300_000_000)
        #expect(client.notes.current.connected == 0)
        withExtendedLifetime((listener, fillers)) {}
    }

    @Test func handshakeTimeOutOfEitherSide() throws {
        let certificates = try TestCertificates.shared.get()
        let options = StreamOptions(connectTimeout: 0.2)
        let silent = RawSocket.listener()
        #expect(StreamProbe(to: silent.endpoint, tls: try certificates.client(), options: options).end() == .timedOut)
        let listener = try ProbeListener(tls: try certificates.server(), options: options)
        let mute = RawSocket.connected(to: listener.endpoint.port)
        #expect(listener.next()?.end() == .timedOut)
        #expect(mute.receiveAll() == [])
    }

    @Test func nameWithoutAddress() throws {
        // RFC 6761: ".invalid" never exists; without a name server the answer is another, but none.
        let client = StreamProbe(to: StreamEndpoint(host: "nobody.invalid", port: 1))
        let reason = client.end()
        guard case .unresolved(let text)? = reason ?? .timedOut else {
            #expect(reason == .timedOut)
            return
        }
        #expect(!text.isEmpty)
    }

    @Test func abortWhileResolvingOrConnecting() throws {
        let listener = RawSocket.listener()
        for host in ["localhost", "127.0.0.1"] {
            let endpoint = StreamEndpoint(host: host, port: listener.endpoint.port)
            let client = StreamProbe(ByteStream(to: endpoint, queue: .init(label: "test")))
            client.run { stream in
                stream.connect()
                stream.close()
            }
            #expect(client.end() == .closedLocally)
        }
    }

    @Test func noWay() throws {
        // A broadcast address is nobody's to connect to.
        let client = StreamProbe(to: StreamEndpoint(host: "255.255.255.255", port: 9))
        let reason = client.end()
        if case .unreachable? = reason { return }
        #expect(reason == .failed(errno: EACCES))
    }

    @Test func aPeerThatDoesNotReadFillsTheBuffer() throws {
        let listener = RawSocket.listener()
        let client = StreamProbe(
            to: listener.endpoint, options: StreamOptions(userTimeout: 0, pendingLimit: 1_000_000))
        let peer = listener.accept()
        #expect(client.isConnected())
        let chunk = noise(50_000)
        var accepted = 0
        // What the system buffers is far below a thousand chunks.
        for _ in 0..<1000 {
            let result = client.run { stream in
                let result = stream.write(chunk)
                stream.flush()
                return result
            }
            if result == .full { break }
            accepted += chunk.count
        }
        #expect(accepted < 1000 * chunk.count)
        #expect((950_001...1_000_000).contains(client.run { $0.pendingBytes }))
        #expect(client.run { $0.write([1]) } == .accepted || client.run { $0.pendingBytes } == 1_000_000)
        var read = 0
        while read < accepted, let part = peer.receive() { read += part.count }
        #expect(client.notes.wait { $0.writable == 1 })
        #expect(client.run { $0.write(chunk) } == .accepted)
        client.run { $0.abort() }
        #expect(client.end() == .closedLocally)
    }

    @Test func closingDoesNotWaitForeverForAPeerThatDoesNotRead() throws {
        let listener = RawSocket.listener()
        let client = StreamProbe(
            to: listener.endpoint, options: StreamOptions(closeTimeout: 0.2, pendingLimit: 64 << 20))
        let peer = listener.accept()
        #expect(client.isConnected())
        client.run { stream in
            stream.write([UInt8](repeating: 0, count: 32 << 20))
            stream.close()
        }
        #expect(client.end() == .closedLocally)
        withExtendedLifetime(peer) {}
    }

    @Test func aPeerThatAcknowledgesNothingIsNoticed() throws {
        let listener = RawSocket.listener()
        let client = StreamProbe(
            to: listener.endpoint, options: StreamOptions(userTimeout: 1000, pendingLimit: 64 << 20))
        let peer = listener.accept()
        #expect(client.isConnected())
        client.run { stream in _ = stream.write([UInt8](repeating: 0, count: 32 << 20)) }
        #expect(client.end() == .timedOut)
        withExtendedLifetime(peer) {}
    }

    @Test func aPortTakenIsSaid() throws {
        let listener = try ProbeListener()
        #expect(throws: StreamListenerError.self) {
            try StreamListener(on: listener.endpoint, queue: DispatchQueue(label: "second")) { _ in }
        }
    }

    @Test func aClosedListenerTakesNobody() throws {
        let listener = try ProbeListener()
        listener.listener.close()
        #expect(StreamProbe(to: listener.endpoint).end() == .refused)
    }

    @Test func aStreamNotHeldIsClosed() throws {
        let listener = try StreamListener(
            on: StreamEndpoint(host: "127.0.0.1", port: 0), queue: .init(label: "test")
        ) { _ in }
        let peer = RawSocket.connected(to: listener.local.port)
        #expect(peer.receiveAll() == [])
    }
}
