// SPDX-License-Identifier: GPL-3.0-or-later

/// Every section and key there is. docs/configuration.md explains them; a test holds both together.
enum ConfigurationSchema {
    /// In the order of docs/configuration.md.
    static var sections: [any SectionDeclaration] {
        plainSections + [language, trunk, prefix, smsc, account, population]
    }

    /// Those that stand once.
    static var plainSections: [ConfigurationSection<GatewayConfiguration>] {
        [general, sip, rtp, call, numbers, speech, gate, retry, messaging, billing, statement, privacy]
    }

    /// Every key with its default and effect.
    static var listing: [ListedKey] { sections.flatMap(\.listing) }
}

/// A key as documents show it.
struct ListedKey {
    var section: String
    var key: String
    /// As one would write it; "" when there is none.
    var standard: String
    var effect: ReloadEffect
    var isRequired: Bool
}
