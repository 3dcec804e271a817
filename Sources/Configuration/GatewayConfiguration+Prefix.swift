// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

/// `[Prefix +31182]`: what may be called at once where the numbers of one prefix end up.
extension ConfigurationSchema {
    static let prefixKind = "Prefix"

    static var prefixKeys: [ConfigurationKey<PrefixLimits>] {
        [
            .value("CallsPerSecond", \.callsPerSecond, ValueReader<Double>.number(0.01...10_000).optional),
            .value("Channels", \.channels, ValueReader<Int>.integer(1...16_384).optional),
        ]
    }
}

extension GatewayConfiguration {
    package func prefix(_ text: String) -> PrefixLimits? { prefixes.first { $0.prefix == text } }

    func prefixChanges(since old: GatewayConfiguration) -> [ConfigurationChange] {
        let known = old.prefixes.map(\.prefix)
        return (known + prefixes.map(\.prefix).filter { !known.contains($0) }).flatMap { text in
            Self.changes(
                ConfigurationSchema.prefixKeys, section: ConfigurationSchema.prefixKind, name: text,
                from: old.prefix(text), to: prefix(text))
        }
    }
}
