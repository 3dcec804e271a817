// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

/// A file of an export: written in large pieces, hashed on the way, complete or not there; its manifest comes after it.
struct ExportFile {
    private let path: String
    private let file: AtomicFile
    private var buffer: [UInt8] = []
    private var hasher = SHA256()
    private var size = 0

    private static let pieceSize = 1 << 20

    init(path: String) throws {
        self.path = path
        file = try AtomicFile(path: path)
        buffer.reserveCapacity(Self.pieceSize + 65_536)
    }

    mutating func write(_ bytes: [UInt8]) throws {
        buffer += bytes
        if buffer.count >= Self.pieceSize { try flush() }
    }

    private mutating func flush() throws {
        hasher.update(buffer)
        size += buffer.count
        try file.write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    /// Whoever waits for the manifest finds the file complete.
    mutating func commit(_ manifest: ExportManifest?) throws {
        try flush()
        guard var manifest else { return try file.commit() }
        manifest.file = path.split(separator: "/").last.map(String.init) ?? path
        manifest.sha256 = hasher.finalizeDigest().hexadecimal
        manifest.bytes = size
        let note = try AtomicFile(path: path + ".manifest.json")
        try note.write(try manifest.encode())
        try file.commit()
        try note.commit()
    }
}
