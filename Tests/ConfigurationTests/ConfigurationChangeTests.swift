// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Configuration

@Suite("What a reload changes") struct ConfigurationChangeTests {
    private let base = """
        [Trunk a]
        Host=a.nl
        CallsPerSecond=1
        Channels=10
        [Trunk b]
        Host=b.nl
        CallsPerSecond=1
        Channels=10

        """

    private func configuration(_ text: String) -> GatewayConfiguration {
        let reader = readConfiguration(text)
        #expect(reader.complaints.isEmpty)
        return reader.configuration
    }

    @Test("Nothing changed")
    func nothing() {
        #expect(configuration(base).changes(since: configuration(base)).isEmpty)
    }

    @Test("What holds is shown as one would write it, with the place where it was said last")
    func settings() {
        let reader = readConfiguration(base + "[Call]\nRingTimeout=20s\n[Trunk a]\nChannels=5\n")
        let settings = reader.configuration.settings
        func value(_ section: UnitSection, _ key: String) -> String? {
            settings.first { $0.section == section && $0.key == key }?.value
        }
        let trunk = UnitSection(kind: "Trunk", name: "a")
        let call = UnitSection(kind: "Call")
        #expect(value(trunk, "Channels") == "5" && value(trunk, "Host") == "a.nl")
        #expect(value(call, "RingTimeout") == "20s" && value(call, "MaximumDuration") == "5min")
        #expect(settings.count == Set(settings.map { "\($0.section) \($0.key)" }).count)
        // What is shown is read again as the same.
        var text = ""
        for setting in settings where !setting.value.isEmpty {
            // An empty line of a list starts it anew, also one that adds to its default.
            text += "\(setting.section)\n\(setting.key)=\n\(setting.key)=\(setting.value)\n"
        }
        #expect(configuration(text).changes(since: reader.configuration).isEmpty)
        #expect(reader.origins.location(trunk, "Channels")?.line == 12)
        #expect(reader.origins.location(call, "RingTimeout")?.line == 10)
        #expect(reader.origins.location(call, "MaximumDuration") == nil)
    }

    @Test("Each change by name, with its effect")
    func changes() {
        let new = """
            [SIP]
            Port=5070
            [RTP]
            Ports=20000-30001
            [Call]
            RingTimeout=20s
            [Retry]
            Busy=
            [Language de]
            Command=say
            [Trunk b]
            Host=b.nl
            CallsPerSecond=2.5
            Channels=10
            Codecs=PCMA
            [Trunk c]
            Host=c.nl
            CallsPerSecond=1
            Channels=1
            """
        let changes = configuration(new).changes(since: configuration(base))
        #expect(
            changes.map(\.description) == [
                "[SIP] Port: 5060 -> 5070", "[RTP] Ports: 16384-32767 -> 20000-30001",
                "[Call] RingTimeout: 30s -> 20s", "[Retry] Busy: 1min 2min 5min -> (none)", "[Language de]: added",
                "[Trunk a]: removed", "[Trunk b] CallsPerSecond: 1 -> 2.5", "[Trunk b] Codecs: (none) -> PCMA",
                "[Trunk c]: added",
            ])
        #expect(changes.filter { $0.effect == .restart }.map(\.key) == ["Port", "Ports"])
    }

    @Test("A new password shows as changed, and no more")
    func password() {
        var (old, new) = (configuration(base), configuration(base))
        old.trunks[0].password = Secret("old")
        new.trunks[0].password = Secret("new")
        #expect(new.changes(since: old).map(\.description) == ["[Trunk a] password: changed"])
    }

    @Test("What needs a restart stays as it runs")
    func keepsRunning() {
        let running = configuration("[SIP]\nPort=5070\n[Gateway]\nStateDirectory=/a\n" + base)
        let new = configuration("[RTP]\nPorts=20000-30001\n[Call]\nRingTimeout=20s\n[Gateway]\nTimeScale=0.5\n" + base)
        let result = new.keepingRestartValues(of: running)
        #expect(result.changes(since: running).map(\.key) == ["TimeScale", "RingTimeout"])
        #expect(result.sip.port == 5070)
        #expect(result.general.stateDirectory == "/a")
        #expect(result.general.recordingsDirectory == "/a/recordings")
        #expect(result.rtp == running.rtp)
    }
}
