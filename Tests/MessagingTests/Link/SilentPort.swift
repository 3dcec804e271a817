// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

@testable import Messaging

/// A port of the loopback that refuses connections: it is taken, so that nobody else can listen on it, and does not
/// listen itself.
final class SilentPort: Sendable {
    private let number: Int32
    let endpoint: StreamEndpoint

    init() {
        number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let number = number
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        let local = SocketAddress.filled { getsockname(number, $0, $1) }
        endpoint = local?.endpoint ?? StreamEndpoint(host: "none", port: 0)
    }

    deinit {
        close(number)
    }
}
