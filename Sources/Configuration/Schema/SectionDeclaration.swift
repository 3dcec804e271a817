// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What is done with a kind of section, whatever its values are.
protocol SectionDeclaration {
    var kind: String { get }
    var keyNames: [String] { get }
    /// Its password is a secret, which does not stand in the configuration.
    var hasPassword: Bool { get }
    var listing: [ListedKey] { get }

    /// Makes room for a section's values.
    ///
    /// - Throws: What is wrong with the name.
    func open(
        _ name: String?, in configuration: inout GatewayConfiguration, standard: GatewayConfiguration
    ) throws(ValueError)
    /// Reads a value of an opened section. `wasAssigned`: the key was before.
    func assign(
        _ key: String, _ value: String, of name: String?, in configuration: inout GatewayConfiguration,
        standard: GatewayConfiguration, wasAssigned: Bool
    ) -> AssignmentOutcome
    /// Each section for itself, when all files are read.
    func check(_ reader: inout ConfigurationReader)
    /// Reads passwords with `read`, which complains about what it cannot.
    func readPasswords(
        _ reader: inout ConfigurationReader,
        _ read: (_ section: UnitSection, _ source: PasswordSource, _ reader: inout ConfigurationReader) -> Secret?)
    func settings(of configuration: GatewayConfiguration) -> [ConfigurationSetting]
    func changes(from old: GatewayConfiguration, to new: GatewayConfiguration) -> [ConfigurationChange]
    /// Takes over from `running` what only a restart can change.
    func keepRestartValues(of running: GatewayConfiguration, in configuration: inout GatewayConfiguration)
}

enum AssignmentOutcome {
    /// `mayRepeat`: another line with the key adds to it, or was meant to.
    case done(mayRepeat: Bool)
    case refused([ValueError])
    case unknownKey
}

/// Where a password is said to be.
enum PasswordSource {
    /// Absolute path.
    case file(String)
    /// Name in `$CREDENTIALS_DIRECTORY`.
    case credential(String)
}
