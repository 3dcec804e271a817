// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import Foundation
import Glibc
import Synchronization

@testable import Voice

/// A SIP server over UDP on loopback that answers each request as a test says, and keeps what it was sent.
final class ScriptedPeer: Sendable {
    /// A request as it came.
    struct Request: Sendable {
        let text: String

        var method: Substring { text.prefix { $0 != " " } }

        /// Values of all headers of this name, in order.
        func headers(_ name: String) -> [String] {
            text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix(name + ":") }
                .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
        }
    }

    /// What is answered: status line without the version, headers, in which PORT is the peer's own, body.
    struct Response: Sendable {
        var status: String
        var headers: [String] = []
        var body = ""
        /// nil: the request's. That of its INVITE makes a response to that of one to a CANCEL (RFC 3261 9.1).
        var cseq: String?
    }

    struct Failure: Error {}

    let port: UInt16
    private let descriptor: Int32
    private let answer: @Sendable (Request) -> [Response]
    private let received = Mutex<[Request]>([])

    /// - Parameter answer: called for each request but ACK, on a thread of the peer; retransmissions included.
    init(_ answer: @escaping @Sendable (Request) -> [Response]) throws {
        (descriptor, port) = try Self.bound()
        self.answer = answer
        Thread.detachNewThread { [self] in serve() }
    }

    /// A UDP socket on loopback.
    ///
    /// - Parameter port: 0: any that is free.
    static func bound(_ port: UInt16 = 0) throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = port.bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(descriptor, raw, size) == 0 ? getsockname(descriptor, raw, &size) : -1
            }
        }
        guard descriptor >= 0, status == 0 else {
            close(descriptor)
            throw Failure()
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// What comes first of these of the events of an endpoint whose trunk this peer is; both are stopped then.
    ///
    /// - Parameters:
    ///   - trunk: Its number is 1.
    ///   - request: A call to place; nil: none.
    ///   - wanted: nil: not this one.
    func first<Wanted: Sendable>(
        of trunk: VoiceTrunk, placing request: VoiceCallRequest? = nil, _ wanted: (VoiceEvent) -> Wanted?
    ) async throws -> Wanted {
        let (stream, continuation) = AsyncStream.makeStream(of: VoiceEvent.self)
        let endpoint = try VoiceEndpoint.start(
            configuration: VoiceEndpointTests.configuration(), queue: DispatchQueue(label: "voice-test")
        ) { events in
            for event in events { continuation.yield(event) }
        }
        defer {
            endpoint.stop(lingerMilliseconds: 0)
            stop()
        }
        endpoint.setTrunk(trunk)
        endpoint.setTargets(trunk: 1, [VoiceTarget(id: 4, address: "127.0.0.1", port: port)])
        if let request { endpoint.placeCall(request) }
        for await event in stream {
            if let found = wanted(event) { return found }
        }
        throw Failure()
    }

    /// The requests that came, ACK and retransmissions included.
    var requests: [Request] { received.withLock { $0 } }

    func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func serve() {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            var sender = sockaddr_in()
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let length = withUnsafeMutablePointer(to: &sender) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                    recvfrom(descriptor, &buffer, buffer.count, 0, raw, &size)
                }
            }
            // An unconnected socket that is shut down reads as empty.
            guard length > 0 else { break }
            let request = Request(text: String(decoding: buffer.prefix(length), as: UTF8.self))
            received.withLock { $0.append(request) }
            guard request.method != "ACK" else { continue }
            for response in answer(request) {
                let bytes = Array(written(response, to: request).utf8)
                _ = withUnsafePointer(to: &sender) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                        sendto(descriptor, bytes, bytes.count, 0, raw, size)
                    }
                }
            }
        }
        close(descriptor)
    }

    private func written(_ response: Response, to request: Request) -> String {
        var lines = ["SIP/2.0 \(response.status)"]
        for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
            for value in name == "CSeq" ? [response.cseq ?? request.headers(name)[0]] : request.headers(name) {
                let isUntagged = name == "To" && !value.contains("tag=")
                lines.append("\(name): \(value)\(isUntagged ? ";tag=peer" : "")")
            }
        }
        lines += response.headers.map { $0.replacingOccurrences(of: "PORT", with: String(port)) }
        lines += ["Content-Length: \(response.body.utf8.count)", "", response.body]
        return lines.joined(separator: "\r\n")
    }
}
