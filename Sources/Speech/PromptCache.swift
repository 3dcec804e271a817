// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore

/// Rendered pieces and whole messages on disk, by the hash of everything that changes their sound. Any thread.
struct PromptCache: Sendable {
    let directory: String
    let limit: Int64

    /// nil: not there, or damaged (then it is made again).
    func samples(of key: String) -> [Int16]? {
        guard case .bytes(let bytes) = RegularFile.read(path(key), limit: 1 << 30), bytes.count > 64 else { return nil }
        let stated = String(decoding: bytes.prefix(64), as: UTF8.self)
        let wave = Array(bytes.dropFirst(64))
        guard SHA256.hexDigest(of: wave) == stated, let samples = try? WaveFile.decode(wave) else { return nil }
        // What is used stays longest.
        try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: path(key))
        return samples
    }

    /// Failing to store is no error: it costs time, not sound.
    func store(_ samples: [Int16], as key: String) {
        let wave = WaveFile.encode(samples)
        try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        _ = RegularFile.write(Array(SHA256.hexDigest(of: wave).utf8) + wave, to: path(key))
        evict()
    }

    private func path(_ key: String) -> String { "\(directory)/\(key).prompt" }

    /// Oldest first, until the rest fits; what a crash left half-written counts and goes like the others.
    private func evict() {
        let folder = URL(fileURLWithPath: directory)
        let keys: Set<URLResourceKey> = [.fileSizeKey, .contentModificationDateKey]
        let files =
            (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: Array(keys))) ?? []
        var entries = files.filter { $0.lastPathComponent.contains(".prompt") }.compactMap {
            file -> (URL, Int64, Date)? in
            guard let values = try? file.resourceValues(forKeys: keys), let size = values.fileSize,
                let date = values.contentModificationDate
            else { return nil }
            return (file, Int64(size), date)
        }
        var total = entries.reduce(0) { $0 + $1.1 }
        entries.sort { $0.2 < $1.2 }
        for (file, size, _) in entries where total > limit {
            try? FileManager.default.removeItem(at: file)
            total -= size
        }
    }
}
