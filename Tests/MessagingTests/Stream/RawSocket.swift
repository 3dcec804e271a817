// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

@testable import Messaging

/// A far end without any code of ours in between: a blocking socket on 127.0.0.1 with a deadline for each call.
final class RawSocket: @unchecked Sendable {
    private(set) var number: Int32

    private init(_ number: Int32) {
        self.number = number
        var limit = timeval(tv_sec: Int(patience), tv_usec: 0)
        setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        hangUp()
    }

    /// Closes it now; unread bytes make that a reset.
    func hangUp() {
        guard number >= 0 else { return }
        close(number)
        number = -1
    }

    static func listener(backlog: Int32 = 8) -> RawSocket {
        let socket = RawSocket(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        socket.withLoopback(port: 0) { _ = bind(socket.number, $0, $1) }
        listen(socket.number, backlog)
        return socket
    }

    /// Does not wait until the connection is there.
    static func connecting(to port: UInt16) -> RawSocket {
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let socket = RawSocket(Glibc.socket(AF_INET, Int32(kind), 0))
        socket.withLoopback(port: port) { _ = connect(socket.number, $0, $1) }
        return socket
    }

    static func connected(to port: UInt16) -> RawSocket {
        let socket = RawSocket(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        socket.withLoopback(port: port) { _ = connect(socket.number, $0, $1) }
        return socket
    }

    var endpoint: StreamEndpoint {
        let address = SocketAddress.filled { getsockname(number, $0, $1) }
        return address?.endpoint ?? StreamEndpoint(host: "none", port: 0)
    }

    func accept() -> RawSocket { RawSocket(Glibc.accept(number, nil, nil)) }

    func send(_ bytes: [UInt8]) { _ = Glibc.send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

    /// Some bytes; empty at the end, nil on an error or the deadline.
    func receive() -> [UInt8]? {
        var room = [UInt8](repeating: 0, count: 65_536)
        let count = recv(number, &room, room.count, 0)
        return count < 0 ? nil : Array(room[..<count])
    }

    /// Everything up to the end; nil on an error or the deadline.
    func receiveAll() -> [UInt8]? {
        var all: [UInt8] = []
        while let part = receive() {
            if part.isEmpty { return all }
            all += part
        }
        return nil
    }

    func finish() { shutdown(number, Int32(SHUT_WR)) }

    /// The next close sends RST.
    func resetOnClose() {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(number, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }

    private func withLoopback(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Void) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
