// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// One difference between two configurations.
package struct ConfigurationChange: Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Equatable, Sendable {
        /// Of one key, as texts.
        case value(old: String, new: String)
        /// Never shown.
        case password
        /// A whole section.
        case added
        case removed
    }

    /// `Call`, `Trunk`.
    package var section: String
    /// Behind the kind; nil: it stands once.
    package var name: String?
    /// nil: the whole section.
    package var key: String?
    package var kind: Kind
    package var effect: ReloadEffect

    /// `[Call] RingTimeout: 30s -> 20s`
    package var description: String {
        let header = UnitSection(kind: section, name: name).description
        let subject = key.map { "\(header) \($0)" } ?? header
        switch kind {
        case .value(let old, let new): return "\(subject): \(Self.shown(old)) -> \(Self.shown(new))"
        case .password: return "\(subject): changed"
        case .added: return "\(subject): added"
        case .removed: return "\(subject): removed"
        }
    }

    private static func shown(_ text: String) -> String { text.isEmpty ? "(none)" : text }
}

extension GatewayConfiguration {
    /// What differs from `old`, in the order of docs/configuration.md; empty when nothing does.
    package func changes(since old: GatewayConfiguration) -> [ConfigurationChange] {
        ConfigurationSchema.sections.flatMap { $0.changes(from: old, to: self) }
    }

    /// This configuration with those values of `running` that only a restart can change: what a
    /// running daemon works with after a reload.
    package func keepingRestartValues(of running: GatewayConfiguration) -> GatewayConfiguration {
        var result = self
        for section in ConfigurationSchema.sections { section.keepRestartValues(of: running, in: &result) }
        return result
    }
}
