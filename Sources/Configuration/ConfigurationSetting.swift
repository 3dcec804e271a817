// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// One key with the value that holds.
package struct ConfigurationSetting: Equatable, Sendable {
    package var section: UnitSection
    package var key: String
    /// As one would write it; a password is never shown.
    package var value: String
    package var effect: ReloadEffect
}

/// Where each key was assigned last.
package struct ConfigurationOrigins: Equatable, Sendable {
    private var locations: [UnitSection: [String: ConfigurationLocation]] = [:]

    package init() {}

    mutating func set(_ section: UnitSection, _ key: String, _ location: ConfigurationLocation) {
        locations[section, default: [:]][key] = location
    }

    /// nil: no file says anything, the default holds.
    package func location(_ section: UnitSection, _ key: String) -> ConfigurationLocation? { locations[section]?[key] }
}

extension GatewayConfiguration {
    /// Every key of every section that is there, in the order of docs/configuration.md.
    package var settings: [ConfigurationSetting] { ConfigurationSchema.sections.flatMap { $0.settings(of: self) } }
}
