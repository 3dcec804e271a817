// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Configuration

/// What follows from a section's declaration alone.
@Suite("Declarations of sections") struct ConfigurationSectionTests {
    private typealias Trunk = GatewayConfiguration.Trunk

    private let section = ConfigurationSection<Trunk>(
        kind: "Trunk",
        home: .named(
            NamedSections(
                rule: .identifier("trunk's name", example: "[Trunk name]"), list: \.trunks, name: \.name,
                blank: { name, _ in Trunk(name: name, host: "", callsPerSecond: 0, channels: 0) })),
        keys: [
            ConfigurationKey.value("Host", \.host, .host, .restart).required { $0.host.isEmpty },
            .list("Address", \.addresses, .trunkAddress, .restart),
            .value("Weight", \.weight, .integer(1...10_000)),
        ])

    private func configuration(_ trunks: Trunk...) -> GatewayConfiguration {
        var configuration = GatewayConfiguration()
        configuration.trunks = trunks
        return configuration
    }

    @Test("Each kind and each of its keys is declared once") func unique() {
        let kinds = ConfigurationSchema.sections.map(\.kind)
        #expect(Set(kinds).count == kinds.count)
        for section in ConfigurationSchema.sections { #expect(Set(section.keyNames).count == section.keyNames.count) }
    }

    @Test("A named section keeps what only a restart can change, unless it is new") func restartValues() {
        var running = Trunk(name: "a", host: "old.nl", callsPerSecond: 1, channels: 1)
        running.addresses = [.init(address: "192.0.2.1")]
        var changed = Trunk(name: "a", host: "new.nl", callsPerSecond: 1, channels: 1)
        changed.weight = 7
        let added = Trunk(name: "b", host: "b.nl", callsPerSecond: 1, channels: 1)
        var result = configuration(changed, added)
        section.keepRestartValues(of: configuration(running), in: &result)
        #expect(result.trunks.map(\.host) == ["old.nl", "b.nl"])
        #expect(result.trunks[0].addresses == running.addresses)
        #expect(result.trunks[0].weight == 7)
    }

    @Test("Keys without a default are listed as required, without a value") func listing() {
        #expect(
            section.listing.map { "\($0.section) \($0.key)=\($0.standard) \($0.isRequired)" } == [
                "Trunk Host= true", "Trunk Address= false", "Trunk Weight=100 false",
            ])
    }

    @Test("Languages are compared in the order of their names") func languages() {
        var old = GatewayConfiguration()
        old.speech.languages.append(.init(name: "fr", command: ["dire"]))
        var new = GatewayConfiguration()
        new.speech.languages.append(.init(name: "de", command: ["sagen"]))
        #expect(new.changes(since: old).map(\.description) == ["[Language de]: added", "[Language fr]: removed"])
    }
}
