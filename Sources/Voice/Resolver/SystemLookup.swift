// SPDX-License-Identifier: GPL-3.0-or-later
import CPJSIP
import Glibc

/// The C library's resolver.
enum SystemLookup {
    private static let answerSize = 8192

    /// The address in its usual form when `host` is one.
    static func numeric(_ host: String) -> String? {
        switch getAddresses(host, family: AF_UNSPEC, flags: AI_NUMERICHOST) {
        case .success(let found): found.first
        case .failure: nil
        }
    }

    /// Never an empty list.
    static func addresses(of host: String, family: TrunkQuery.Family) -> Result<[String], TrunkResolutionError> {
        let family =
            switch family {
            case .ipv4: AF_INET
            case .ipv6: AF_INET6
            case .any: AF_UNSPEC
            }
        return getAddresses(host, family: family, flags: 0)
    }

    enum ServiceAnswer: Equatable {
        case answer([UInt8])
        /// There is no such name or record.
        case absent
        /// No name server could say.
        case unknown
    }

    /// The raw answer to a query for SRV records.
    static func serviceAnswer(_ name: String) -> ServiceAnswer {
        var answer = [UInt8](repeating: 0, count: answerSize)
        let length = Int(cpjsip_dns_query_srv(name, &answer, answer.count))
        if length < 0 { return .unknown }
        return length == 0 ? .absent : .answer(Array(answer.prefix(length)))
    }

    private static func getAddresses(_ host: String, family: Int32, flags: Int32) -> Result<
        [String], TrunkResolutionError
    > {
        var hints = addrinfo()
        hints.ai_family = family
        hints.ai_flags = flags
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &list)
        guard status == 0 else {
            return .failure(TrunkResolutionError(host: host, reason: string(gai_strerror(status))))
        }
        defer { freeaddrinfo(list) }
        var found: [String] = []
        var next = list
        while let entry = next?.pointee {
            var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(entry.ai_addr, entry.ai_addrlen, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
                == 0
            {
                let address = string(buffer)
                if !found.contains(address) { found.append(address) }
            }
            next = entry.ai_next
        }
        return found.isEmpty ? .failure(TrunkResolutionError(host: host, reason: "it has none")) : .success(found)
    }
}
