// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP

/// One bind to an SMSC: where, as whom, and how. All times are microseconds.
package struct BindSettings: Hashable, Sendable {
    /// Unique among all binds, for example `kpn/1`.
    package var name: String
    /// The SMSC that the bind belongs to.
    package var smsc: String
    /// Where the SMSC listens.
    package var endpoint: StreamEndpoint
    /// How TLS is to be used; nil: not at all.
    package var tls: TLSClientConfiguration?
    /// What the bind is for.
    package var mode: BindMode
    /// At most 15 octets.
    package var systemID: String
    /// At most 8 octets.
    package var password: String
    /// At most 12 octets.
    package var systemType = ""
    /// Which messages come over this bind; most SMSCs want none.
    package var addressRange = Address.none
    /// 0x34 for SMPP 3.4, 0x50 for 5.0.
    package var interfaceVersion: UInt8 = 0x34
    /// Requests that may be unanswered at a time.
    package var window = 100
    /// How long a request waits for its response.
    package var responseTimeout: Int64 = 10_000_000
    /// Silence after which an enquire_link is sent.
    package var enquireAfter: Int64 = 2_000_000
    /// Silence after that which ends the connection.
    package var enquireTimeout: Int64 = 2_500_000
    /// Time without a message after which the bind is given up until the next attempt; nil: never.
    package var inactivity: Int64?
    /// The first wait before a new attempt; it doubles with each that fails.
    package var reconnectMinimum: Int64 = 500_000
    /// The longest wait.
    package var reconnectMaximum: Int64 = 30_000_000
    /// The shortest wait after a refusal that only people can mend, such as a wrong password: some SMSCs lock an
    /// account after a few of them.
    package var reconnectRefused: Int64 = 30_000_000

    package init(
        name: String, smsc: String, endpoint: StreamEndpoint, tls: TLSClientConfiguration? = nil,
        mode: BindMode = .transceiver, systemID: String, password: String
    ) {
        self.name = name
        self.smsc = smsc
        self.endpoint = endpoint
        self.tls = tls
        self.mode = mode
        self.systemID = systemID
        self.password = password
    }

    var session: ESMESession.Configuration {
        var configuration = ESMESession.Configuration(
            mode: mode,
            bind: Bind(
                systemID: systemID, password: password, systemType: systemType, interfaceVersion: interfaceVersion,
                addressRange: addressRange))
        configuration.window = window
        configuration.responseTimeout = responseTimeout
        configuration.enquireAfter = enquireAfter
        configuration.enquireTimeout = enquireTimeout
        configuration.inactivity = inactivity
        return configuration
    }
}

extension BindSettings: CustomStringConvertible {
    /// For a log: without the password.
    package var description: String { "\(name) (\(systemID) at \(endpoint))" }
}
