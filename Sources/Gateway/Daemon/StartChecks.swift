// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import Platform

/// What a configuration asks of this machine, beside what stands in its files.
package enum StartChecks {
    /// What would keep a daemon from starting; nothing is touched. Empty: nothing is known.
    package static func obstacles(_ configuration: GatewayConfiguration) -> [String] {
        let general = configuration.general
        do throws(ControlSocketError) {
            try ControlSocketPlace.check(path: general.controlSocket, group: general.controlGroup)
            return []
        } catch {
            return [error.description]
        }
    }
}
