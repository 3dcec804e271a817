// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore
import Pacing
import TestSupport
import Testing

@testable import Configuration

@Suite("Loading a configuration") struct ConfigurationLoaderTests {
    private let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private static let trunk = "[Trunk t]\nHost=sip.example.nl\nCallsPerSecond=10\nChannels=100\n"

    private func load(
        environment: [String: String] = [:], directory moved: String? = nil,
        missingCredentials: ConfigurationLoader.MissingCredentials = .complain
    ) -> Result<LoadedConfiguration, ConfigurationError> {
        ConfigurationLoader(
            path: directory.path + "/burgernetd.conf", directory: moved, environment: environment,
            missingCredentials: missingCredentials
        ).load()
    }

    private func complaints(_ result: Result<LoadedConfiguration, ConfigurationError>) -> [String] {
        guard case .failure(let error) = result else { return [] }
        return error.complaints.map { $0.description.replacing(directory.path + "/", with: "") }
    }

    @Test("Everything that can be said")
    func everything() throws {
        try directory.write(
            "burgernetd.conf",
            """
            [Gateway]
            StateDirectory=/srv/state/
            LogLevel=debug
            DrainTimeout=1min
            MaximumActionAge=12h
            ControlGroup=meldkamer
            DoubtHold=8s
            TimeScale=0.5
            [SIP]
            Bind=192.0.2.10
            BindIPv6=[2001:db8::10]
            Port=5070
            TCP=off
            PublicAddress=198.51.100.1
            UserAgent="Burgernet \\"Gouda\\""
            DSCP=26
            CPU=1
            [RTP]
            Ports=20000-29999
            RealtimePriority=40
            CPU=0
            [Call]
            RingTimeout=25s
            CallerNumber=0182 123 456
            CallerName=Burgernet
            Codecs=pcma
            [Numbers]
            Allow=+31 +32
            Refuse=+3197
            [Speech]
            CacheSize=1G
            [Language nl]
            Command=/usr/bin/say --voice "nl female"
            [Retry]
            Busy=30s
            Busy=90s
            Unavailable=
            [Trunk kpn]
            Host=sip.kpn.example.nl
            Address=192.0.2.1 \\
                192.0.2.2:5062
            Address=[2001:db8::1]:5060
            Privacy=yes
            ProbeInterval=0
            CallsPerSecond=12.5
            Channels=500
            NumberFormat=00
            CallerNumber=+31 (0)88 1234567
            """)
        let configuration = try load().get().configuration
        var expected = GatewayConfiguration()
        expected.general.stateDirectory = "/srv/state"
        expected.general.recordingsDirectory = "/srv/state/recordings"
        expected.general.logLevel = .debug
        expected.general.drainTimeout = .seconds(60)
        expected.general.maximumActionAge = .minutes(720)
        expected.general.controlGroup = "meldkamer"
        expected.general.doubtHold = .seconds(8)
        expected.retry.timeScale = 0.5
        expected.sip.bind = "192.0.2.10"
        expected.sip.bindIPv6 = "2001:db8::10"
        expected.sip.port = 5070
        expected.sip.tcp = false
        expected.sip.publicAddress = "198.51.100.1"
        expected.sip.userAgent = "Burgernet \"Gouda\""
        expected.sip.dscp = 26
        expected.sip.cpu = 1
        expected.rtp.firstPort = 20000
        expected.rtp.lastPort = 29999
        expected.rtp.realtimePriority = 40
        expected.rtp.cpu = 0
        expected.call.ringTimeout = .seconds(25)
        expected.call.callerNumber = "+31182123456"
        expected.call.callerName = "Burgernet"
        expected.call.codecs = [.pcma]
        expected.numbers.allowed = ["+31", "+32"]
        expected.numbers.refused = ["+31900", "+31906", "+31909", "+3197"]
        expected.speech.cacheSize = 1 << 30
        expected.speech.languages[0].command = ["/usr/bin/say", "--voice", "nl female"]
        expected.retry.busy = [.seconds(30), .seconds(90)]
        expected.retry.unavailable = []
        var trunk = GatewayConfiguration.Trunk(
            name: "kpn", host: "sip.kpn.example.nl", callsPerSecond: 12.5, channels: 500)
        trunk.addresses = [
            .init(address: "192.0.2.1"), .init(address: "192.0.2.2", port: 5062),
            .init(address: "2001:db8::1", port: 5060),
        ]
        trunk.privacy = true
        trunk.probeInterval = nil
        trunk.numberFormat = .international
        trunk.callerNumber = "+31881234567"
        expected.trunks = [trunk]
        #expect(configuration == expected)
    }

    @Test("Drop-ins in order of their names; what is read last wins")
    func dropIns() throws {
        try directory.write(
            "burgernetd.conf", "[Call]\nRingTimeout=20s\nMaximumRepeats=1\n[Retry]\nBusy=10s\n" + Self.trunk)
        try directory.write(
            "burgernetd.conf.d/20-b.conf",
            "[Call]\nRingTimeout=22s\n[Trunk u]\nHost=u.nl\nCallsPerSecond=1\nChannels=1\n")
        try directory.write(
            "burgernetd.conf.d/10-a.conf", "[Call]\nRingTimeout=21s\n[Retry]\nBusy=20s\n[Trunk t]\nChannels=7\n")
        try directory.write(
            "burgernetd.conf.d/30-c.conf", "[Call]\nMaximumRepeats=\n[Retry]\nNoAnswer=\nNoAnswer=1min\n")
        try directory.write("burgernetd.conf.d/99.conf.sample", "nonsense")
        try directory.write("burgernetd.conf.d/.hidden.conf", "nonsense")
        let loaded = try load().get()
        #expect(loaded.configuration.call.ringTimeout == .seconds(22))
        #expect(loaded.configuration.call.maximumRepeats == 3)
        #expect(loaded.configuration.retry.busy == [.seconds(10), .seconds(20)])
        #expect(loaded.configuration.retry.noAnswer == [.minutes(1)])
        #expect(loaded.configuration.trunks.map(\.name) == ["t", "u"])
        #expect(loaded.configuration.trunks.map(\.channels) == [7, 1])
        #expect(
            loaded.files.map { ($0 as NSString).lastPathComponent } == [
                "burgernetd.conf", "10-a.conf", "20-b.conf", "30-c.conf",
            ])
    }

    @Test("Files that cannot be read")
    func unreadable() throws {
        #expect(complaints(load()) == ["burgernetd.conf: cannot be read: No such file or directory"])
        try directory.write("burgernetd.conf", Self.trunk)
        try FileManager.default.createDirectory(
            atPath: directory.path + "/burgernetd.conf.d/10.conf", withIntermediateDirectories: true)
        #expect(complaints(load()) == ["burgernetd.conf.d/10.conf: cannot be read: not a file"])
        try directory.write("burgernetd.conf.d/20.conf", String(repeating: "#\n", count: 600_000))
        #expect(complaints(load()).last == "burgernetd.conf.d/20.conf: is too long: more than 1048576 bytes")
    }

    @Test("One option moves all that is written, unless the file says where")
    func moved() throws {
        try directory.write("burgernetd.conf", Self.trunk)
        let general = try load(directory: directory.path + "/x/../demo/").get().configuration.general
        #expect(general.stateDirectory == directory.path + "/demo/state")
        #expect(general.runtimeDirectory == directory.path + "/demo/run")
        #expect(general.recordingsDirectory == directory.path + "/demo/state/recordings")
        #expect(general.controlSocket == directory.path + "/demo/run/control.sock")
        try directory.write(
            "burgernetd.conf", "[Gateway]\nRuntimeDirectory=/run/other\nRecordingsDirectory=/r\n" + Self.trunk)
        let explicit = try load(directory: directory.path).get().configuration.general
        #expect(explicit.stateDirectory == directory.path + "/state")
        #expect(explicit.runtimeDirectory == "/run/other")
        #expect(explicit.recordingsDirectory == "/r")
    }

    @Test("A control socket that no address can hold is found out beforehand")
    func longPath() throws {
        let long = "/" + String(repeating: "x", count: 100)
        try directory.write("burgernetd.conf", "[Gateway]\nRuntimeDirectory=\(long)\n" + Self.trunk)
        #expect(
            complaints(load()) == [
                "burgernetd.conf:2: [Gateway] RuntimeDirectory: the path of the control socket is too long: "
                    + "114 bytes, at most 107"
            ])
    }

    @Test("A text-to-speech program that is not there is warned about")
    func noProgram() throws {
        try directory.write(
            "burgernetd.conf", "[Language nl]\nCommand=say -v nl\n[Language en]\nCommand=/bin/sh\n" + Self.trunk)
        let warnings = try load(environment: ["PATH": directory.path]).get().warnings.map(\.description)
        #expect(
            warnings.filter { $0.contains("Language") } == [
                directory.path
                    + "/burgernetd.conf:2: [Language nl] Command: say is not there: messages in this language "
                    + "cannot be spoken"
            ])
        try directory.write("say", "", mode: 0o700)
        let subjects = try load(environment: ["PATH": directory.path]).get().warnings.map(\.subject)
        #expect(!subjects.contains("[Language nl] Command"))
    }

    // MARK: Passwords

    @Test("A password comes from systemd's credentials")
    func credential() throws {
        try directory.write("burgernetd.conf", Self.trunk + "Username=u\nRealm=r\nPasswordCredential=secret\n")
        try directory.write("credentials/secret", "hunter2 \n", mode: 0o400)
        let environment = ["CREDENTIALS_DIRECTORY": directory.path + "/credentials"]
        let trunk = try load(environment: environment).get().configuration.trunks.first
        #expect(trunk?.credentials == .init(username: "u", password: Secret("hunter2 "), realm: "r"))
    }

    @Test("Without systemd's credentials: an error for the daemon, a warning for a check by hand")
    func noCredentials() throws {
        try directory.write("burgernetd.conf", Self.trunk + "Username=u\nPasswordCredential=secret\n")
        #expect(
            complaints(load()) == [
                "burgernetd.conf:6: [Trunk t] PasswordCredential: $CREDENTIALS_DIRECTORY is not set: "
                    + "systemd sets it, with LoadCredential=secret:FILE"
            ])
        let checked = try load(missingCredentials: .warn).get()
        #expect(checked.configuration.trunks.first?.credentials == nil)
        #expect(checked.warnings.map(\.subject).contains("[Trunk t] PasswordCredential"))
    }

    @Test("A password file that others can read, holds nothing, or is not there")
    func badPasswordFile() throws {
        let file = directory.path + "/secret"
        try directory.write("burgernetd.conf", Self.trunk + "Username=u\nPasswordFile=\(file)\n")
        let prefix = "burgernetd.conf:6: [Trunk t] PasswordFile: secret"
        #expect(complaints(load()) == ["\(prefix) cannot be read: No such file or directory"])
        try directory.write("secret", "hunter2\n", mode: 0o644)
        #expect(complaints(load()) == ["\(prefix) is open to everybody: chmod o= secret"])
        for text in ["", "\n\n", "two\nlines\n", "tab\there"] {
            try directory.write("secret", text, mode: 0o640)
            #expect(complaints(load()) == ["\(prefix) does not hold one line of text"])
        }
        try directory.write("secret", "hunter2\n", mode: 0o640)
        #expect(try load().get().configuration.trunks.first?.credentials?.password == Secret("hunter2"))
    }
}
