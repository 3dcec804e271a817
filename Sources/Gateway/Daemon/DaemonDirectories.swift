// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import Foundation

/// The directories that the daemon writes to.
enum DaemonDirectories {
    /// Makes those that are not there.
    ///
    /// - Throws: ``StartError``
    static func make(_ general: GatewayConfiguration.General) throws(StartError) {
        try make(general.stateDirectory, mode: 0o750)
        try make(general.runtimeDirectory, mode: 0o755)
    }

    private static func make(_ path: String, mode: Int) throws(StartError) {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue { return }
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: NSNumber(value: mode)])
        } catch {
            throw StartError(description: "cannot make the directory \(path): \(error.localizedDescription)")
        }
    }
}
