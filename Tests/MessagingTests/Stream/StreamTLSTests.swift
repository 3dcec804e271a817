// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Messaging

@Suite(.serialized) struct StreamTLSTests {
    let certificates: TestCertificates

    init() throws {
        certificates = try TestCertificates.shared.get()
    }

    /// What becomes of a client at a listener with this certificate.
    private func end(
        certificate: String = "server", host: String = "127.0.0.1",
        _ change: (inout TLSClientConfiguration) -> Void = { _ in }
    ) throws -> String {
        let listener = try ProbeListener(tls: try certificates.server(certificate))
        let client = StreamProbe(
            to: StreamEndpoint(host: host, port: listener.endpoint.port), tls: try certificates.client(change))
        let server = try #require(listener.next())
        let text = client.tlsEnd()
        #expect(client.notes.current.connected == 0)
        // It is told why.
        #expect(server.tlsEnd().hasPrefix("refused by the peer: "))
        return text
    }

    @Test func wrongName() throws {
        let text = try end(certificate: "elsewhere", host: "localhost")
        #expect(text == "the peer's certificate (CN=elsewhere) refused: hostname mismatch, wanted localhost")
        #expect(try end(certificate: "elsewhere").contains("IP address mismatch, wanted 127.0.0.1"))
        #expect(try end { $0.peerName = "smsc.example" }.contains("hostname mismatch, wanted smsc.example"))
    }

    @Test func unknownAuthority() throws {
        let text = try end(certificate: "foreign")
        #expect(text.hasPrefix("the peer's certificate (CN=foreign) refused: unable to get"))
        // None of the test's authorities is among the system's.
        #expect(try end { $0.authorityFile = nil }.contains("refused: unable to get"))
    }

    @Test func expired() throws {
        let text = try end(certificate: "expired")
        #expect(text.hasPrefix("the peer's certificate (CN=expired) refused: certificate has expired, valid until 20"))
    }

    @Test func wrongFingerprint() throws {
        let text = try end { $0.pinnedSHA256 = [UInt8](repeating: 1, count: 32) }
        let shown = try certificates.fingerprint(of: "server").map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        #expect(text.contains("its SHA-256 fingerprint is \(shown.joined()), not the pinned one"))
    }

    @Test func fingerprintWithAuthorityOrAlone() throws {
        for name in ["server", "foreign"] {
            let listener = try ProbeListener(tls: try certificates.server(name))
            let client = StreamProbe(
                to: listener.endpoint,
                tls: try certificates.client { configuration in
                    configuration.checksAuthority = name == "server"
                    configuration.pinnedSHA256 = try? certificates.fingerprint(of: name)
                })
            #expect(client.isConnected())
        }
    }

    @Test func anotherNameOnDemand() throws {
        let listener = try ProbeListener(tls: try certificates.server("elsewhere"))
        let client = StreamProbe(
            to: listener.endpoint, tls: try certificates.client { $0.peerName = "elsewhere.example" })
        #expect(client.isConnected())
    }

    @Test func clientCertificate() throws {
        let listener = try ProbeListener(tls: try certificates.server(clientAuthority: "authority"), echoes: true)
        let client = StreamProbe(
            to: listener.endpoint,
            tls: try certificates.client {
                $0.certificateFile = certificates.path("client.pem")
                $0.keyFile = certificates.path("client.key")
            })
        #expect(client.isConnected())
        client.run { _ = $0.write([1, 2, 3]) }
        #expect(client.has([1, 2, 3]))
        let without = StreamProbe(to: listener.endpoint, tls: try certificates.client())
        // TLS 1.3: the client is through before the server has looked.
        #expect(without.tlsEnd().hasPrefix("refused by the peer: "))
        let stranger = StreamProbe(
            to: listener.endpoint,
            tls: try certificates.client {
                $0.certificateFile = certificates.path("foreign.pem")
                $0.keyFile = certificates.path("foreign.key")
            })
        #expect(stranger.tlsEnd().hasPrefix("refused by the peer: "))
    }

    @Test func unusableFiles() throws {
        let nowhere = certificates.path("nowhere.pem")
        let error = #expect(throws: TLSError.self) { try certificates.client { $0.authorityFile = nowhere } }
        #expect(error?.description.contains(nowhere) == true)
        #expect(throws: TLSError.self) { try certificates.server("nowhere") }
        #expect(throws: TLSError.self) {
            try certificates.client {
                $0.certificateFile = certificates.path("client.pem")
                $0.keyFile = certificates.path("server.key")
            }
        }
        #expect(throws: TLSError.self) { try certificates.client { $0.pinnedSHA256 = [1, 2, 3] } }
        // Nobody talks to a peer that nothing is known of.
        #expect(throws: TLSError.self) { try certificates.client { $0.checksAuthority = false } }
    }

    @Test func garbageInsteadOfAHandshake() throws {
        let listener = RawSocket.listener()
        let client = StreamProbe(to: listener.endpoint, tls: try certificates.client())
        let peer = listener.accept()
        #expect(peer.receive()?.first == 0x16)
        peer.send(Array("SMSC ready, speak plainly\r\n".utf8))
        #expect(client.tlsEnd() == "wrong version number")

        let server = try ProbeListener(tls: try certificates.server())
        let talker = RawSocket.connected(to: server.endpoint.port)
        talker.send(noise(4000))
        #expect(server.next()?.tlsEnd().isEmpty == false)
    }

    @Test func closedOrResetInTheHandshake() throws {
        for resets in [false, true] {
            let listener = RawSocket.listener()
            let client = StreamProbe(to: listener.endpoint, tls: try certificates.client())
            let peer = listener.accept()
            #expect(peer.receive()?.first == 0x16)
            if resets { peer.resetOnClose() }
            peer.hangUp()
            #expect(client.tlsEnd() == "the peer \(resets ? "reset" : "closed") the connection during the handshake")
        }
    }
}
