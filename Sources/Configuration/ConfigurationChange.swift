// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// One difference between two configurations.
package struct ConfigurationChange: Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Equatable, Sendable {
        /// Of one key, as texts.
        case value(old: String, new: String)
        /// Never shown.
        case password
        /// A whole trunk or language.
        case added
        case removed
    }

    /// `Call`, `Trunk`.
    package var section: String
    /// The trunk or language.
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
        var changes: [ConfigurationChange] = []
        for section in ConfigurationSchema.plainSections {
            changes += Self.changes(section.keys, section: section.kind, name: nil, from: old, to: self)
        }
        for language in Set(old.speech.commands.keys).union(speech.commands.keys).sorted() {
            let before = old.speech.commands[language].map(LanguageDraft.init)
            let after = speech.commands[language].map(LanguageDraft.init)
            changes += Self.changes(
                ConfigurationSchema.languageKeys, section: ConfigurationSchema.languageKind, name: language,
                from: before, to: after)
        }
        let names = old.trunks.map(\.name)
        for name in names + trunks.map(\.name).filter({ !names.contains($0) }) {
            let (before, after) = (old.trunk(named: name), trunk(named: name))
            changes += Self.changes(
                ConfigurationSchema.trunkKeys, section: ConfigurationSchema.trunkKind, name: name, from: before,
                to: after)
            if let before, let after, before.password != after.password {
                changes.append(
                    ConfigurationChange(
                        section: ConfigurationSchema.trunkKind, name: name, key: "password", kind: .password,
                        effect: .live))
            }
        }
        changes += prefixChanges(since: old)
        let centres = old.smscs.map(\.name)
        for name in centres + smscs.map(\.name).filter({ !centres.contains($0) }) {
            let (before, after) = (old.smsc(named: name), smsc(named: name))
            changes += Self.changes(
                ConfigurationSchema.smscKeys, section: ConfigurationSchema.smscKind, name: name, from: before,
                to: after)
            if let before, let after, before.password != after.password {
                changes.append(
                    ConfigurationChange(
                        section: ConfigurationSchema.smscKind, name: name, key: "password", kind: .password,
                        effect: .live))
            }
        }
        let codes = old.accounts.map(\.code)
        for code in codes + accounts.map(\.code).filter({ !codes.contains($0) }) {
            changes += Self.changes(
                ConfigurationSchema.accountKeys, section: ConfigurationSchema.accountKind, name: code,
                from: old.account(code), to: account(code))
        }
        return changes
    }

    /// This configuration with those values of `running` that only a restart can change: what a
    /// running daemon works with after a reload.
    package func keepingRestartValues(of running: GatewayConfiguration) -> GatewayConfiguration {
        var result = self
        for section in ConfigurationSchema.plainSections {
            for key in section.keys where key.effect == .restart { key.reset(&result, running) }
        }
        return result
    }

    static func changes<Target>(
        _ keys: [ConfigurationKey<Target>], section: String, name: String?, from old: Target?, to new: Target?
    ) -> [ConfigurationChange] {
        func whole(_ kind: ConfigurationChange.Kind) -> [ConfigurationChange] {
            [ConfigurationChange(section: section, name: name, key: nil, kind: kind, effect: .live)]
        }
        guard let old else { return new == nil ? [] : whole(.added) }
        guard let new else { return whole(.removed) }
        return keys.compactMap { key in
            let (before, after) = (key.text(old), key.text(new))
            guard before != after else { return nil }
            return ConfigurationChange(
                section: section, name: name, key: key.name, kind: .value(old: before, new: after),
                effect: key.effect)
        }
    }
}
