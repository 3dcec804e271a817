// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

@testable import Messaging

/// Certificates made by the openssl command, once per run.
final class TestCertificates: Sendable {
    static let shared = Result { try TestCertificates() }

    private let folder: URL

    private init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("stream-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in ["authority", "stranger"] {
            try makeKey(name)
            try openssl("req -new -x509 -key \(name).key -subj /CN=\(name) -days 30 -out \(name).pem")
        }
        try "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1".write(
            to: folder.appendingPathComponent("names"), atomically: true, encoding: .utf8)
        try makeCertificate("server", issuer: "authority", days: 30)
        try makeCertificate("expired", issuer: "authority", days: -1)
        try makeCertificate("client", issuer: "authority", days: 30)
        try makeCertificate("foreign", issuer: "stranger", days: 30)
        try "subjectAltName=DNS:elsewhere.example".write(
            to: folder.appendingPathComponent("names"), atomically: true, encoding: .utf8)
        try makeCertificate("elsewhere", issuer: "authority", days: 30)
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func server(_ name: String = "server", clientAuthority: String? = nil) throws -> TLSContext {
        var configuration = TLSServerConfiguration(certificateFile: path("\(name).pem"), keyFile: path("\(name).key"))
        configuration.clientAuthorityFile = clientAuthority.map { path("\($0).pem") }
        return try TLSContext(server: configuration)
    }

    func client(_ change: (inout TLSClientConfiguration) -> Void = { _ in }) throws -> TLSContext {
        var configuration = TLSClientConfiguration()
        configuration.authorityFile = path("authority.pem")
        change(&configuration)
        return try TLSContext(client: configuration)
    }

    func fingerprint(of name: String) throws -> [UInt8] {
        let text = try openssl("x509 -in \(name).pem -noout -fingerprint -sha256")
        let digits = text.split(separator: "=").last.map { $0.split(whereSeparator: { ":\n".contains($0) }) } ?? []
        return digits.compactMap { UInt8($0, radix: 16) }
    }

    private func makeKey(_ name: String) throws {
        try openssl("ecparam -name prime256v1 -genkey -noout -out \(name).key")
    }

    private func makeCertificate(_ name: String, issuer: String, days: Int) throws {
        try makeKey(name)
        try openssl("req -new -key \(name).key -subj /CN=\(name) -out \(name).csr")
        try openssl(
            "x509 -req -in \(name).csr -CA \(issuer).pem -CAkey \(issuer).key -set_serial \(Int.random(in: 1...1 << 40))"
                + " -days \(days) -extfile names -out \(name).pem")
    }

    @discardableResult
    private func openssl(_ arguments: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments.split(separator: " ").map(String.init)
        process.currentDirectoryURL = folder
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw TLSError(description: "openssl \(arguments) failed") }
        return String(decoding: data, as: UTF8.self)
    }
}

/// `openssl s_server` or `s_client`: a far end by other people. Ended, by its own pid, with the object.
final class OpenSSLProcess: @unchecked Sendable {
    let output = Watched("")
    private let process = Process()
    private let input = Pipe()

    init(_ arguments: [String]) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardInput = input
        process.standardOutput = pipe
        process.standardError = pipe
        let output = output
        pipe.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            output.change { $0 += String(decoding: data, as: UTF8.self) }
        }
        try process.run()
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Reverses each line it is sent. `extra`: further options.
    static func server(_ certificates: TestCertificates, certificate: String = "server", _ extra: [String] = []) throws
        -> OpenSSLProcess
    {
        try OpenSSLProcess(
            [
                "s_server", "-accept", "127.0.0.1:0", "-rev", "-cert", certificates.path("\(certificate).pem"), "-key",
                certificates.path("\(certificate).key"),
            ] + extra)
    }

    /// Where the server listens, from what it prints.
    func endpoint() -> StreamEndpoint? {
        guard output.wait(until: { $0.contains("ACCEPT ") && $0.hasSuffix("\n") }) else { return nil }
        let line = output.current.split(separator: "\n").first { $0.hasPrefix("ACCEPT ") }
        return line.flatMap { StreamEndpoint(String($0.dropFirst(7))) }
    }

    func type(_ text: String) { input.fileHandleForWriting.write(Data(text.utf8)) }
    func endInput() { input.fileHandleForWriting.closeFile() }
    func stop() { kill(process.processIdentifier, SIGSTOP) }
    func prints(_ text: String) -> Bool { output.wait { $0.contains(text) } }
}
