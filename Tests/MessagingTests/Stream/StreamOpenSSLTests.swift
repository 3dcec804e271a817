// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Messaging

/// Against the openssl command: what both of our ends got wrong alike would show here.
@Suite(.serialized) struct StreamOpenSSLTests {
    let certificates: TestCertificates

    init() throws {
        certificates = try TestCertificates.shared.get()
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func talksToAServer(version: String) throws {
        let server = try OpenSSLProcess.server(certificates, [version])
        let endpoint = try #require(server.endpoint())
        let client = StreamProbe(
            to: StreamEndpoint(host: "localhost", port: endpoint.port), tls: try certificates.client())
        #expect(client.isConnected())
        #expect(client.run { $0.tlsSummary }?.hasPrefix(version == "-tls1_2" ? "TLSv1.2 " : "TLSv1.3 ") == true)
        client.run { _ = $0.write(Array("abcdef\n".utf8)) }
        #expect(client.has(Array("fedcba\n".utf8)))
        // The server ends the connection at this word.
        client.run { _ = $0.write(Array("CLOSE\n".utf8)) }
        #expect(client.end() == .closedByPeer)
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func talksToAClient(version: String) throws {
        let listener = try ProbeListener(tls: try certificates.server(), echoes: true)
        let client = try OpenSSLProcess([
            "s_client", "-connect", listener.endpoint.description, version, "-CAfile",
            certificates.path("authority.pem"),
            "-verify_return_error", "-verify_ip", "127.0.0.1", "-quiet",
        ])
        client.type("hello\n")
        #expect(client.prints("hello\n"))
        let server = try #require(listener.next())
        #expect(server.isConnected())
        server.run { stream in
            stream.write(Array("good".utf8))
            stream.write(Array("bye\n".utf8))
            stream.close()
        }
        #expect(client.prints("goodbye\n"))
        #expect(server.end() == .closedLocally)
    }

    @Test func aServerOfOldTLSIsRefused() throws {
        let server = try OpenSSLProcess.server(certificates, ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
        let endpoint = try #require(server.endpoint())
        let client = StreamProbe(to: endpoint, tls: try certificates.client())
        let text = client.tlsEnd()
        #expect(text.contains("protocol"), "\(text)")
    }

    @Test func aClientOfOldTLSIsRefused() throws {
        let listener = try ProbeListener(tls: try certificates.server())
        let client = try OpenSSLProcess([
            "s_client", "-connect", listener.endpoint.description, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0", "-quiet",
        ])
        #expect(listener.next()?.tlsEnd() == "unsupported protocol")
        #expect(client.prints("alert protocol version"))
    }

    @Test func aServersCertificateIsChecked() throws {
        for (name, reason) in [("expired", "has expired"), ("foreign", "unable to get"), ("elsewhere", "mismatch")] {
            let server = try OpenSSLProcess.server(certificates, certificate: name)
            let endpoint = try #require(server.endpoint())
            let client = StreamProbe(to: endpoint, tls: try certificates.client())
            #expect(client.tlsEnd().contains(reason))
        }
    }

    @Test func aServerThatIsStoppedIsNoticed() throws {
        let server = try OpenSSLProcess.server(certificates)
        let endpoint = try #require(server.endpoint())
        let client = StreamProbe(
            to: endpoint, tls: try certificates.client(),
            options: StreamOptions(userTimeout: 1000, pendingLimit: 16 << 20))
        #expect(client.isConnected())
        server.stop()
        client.run { stream in _ = stream.write([UInt8](repeating: 65, count: 16 << 20)) }
        #expect(client.run { $0.pendingBytes } > 1 << 20)
        #expect(client.run { $0.write([1]) } == .full || client.run { $0.pendingBytes } < 16 << 20)
        #expect(client.end() == .timedOut)
    }
}
