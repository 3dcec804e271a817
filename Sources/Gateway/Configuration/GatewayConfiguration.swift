// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing

/// Everything that burgernetd.conf and its drop-ins say, checked, with defaults filled in.
///
/// docs/configuration.md describes each key. ``ConfigurationLoader`` makes it from files; tests start
/// from `GatewayConfiguration()`, which is the defaults with no trunk.
public struct GatewayConfiguration: Equatable, Sendable {
    /// `[Gateway]`
    public var general = General()
    /// `[SIP]`
    public var sip = SIP()
    /// `[RTP]`
    public var rtp = RTP()
    /// `[Call]`
    public var call = Call()
    /// `[Numbers]`
    public var numbers = NumberingPlan()
    /// `[Speech]` and `[Language ...]`
    public var speech = Speech()
    /// `[Retry]`; its `timeScale` is `[Gateway] TimeScale=`.
    public var retry = RetryPolicy()
    /// `[Retry] AuthenticationRetry=`: a trunk with refused credentials is tried again after this.
    public var authenticationRetry = Interval.minutes(5)
    /// `[Trunk ...]`, in the order in which the files name them first.
    public var trunks: [Trunk] = []
    /// `[Prefix ...]`, in the order in which the files name them first.
    public var prefixes: [DestinationLimits] = []
    /// `[Messaging]`
    public var messaging = ShortMessages()
    /// `[SMSC ...]`, in the order in which the files name them first.
    public var smscs: [SMSC] = []
    /// `[Account ...]`, in the order in which the files name them first.
    public var accounts: [Account] = []
    /// `[Billing]`
    public var billing = BillingRules()
    /// What the files in `[Billing] TariffDirectory=` say.
    public var tariffs: [Tariff] = []
    /// `[Statement]`
    public var statement = StatementHeading()
    public var privacy = Privacy()

    public init() {}

    public func trunk(named name: String) -> Trunk? { trunks.first { $0.name == name } }
    public func smsc(named name: String) -> SMSC? { smscs.first { $0.name == name } }
}

extension GatewayConfiguration {
    /// `[Gateway]`: directories, logging, life of the daemon.
    public struct General: Equatable, Sendable {
        /// Journal and prompt cache; absolute.
        public var stateDirectory = "/var/lib/burgernetd"
        /// Control socket; absolute.
        public var runtimeDirectory = "/run/burgernetd"
        /// Standard prompts; absolute.
        public var soundsDirectory = "/usr/share/burgernetd/sounds"
        /// Recordings that a message may name; absolute. Default: `recordings` in the state directory.
        public var recordingsDirectory = "/var/lib/burgernetd/recordings"
        public var logLevel = LogLevel.info
        /// How long running messages may go on after SIGTERM. 0 and more.
        public var drainTimeout = Interval.seconds(30)
        /// An action expires by itself after this.
        public var maximumActionAge = Interval.minutes(24 * 60)
        /// After a crash, how long calls in doubt are held before they are dialled again.
        public var doubtHold = Interval.seconds(5)
        /// Group that may use the control socket; nil: the daemon's own.
        public var controlGroup: String?

        public init() {}

        /// The control socket's path.
        public var controlSocket: String { runtimeDirectory + "/control.sock" }
    }

    /// `[SIP]`: the endpoint. All of it takes effect at a restart only.
    public struct SIP: Equatable, Sendable {
        /// IPv4 address to bind; nil (`none`): no IPv4.
        public var bind: String? = "0.0.0.0"
        /// IPv6 address to bind, without brackets; nil: no IPv6.
        public var bindIPv6: String?
        /// UDP and TCP; 0: any free one.
        public var port: UInt16 = 5060
        public var tcp = true
        /// IPv4 address shown in Contact, Via and SDP; nil: that of the route to the peer.
        public var publicAddress: String?
        public var publicAddressIPv6: String?
        /// User-Agent header; nil: `burgernetd/VERSION`.
        public var userAgent: String?
        /// Differentiated services code point, 0 to 63; 24 is CS3 (RFC 4594).
        public var dscp = 24
        /// Core of the SIP thread; nil: any.
        public var cpu: Int?

        public init() {}
    }

    /// `[RTP]`: the audio. All of it takes effect at a restart only.
    public struct RTP: Equatable, Sendable {
        /// First, even; a call takes an even port and the odd one above it.
        public var firstPort: UInt16 = 16384
        /// Last.
        public var lastPort: UInt16 = 32767
        /// Differentiated services code point, 0 to 63; 46 is EF (RFC 4594).
        public var dscp = 46
        /// SCHED_FIFO priority of the RTP thread, 1 to 99; 0: normal scheduling.
        public var realtimePriority = 0
        /// Core of the RTP thread; nil: any.
        public var cpu: Int?

        public init() {}

        /// How many calls the ports carry.
        public var callCapacity: Int { (Int(lastPort) - Int(firstPort) + 1) / 2 }
    }

    /// `[Call]`: each single call.
    public struct Call: Equatable, Sendable {
        /// Not answered for this long after the INVITE left: CANCEL.
        public var ringTimeout = Interval.seconds(30)
        /// Nothing at all came back for this long, not even a 100.
        public var noResponseTimeout = Interval.seconds(5)
        /// BYE this long after the answer.
        public var maximumDuration = Interval.minutes(5)
        /// How long keys are awaited after the message.
        public var listenAfterMessage = Interval.seconds(4)
        /// How often a citizen can ask to hear the message again.
        public var maximumRepeats = 3
        /// Number shown when neither action nor trunk names one; E.164, "" when not set.
        public var callerNumber = ""
        /// Display name; "" when not set.
        public var callerName = ""
        /// Offered, at least one.
        public var codecs: [Codec] = [.pcma, .pcmu]

        public init() {}
    }

    /// `[Speech]` and `[Language ...]`: text-to-speech.
    public struct Speech: Equatable, Sendable {
        /// A text-to-speech program that runs longer is ended.
        public var timeLimit = Interval.seconds(20)
        /// Programs at the same time.
        public var concurrency = 2
        /// Longest message that is accepted.
        public var maximumMessage = Interval.minutes(2)
        /// Bytes of rendered prompts kept on disk.
        public var cacheSize: Int64 = 256 << 20
        /// Language (`nl`) to program and arguments: text on its standard input, WAV on its standard output.
        public var commands = defaultCommands

        public static let defaultCommands = [
            "nl": ["espeak-ng", "-v", "nl", "--stdin", "--stdout"],
            "en": ["espeak-ng", "-v", "en-gb", "--stdin", "--stdout"],
        ]

        public init() {}
    }
}

extension GatewayConfiguration {
    public enum Transport: String, Sendable, CaseIterable {
        case udp
        case tcp
    }

    /// How a number is written in the user part of a trunk's Request-URI, To and From.
    public enum NumberFormat: String, Sendable, CaseIterable {
        /// `+31612345678`
        case e164
        /// `0612345678`; numbers of other countries as `international`.
        case national
        /// `0031612345678`
        case international = "00"

        public func write(_ number: PhoneNumber, countryCode: String) -> String {
            let digits = number.e164.dropFirst()
            switch self {
            case .e164: return number.e164
            case .international: return "00" + digits
            case .national:
                return digits.hasPrefix(countryCode) ? "0" + digits.dropFirst(countryCode.utf8.count) : "00" + digits
            }
        }
    }

    /// An address given in the configuration instead of one from DNS.
    public struct TrunkAddress: Hashable, Sendable {
        /// Numeric IPv4 or IPv6, without brackets.
        public var address: String
        /// nil: the trunk's port, or 5060.
        public var port: UInt16?

        public init(address: String, port: UInt16? = nil) {
            self.address = address
            self.port = port
        }
    }

    /// Digest credentials (RFC 3261 22).
    public struct Credentials: Equatable, Sendable {
        public var username: String
        public var password: Secret
        /// nil: any realm.
        public var realm: String?

        public init(username: String, password: Secret, realm: String? = nil) {
            self.username = username
            self.password = password
            self.realm = realm
        }
    }

    /// `[Trunk NAME]`: one contract with a carrier.
    public struct Trunk: Equatable, Sendable {
        public var name: String
        /// Host part of Request-URI, To and From: name, IPv4, or IPv6 without brackets.
        public var host: String
        /// Shown in the Request-URI, and no SRV lookup; nil: by SRV, or 5060.
        public var port: UInt16?
        public var transport = Transport.udp
        /// Override DNS when there are any.
        public var addresses: [TrunkAddress] = []
        /// Of the digest credentials.
        public var username: String?
        /// Name of a file in `$CREDENTIALS_DIRECTORY` that holds the password.
        public var passwordCredential: String?
        /// Absolute path of a file that holds the password.
        public var passwordFile: String?
        /// What the loader read there.
        public var password: Secret?
        /// nil: any realm.
        public var realm: String?
        /// nil: `host`.
        public var fromHost: String?
        /// Number shown when the action names none, E.164; nil: `[Call] CallerNumber=`.
        public var callerNumber: String?
        /// `Privacy: id` (RFC 3323).
        public var privacy = false
        /// `P-Asserted-Identity` (RFC 3325).
        public var assertedIdentity = false
        /// `;user=phone`
        public var userPhone = false
        /// RFC 4028.
        public var sessionTimers = true
        /// At least 90 s.
        public var sessionExpires = Interval.minutes(30)
        public var register = false
        public var registerExpires = Interval.minutes(60)
        /// User part of the address of record; nil: the user name.
        public var registerUser: String?
        /// Between OPTIONS probes; nil: no probing.
        public var probeInterval: Interval? = .seconds(30)
        public var probeTimeout = Interval.seconds(2)
        /// Above 0.
        public var callsPerSecond: Double
        /// Simultaneous calls, at least 1.
        public var channels: Int
        /// Lower first.
        public var priority = 1
        /// Share among trunks of one priority and cost, at least 1.
        public var weight = 100
        /// Of a call, in any unit that all trunks share.
        public var cost = 0.0
        /// To its full pace when it begins.
        public var rampUp = Interval.zero
        public var numberFormat = NumberFormat.e164
        /// Takes new INVITEs from this trunk's addresses.
        public var acceptIncoming = false
        /// nil: those of `[Call] Codecs=`.
        public var codecs: [Codec]?

        public init(name: String, host: String, callsPerSecond: Double, channels: Int) {
            self.name = name
            self.host = host
            self.callsPerSecond = callsPerSecond
            self.channels = channels
        }

        /// Digest credentials (RFC 3261 22), when the trunk has any.
        public var credentials: Credentials? {
            guard let username, let password else { return nil }
            return Credentials(username: username, password: password, realm: realm)
        }

        public var limits: TrunkLimits {
            TrunkLimits(
                name: name, callsPerSecond: callsPerSecond, channels: channels, priority: priority, weight: weight,
                cost: cost, rampUp: rampUp)
        }
    }
}

/// A password. Nothing prints it; ask for ``text`` where it is used.
public struct Secret: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public let text: String

    public init(_ text: String) { self.text = text }

    public var description: String { "(secret)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
