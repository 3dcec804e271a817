// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

extension ConfigurationSchema {
    /// `[Prefix +31182]`: what may be called at once where the numbers of one prefix end up.
    static var prefix: ConfigurationSection<PrefixLimits> {
        ConfigurationSection(
            kind: "Prefix",
            home: .named(
                NamedSections(
                    rule: .numberPrefix, list: \.prefixes, name: \.prefix,
                    blank: { prefix, _ in PrefixLimits(prefix: prefix) })),
            keys: [
                .value("CallsPerSecond", \.callsPerSecond, ValueReader<Double>.number(0.01...10_000).optional),
                .value("Channels", \.channels, ValueReader<Int>.integer(1...16_384).optional),
            ])
    }
}

extension SectionNameRule {
    fileprivate static var numberPrefix: SectionNameRule {
        SectionNameRule { name in
            if let name, (try? ValueReader<String>.numberPrefix.read(name)) != nil { return nil }
            return "write [Prefix +31182], with the numbers' first digits in E.164"
        }
    }
}
