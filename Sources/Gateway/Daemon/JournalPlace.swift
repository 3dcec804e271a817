// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import Store

/// Where the journal lies, and what is done with it while no daemon runs.
package enum JournalPlace {
    static func path(_ general: GatewayConfiguration.General) -> String { general.stateDirectory + "/journal.sqlite" }

    /// The run-time directory is on another file system, which serves when the first is read-only or broken.
    static func rescuePaths(_ general: GatewayConfiguration.General) -> [String] {
        [general.stateDirectory + "/journal.rescue", general.runtimeDirectory + "/journal.rescue"]
    }

    /// Tells what somebody has to decide from what may pass by itself.
    static func refusing<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as StoreError where error.isRefusal {
            throw RefusedStart(description: "\(error)")
        }
    }

    /// Begins a new journal where there was one. Returns what is to be said.
    ///
    /// - Throws: ``StartError``, ``StoreError`` when there is one.
    package static func begin(_ configuration: GatewayConfiguration) throws -> String {
        try DaemonDirectories.make(configuration.general)
        let path = path(configuration.general)
        try refusing { try Store.begin(path: path) }
        return "a new journal was begun: \(path)"
    }

    /// Goes on without what the journal has lost. Returns what is to be said.
    ///
    /// - Throws: ``StoreError`` when it cannot be read at all.
    package static func acceptLoss(_ configuration: GatewayConfiguration) throws -> String {
        let path = path(configuration.general)
        let marked = try refusing { try Store.acceptLoss(path: path) }
        return
            "the journal is as it is from now on: \(path); \(marked) recipients of open actions may have been called "
            + "already, and their next call is marked so (redial=1)"
    }
}
