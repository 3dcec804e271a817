// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import TestSupport
import Testing

@testable import Configuration

@Suite("[Population NAME]") struct PopulationConfigurationTests {
    private static let trunks = """
        [Call]
        CallerNumber=0800-1100
        [Trunk kpn]
        Host=192.0.2.1
        CallsPerSecond=10
        Channels=10
        [Trunk blue]
        Host=192.0.2.2
        CallsPerSecond=10
        Channels=10

        """

    private func load(_ text: String) throws -> Result<LoadedConfiguration, ConfigurationError> {
        let directory = try TemporaryDirectory()
        try directory.write("burgernetd.conf", Self.trunks + text)
        return ConfigurationLoader(path: directory.path + "/burgernetd.conf", environment: [:]).load()
    }

    private func complaints(_ text: String) throws -> String {
        switch try load(text) {
        case .success: ""
        case .failure(let error): error.description
        }
    }

    @Test("A trunk that a population names is its own; the others are for everybody else")
    func trunks() throws {
        let configuration = try load(
            """
            [Population profinet]
            Trunks=blue
            CallerNumber=088-1234567
            CallTimes=mon-fri 08:00-22:00
            Caps=normal=1/month
            """
        ).get().configuration
        let profinet = try #require(configuration.population("profinet"))
        let citizens = try #require(configuration.population(""))
        #expect(configuration.trunks(of: profinet).map(\.name) == ["blue"])
        #expect(configuration.trunks(of: citizens).map(\.name) == ["kpn"])
        #expect(profinet.callerNumber == "+31881234567" && profinet.callTimes?.text == "mon-fri 08:00-22:00")
        #expect(configuration.population("police") == nil && configuration.populationKeys == ["", "profinet"])
    }

    @Test(
        "What does not go together is said, with what was perhaps meant",
        arguments: [
            ("[Population p]\nTrunks=blu\n", "there is no [Trunk blu]; did you mean blue?"),
            ("[Population p]\nTrunks=blue\n[Population q]\nTrunks=blue\n", "[Trunk blue] is that of [Population p]"),
            ("[Population p]\nSMSCs=tetra\n", "there is no [SMSC tetra]"),
            ("[Population p]\nCallTimes=at noon\n", "CallTimes"),
            ("[Population p]\nCaps=monthly\n", "names no class"),
            ("[Population p]\nCallerNumber=112\n", "CallerNumber"),
            ("[Population p]\nSender=much too long a sender\n", "Sender"),
            ("[Population p]\nTrunk=blue\n", "Trunks"),
            ("[Population a b]\n", "names contain no spaces"),
            ("[Population citizens]\n[Population burgers]\n", "stands twice"),
        ])
    func complaints(text: String, expected: String) throws {
        let said = try complaints(text)
        #expect(said.contains(expected), "\(said)")
    }

    @Test("Whoever is left without a trunk by an oversight is a warning")
    func nobodysTrunk() throws {
        let loaded = try load("[Population profinet]\nTrunks=blue kpn\n").get()
        #expect(loaded.warnings.contains { $0.description.contains("every trunk is another population's") })
        #expect(try load("[Population profinet]\nTrunks=blue\n").get().warnings.isEmpty)
    }
}
