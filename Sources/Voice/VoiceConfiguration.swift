// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// How the SIP endpoint listens, what it shows to others, and how its threads run.
package struct VoiceConfiguration: Sendable {
    /// The `User-Agent` header.
    package var userAgent = "burgernetd"
    /// Address that IPv4 SIP binds to; `nil`: no IPv4.
    package var bindIPv4: String? = "0.0.0.0"
    /// Address that IPv6 SIP binds to; `nil`: no IPv6.
    package var bindIPv6: String?
    /// SIP port for UDP, both families; 0: any free one.
    package var udpPort: UInt16 = 5060
    /// SIP port for TCP, both families; 0: any free one. `nil`: no TCP.
    package var tcpPort: UInt16? = 5060
    /// Address shown in Contact, Via and SDP; `nil`: that of the route to the far end.
    package var publicIPv4: String?
    package var publicIPv6: String?
    /// RTP takes even ports of this range, RTCP the odd ones above.
    package var rtpPorts: ClosedRange<UInt16> = 30000...39999
    /// Pairs of RTP sockets, of two descriptors each, that may be open at a time; `nil`: as many as there are ports.
    package var socketPairs: Int?
    /// RFC 4594: EF for audio, CS3 for signalling.
    package var rtpDSCP: UInt8 = 46
    package var sipDSCP: UInt8 = 24
    /// SCHED_FIFO priority of the RTP thread; 0: normal scheduling. No error when it cannot be had.
    package var rtpRealtimePriority = 0
    /// Core that the thread is pinned to; `nil`: any.
    package var sipCPU: Int?
    package var rtpCPU: Int?
    /// PJSIP's own log level that reaches ``log``, 0 to 5.
    package var logLevel = 1
    /// Called from the SIP thread for each log line: must be quick.
    package var log: (@Sendable (_ level: Int, _ line: String) -> Void)?
    /// The time, by whoever takes the events, of a moment of CLOCK_BOOTTIME in microseconds.
    package var time: @Sendable (_ bootMicroseconds: Int64) -> Timestamp = { Timestamp(microseconds: $0) }

    package init() {}
}

/// UDP or TCP to a trunk.
package enum VoiceTransport: Int32, Sendable, Codable {
    case udp = 0
    case tcp = 1
}

/// A SIP trunk as the endpoint needs to know it; its addresses come by ``VoiceEndpoint/setTargets(trunk:_:)``.
package struct VoiceTrunk: Sendable, Equatable {
    package struct Credentials: Sendable, Equatable {
        package var username: String
        package var password: String
        /// `nil`: any realm.
        package var realm: String?

        package init(username: String, password: String, realm: String? = nil) {
            self.username = username
            self.password = password
            self.realm = realm
        }
    }

    /// Chosen by the caller, not 0.
    package var id: UInt32
    /// Host part of Request-URI, To and From; IPv6 without brackets.
    package var host: String
    /// Port in the Request-URI; `nil`: none shown.
    package var port: UInt16?
    package var transport = VoiceTransport.udp
    package var credentials: Credentials?
    /// Host part of From and P-Asserted-Identity; `nil`: ``host``.
    package var fromHost: String?
    /// `Privacy: id` (RFC 3323).
    package var privacy = false
    /// `P-Asserted-Identity` (RFC 3325).
    package var assertedIdentity = false
    /// `;user=phone` in the URIs.
    package var userPhone = false
    /// RFC 4028.
    package var sessionTimers = false
    package var sessionExpiresSeconds: UInt32 = 1800
    /// `nil`: does not register.
    package var registerExpiresSeconds: UInt32?
    /// User part of the registered address; `nil`: the credentials' user name.
    package var registerUser: String?
    /// OPTIONS probing; `nil`: none.
    package var probeIntervalMilliseconds: UInt32?
    package var probeTimeoutMilliseconds: UInt32 = 4000
    /// Without Record-Route, ACK and BYE go to where the answer came from, whatever its Contact says.
    package var rewritesContact = false
    /// Takes new calls from this trunk's addresses.
    package var acceptsIncoming = false

    package init(id: UInt32, host: String, port: UInt16? = nil) {
        self.id = id
        self.host = host
        self.port = port
    }
}

/// One resolved address of a trunk's next hop.
package struct VoiceTarget: Sendable, Equatable, Hashable {
    /// Unique within the trunk.
    package var id: UInt32
    /// Numeric IPv4 or IPv6, no brackets.
    package var address: String
    package var port: UInt16

    package init(id: UInt32, address: String, port: UInt16) {
        self.id = id
        self.address = address
        self.port = port
    }
}
