// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Platform

/// An IPv4 or IPv6 address with its port, as the system has it.
struct SocketAddress {
    private var storage = sockaddr_storage()
    private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

    var family: Int32 { Int32(storage.ss_family) }

    /// Address and port in digits; nil if the system cannot tell.
    var endpoint: StreamEndpoint? {
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        let flags = NI_NUMERICHOST | NI_NUMERICSERV
        let code = withPointer {
            getnameinfo($0, $1, &host, socklen_t(host.count), &service, socklen_t(service.count), flags)
        }
        guard code == 0, let port = UInt16(systemString(service)) else { return nil }
        return StreamEndpoint(host: systemString(host), port: port)
    }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// What `getsockname`, `getpeername` or `accept4` fills in; nil if that fails, with errno.
    static func filled(by body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32) -> Self? {
        var address = SocketAddress()
        var length = address.length
        let code = withUnsafeMutablePointer(to: &address.storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
        }
        address.length = length
        return code < 0 ? nil : address
    }

    /// Addresses in the order to try them. Blocks on the name servers unless `host` is in digits or `digitsOnly`.
    static func resolve(_ endpoint: StreamEndpoint, digitsOnly: Bool) -> Result<[SocketAddress], ResolutionError> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV | (digitsOnly ? AI_NUMERICHOST : 0)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(endpoint.host, String(endpoint.port), &hints, &list)
        guard code == 0 else { return .failure(ResolutionError(code: code, errno: errno)) }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = list
        while let entry = next?.pointee {
            next = entry.ai_next
            guard let bytes = entry.ai_addr, entry.ai_family == AF_INET || entry.ai_family == AF_INET6 else { continue }
            let address = filled { pointer, length in
                memcpy(pointer, bytes, Int(entry.ai_addrlen))
                length.pointee = entry.ai_addrlen
                return 0
            }
            if let address { found.append(address) }
        }
        return .success(found)
    }
}

struct ResolutionError: Error, CustomStringConvertible {
    let code: Int32
    let errno: Int32

    var description: String {
        code == EAI_SYSTEM ? systemError(errno) : String(cString: gai_strerror(code))
    }
}
