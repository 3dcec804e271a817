// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Platform

/// A socket, closed when nobody refers to it any more: libdispatch may watch it a moment longer than the stream.
final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) {
        self.number = number
    }

    deinit {
        close(number)
    }

    /// A non-blocking TCP socket that children do not inherit; nil with errno.
    static func tcp(family: Int32) -> Descriptor? {
        let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        let number = socket(family, Int32(kind), Int32(IPPROTO_TCP))
        return number < 0 ? nil : Descriptor(number)
    }

    /// Errors are not reported: a missing option costs speed or a later notice, not the connection.
    func set(_ level: Int, _ name: Int32, _ value: Int32) {
        var value = value
        setsockopt(number, Int32(level), name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    func value(_ level: Int, _ name: Int32) -> Int32 {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(number, Int32(level), name, &value, &size) == 0 ? value : errno
    }

    func apply(_ options: StreamOptions) {
        set(Int(IPPROTO_TCP), TCP_NODELAY, 1)
        if options.userTimeout > 0 {
            set(Int(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(clamping: options.userTimeout))
        }
        if options.keepAliveIdle > 0 {
            set(Int(SOL_SOCKET), SO_KEEPALIVE, 1)
            set(Int(IPPROTO_TCP), TCP_KEEPIDLE, options.keepAliveIdle)
            set(Int(IPPROTO_TCP), TCP_KEEPINTVL, 10)
            set(Int(IPPROTO_TCP), TCP_KEEPCNT, 3)
        }
    }

    /// Takes bytes, is connected, or has failed.
    var isWritable: Bool {
        var entry = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, 0) == 1
    }

    /// TCP holds octets back that were written (SIOCOUTQNSD of linux/sockios.h): the far end takes no more now.
    var hasUnsent: Bool {
        var count: Int32 = 0
        return ioctl(number, 0x894B, &count) == 0 && count > 0
    }

    /// The error that waits on the socket, 0 if none; taking it clears it.
    func takeError() -> Int32 { value(Int(SOL_SOCKET), SO_ERROR) }

    /// Closing sends RST and forgets what is unsent.
    func resetOnClose() {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(number, Int32(SOL_SOCKET), SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }

    var localAddress: SocketAddress? { SocketAddress.filled { getsockname(number, $0, $1) } }
    var peerAddress: SocketAddress? { SocketAddress.filled { getpeername(number, $0, $1) } }
}

extension StreamCloseReason {
    init(errno code: Int32) {
        switch code {
        case ECONNRESET, EPIPE: self = .reset
        case ECONNREFUSED: self = .refused
        case ETIMEDOUT: self = .timedOut
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL:
            self = .unreachable(systemError(code))
        default: self = .failed(errno: code)
        }
    }
}
