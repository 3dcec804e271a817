// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

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
        ConfigurationSchema.language.check(&self)
        if !isAssigned(general, "RecordingsDirectory") {
            edit { $0.general.recordingsDirectory = $0.general.stateDirectory + "/recordings" }
        }
        let whole = ConfigurationLocation(file: mainFile, line: 0)
        checkGeneral(whole)
        checkCall(whole)
        for section in ConfigurationSchema.sections where section.kind != ConfigurationSchema.language.kind {
            section.check(&self)
        }
        checkTrunks(whole)
        checkPopulations(whole)
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
        let own = "+" + configuration.numbers.countryCode
        let isReachable = configuration.numbers.allowed.contains { $0.hasPrefix(own) || own.hasPrefix($0) }
        if !configuration.numbers.allowed.isEmpty, !isReachable {
            warn(
                location(UnitSection(kind: "Numbers"), "CountryCode") ?? whole, "[Numbers] CountryCode",
                "no national number may be dialled: Allow= has no prefix that begins with \(own), "
                    + "it is \(configuration.numbers.allowed.joined(separator: " "))")
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
        let kinds = [ConfigurationSchema.trunk.kind, ConfigurationSchema.smsc.kind]
        let isRefused = complaints.contains { complaint in kinds.contains { complaint.subject.hasPrefix("[\($0)") } }
        if trunks.isEmpty, configuration.smscs.isEmpty, !isRefused {
            complain(whole, "", "no trunk is configured: at least one [Trunk name] or [SMSC name] is needed")
        }
        if trunks.count > Self.mostTrunks {
            let section = UnitSection(kind: ConfigurationSchema.trunk.kind, name: trunks[Self.mostTrunks].name)
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
