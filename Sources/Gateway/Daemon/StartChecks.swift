// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import Platform

/// What a configuration asks of this machine, beside what stands in its files.
package enum StartChecks {
    /// What there is too little of on this machine, with the figures that are needed: calls would wait, or audio be late.
    package static func shortfalls(_ configuration: GatewayConfiguration) -> [String] {
        ResourceNeeds(configuration).shortfalls(.read())
    }

    /// What is odd about what lies on this machine's disk.
    package static func oddities(_ configuration: GatewayConfiguration) -> [String] {
        JournalPlace.warnings(configuration.general)
    }

    /// As much as this process may have, before anything else is asked for.
    package static func raiseLimits() { ProcessLimits.raiseDescriptors() }

    /// What would keep a daemon from starting; nothing is touched. Empty: nothing is known.
    package static func obstacles(_ configuration: GatewayConfiguration) -> [String] {
        let general = configuration.general
        let others =
            [ResourceNeeds(configuration).obstacle(.read())].compactMap { $0 } + JournalPlace.obstacles(general)
        do throws(ControlSocketError) {
            try ControlSocketPlace.check(path: general.controlSocket, group: general.controlGroup)
            return others
        } catch {
            return [error.description] + others
        }
    }
}
