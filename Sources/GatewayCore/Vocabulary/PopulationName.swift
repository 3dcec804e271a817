// SPDX-License-Identifier: GPL-3.0-or-later

/// Names of populations: groups of people with ways out, rules and an account of their own, `[Population NAME]`.
package enum PopulationName {
    /// Everybody who is in no other one. Records have "" for it.
    package static let citizens = "citizens"

    /// As records have it.
    package static func key(_ name: String) -> String {
        ["citizens", "burgers"].contains(name.lowercased()) ? "" : name
    }

    /// As people write it.
    package static func name(_ key: String) -> String { key.isEmpty ? citizens : key }

    /// `citizens, profinet`
    package static func list(_ keys: some Sequence<String>) -> String { keys.map(name).joined(separator: ", ") }
}
