// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import SMPP
import Testing

@testable import Simulator

/// Over a real socket: what the driver does with the model's effects.
@Suite struct SMSCServerTests {
    /// A blocking connection; reads give up after ten seconds.
    private final class Client {
        private let descriptor: Int32

        init(port: UInt16) {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var patience = timeval(tv_sec: 10, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            #expect(result == 0)
        }

        deinit { close(descriptor) }

        func write(_ body: PDU.Body, _ sequence: UInt32) {
            let bytes = PDU(body, sequence: sequence).encoded()
            #expect(send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
        }

        /// nil: the connection is over.
        func read() -> PDU? {
            guard let header = octets(PDUHeader.length) else { return nil }
            let length = header.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            guard let body = octets(length - header.count) else { return nil }
            return try? PDU.decode(header + body)
        }

        private func octets(_ count: Int) -> [UInt8]? {
            var found = [UInt8](repeating: 0, count: count)
            var filled = 0
            while filled < count {
                let got = found.withUnsafeMutableBytes { room in
                    recv(descriptor, room.baseAddress.map { $0 + filled }, count - filled, 0)
                }
                guard got > 0 else {
                    if got < 0, errno == EAGAIN { Issue.record("neither octets nor an end within ten seconds") }
                    return nil
                }
                filled += got
            }
            return found
        }
    }

    private func start(
        log: String? = nil, _ configure: (inout SMSCSettings) -> Void = { _ in }
    ) throws -> (server: SMSCServer, port: UInt16) {
        var options = SMSCOptions()
        options.listen = ListenAddress(host: "127.0.0.1", port: 0)
        options.logFile = log
        var settings = SMSCSettings()
        settings.receiptDelay = 0.01
        configure(&settings)
        let server = try SMSCServer(options: options, settings: settings, seed: 1)
        return (server, try server.start())
    }

    private func bound(_ port: UInt16) -> Client {
        let client = Client(port: port)
        client.write(.bind(.transceiver, Bind(systemID: "gateway", password: "")), 1)
        #expect(client.read()?.command == CommandID.bindTransceiver.response)
        return client
    }

    private let submit = PDU.Body.submitSM(SubmitSM(SMSCHarness.message(registered: 1)))

    @Test func answersLogsReportsAndUnbinds() throws {
        let log = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: log) }
        let (server, port) = try start(log: log.path)
        let client = bound(port)
        client.write(submit, 2)
        let response = client.read()
        #expect(response?.status == .ok)
        // The line is there before the response is.
        let line = try String(contentsOf: log, encoding: .utf8)
        #expect(line.hasSuffix("}\n") && line.contains("\"message_id\":\"\(response?.messageID ?? "?")\""))
        let receipt = client.read()
        guard case .deliverSM(let message)? = receipt?.body else {
            Issue.record("no receipt")
            return
        }
        #expect(message.fields.receipt.messageIDs.first == response?.messageID)
        client.write(.deliverSMResponse(MessageResponse()), receipt?.sequence ?? 0)
        client.write(.enquireLink, 3)
        #expect(client.read()?.command == CommandID.enquireLink.response)
        #expect(server.stop().contains("1 sent, 1 acknowledged"))
        #expect(client.read()?.body == .unbind)
        #expect(client.read() == nil)
    }

    @Test func breaksTheConnection() throws {
        let (server, port) = try start { $0.dropAfter = 1 }
        let client = bound(port)
        client.write(submit, 2)
        #expect(client.read() == nil)
        // The receipt comes after the reconnect.
        #expect(bound(port).read()?.command == .deliverSM)
        #expect(server.stop().contains("1 connections broken"))
    }

    @Test func blackHoleEndsByItself() throws {
        let (server, port) = try start {
            $0.blackHoleAfter = 1
            $0.blackHoleSeconds = 0.05
        }
        let client = bound(port)
        client.write(submit, 2)
        #expect(client.read()?.command == CommandID.submitSM.response)
        #expect(client.read() == nil)
        #expect(server.stop().contains("1 black holes"))
    }

    @Test func unusableFiles() {
        var options = SMSCOptions()
        options.listen = ListenAddress(host: "127.0.0.1", port: 0)
        options.certificateFile = "/nonexistent.pem"
        #expect(throws: ScenarioError.self) { try SMSCServer(options: options, settings: SMSCSettings(), seed: 1) }
        options.certificateFile = nil
        options.logFile = "/nonexistent/log"
        #expect(throws: ScenarioError.self) { try SMSCServer(options: options, settings: SMSCSettings(), seed: 1) }
    }
}
