// SPDX-License-Identifier: GPL-3.0-or-later
@preconcurrency import Dispatch
import Foundation

@testable import Messaging

/// Nothing in these tests takes that long; who waits longer has failed.
let patience = 20.0

/// Guards a value and lets a test wait, with a deadline, until it is as hoped for.
final class Watched<Value>: @unchecked Sendable {
    private let condition = NSCondition()
    private var value: Value

    init(_ value: Value) {
        self.value = value
    }

    func change(_ body: (inout Value) -> Void) {
        condition.withLock {
            body(&value)
            condition.broadcast()
        }
    }

    var current: Value { condition.withLock { value } }

    func wait(for seconds: Double = patience, until isRight: (Value) -> Bool) -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        return condition.withLock {
            while !isRight(value) {
                guard condition.wait(until: deadline) else { return isRight(value) }
            }
            return true
        }
    }
}

/// Holds a stream and notes what it calls.
final class StreamProbe: @unchecked Sendable {
    struct Notes {
        var connected = 0
        var bytes: [UInt8] = []
        var writable = 0
        var reasons: [StreamCloseReason] = []
    }

    let queue: DispatchQueue
    let stream: ByteStream
    let notes = Watched(Notes())

    /// Sets the callbacks; `echoes` sends everything back.
    init(_ stream: ByteStream, echoes: Bool = false) {
        self.stream = stream
        queue = stream.queue
        let notes = notes
        stream.onConnected = { notes.change { $0.connected += 1 } }
        stream.onBytes = { [unowned stream] bytes in
            if echoes { stream.write(bytes) }
            notes.change { $0.bytes += bytes }
        }
        stream.onWritable = { notes.change { $0.writable += 1 } }
        stream.onClosed = { reason in notes.change { $0.reasons.append(reason) } }
    }

    convenience init(
        to endpoint: StreamEndpoint, tls: TLSContext? = nil, options: StreamOptions = StreamOptions(),
        queue: DispatchQueue = DispatchQueue(label: "test")
    ) {
        self.init(ByteStream(to: endpoint, tls: tls, options: options, queue: queue))
        run { $0.connect() }
    }

    @discardableResult
    func run<Result>(_ body: (ByteStream) -> Result) -> Result { queue.sync { body(stream) } }

    func isConnected() -> Bool {
        notes.wait { $0.connected == 1 || !$0.reasons.isEmpty } && notes.current.connected == 1
    }

    func has(_ bytes: [UInt8]) -> Bool {
        notes.wait { $0.bytes.count >= bytes.count || !$0.reasons.isEmpty } && notes.current.bytes == bytes
    }

    /// The reason, after turns in which a second one would have come.
    func end() -> StreamCloseReason? {
        guard notes.wait(until: { !$0.reasons.isEmpty }) else { return nil }
        queue.sync {}
        queue.sync {}
        let reasons = notes.current.reasons
        return reasons.count == 1 ? reasons[0] : nil
    }

    /// The text if TLS was the reason.
    func tlsEnd() -> String {
        let reason = end()
        if case .tls(let text)? = reason { return text }
        return "ended otherwise: \(reason.map { "\($0)" } ?? "not or twice")"
    }
}

/// A listener whose accepted streams are held in probes.
final class ProbeListener: @unchecked Sendable {
    let accepted = Watched<[StreamProbe]>([])
    let listener: StreamListener

    init(
        on host: String = "127.0.0.1", tls: TLSContext? = nil, options: StreamOptions = StreamOptions(),
        echoes: Bool = false
    ) throws {
        let accepted = accepted
        listener = try StreamListener(
            on: StreamEndpoint(host: host, port: 0), tls: tls, options: options, queue: DispatchQueue(label: "listener")
        ) { stream in
            let probe = StreamProbe(stream, echoes: echoes)
            accepted.change { $0.append(probe) }
        }
    }

    var endpoint: StreamEndpoint { listener.local }

    func next() -> StreamProbe? {
        accepted.wait { !$0.isEmpty } ? accepted.current.last : nil
    }
}

/// Bytes that look random and are the same in every run.
func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 33)
    }
}

/// The same bytes in pieces of 1 to `largest`.
func chunks(of bytes: [UInt8], upTo largest: Int) -> [[UInt8]] {
    var generator = SystemRandomNumberGenerator()
    var start = 0
    var pieces: [[UInt8]] = []
    while start < bytes.count {
        let end = min(bytes.count, start + Int.random(in: 1...largest, using: &generator))
        pieces.append(Array(bytes[start..<end]))
        start = end
    }
    return pieces
}
