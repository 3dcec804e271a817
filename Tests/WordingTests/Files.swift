// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// A file of the repository.
func bytes(_ path: String) throws -> [UInt8] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    return Array(try Data(contentsOf: root.appendingPathComponent(path)))
}
