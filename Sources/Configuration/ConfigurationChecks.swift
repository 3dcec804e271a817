// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// What no single key can show: whether the values go together.
extension ConfigurationReader {
    /// The core keeps a recipient's failed trunks as bits of 64; a reload needs room for new ones.
    static let mostTrunks = 32
    /// `sun_path` of unix(7), with its final zero.
    private static let longestSocketPath = 107

    private var general: UnitSection { UnitSection(kind: "Gateway") }
    private var sip: UnitSection { UnitSection(kind: "SIP") }
    private var rtp: UnitSection { UnitSection(kind: "RTP") }
    private var call: UnitSection { UnitSection(kind: "Call") }
    private var retry: UnitSection { UnitSection(kind: "Retry") }

    /// Finishes the configuration when all files are read. `mainFile` takes complaints about what is missing.
    mutating func finish(mainFile: String) {
        finishLanguages()
        if !isAssigned(general, "RecordingsDirectory") {
            edit { $0.general.recordingsDirectory = $0.general.stateDirectory + "/recordings" }
        }
        let whole = ConfigurationLocation(file: mainFile, line: 0)
        checkGeneral(whole)
        checkCall(whole)
        for index in configuration.trunks.indices { checkTrunk(index) }
        for index in configuration.smscs.indices { checkSMSC(index) }
        checkTrunks(whole)
        checkPorts(whole)
    }

    private mutating func checkGeneral(_ whole: ConfigurationLocation) {
        let socket = configuration.general.controlSocket
        if socket.utf8.count > Self.longestSocketPath {
            complain(
                location(general, "RuntimeDirectory") ?? whole, "[Gateway] RuntimeDirectory",
                "the path of the control socket is too long: \(socket.utf8.count) bytes, "
                    + "at most \(Self.longestSocketPath)")
        }
        if configuration.sip.bind == nil, configuration.sip.bindIPv6 == nil {
            complain(
                location(sip, "Bind") ?? whole, "[SIP] Bind",
                "neither an IPv4 nor an IPv6 address is left to bind")
        }
        let timeScale = configuration.retry.timeScale
        if timeScale != 1 {
            warn(
                location(general, "TimeScale") ?? whole, "[Gateway] TimeScale",
                "retry delays are multiplied by \(timeScale): for rehearsals, not for real actions")
        }
        for (key, delays) in [("Congestion", configuration.retry.congestion)]
        where delays.isEmpty && !isRefused(retry, key) {
            complain(
                location(retry, key) ?? whole, "[Retry] \(key)",
                "at least one delay is needed; CongestionLimit= limits the tries")
        }
        if configuration.numbers.allowed.isEmpty, !isRefused(UnitSection(kind: "Numbers"), "Allow") {
            complain(
                location(UnitSection(kind: "Numbers"), "Allow") ?? whole, "[Numbers] Allow",
                "no number could be dialled: at least one prefix is needed")
        }
    }

    private mutating func checkCall(_ whole: ConfigurationLocation) {
        let settings = configuration.call
        if settings.codecs.isEmpty, !isRefused(call, "Codecs") {
            complain(location(call, "Codecs") ?? whole, "[Call] Codecs", "at least one of PCMA, PCMU is needed")
        }
        let needed = configuration.speech.maximumMessage + settings.listenAfterPrompt
        if settings.maximumDuration < needed {
            warn(
                location(call, "MaximumDuration") ?? whole, "[Call] MaximumDuration",
                "the longest message that [Speech] MaximumMessage= accepts, with ListenAfterMessage=, "
                    + "takes \(ValueReader<Interval>.write(needed)): its end would be cut off")
        }
        guard !settings.callerNumber.isEmpty else { return }
        do throws(PhoneNumberError) {
            let number = try configuration.numbers.parse(settings.callerNumber)
            edit { $0.call.callerNumber = number.e164 }
        } catch {
            complain(location(call, "CallerNumber") ?? whole, "[Call] CallerNumber", error.description)
        }
    }

    // MARK: Trunks

    private mutating func checkTrunks(_ whole: ConfigurationLocation) {
        let trunks = configuration.trunks
        let kinds = [ConfigurationSchema.trunkKind, ConfigurationSchema.smscKind]
        let isRefused = complaints.contains { complaint in kinds.contains { complaint.subject.hasPrefix("[\($0)") } }
        if trunks.isEmpty, configuration.smscs.isEmpty, !isRefused {
            complain(whole, "", "no trunk is configured: at least one [Trunk name] or [SMSC name] is needed")
        }
        if trunks.count > Self.mostTrunks {
            let section = UnitSection(kind: ConfigurationSchema.trunkKind, name: trunks[Self.mostTrunks].name)
            complain(
                location(section, "") ?? whole, section.description,
                "too many trunks: \(trunks.count), at most \(Self.mostTrunks)")
        }
        let lacksNumber = trunks.filter { $0.callerNumber == nil }.map(\.name)
        if configuration.call.callerNumber.isEmpty, !lacksNumber.isEmpty {
            warn(
                whole, "[Call] CallerNumber",
                "neither here nor in [Trunk \(lacksNumber.joined(separator: "], [Trunk "))]: "
                    + "an action that names no number would be anonymous and is refused")
        }
    }

    private mutating func checkTrunk(_ index: Int) {
        let trunk = configuration.trunks[index]
        let section = UnitSection(kind: ConfigurationSchema.trunkKind, name: trunk.name)
        func at(_ key: String) -> ConfigurationLocation {
            location(section, key) ?? ConfigurationLocation(file: "", line: 0)
        }
        func subject(_ key: String) -> String { "\(section.description) \(key)" }

        let missing = [
            ("Host", trunk.host.isEmpty), ("CallsPerSecond", trunk.callsPerSecond <= 0),
            ("Channels", trunk.channels <= 0),
        ].filter { $0.1 && !isRefused(section, $0.0) }.map { "\($0.0)=" }
        if !missing.isEmpty {
            complain(
                at(""), section.description,
                "\(missing.joined(separator: ", ")) \(missing.count == 1 ? "is" : "are") missing")
        }
        if let text = trunk.callerNumber {
            do throws(PhoneNumberError) {
                let number = try configuration.numbers.parse(text)
                edit { $0.trunks[index].callerNumber = number.e164 }
            } catch {
                complain(at("CallerNumber"), subject("CallerNumber"), error.description)
            }
        }
        if trunk.transport == .tcp, !configuration.sip.tcp {
            complain(at("Transport"), subject("Transport"), "TCP is switched off by [SIP] TCP=")
        }
        let numeric = trunk.addresses.map { ($0.address, "Address") } + [(trunk.host, "Host")]
        for (address, key) in numeric where key == "Address" || trunk.addresses.isEmpty {
            switch NumericAddress.family(of: address) {
            case .ipv4? where configuration.sip.bind == nil:
                complain(at(key), subject(key), "\(address) is IPv4, which [SIP] Bind= switches off")
            case .ipv6? where configuration.sip.bindIPv6 == nil:
                complain(at(key), subject(key), "\(address) is IPv6: [SIP] BindIPv6= is needed, for instance ::")
            case .ipv4?, .ipv6?, nil:
                break
            }
        }
        if let interval = trunk.probeInterval, interval < .milliseconds(100) {
            complain(at("ProbeInterval"), subject("ProbeInterval"), "must be 0 or at least 100ms")
        }
        checkCredentials(trunk, section)
    }

    private mutating func checkCredentials(_ trunk: GatewayConfiguration.Trunk, _ section: UnitSection) {
        func at(_ key: String) -> ConfigurationLocation {
            location(section, key) ?? ConfigurationLocation(file: "", line: 0)
        }
        let hasSource =
            trunk.passwordCredential != nil || trunk.passwordFile != nil
            || isRefused(section, "PasswordCredential") || isRefused(section, "PasswordFile")
        let hasUser = trunk.username != nil || isRefused(section, "Username")
        if trunk.passwordCredential != nil, trunk.passwordFile != nil {
            complain(
                at("PasswordFile"), "\(section.description) PasswordFile",
                "the password comes from PasswordCredential= already; clear one of both")
        }
        if hasUser, !hasSource {
            complain(
                at("Username"), "\(section.description) Username",
                "its password is missing: PasswordCredential= or PasswordFile=")
        }
        if hasSource, !hasUser {
            let key = trunk.passwordCredential != nil ? "PasswordCredential" : "PasswordFile"
            complain(at(key), "\(section.description) \(key)", "Username= is missing")
        }
        if trunk.realm != nil, !hasUser {
            complain(at("Realm"), "\(section.description) Realm", "Username= is missing")
        }
        if trunk.register, trunk.registerUser == nil, !hasUser {
            complain(
                at("Register"), "\(section.description) Register",
                "whom to register is missing: RegisterUser= or Username=")
        }
    }

    private mutating func checkSMSC(_ index: Int) {
        let smsc = configuration.smscs[index]
        let section = UnitSection(kind: ConfigurationSchema.smscKind, name: smsc.name)
        func at(_ key: String) -> ConfigurationLocation {
            location(section, key) ?? ConfigurationLocation(file: "", line: 0)
        }
        let missing = [("Host", smsc.host.isEmpty), ("SystemID", smsc.systemID.isEmpty)]
            .filter { $0.1 && !isRefused(section, $0.0) }.map { "\($0.0)=" }
        if !missing.isEmpty {
            complain(
                at(""), section.description,
                "\(missing.joined(separator: ", ")) \(missing.count == 1 ? "is" : "are") missing")
        }
        if smsc.passwordCredential != nil, smsc.passwordFile != nil {
            complain(
                at("PasswordFile"), "\(section.description) PasswordFile",
                "the password comes from PasswordCredential= already; clear one of both")
        }
        if !smsc.sender.isEmpty, Address(sender: smsc.sender) == nil {
            complain(
                at("Sender"), "\(section.description) Sender",
                "\(quoted(smsc.sender)) is neither a number, a short code nor 1 to 11 letters and digits")
        }
        if !smsc.tls {
            for key in ["TLSAuthority", "TLSPin", "TLSName", "TLSCertificate", "TLSKey"]
            where isAssigned(section, key) {
                warn(at(key), "\(section.description) \(key)", "has no effect without TLS=yes")
            }
        } else if !smsc.tlsCheckAuthority, smsc.tlsPin == nil {
            complain(
                at("TLSCheckAuthority"), "\(section.description) TLSCheckAuthority",
                "anybody could be the SMSC: TLSPin= is needed then")
        }
        if smsc.reconnectMaximum < smsc.reconnectMinimum {
            complain(
                at("ReconnectMaximum"), "\(section.description) ReconnectMaximum",
                "is shorter than ReconnectMinimum=")
        }
        if smsc.enquireLink + smsc.enquireTimeout > .seconds(5) {
            warn(
                at("EnquireLink"), "\(section.description) EnquireLink",
                "with EnquireTimeout=, a dead link is noticed after "
                    + ValueReader<Interval>.write(smsc.enquireLink + smsc.enquireTimeout) + " only")
        }
    }

    private mutating func checkPorts(_ whole: ConfigurationLocation) {
        let ports = configuration.rtp
        let channels = configuration.trunks.reduce(0) { $0 + $1.channels }
        if channels > ports.callCapacity, !isRefused(rtp, "Ports") {
            complain(
                location(rtp, "Ports") ?? whole, "[RTP] Ports",
                "\(Int(ports.lastPort) - Int(ports.firstPort) + 1) ports carry \(ports.callCapacity) calls, "
                    + "but the trunks have \(channels) channels: 2 ports a call are needed")
        }
        let port = configuration.sip.port
        if port >= ports.firstPort, port <= ports.lastPort {
            complain(
                location(sip, "Port") ?? location(rtp, "Ports") ?? whole, "[SIP] Port",
                "\(port) lies within [RTP] Ports=")
        }
    }
}
