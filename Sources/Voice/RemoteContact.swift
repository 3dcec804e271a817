// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// An address in a Contact that requests of ours hardly reach.
package struct UnreachableContact: Sendable, Hashable, CustomStringConvertible {
    package enum Reason: Sendable, Hashable {
        /// RFC 1918, RFC 6598, RFC 4193, loopback or link-local, while the trunk has a public address.
        case isPrivate
        /// IPv4 while the trunk is IPv6, or the other way around.
        case isOfOtherFamily
    }

    /// Numeric, no brackets.
    package var address: String
    package var reason: Reason

    package var description: String {
        switch reason {
        case .isPrivate: "\(address), a private address"
        case .isOfOtherFamily: "\(address), of another address family"
        }
    }
}

extension DialogRecord {
    /// Where ACK and BYE would go astray: the Contact's address, when there is no route set to go by.
    ///
    /// - Parameter trunkAddress: where the answer came from; numeric, no brackets.
    /// - Returns: `nil` when they arrive, as far as addresses tell. A name is taken for the trunk's address.
    package func unreachableContact(behind trunkAddress: String) -> UnreachableContact? {
        guard routeSet.isEmpty, let host = Self.host(of: remoteTarget),
            let contact = NumericHost(host), let trunk = NumericHost(trunkAddress)
        else { return nil }
        if contact.isIPv6 != trunk.isIPv6 { return UnreachableContact(address: host, reason: .isOfOtherFamily) }
        guard contact.isPrivate, !trunk.isPrivate else { return nil }
        return UnreachableContact(address: host, reason: .isPrivate)
    }

    /// The host of a SIP URI, brackets taken off.
    private static func host(of uri: String) -> String? {
        guard let colon = uri.firstIndex(of: ":") else { return nil }
        // A user part may hold what else ends a host, but no unescaped "@" (RFC 3261 25.1).
        let rest = uri[uri.index(after: colon)...]
        let address = rest.lastIndex(of: "@").map { rest[rest.index(after: $0)...] } ?? rest
        if address.first == "[" {
            return address.firstIndex(of: "]").map { String(address[..<$0].dropFirst()) }
        }
        return String(address.prefix { !":;?>".contains($0) })
    }
}

/// An address in network order.
private struct NumericHost {
    let octets: [UInt8]

    init?(_ text: String) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            octets = withUnsafeBytes(of: v4) { Array($0) }
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            octets = withUnsafeBytes(of: v6) { Array($0) }
        } else {
            return nil
        }
    }

    var isIPv6: Bool { octets.count == 16 }

    var isPrivate: Bool {
        guard !isIPv6 else {
            // fc00::/7 (RFC 4193), fe80::/10, ::1
            return octets[0] & 0xfe == 0xfc || (octets[0] == 0xfe && octets[1] & 0xc0 == 0x80)
                || octets == [UInt8](repeating: 0, count: 15) + [1]
        }
        return switch (octets[0], octets[1]) {
        case (10, _), (172, 16...31), (192, 168): true  // RFC 1918
        case (100, 64...127): true  // RFC 6598
        case (127, _), (169, 254): true
        default: false
        }
    }
}
