// SPDX-License-Identifier: GPL-3.0-or-later

/// How the SIP endpoint listens, what it shows to others, and how its threads run.
public struct VoiceConfiguration: Sendable {
    /// The `User-Agent` header.
    public var userAgent = "burgernetd"
    /// Address that IPv4 SIP binds to; `nil`: no IPv4.
    public var bindIPv4: String? = "0.0.0.0"
    /// Address that IPv6 SIP binds to; `nil`: no IPv6.
    public var bindIPv6: String?
    /// SIP port for UDP, both families; 0: any free one.
    public var udpPort: UInt16 = 5060
    /// SIP port for TCP, both families; 0: any free one. `nil`: no TCP.
    public var tcpPort: UInt16? = 5060
    /// Address shown in Contact, Via and SDP; `nil`: that of the route to the far end.
    public var publicIPv4: String?
    public var publicIPv6: String?
    /// RTP takes even ports of this range, RTCP the odd ones above.
    public var rtpPorts: ClosedRange<UInt16> = 30000...39999
    /// RFC 4594: EF for audio, CS3 for signalling.
    public var rtpDSCP: UInt8 = 46
    public var sipDSCP: UInt8 = 24
    /// SCHED_FIFO priority of the RTP thread; 0: normal scheduling. No error when it cannot be had.
    public var rtpRealtimePriority = 0
    /// Core that the thread is pinned to; `nil`: any.
    public var sipCPU: Int?
    public var rtpCPU: Int?
    /// PJSIP's own log level that reaches ``log``, 0 to 5.
    public var logLevel = 1
    /// Called from the SIP thread for each log line: must be quick.
    public var log: (@Sendable (_ level: Int, _ line: String) -> Void)?

    public init() {}
}

/// UDP or TCP to a trunk.
public enum VoiceTransport: Int32, Sendable, Codable {
    case udp = 0
    case tcp = 1
}

/// A SIP trunk as the endpoint needs to know it; its addresses come by ``VoiceEndpoint/setTargets(trunk:_:)``.
public struct VoiceTrunk: Sendable, Equatable {
    public struct Credentials: Sendable, Equatable {
        public var username: String
        public var password: String
        /// `nil`: any realm.
        public var realm: String?

        public init(username: String, password: String, realm: String? = nil) {
            self.username = username
            self.password = password
            self.realm = realm
        }
    }

    /// Chosen by the caller, not 0.
    public var id: UInt32
    /// Host part of Request-URI, To and From; IPv6 without brackets.
    public var host: String
    /// Port in the Request-URI; `nil`: none shown.
    public var port: UInt16?
    public var transport = VoiceTransport.udp
    public var credentials: Credentials?
    /// Host part of From and P-Asserted-Identity; `nil`: ``host``.
    public var fromHost: String?
    /// `Privacy: id` (RFC 3323).
    public var privacy = false
    /// `P-Asserted-Identity` (RFC 3325).
    public var assertedIdentity = false
    /// `;user=phone` in the URIs.
    public var userPhone = false
    /// RFC 4028.
    public var sessionTimers = false
    public var sessionExpiresSeconds: UInt32 = 1800
    /// `nil`: does not register.
    public var registerExpiresSeconds: UInt32?
    /// User part of the registered address; `nil`: the credentials' user name.
    public var registerUser: String?
    /// OPTIONS probing; `nil`: none.
    public var probeIntervalMilliseconds: UInt32?
    public var probeTimeoutMilliseconds: UInt32 = 4000
    /// Takes new calls from this trunk's addresses.
    public var acceptsIncoming = false

    public init(id: UInt32, host: String, port: UInt16? = nil) {
        self.id = id
        self.host = host
        self.port = port
    }
}

/// One resolved address of a trunk's next hop.
public struct VoiceTarget: Sendable, Equatable, Hashable {
    /// Unique within the trunk.
    public var id: UInt32
    /// Numeric IPv4 or IPv6, no brackets.
    public var address: String
    public var port: UInt16

    public init(id: UInt32, address: String, port: UInt16) {
        self.id = id
        self.address = address
        self.port = port
    }
}
