// SPDX-License-Identifier: GPL-3.0-or-later
@preconcurrency import Dispatch
import Foundation
import GatewayCore
import Speech

/// Writes what citizens heard as WAV files, on a queue of its own: decoding and the disk hold up no call.
final class RecordingWriter: Sendable {
    private let directory: String
    private let queue = DispatchQueue(label: "burgernetsim.recordings", qos: .utility)

    /// Makes the directory when it is not there. Throws ``ScenarioError``.
    init(directory: String) throws {
        self.directory = directory
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw ScenarioError("cannot make the directory \(directory): \(error.localizedDescription)")
        }
        guard access(directory, W_OK) == 0 else { throw ScenarioError("cannot write into \(directory)") }
    }

    /// From any thread; returns at once.
    func write(_ payload: [UInt8], codec: Codec, name: String) {
        let path = directory + "/" + name
        queue.async {
            let samples =
                switch codec {
                case .pcma: G711.decodeALaw(payload)
                case .pcmu: G711.decodeMuLaw(payload)
                }
            do {
                try Data(WaveFile.encode(samples)).write(to: URL(fileURLWithPath: path))
            } catch {
                printError("cannot write \(path): \(error.localizedDescription)")
            }
        }
    }

    /// Waits until everything is on disk.
    func finish() { queue.sync {} }
}
