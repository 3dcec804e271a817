// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import Configuration
import Foundation
import GatewayCore
import Platform

/// Copies of every tariff version that was ever loaded, so that an old record can be explained and proved. Nothing here
/// is ever changed or deleted.
struct TariffArchive: Sendable {
    private let folder: String

    /// `tariffs` in the state directory.
    init(stateDirectory: String) { folder = stateDirectory + "/tariffs" }

    /// Keeps the versions that records will name, and logs them. Without a copy they are rated all the same.
    static func keep(_ configuration: GatewayConfiguration, _ log: Log) {
        do {
            try TariffArchive(stateDirectory: configuration.general.stateDirectory).keep(configuration.tariffs)
        } catch {
            log.error("alarm: tariffs cannot be kept for later", ["reason": error.localizedDescription])
        }
        for tariff in configuration.tariffs { log.notice("tariff", ["version": tariff.version]) }
    }

    /// Keeps what is not there yet; blocks on file access. Throws what the file system says.
    func keep(_ tariffs: [Tariff]) throws {
        guard !tariffs.isEmpty else { return }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: NSNumber(value: 0o750)])
        for tariff in tariffs {
            let path = "\(folder)/\(Self.fileName(of: tariff.version))"
            guard !FileManager.default.fileExists(atPath: path) else { continue }
            try Data(tariff.text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        }
    }

    /// Everything that was kept. One that cannot be read is left out: then `explain` says that it is not known.
    func load() -> [Tariff] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".tariff") && !$0.hasPrefix(".") }.sorted().flatMap { name -> [Tariff] in
            guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)") else { return [] }
            var reader = TariffReader()
            reader.read(Array(bytes), file: name)
            // What was changed by hand is not the version that it is named after.
            return reader.tariffs.map(\.tariff).filter { Self.fileName(of: $0.version) == name }
        }
    }

    /// `kpn-voice@2026-01-01-3f2a91c0.tariff`
    private static func fileName(of version: String) -> String {
        version.split(separator: "/").joined(separator: "-") + ".tariff"
    }
}
