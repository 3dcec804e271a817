// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore
import Glibc

/// The client's end of the control socket. Reads and writes at the same time, so that neither side can
/// block the other when both directions are full. One thread.
final class DaemonConnection {
    private let descriptor: Int32
    let path: String
    private var splitter = LineSplitter(limit: Reply.lineLimit)
    private var outgoing: [UInt8] = []
    private var outgoingStart = 0
    /// The daemon takes no more; its last words may still be read.
    private var isWriteClosed = false

    private static let pieceSize = 64 * 1024

    init(path: String) throws {
        self.path = path
        descriptor = try Self.connect(path)
    }

    deinit { close(descriptor) }

    private static func connect(_ path: String) throws -> Int32 {
        func fail(_ reason: String) -> Failure { .unreachable("cannot reach burgernetd at \(path): \(reason)") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw fail("the path must have 1 to \(MemoryLayout.size(ofValue: address.sun_path) - 1) bytes")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw fail(systemMessage()) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let number = errno
            close(descriptor)
            let advice =
                switch number {
                case ENOENT, ECONNREFUSED: "; is it running?"
                case EACCES: "; only its user and group may use it"
                default: ""
                }
            throw fail(systemMessage(number) + advice)
        }
        return descriptor
    }

    /// Sends what is given, and what `input` turns into, until `onReply` has had the final reply.
    ///
    /// `onInput` gets the bytes of the input as they come, and none at its end; it returns what is sent.
    /// `onLine` may take a reply as it is, undecoded: true when it did.
    func exchange(
        _ request: [UInt8], input: Int32? = nil, onInput: ([UInt8]) throws -> [UInt8] = { _ in [] },
        onLine: (([UInt8]) throws -> Bool)? = nil, onReply: (Reply, [UInt8]) throws -> Void
    ) throws {
        enqueue(request)
        var input = input
        while true {
            let mayRead = input != nil && outgoing.count - outgoingStart < Self.pieceSize
            let ready = try wait(input: mayRead ? input : nil)
            if ready.input, let source = input {
                let bytes = try readInput(source)
                enqueue(try onInput(bytes))
                if bytes.isEmpty { input = nil }
            }
            if ready.output { try flush() }
            if ready.replies, try receive(onLine, onReply) { return }
        }
    }

    /// One request without input, one final reply.
    func exchange(_ verb: any Verb, onReply: (Reply, [UInt8]) throws -> Void) throws {
        try exchange(verb.encode(), onReply: onReply)
    }

    private func enqueue(_ bytes: [UInt8]) {
        guard !isWriteClosed else { return }
        if outgoingStart == outgoing.count {
            outgoing = bytes
            outgoingStart = 0
        } else {
            outgoing += bytes
        }
    }

    private func wait(input: Int32?) throws -> (replies: Bool, output: Bool, input: Bool) {
        let hasOutput = outgoingStart < outgoing.count
        var descriptors = [
            pollfd(fd: descriptor, events: Int16(POLLIN | (hasOutput ? POLLOUT : 0)), revents: 0),
            pollfd(fd: input ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&descriptors, 2, -1) < 0 {
            guard errno == EINTR else { throw Failure.unreachable("poll: \(systemMessage())") }
        }
        func has(_ index: Int, _ events: Int32) -> Bool { Int32(descriptors[index].revents) & events != 0 }
        return (
            has(0, POLLIN | POLLHUP | POLLERR), hasOutput && has(0, POLLOUT | POLLHUP | POLLERR),
            has(1, POLLIN | POLLHUP | POLLERR | POLLNVAL)
        )
    }

    private func readInput(_ source: Int32) throws -> [UInt8] {
        try readBytes(source, maximum: Self.pieceSize) { Failure.input("the recipients cannot be read: \($0)") }
    }

    private func flush() throws {
        let count = outgoing.withUnsafeBytes { bytes in
            send(
                descriptor, bytes.baseAddress?.advanced(by: outgoingStart), bytes.count - outgoingStart,
                Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        if count >= 0 {
            outgoingStart += count
        } else if errno == EPIPE || errno == ECONNRESET {
            // What it said before it closed is still to be read.
            isWriteClosed = true
            outgoing = []
            outgoingStart = 0
        } else if errno != EAGAIN, errno != EINTR {
            throw Failure.unreachable("cannot write to \(path): \(systemMessage())")
        }
    }

    /// True: the final reply was among it.
    private func receive(
        _ onLine: (([UInt8]) throws -> Bool)?, _ onReply: (Reply, [UInt8]) throws -> Void
    ) throws -> Bool {
        let bytes = try readBytes(descriptor, maximum: 4 * Self.pieceSize) { [path] reason in
            Failure.unreachable("the connection to \(path) was lost: \(reason)")
        }
        guard !bytes.isEmpty else { throw Failure.unreachable("burgernetd closed the connection before its answer") }
        splitter.append(bytes)
        while let line = splitter.next() {
            switch line {
            case .tooLong: throw Failure.unreachable("a reply is longer than \(splitter.limit) bytes")
            case .line(let text):
                if text.allSatisfy({ $0 == 32 || $0 == 9 }) { continue }
                if let onLine, try onLine(text) { continue }
                let reply: Reply
                do throws(ProtocolError) {
                    reply = try Reply.decode(text)
                } catch {
                    throw Failure.unreachable(error.message)
                }
                try onReply(reply, text)
                if reply.isFinal { return true }
            }
        }
        return false
    }
}

/// Bytes that are there; none at the end. Blocks when there are none yet.
func readBytes(_ descriptor: Int32, maximum: Int, failure: (String) -> Failure) throws -> [UInt8] {
    while true {
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: maximum) { buffer, initialized in
            count = read(descriptor, buffer.baseAddress, maximum)
            initialized = max(0, count)
        }
        if count >= 0 { return bytes }
        guard errno == EINTR else { throw failure(systemMessage()) }
    }
}

/// The C library's words for `errno`.
func systemMessage(_ number: Int32 = errno) -> String { String(cString: strerror(number)) }
