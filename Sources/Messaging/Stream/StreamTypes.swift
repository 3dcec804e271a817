// SPDX-License-Identifier: GPL-3.0-or-later
import Platform

/// Why a stream is over.
package enum StreamCloseReason: Equatable, Sendable {
    /// `close()` or `abort()` was called.
    case closedLocally
    /// The peer ended the connection in order (TCP FIN, or close_notify of TLS).
    case closedByPeer
    /// The peer ended it out of order (TCP RST).
    case reset
    /// `connectTimeout` ran out, or the peer acknowledged nothing for `userTimeout`, or answered no keep-alive.
    case timedOut
    /// Nobody listens there.
    case refused
    /// The network or the host says that there is no way; the text is the system's.
    case unreachable(String)
    /// The name has no address; the text is the resolver's.
    case unresolved(String)
    /// TLS could not be established, or broke. The text says which certificate and why.
    case tls(String)
    /// Another error of the system.
    case failed(errno: Int32)
}

extension StreamCloseReason: CustomStringConvertible {
    /// One line for a log.
    package var description: String {
        switch self {
        case .closedLocally: "closed"
        case .closedByPeer: "closed by the peer"
        case .reset: "connection reset by the peer"
        case .timedOut: "timed out"
        case .refused: "connection refused"
        case .unreachable(let text): "unreachable: \(text)"
        case .unresolved(let text): "name not resolved: \(text)"
        case .tls(let text): "TLS: \(text)"
        case .failed(let code): systemError(code)
        }
    }
}

/// What became of bytes given to `ByteStream.write`.
package enum StreamWriteResult: Sendable {
    /// All of them will be sent, in order.
    case accepted
    /// None was taken: with them more than `pendingLimit` would wait. `onWritable` tells when half of that is free.
    case full
    /// None was taken: the stream is closing or closed.
    case closed
}

/// How a stream uses TCP.
package struct StreamOptions: Sendable {
    /// Seconds for everything up to `onConnected`: name, all addresses, TLS. An accepted stream's TLS handshake too.
    package var connectTimeout: Double
    /// How many of a name's addresses are tried, in the resolver's order; each gets a fair share of the time left.
    package var connectAttempts: Int
    /// Milliseconds that sent bytes may stay unacknowledged, or the peer may accept none, before the stream ends
    /// with `timedOut` (TCP_USER_TIMEOUT); 0: the system's, many minutes.
    package var userTimeout: UInt32
    /// Seconds of silence before TCP asks whether the peer is there (three times, 10 s apart); 0: never.
    package var keepAliveIdle: Int32
    /// Seconds that `close()` waits for the peer to take what is left and to close in turn.
    package var closeTimeout: Double
    /// Bytes that may wait to be sent.
    package var pendingLimit: Int

    /// Defaults for a connection to an SMSC.
    package init(
        connectTimeout: Double = 10, connectAttempts: Int = 8, userTimeout: UInt32 = 20_000,
        keepAliveIdle: Int32 = 30, closeTimeout: Double = 2, pendingLimit: Int = 4 << 20
    ) {
        self.connectTimeout = connectTimeout
        self.connectAttempts = connectAttempts
        self.userTimeout = userTimeout
        self.keepAliveIdle = keepAliveIdle
        self.closeTimeout = closeTimeout
        self.pendingLimit = pendingLimit
    }
}

/// A host and a TCP port.
package struct StreamEndpoint: Hashable, Sendable {
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    package var host: String
    /// TCP port; 0 lets a listener take any free one.
    package var port: UInt16

    /// Takes `host` as it is.
    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port` or `[IPv6 address]:port`; nil if it is neither.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("[") {
            guard host.hasSuffix("]") else { return nil }
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, !host.contains("\0") else { return nil }
        self.init(host: String(host), port: port)
    }
}

extension StreamEndpoint: CustomStringConvertible {
    /// `host:port`, with brackets around an IPv6 address.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
