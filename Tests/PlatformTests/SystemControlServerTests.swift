// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import Foundation
import GatewayCore
import Glibc
import TestSupport
import Testing

@testable import Platform

/// A client with a blocking socket, as `socat` is one. Every read gives up after ten seconds.
private final class Client {
    let descriptor: Int32
    private var buffer: [UInt8] = []

    init?(_ path: String) {
        guard let address = UnixAddress(path: path) else { return nil }
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard address.withSocketAddress({ connect(descriptor, $0, $1) }) == 0 else { return nil }
    }

    deinit { close(descriptor) }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// The next line; nil at the end.
    func line() -> String? {
        while true {
            if let newline = buffer.firstIndex(of: 10) {
                defer { buffer.removeFirst(newline + 1) }
                return String(decoding: buffer[..<newline], as: UTF8.self)
            }
            guard let more = read() else { return nil }
            buffer += more
        }
    }

    func read(_ limit: Int = 65_536) -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: limit)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        return count > 0 ? Array(chunk.prefix(count)) : nil
    }

    func disconnect() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    func endInput() { shutdown(descriptor, Int32(SHUT_WR)) }
}

/// Notes what it is told, and does what a test asks.
private final class Recorder: ControlConnectionHandler {
    nonisolated let events = Locked<[String]>([])
    private nonisolated let arrived = DispatchSemaphore(value: 0)
    // Set before the server has the recorder.
    nonisolated(unsafe) var onLine: (@ControlActor (String, ControlConnection) -> Void)?
    nonisolated(unsafe) var onWritable: (@ControlActor (ControlConnection) -> Void)?
    nonisolated(unsafe) var onEnd: (@ControlActor (ControlConnection) -> Void)? = { $0.closeWhenSent() }

    nonisolated init() {}

    private nonisolated func note(_ event: String) {
        events.withLock { $0.append(event) }
        arrived.signal()
    }

    /// Waits until `count` more events are there.
    nonisolated func wait(_ count: Int = 1) -> [String] {
        for _ in 0..<count where arrived.wait(timeout: .now() + 10) == .timedOut { break }
        return events.withLock { $0 }
    }

    func received(line: [UInt8], on connection: ControlConnection) {
        let text = String(decoding: line, as: UTF8.self)
        note(text.utf8.count > 100 ? "\(text.utf8.count) bytes" : text)
        onLine?(text, connection)
    }
    func receivedTooLongLine(on connection: ControlConnection) { note("too long") }
    func inputEnded(on connection: ControlConnection, unfinished: Bool) {
        note(unfinished ? "end, unfinished" : "end")
        onEnd?(connection)
    }
    func becameWritable(_ connection: ControlConnection) {
        note("writable")
        onWritable?(connection)
    }
    func closed(_ connection: ControlConnection, reason: ControlCloseReason) { note("closed: \(reason)") }
}

/// A server; each client gets the next recorder.
///
/// `@unchecked Sendable`: `server`, `connections` and `recorders` are touched on the control queue only.
private final class Fixture: @unchecked Sendable {
    let directory: TemporaryDirectory
    let queue = ControlActor.queue
    let time = Locked(Timestamp(milliseconds: 0))
    var connections: [ControlConnection] = []
    var recorders: [Recorder] = []
    private var clients: [Client] = []
    private var server: ControlServer?

    init(limits: ControlLimits = ControlLimits(), refusal: String = "", recorders: [Recorder] = []) throws {
        directory = try TemporaryDirectory()
        self.recorders = recorders
        let time = time
        let path = directory.path + "/c"
        let server = ControlActor.sync { [weak self] in
            ControlServer(
                limits: limits, refusal: Array(refusal.utf8),
                clock: { time.withLock { $0 } },
                accept: { [weak self] connection in
                    guard let self else { return Recorder() }
                    connections.append(connection)
                    return self.recorders.isEmpty ? Recorder() : self.recorders.removeFirst()
                })
        }
        self.server = server
        let place = try ControlSocketPlace(path: path, group: nil)
        try ControlActor.sync { try server.start(at: place) }
    }

    var path: String { directory.path + "/c" }
    var connectionCount: Int { onQueue { server?.connectionCount ?? 0 } }
    func onQueue<Result: Sendable>(_ body: @ControlActor () throws -> Result) rethrows -> Result {
        try queue.sync { try ControlActor.assumeIsolated(body) }
    }
    /// A client that stays until the fixture goes.
    func connect() throws -> Client {
        let client = try #require(Client(path))
        clients.append(client)
        return client
    }
    func stop() {
        onQueue { server?.stop() }
        clients = []
    }
    func sweep(at time: Timestamp) { onQueue { server?.sweep(now: time) } }
}

@Suite("Control server") struct SystemControlServerTests {
    @Test("Lines in, lines out; both know each other")
    func echo() throws {
        let recorder = Recorder()
        recorder.onLine = { line, connection in connection.send(Array((line.uppercased() + "\n").utf8)) }
        let fixture = try Fixture(recorders: [recorder])
        defer { fixture.stop() }
        let client = try fixture.connect()
        client.send("hello\nwor")
        #expect(client.line() == "HELLO")
        client.send("ld\r\n\n")
        #expect(client.line() == "WORLD")
        #expect(client.line() == "")
        let peer = fixture.onQueue { fixture.connections.first?.peer }
        #expect(peer == PeerCredentials(processID: getpid(), userID: getuid(), groupID: getgid()))
        var information = stat()
        #expect(stat(fixture.path, &information) == 0)
        #expect(information.st_mode & 0o7777 == 0o660)
    }

    @Test("Byte by byte is the same as all at once")
    func fragments() throws {
        let recorder = Recorder()
        let fixture = try Fixture(recorders: [recorder])
        defer { fixture.stop() }
        let client = try fixture.connect()
        for byte in "ab\ncd\n".utf8 { client.send([byte]) }
        #expect(recorder.wait(2) == ["ab", "cd"])
    }

    @Test("A client that ends its input still gets the answer")
    func halfClose() throws {
        let recorder = Recorder()
        recorder.onEnd = { connection in
            connection.send(Array("answer\n".utf8))
            connection.closeWhenSent()
        }
        let fixture = try Fixture(recorders: [recorder])
        defer { fixture.stop() }
        let client = try fixture.connect()
        client.send("question\nunfin")
        client.endInput()
        #expect(client.line() == "answer")
        #expect(client.line() == nil)
        #expect(recorder.wait(3) == ["question", "end, unfinished", "closed: requested"])
    }

    @Test("A client that is gone in the midst of a line is told once, after its lines")
    func disconnect() throws {
        let recorder = Recorder()
        let fixture = try Fixture(recorders: [recorder])
        defer { fixture.stop() }
        let client = try fixture.connect()
        client.send("one\ntw")
        client.disconnect()
        #expect(recorder.wait(2) == ["one", "closed: disconnected"])
        #expect(fixture.connectionCount == 0)
    }

    @Test("Garbage and lines that are too long do not end the connection")
    func tooLong() throws {
        var limits = ControlLimits()
        limits.lineLength = 1000
        let recorder = Recorder()
        let fixture = try Fixture(limits: limits, recorders: [recorder])
        defer { fixture.stop() }
        let client = try fixture.connect()
        client.send([0, 255, 10])
        client.send(String(repeating: "x", count: 1000) + "\n")
        client.send(String(repeating: "x", count: 1001) + "\n")
        client.send(String(repeating: "x", count: 1_000_000))
        client.send("\nnext\n")
        #expect(recorder.wait(5) == ["\0\u{FFFD}", "1000 bytes", "too long", "too long", "next"])
    }

    @Test("While reading is paused, nothing is delivered, and the client has to wait")
    func pause() throws {
        let recorder = Recorder()
        recorder.onLine = { line, connection in if line == "stop" { connection.pauseReading() } }
        let fixture = try Fixture(recorders: [recorder])
        defer { fixture.stop() }
        let client = try fixture.connect()
        client.send("a\nstop\nb\nc\n")
        #expect(recorder.wait(2) == ["a", "stop"])
        // The kernel's buffers fill, then a client that does not want to wait is turned away.
        _ = fcntl(client.descriptor, F_SETFL, O_NONBLOCK)
        let line = [UInt8](repeating: 120, count: 1023) + [10]
        var sent = 0
        while sent < 100_000, Glibc.send(client.descriptor, line, line.count, Int32(MSG_NOSIGNAL)) == line.count {
            sent += 1
        }
        #expect(sent < 100_000)
        #expect(recorder.events.withLock { $0 } == ["a", "stop"])
        fixture.onQueue { fixture.connections.first?.resumeReading() }
        // A line may have been cut off by the full buffer.
        #expect(Array(recorder.wait(2 + sent).dropFirst(2).prefix(3)) == ["b", "c", "1023 bytes"])
        #expect(recorder.events.withLock { $0.count } == 4 + sent)
    }

    @Test("Pausing at every line delivers each once, in order")
    func pauseAtEachLine() throws {
        let recorder = Recorder()
        let fixture = try Fixture(recorders: [recorder])
        defer { fixture.stop() }
        fixture.onQueue {
            recorder.onLine = { _, connection in
                connection.pauseReading()
                ControlActor.async { connection.resumeReading() }
            }
        }
        let client = try fixture.connect()
        let lines = (0..<500).map(String.init)
        client.send(lines.joined(separator: "\n") + "\n")
        #expect(recorder.wait(500) == lines)
    }

    @Test("A stream of 64 MB with completions stays below the high-water mark")
    func streaming() throws {
        let chunk = [UInt8](repeating: 120, count: 64 << 10)
        let total = 1024
        let most = Locked(0)
        let recorder = Recorder()
        recorder.onLine = { _, connection in
            @ControlActor func next(_ left: Int) {
                guard left > 0 else { return connection.closeWhenSent() }
                connection.send(chunk) { next(left - 1) }
                most.withLock { $0 = max($0, connection.unsentBytes) }
            }
            next(total)
        }
        let fixture = try Fixture(recorders: [recorder])
        defer { fixture.stop() }
        let client = try fixture.connect()
        client.send("go\n")
        var received = 0
        while let bytes = client.read() { received += bytes.count }
        #expect(received == total * chunk.count)
        #expect(most.withLock { $0 } <= chunk.count)
        #expect(recorder.wait(2) == ["go", "closed: requested"])
    }

    @Test("The high-water mark stops a sender that listens to it, and starts it again")
    func highWater() throws {
        var limits = ControlLimits()
        limits.highWater = 128 << 10
        let total = 16 << 20
        let chunk = [UInt8](repeating: 120, count: 8 << 10)
        let left = Locked(total)
        let most = Locked(0)
        let recorder = Recorder()
        @ControlActor func fill(_ connection: ControlConnection) {
            while connection.isWritable, left.withLock({ $0 }) > 0 {
                connection.send(chunk)
                left.withLock { $0 -= chunk.count }
                most.withLock { $0 = max($0, connection.unsentBytes) }
            }
            if left.withLock({ $0 }) == 0 { connection.closeWhenSent() }
        }
        recorder.onLine = { fill($1) }
        recorder.onWritable = { fill($0) }
        let fixture = try Fixture(limits: limits, recorders: [recorder])
        defer { fixture.stop() }
        let client = try fixture.connect()
        client.send("go\n")
        var received = 0
        while let bytes = client.read() { received += bytes.count }
        #expect(received == total)
        #expect(most.withLock { $0 } <= limits.highWater + chunk.count)
    }

    @Test("A client that never reads is closed when its buffer is full")
    func neverReads() throws {
        var limits = ControlLimits()
        limits.outgoingLimit = 1 << 20
        let recorder = Recorder()
        let completions = Locked(0)
        recorder.onLine = { _, connection in
            let bytes = [UInt8](repeating: 120, count: 100_000)
            while connection.send(bytes, completion: { completions.withLock { $0 += 1 } }) {
                #expect(connection.unsentBytes <= 1 << 20)
            }
            #expect(!connection.send([1]))
            #expect(!connection.isWritable)
        }
        let fixture = try Fixture(limits: limits, recorders: [recorder])
        defer { fixture.stop() }
        let client = try fixture.connect()
        client.send("go\n")
        #expect(recorder.wait(2) == ["go", "closed: tooMuchUnread"])
        // The rest of what was queued is gone with the connection.
        fixture.onQueue {}
        #expect(completions.withLock { $0 } == 0)
    }

    @Test("A client that stops reading is closed after the stall time-out, not before")
    func stalled() throws {
        let recorder = Recorder()
        recorder.onLine = { _, connection in connection.send([UInt8](repeating: 120, count: 1 << 20)) }
        let fixture = try Fixture(recorders: [recorder])
        defer { fixture.stop() }
        let client = try fixture.connect()
        client.send("go\n")
        #expect(recorder.wait() == ["go"])
        fixture.sweep(at: Timestamp(milliseconds: 59_999))
        #expect(fixture.connectionCount == 1)
        fixture.sweep(at: Timestamp(milliseconds: 60_000))
        #expect(fixture.connectionCount == 0)
        #expect(recorder.wait() == ["go", "closed: stalled"])
    }

    @Test("A thousand clients: the longest idle ones make room, those at work stay, the rest is refused")
    func manyClients() throws {
        var limits = ControlLimits()
        limits.connections = 16
        let fixture = try Fixture(limits: limits, refusal: "full\n")
        defer { fixture.stop() }
        // The first eight are at work.
        let busy = try (0..<8).map { _ in try fixture.connect() }
        while fixture.connectionCount < 8 {}
        fixture.onQueue { for connection in fixture.connections { connection.isBusy = true } }
        let idle = try (0..<1000).map { _ in try fixture.connect() }
        while fixture.onQueue({ fixture.connections.count }) < 1008 {}
        #expect(fixture.connectionCount == 16)
        #expect(idle[0].line() == nil)
        fixture.onQueue { for connection in fixture.connections { connection.isBusy = true } }
        let refused = try fixture.connect()
        #expect(refused.line() == "full")
        #expect(refused.line() == nil)
        // Someone leaves, the next is taken.
        busy[0].disconnect()
        while fixture.connectionCount > 15 {}
        _ = try fixture.connect()
        while fixture.connectionCount < 16 {}
    }

    @Test("Closing from within every callback is fine, and told once")
    func closeInside() throws {
        for when in ["accept", "line", "end"] {
            let recorder = Recorder()
            recorder.onLine = { _, connection in
                if when == "line" {
                    connection.close()
                    connection.close()
                }
            }
            recorder.onEnd = { $0.close() }
            let fixture = try Fixture(recorders: [recorder])
            defer { fixture.stop() }
            let client = try fixture.connect()
            client.send("a\nb\n")
            client.endInput()
            _ = recorder.wait(when == "line" ? 2 : 4)
            while fixture.connectionCount > 0 {}
            fixture.onQueue {}
            let events = recorder.events.withLock { $0 }
            #expect(events.filter { $0.hasPrefix("closed") } == ["closed: requested"])
            #expect(events.contains("b") == (when != "line"))
        }
    }

    // MARK: The socket's place

    @Test("A second server is told that the first one answers there")
    func alreadyServed() throws {
        let fixture = try Fixture()
        defer { fixture.stop() }
        #expect(throws: ControlSocketError.alreadyServed(path: fixture.path)) {
            try ControlSocket(path: fixture.path, group: nil)
        }
        // Also when the lock says nothing: a foreign server.
        unlink(fixture.path + ".lock")
        #expect(throws: ControlSocketError.alreadyServed(path: fixture.path)) {
            try ControlSocket(path: fixture.path, group: nil)
        }
        #expect(Client(fixture.path) != nil)
    }

    @Test("A dead process's socket is replaced; a stopped server leaves none")
    func stale() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/c"
        let address = try #require(UnixAddress(path: path))
        let dead = UnixAddress.makeSocket(SOCK_STREAM)
        #expect(address.withSocketAddress { bind(dead, $0, $1) } == 0)
        #expect(listen(dead, 1) == 0)
        close(dead)
        let socket = try ControlSocket(path: path, group: nil)
        #expect(Client(path) != nil)
        socket.unlink()
        socket.close()
        #expect(access(path, F_OK) != 0)
    }

    @Test("A stopped server leaves its successor's socket alone")
    func successor() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/c"
        let first = try ControlSocket(path: path, group: nil)
        unlink(path)
        unlink(path + ".lock")
        let second = try ControlSocket(path: path, group: nil)
        first.unlink()
        first.close()
        #expect(Client(path) != nil)
        second.close()
    }

    @Test("What else can be in the way")
    func obstacles() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("file", "precious")
        #expect(throws: ControlSocketError.notASocket(path: file)) { try ControlSocket(path: file, group: nil) }
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "precious")
        let missing = directory.path + "/missing/c"
        #expect(
            throws: ControlSocketError.failed(
                operation: "open", path: missing + ".lock", reason: "No such file or directory")
        ) { try ControlSocket(path: missing, group: nil) }
        let long = directory.path + "/" + String(repeating: "x", count: 120)
        #expect(throws: ControlSocketError.pathTooLong(long)) { try ControlSocket(path: long, group: nil) }
        #expect(throws: ControlSocketError.unknownGroup("no-such-group")) {
            try ControlSocket(path: directory.path + "/c", group: "no-such-group")
        }
    }

    @Test("Stopping closes every client and gives the path up")
    func stop() throws {
        let recorder = Recorder()
        let fixture = try Fixture(recorders: [recorder])
        defer { fixture.stop() }
        let client = try fixture.connect()
        client.send("a\n")
        #expect(recorder.wait() == ["a"])
        fixture.stop()
        #expect(client.line() == nil)
        #expect(recorder.wait() == ["a", "closed: serverStopped"])
        #expect(Client(fixture.path) == nil)
    }
}
