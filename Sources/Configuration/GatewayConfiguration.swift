// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing

/// Everything that burgernetd.conf and its drop-ins say, checked, with defaults filled in.
///
/// docs/configuration.md describes each key. ``ConfigurationLoader`` makes it from files; tests start
/// from `GatewayConfiguration()`, which is the defaults with no trunk.
package struct GatewayConfiguration: Equatable, Sendable {
    /// `[Gateway]`
    package var general = General()
    /// `[SIP]`
    package var sip = SIP()
    /// `[RTP]`
    package var rtp = RTP()
    /// `[Call]`
    package var call = Call()
    /// `[Numbers]`
    package var numbers = NumberingPlan()
    /// `[Speech]` and `[Language ...]`
    package var speech = Speech()
    /// `[Retry]`; its `timeScale` is `[Gateway] TimeScale=`.
    package var retry = RetryPolicy()
    /// `[Retry] AuthenticationRetry=`: a trunk with refused credentials is tried again after this.
    package var authenticationRetry = Interval.minutes(5)
    /// `[Trunk ...]`, in the order in which the files name them first.
    package var trunks: [Trunk] = []
    /// `[Prefix ...]`, in the order in which the files name them first.
    package var prefixes: [PrefixLimits] = []
    /// `[Messaging]`
    package var messaging = ShortMessages()
    /// `[SMSC ...]`, in the order in which the files name them first.
    package var smscs: [SMSC] = []
    /// `[Account ...]`, in the order in which the files name them first.
    package var accounts: [Account] = []
    /// `[Billing]`
    package var billing = BillingRules()
    /// What the files in `[Billing] TariffDirectory=` say.
    package var tariffs: [Tariff] = []
    /// `[Statement]`
    package var statement = StatementHeading()
    package var privacy = Privacy()

    package init() {}

    package func trunk(named name: String) -> Trunk? { trunks.first { $0.name == name } }
    package func smsc(named name: String) -> SMSC? { smscs.first { $0.name == name } }
}

extension GatewayConfiguration {
    /// `[Gateway]`: directories, logging, life of the daemon.
    package struct General: Equatable, Sendable {
        /// Journal and prompt cache; absolute.
        package var stateDirectory = "/var/lib/burgernetd"
        /// Control socket; absolute.
        package var runtimeDirectory = "/run/burgernetd"
        /// Standard prompts; absolute.
        package var soundsDirectory = "/usr/share/burgernetd/sounds"
        /// Recordings that a message may name; absolute. Default: `recordings` in the state directory.
        package var recordingsDirectory = "/var/lib/burgernetd/recordings"
        package var logLevel = LogLevel.info
        /// How long running messages may go on after SIGTERM. 0 and more.
        package var drainTimeout = Interval.seconds(30)
        /// An action expires by itself after this.
        package var maximumActionAge = Interval.minutes(24 * 60)
        /// After a crash, how long calls in doubt are held before they are dialled again.
        package var doubtHold = Interval.seconds(5)
        /// Group that may use the control socket; nil: the daemon's own.
        package var controlGroup: String?

        package init() {}

        /// The control socket's path.
        package var controlSocket: String { runtimeDirectory + "/control.sock" }
    }

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

    /// `[RTP]`: the audio. All of it takes effect at a restart only.
    package struct RTP: Equatable, Sendable {
        /// First, even; a call takes an even port and the odd one above it.
        package var firstPort: UInt16 = 16384
        /// Last.
        package var lastPort: UInt16 = 32767
        /// Differentiated services code point, 0 to 63; 46 is EF (RFC 4594).
        package var dscp = 46
        /// SCHED_FIFO priority of the RTP thread, 1 to 99; 0: normal scheduling.
        package var realtimePriority = 0
        /// Core of the RTP thread; nil: any.
        package var cpu: Int?

        package init() {}

        /// How many calls the ports carry.
        package var callCapacity: Int { (Int(lastPort) - Int(firstPort) + 1) / 2 }
    }

    /// `[Call]`: each single call.
    package struct Call: Equatable, Sendable {
        /// Not answered for this long after the INVITE left: CANCEL.
        package var ringTimeout = Interval.seconds(30)
        /// Nothing at all came back for this long, not even a 100.
        package var noResponseTimeout = Interval.seconds(5)
        /// BYE this long after the answer.
        package var maximumDuration = Interval.minutes(5)
        /// How long keys are awaited after the message.
        package var listenAfterPrompt = Interval.seconds(4)
        /// How often a citizen can ask to hear the message again.
        package var maximumRepeats = 3
        /// Number shown when neither action nor trunk names one; E.164, "" when not set.
        package var callerNumber = ""
        /// Display name; "" when not set.
        package var callerName = ""
        /// Offered, at least one.
        package var codecs: [Codec] = [.pcma, .pcmu]

        package init() {}
    }

    /// `[Speech]` and `[Language ...]`: text-to-speech.
    package struct Speech: Equatable, Sendable {
        /// A text-to-speech program that runs longer is ended.
        package var timeLimit = Interval.seconds(20)
        /// Programs at the same time.
        package var concurrency = 2
        /// Longest message that is accepted.
        package var maximumMessage = Interval.minutes(2)
        /// Bytes of rendered prompts kept on disk.
        package var cacheSize: Int64 = 256 << 20
        /// Language (`nl`) to program and arguments: text on its standard input, WAV on its standard output.
        package var commands = defaultCommands

        package static let defaultCommands = [
            "nl": ["espeak-ng", "-v", "nl", "--stdin", "--stdout"],
            "en": ["espeak-ng", "-v", "en-gb", "--stdin", "--stdout"],
        ]

        package init() {}
    }
}

extension GatewayConfiguration {
    package enum Transport: String, Sendable, CaseIterable {
        case udp
        case tcp
    }

    /// How a number is written in the user part of a trunk's Request-URI, To and From.
    package enum NumberFormat: String, Sendable, CaseIterable {
        /// `+31612345678`
        case e164
        /// `0612345678`; numbers of other countries as `international`.
        case national
        /// `0031612345678`
        case international = "00"

        package func write(_ number: PhoneNumber, countryCode: String) -> String {
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
    package struct TrunkAddress: Hashable, Sendable {
        /// Numeric IPv4 or IPv6, without brackets.
        package var address: String
        /// nil: the trunk's port, or 5060.
        package var port: UInt16?

        package init(address: String, port: UInt16? = nil) {
            self.address = address
            self.port = port
        }
    }

    /// Digest credentials (RFC 3261 22).
    package struct Credentials: Equatable, Sendable {
        package var username: String
        package var password: Secret
        /// nil: any realm.
        package var realm: String?

        package init(username: String, password: Secret, realm: String? = nil) {
            self.username = username
            self.password = password
            self.realm = realm
        }
    }

    /// `[Trunk NAME]`: one contract with a carrier.
    package struct Trunk: Equatable, Sendable {
        package var name: String
        /// Host part of Request-URI, To and From: name, IPv4, or IPv6 without brackets.
        package var host: String
        /// Shown in the Request-URI, and no SRV lookup; nil: by SRV, or 5060.
        package var port: UInt16?
        package var transport = Transport.udp
        /// Override DNS when there are any.
        package var addresses: [TrunkAddress] = []
        /// Of the digest credentials.
        package var username: String?
        /// Name of a file in `$CREDENTIALS_DIRECTORY` that holds the password.
        package var passwordCredential: String?
        /// Absolute path of a file that holds the password.
        package var passwordFile: String?
        /// What the loader read there.
        package var password: Secret?
        /// nil: any realm.
        package var realm: String?
        /// nil: `host`.
        package var fromHost: String?
        /// Number shown when the action names none, E.164; nil: `[Call] CallerNumber=`.
        package var callerNumber: String?
        /// `Privacy: id` (RFC 3323).
        package var privacy = false
        /// `P-Asserted-Identity` (RFC 3325).
        package var assertedIdentity = false
        /// `;user=phone`
        package var userPhone = false
        /// RFC 4028.
        package var sessionTimers = true
        /// At least 90 s.
        package var sessionExpires = Interval.minutes(30)
        package var register = false
        package var registerExpires = Interval.minutes(60)
        /// User part of the address of record; nil: the user name.
        package var registerUser: String?
        /// Between OPTIONS probes; nil: no probing.
        package var probeInterval: Interval? = .seconds(30)
        package var probeTimeout = Interval.seconds(2)
        /// Above 0.
        package var callsPerSecond: Double
        /// Simultaneous calls, at least 1.
        package var channels: Int
        /// Lower first.
        package var priority = 1
        /// Share among trunks of one priority and cost, at least 1.
        package var weight = 100
        /// Of a call, in any unit that all trunks share.
        package var cost = 0.0
        /// To its full pace when it begins.
        package var rampUp = Interval.zero
        package var numberFormat = NumberFormat.e164
        /// Takes new INVITEs from this trunk's addresses.
        package var acceptIncoming = false
        /// nil: those of `[Call] Codecs=`.
        package var codecs: [Codec]?

        package init(name: String, host: String, callsPerSecond: Double, channels: Int) {
            self.name = name
            self.host = host
            self.callsPerSecond = callsPerSecond
            self.channels = channels
        }

        /// Digest credentials (RFC 3261 22), when the trunk has any.
        package var credentials: Credentials? {
            guard let username, let password else { return nil }
            return Credentials(username: username, password: password, realm: realm)
        }

        package var limits: TrunkLimits {
            TrunkLimits(
                name: name, callsPerSecond: callsPerSecond, channels: channels, priority: priority, weight: weight,
                cost: cost, rampUp: rampUp)
        }
    }
}

/// A password. Nothing prints it; ask for ``text`` where it is used.
package struct Secret: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package var description: String { "(secret)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
