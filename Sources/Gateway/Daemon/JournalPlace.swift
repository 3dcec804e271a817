// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import Glibc
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
        } catch let error as StoreError {
            guard let refusal = error.refusal else { throw error }
            throw RefusedStart(description: refusal)
        }
    }

    /// What would keep a daemon from taking the journal up; nothing is touched.
    static func obstacles(_ general: GatewayConfiguration.General) -> [String] {
        let directory = general.stateDirectory
        guard access(directory, F_OK) == 0 else { return [] }
        guard access(directory, R_OK | W_OK | X_OK) == 0 else {
            return ["[Gateway] StateDirectory: \(directory) is not this user's to write to"]
        }
        return JournalCheck.obstacles(path: path(general))
    }

    /// What an operator should look at before a daemon starts.
    static func warnings(_ general: GatewayConfiguration.General) -> [String] {
        let foreign = JournalCheck.foreignFiles(path: path(general)).map {
            "\($0) belongs to another user than its directory: the daemon may not be able to write it (chown)"
        }
        guard let octets = DiskSpace.left(at: general.stateDirectory), octets >> 20 < Int64(general.spaceAlarm) else {
            return foreign
        }
        return foreign + [
            "\(octets >> 20) MiB are left in \(general.stateDirectory) for the journal, SpaceAlarm= is \(general.spaceAlarm)"
        ]
    }

    /// Begins a new journal where there was one. Returns what is to be said.
    ///
    /// - Throws: ``StartError``, ``StoreError`` when there is one.
    package static func begin(_ configuration: GatewayConfiguration) throws -> String {
        try DaemonDirectories.make(configuration.general)
        let path = path(configuration.general)
        let kept = try refusing { try Store.begin(path: path) }
        let rest = kept.isEmpty ? "" : "; what was left of the former one is kept: \(kept.joined(separator: ", "))"
        return "a new journal was begun: \(path)\(rest)"
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
