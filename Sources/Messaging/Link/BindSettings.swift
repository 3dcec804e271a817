// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP

/// One bind to an SMSC: where, as whom, and how. All times are microseconds.
public struct BindSettings: Hashable, Sendable {
    /// Unique among all binds, for example `kpn/1`.
    public var name: String
    /// The SMSC that the bind belongs to.
    public var smsc: String
    /// Where the SMSC listens.
    public var endpoint: StreamEndpoint
    /// How TLS is to be used; nil: not at all.
    public var tls: TLSClientConfiguration?
    /// What the bind is for.
    public var mode: BindMode
    /// At most 15 octets.
    public var systemID: String
    /// At most 8 octets.
    public var password: String
    /// At most 12 octets.
    public var systemType = ""
    /// Which messages come over this bind; most SMSCs want none.
    public var addressRange = Address.none
    /// 0x34 for SMPP 3.4, 0x50 for 5.0.
    public var interfaceVersion: UInt8 = 0x34
    /// Requests that may be unanswered at a time.
    public var window = 100
    /// How long a request waits for its response.
    public var responseTimeout: Int64 = 10_000_000
    /// Silence after which an enquire_link is sent.
    public var enquireAfter: Int64 = 2_000_000
    /// Silence after that which ends the connection.
    public var enquireTimeout: Int64 = 2_500_000
    /// Time without a message after which the bind is given up until the next attempt; nil: never.
    public var inactivity: Int64?
    /// The first wait before a new attempt; it doubles with each that fails.
    public var reconnectMinimum: Int64 = 500_000
    /// The longest wait.
    public var reconnectMaximum: Int64 = 30_000_000
    /// The shortest wait after a refusal that only people can mend, such as a wrong password: some SMSCs lock an
    /// account after a few of them.
    public var reconnectRefused: Int64 = 30_000_000

    public init(
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
    public var description: String { "\(name) (\(systemID) at \(endpoint))" }
}
