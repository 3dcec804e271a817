// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Whether the values of one `[Trunk NAME]` go together.
extension ConfigurationReader {
    mutating func check(_ trunk: inout GatewayConfiguration.Trunk, _ section: UnitSection) {
        if let text = trunk.callerNumber {
            do throws(PhoneNumberError) {
                trunk.callerNumber = try configuration.numbers.parse(text).e164
            } catch {
                complain(section, "CallerNumber", error.description)
            }
        }
        if trunk.transport == .tcp, !configuration.sip.tcp {
            complain(section, "Transport", "TCP is switched off by [SIP] TCP=")
        }
        let numeric = trunk.addresses.map { ($0.address, "Address") } + [(trunk.host, "Host")]
        for (address, key) in numeric where key == "Address" || trunk.addresses.isEmpty {
            switch NumericAddress.family(of: address) {
            case .ipv4? where configuration.sip.bind == nil:
                complain(section, key, "\(address) is IPv4, which [SIP] Bind= switches off")
            case .ipv6? where configuration.sip.bindIPv6 == nil:
                complain(section, key, "\(address) is IPv6: [SIP] BindIPv6= is needed, for instance ::")
            case .ipv4?, .ipv6?, nil:
                break
            }
        }
        if let interval = trunk.probeInterval, interval < .milliseconds(100) {
            complain(section, "ProbeInterval", "must be 0 or at least 100ms")
        }
        checkCredentials(trunk, section)
    }

    private mutating func checkCredentials(_ trunk: GatewayConfiguration.Trunk, _ section: UnitSection) {
        let hasSource =
            trunk.passwordCredential != nil || trunk.passwordFile != nil
            || isRefused(section, "PasswordCredential") || isRefused(section, "PasswordFile")
        let hasUser = trunk.username != nil || isRefused(section, "Username")
        checkPasswordSources(file: trunk.passwordFile, credential: trunk.passwordCredential, section)
        if hasUser, !hasSource {
            complain(section, "Username", "its password is missing: PasswordCredential= or PasswordFile=")
        }
        if hasSource, !hasUser {
            let key = trunk.passwordCredential != nil ? "PasswordCredential" : "PasswordFile"
            complain(section, key, "Username= is missing")
        }
        if trunk.realm != nil, !hasUser { complain(section, "Realm", "Username= is missing") }
        if trunk.register, trunk.registerUser == nil, !hasUser {
            complain(section, "Register", "whom to register is missing: RegisterUser= or Username=")
        }
    }

    mutating func checkPasswordSources(file: String?, credential: String?, _ section: UnitSection) {
        if credential != nil, file != nil {
            complain(
                section, "PasswordFile", "the password comes from PasswordCredential= already; clear one of both")
        }
    }
}
