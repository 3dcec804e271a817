// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// IPv4 and IPv6 addresses as the C library reads them.
enum NumericAddress {
    enum Family: String {
        case ipv4 = "IPv4"
        case ipv6 = "IPv6"
    }

    static func family(of text: String) -> Family? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return .ipv4 }
        var six = in6_addr()
        return inet_pton(AF_INET6, text, &six) == 1 ? .ipv6 : nil
    }
}
