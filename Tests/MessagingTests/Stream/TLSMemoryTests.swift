// SPDX-License-Identifier: GPL-3.0-or-later
import CTLS
import Testing

@testable import Messaging

/// Both ends of TLS without a network in between.
private struct TLSPair {
    let client: TLSSession
    let server: TLSSession

    init() throws {
        let certificates = try TestCertificates.shared.get()
        client = try certificates.client().makeSession(host: "localhost")
        server = try certificates.server().makeSession(host: "")
    }

    /// Carries what waits from one end to the other, so many bytes at a time; `react` after each piece.
    @discardableResult
    func carry(from: TLSSession, to: TLSSession, by size: Int, _ react: () -> Void) -> Int {
        let buffer = OutputBuffer()
        from.moveOutput(to: buffer)
        let total = buffer.count
        while !buffer.isEmpty {
            let part = min(size, buffer.count)
            _ = to.feed(UnsafeRawBufferPointer(rebasing: buffer.bytes.prefix(part)))
            buffer.removeFirst(part)
            react()
        }
        return total
    }

    func shakeHands(by size: Int) -> Bool {
        var states = (client: client.handshake(), server: CTLS_MORE)
        for _ in 0..<10 where states != (CTLS_DONE, CTLS_DONE) {
            carry(from: client, to: server, by: size) { states.server = server.handshake() }
            carry(from: server, to: client, by: size) { states.client = client.handshake() }
        }
        return states == (CTLS_DONE, CTLS_DONE)
    }
}

private func read(_ session: TLSSession, into bytes: inout [UInt8], room: Int = 1000) -> ctls_status {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 1)
    defer { buffer.deallocate() }
    while true {
        let (status, count) = session.read(into: buffer)
        bytes += buffer[..<count]
        if status != CTLS_DONE { return status }
    }
}

@Suite struct TLSMemoryTests {
    @Test(arguments: [1, 7, 100_000])
    func carriesLargeRecordsInPieces(size: Int) throws {
        let pair = try TLSPair()
        #expect(pair.shakeHands(by: size))
        #expect(pair.client.summary.hasPrefix("TLSv1.3 "))
        let bytes = noise(50_000)
        #expect(bytes.withUnsafeBytes { pair.client.write($0) } == CTLS_DONE)
        var received: [UInt8] = []
        let total = pair.carry(from: pair.client, to: pair.server, by: size) {
            #expect(read(pair.server, into: &received) == CTLS_MORE)
        }
        #expect(received == bytes)
        #expect(total > bytes.count)
        pair.server.close()
        pair.server.close()
        var status = CTLS_MORE
        pair.carry(from: pair.server, to: pair.client, by: size) { status = read(pair.client, into: &received) }
        #expect(status == CTLS_CLOSED)
        #expect(pair.client.error.isEmpty)
    }

    @Test func aRecordThatWasTouchedIsRefused() throws {
        let pair = try TLSPair()
        #expect(pair.shakeHands(by: 1000))
        #expect(noise(100).withUnsafeBytes { pair.client.write($0) } == CTLS_DONE)
        let buffer = OutputBuffer()
        pair.client.moveOutput(to: buffer)
        var record = Array(buffer.bytes)
        record[50] ^= 1
        _ = record.withUnsafeBytes { pair.server.feed($0) }
        var received: [UInt8] = []
        #expect(read(pair.server, into: &received) == CTLS_FAILED)
        #expect(received.isEmpty)
        #expect(pair.server.error.contains("bad record mac"))
        // For the client, to be told.
        #expect(pair.server.hasOutput)
        #expect(pair.server.handshake() == CTLS_FAILED)
        #expect(noise(1).withUnsafeBytes { pair.server.write($0) } == CTLS_FAILED)
    }

    @Test func everyCutOfAHandshakeOnlyWaits() throws {
        let pair = try TLSPair()
        #expect(pair.client.handshake() == CTLS_MORE)
        let buffer = OutputBuffer()
        pair.client.moveOutput(to: buffer)
        while buffer.count > 1 {
            _ = pair.server.feed(UnsafeRawBufferPointer(rebasing: buffer.bytes.prefix(1)))
            buffer.removeFirst(1)
            #expect(pair.server.handshake() == CTLS_MORE)
            #expect(!pair.server.hasOutput)
        }
    }

    @Test func namesThatAreNone() throws {
        let context = try TestCertificates.shared.get().client()
        #expect(throws: TLSError.self) { try context.makeSession(host: "") }
        #expect(throws: TLSError.self) { try context.makeSession(host: String(repeating: "a", count: 300)) }
    }
}

@Suite struct OutputBufferTests {
    @Test func keepsTheOrder() {
        let buffer = OutputBuffer()
        let bytes = noise(300_000)
        var sent: [UInt8] = []
        var rest = chunks(of: bytes, upTo: 3000)[...]
        while sent.count < bytes.count {
            for _ in 0..<3 { rest.popFirst()?.withUnsafeBytes { buffer.append($0) } }
            let part = Int.random(in: 0...buffer.count)
            sent += buffer.bytes.prefix(part)
            buffer.removeFirst(part)
        }
        #expect(sent == bytes)
        #expect(buffer.isEmpty)
    }
}
