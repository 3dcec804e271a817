// SPDX-License-Identifier: GPL-3.0-or-later
import CTLS
@preconcurrency import Dispatch
import Glibc
import Platform

/// A port that cannot be listened on; the text says why.
package struct StreamListenerError: Error, CustomStringConvertible, Sendable {
    /// One line for a log.
    package let description: String
}

/// Connections taken per wake: a flood of them must not keep the queue's other work waiting.
private let acceptsPerTurn = 64

/// Accepts TCP connections, with TLS or without. Listens from `init` until `close` or until nobody holds it;
/// what it has accepted lives on.
package final class StreamListener: @unchecked Sendable {
    /// Where it listens, with the port that was taken if 0 was asked for.
    package let local: StreamEndpoint

    private let descriptor: Descriptor
    private let tls: TLSContext?
    private let options: StreamOptions
    private let queue: DispatchQueue
    private let onAccept: (ByteStream) -> Void
    private let source: any DispatchSourceRead

    /// Begins to listen. Any thread; blocks on the name servers if `endpoint.host` is a name.
    ///
    /// - Parameters:
    ///   - endpoint: the address to bind; of a name the first address counts.
    ///   - tls: a server's context; nil: no TLS.
    ///   - options: for the accepted streams.
    ///   - backlog: connections that may wait to be accepted; the system has a limit of its own.
    ///   - queue: a serial queue, for `onAccept` and for all accepted streams.
    ///   - onAccept: called before the stream begins: set its callbacks and hold it, or let go of it to close it.
    /// - Throws: `StreamListenerError`.
    package init(
        on endpoint: StreamEndpoint, tls: TLSContext? = nil, options: StreamOptions = StreamOptions(),
        backlog: Int32 = 128, queue: DispatchQueue, onAccept: @escaping (ByteStream) -> Void
    ) throws {
        precondition(tls?.isServer != false)
        self.tls = tls
        self.options = options
        self.queue = queue
        self.onAccept = onAccept
        descriptor = try Self.listen(on: endpoint, backlog: backlog)
        local = descriptor.localAddress?.endpoint ?? endpoint
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor.number, queue: queue)
        source.setEventHandler { [weak self] in self?.accept() }
        source.setCancelHandler { [descriptor] in withExtendedLifetime(descriptor) {} }
        source.activate()
    }

    deinit {
        source.cancel()
    }

    /// Stops listening; the port is free soon after. Any thread.
    package func close() {
        source.cancel()
        // Libdispatch may watch the socket for a moment more; nobody shall be able to connect to it.
        shutdown(descriptor.number, Int32(SHUT_RDWR))
    }

    private static func listen(on endpoint: StreamEndpoint, backlog: Int32) throws -> Descriptor {
        let address: SocketAddress
        switch SocketAddress.resolve(endpoint, digitsOnly: false) {
        case .success(let found):
            guard let first = found.first else { throw StreamListenerError(description: "\(endpoint): no address") }
            address = first
        case .failure(let error):
            throw StreamListenerError(description: "\(endpoint): \(error)")
        }
        guard let descriptor = Descriptor.tcp(family: address.family) else {
            throw StreamListenerError(description: "\(endpoint): \(systemError(errno))")
        }
        descriptor.set(Int(SOL_SOCKET), SO_REUSEADDR, 1)
        // "::" means IPv6 alone: a listener for IPv4 may stand beside it.
        if address.family == AF_INET6 { descriptor.set(Int(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        guard address.withPointer({ bind(descriptor.number, $0, $1) }) == 0,
            Glibc.listen(descriptor.number, backlog) == 0
        else {
            throw StreamListenerError(description: "\(endpoint): \(systemError(errno))")
        }
        return descriptor
    }

    private func accept() {
        for _ in 0..<acceptsPerTurn {
            guard !source.isCancelled else { return }
            var number: Int32 = -1
            let peer = SocketAddress.filled {
                number = ctls_accept(descriptor.number, $0, $1)
                return number
            }
            guard let peer else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                if errno != EAGAIN { rest() }
                return
            }
            let accepted = Descriptor(number)
            accepted.apply(options)
            let stream = ByteStream(
                accepted: accepted, from: peer.endpoint ?? StreamEndpoint(host: "?", port: 0), tls: tls,
                options: options, queue: queue)
            onAccept(stream)
            stream.start()
        }
    }

    /// Out of descriptors or memory: the connection stays in the backlog and would wake the queue at once again.
    private func rest() {
        source.suspend()
        queue.asyncAfter(deadline: .now() + 0.1) { [source] in source.resume() }
    }
}
