// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension GatewayConfiguration {
    /// `[SIP]`: the endpoint. All of it takes effect at a restart only.
    package struct SIP: Equatable, Sendable {
        /// IPv4 address to bind; nil (`none`): no IPv4.
        package var bind: String? = "0.0.0.0"
        /// IPv6 address to bind, without brackets; nil: no IPv6.
        package var bindIPv6: String?
        /// UDP and TCP; 0: any free one.
        package var port: UInt16 = 5060
        package var tcp = true
        /// IPv4 address shown in Contact, Via and SDP; nil: that of the route to the peer.
        package var publicAddress: String?
        package var publicAddressIPv6: String?
        /// User-Agent header; nil: `burgernetd/VERSION`.
        package var userAgent: String?
        /// Differentiated services code point, 0 to 63; 24 is CS3 (RFC 4594).
        package var dscp = 24
        /// Core of the SIP thread; nil: any.
        package var cpu: Int?

        package init() {}
    }
}

extension ConfigurationSchema {
    static var sip: ConfigurationSection<GatewayConfiguration> {
        ConfigurationSection(
            kind: "SIP",
            keys: [
                .value("Bind", \.sip.bind, .addressOrNone(.ipv4), .restart),
                .value("BindIPv6", \.sip.bindIPv6, .addressOrNone(.ipv6), .restart),
                .value("Port", \.sip.port, .integer(0...65535), .restart),
                .value("TCP", \.sip.tcp, .boolean, .restart),
                .value("PublicAddress", \.sip.publicAddress, ValueReader<String>.address(.ipv4).optional, .restart),
                .value(
                    "PublicAddressIPv6", \.sip.publicAddressIPv6, ValueReader<String>.address(.ipv6).optional, .restart),
                .value("UserAgent", \.sip.userAgent, ValueReader<String>.text().optional, .restart),
                .value("DSCP", \.sip.dscp, .integer(0...63), .restart),
                .value("CPU", \.sip.cpu, ValueReader<Int>.integer(0...1023).optional, .restart),
            ])
    }
}
