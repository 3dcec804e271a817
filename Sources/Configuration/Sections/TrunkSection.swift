// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

extension GatewayConfiguration {
    package enum Transport: String, Sendable, CaseIterable {
        case udp
        case tcp
    }

    /// Where requests of a dialog go that has no Record-Route.
    package enum ContactPolicy: String, Sendable, CaseIterable {
        /// To the Contact of the answer (RFC 3261 12.2.1.1).
        case keep
        /// To where the answer came from.
        case rewrite
    }

    /// What a Retry-After of one call binds.
    package enum RetryAfterPolicy: String, Sendable, CaseIterable {
        /// Its number; the trunk is left alone when different numbers are refused.
        case number
        /// The whole trunk (RFC 3261 21.5.4).
        case strict
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
        package var contact = ContactPolicy.keep
        package var retryAfter = RetryAfterPolicy.number
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
                cost: cost, rampUp: rampUp, obeysRetryAfter: retryAfter == .strict)
        }
    }
}

extension ConfigurationSchema {
    static var trunk: ConfigurationSection<GatewayConfiguration.Trunk> {
        ConfigurationSection(
            kind: "Trunk",
            home: .named(
                NamedSections(
                    rule: .identifier("trunk's name", example: "[Trunk name]"), list: \.trunks, name: \.name,
                    blank: { name, _ in
                        GatewayConfiguration.Trunk(name: name, host: "", callsPerSecond: 0, channels: 0)
                    })),
            keys: [
                ConfigurationKey.value("Host", \.host, .host).required { $0.host.isEmpty },
                .value("Port", \.port, ValueReader<UInt16>.integer(1...65535).optional),
                .value("Transport", \.transport, .oneOf),
                .list("Address", \.addresses, .trunkAddress),
                ConfigurationKey.value("CallsPerSecond", \.callsPerSecond, .number(0.01...10_000))
                    .required { $0.callsPerSecond <= 0 },
                ConfigurationKey.value("Channels", \.channels, .integer(1...16_384)).required { $0.channels <= 0 },
                .value("Priority", \.priority, .integer(0...1000)),
                .value("Weight", \.weight, .integer(1...10_000)),
                .value("Cost", \.cost, .number(0...1000)),
                .value("RampUp", \.rampUp, .duration(.zero ... .minutes(60))),
                .value("Username", \.username, ValueReader<String>.text().optional),
                .value("PasswordCredential", \.passwordCredential, ValueReader<String>.credential.optional),
                .value("PasswordFile", \.passwordFile, ValueReader<String>.path.optional),
                .value("Realm", \.realm, ValueReader<String>.text().optional),
                .value("FromHost", \.fromHost, ValueReader<String>.host.optional),
                .value("CallerNumber", \.callerNumber, ValueReader<String>.text(maximum: 32).optional),
                .value("NumberFormat", \.numberFormat, .oneOf),
                .value("Privacy", \.privacy, .boolean),
                .value("AssertedIdentity", \.assertedIdentity, .boolean),
                .value("UserPhone", \.userPhone, .boolean),
                .value("SessionTimers", \.sessionTimers, .boolean),
                .value("SessionExpires", \.sessionExpires, .duration(.seconds(90) ... .minutes(1440))),
                .value("Register", \.register, .boolean),
                .value("RegisterExpires", \.registerExpires, .duration(.seconds(30) ... .minutes(1440))),
                .value("RegisterUser", \.registerUser, ValueReader<String>.token("user part").optional),
                .value("ProbeInterval", \.probing, .duration(.zero ... .minutes(60))),
                .value("ProbeTimeout", \.probeTimeout, .duration(.milliseconds(100) ... .seconds(32))),
                .value("Contact", \.contact, .oneOf),
                .value("RetryAfter", \.retryAfter, .oneOf),
                .value("AcceptIncoming", \.acceptIncoming, .boolean),
                .list("Codecs", \.codecList, .codec),
            ],
            password: SectionPassword(
                file: \.passwordFile, credential: \.passwordCredential, value: \.password),
            check: { trunk, section, reader in reader.check(&trunk, section) })
    }
}

extension GatewayConfiguration.Trunk {
    fileprivate var codecList: [Codec] {
        get { codecs ?? [] }
        set { codecs = newValue.isEmpty ? nil : newValue }
    }

    fileprivate var probing: Interval {
        get { probeInterval ?? .zero }
        set { probeInterval = newValue > .zero ? newValue : nil }
    }
}
