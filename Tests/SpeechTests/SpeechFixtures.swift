// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore
import Glibc

@testable import Speech

/// A folder of its own for a test, gone with it.
final class Folder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "speech-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ bytes: [UInt8], _ name: String) throws {
        let url = URL(fileURLWithPath: "\(path)/\(name)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    func read(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))) }

    func names(in folder: String = "") -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")) ?? []).sorted()
    }
}

/// A renderer on a folder: `sounds`, `recordings` and `cache` in it.
func renderer(
    _ folder: Folder, nl command: [String] = [], en english: [String] = [],
    timeLimit: Interval = .seconds(20),
    maximumMessage: Interval = .minutes(2), allowsAbsolutePaths: Bool = false
) -> PromptRenderer {
    PromptRenderer(
        configuration: SpeechConfiguration(
            commands: ["nl": command, "en": english], timeLimit: timeLimit, maximumMessage: maximumMessage,
            soundsDirectory: folder.path + "/sounds", recordingsDirectory: folder.path + "/recordings",
            cacheDirectory: folder.path + "/cache", allowsAbsolutePaths: allowsAbsolutePaths))
}

/// A tone at 8 kHz.
func tone(_ hertz: Double = 400, peak: Double = 8000, milliseconds: Int = 500) -> [Int16] {
    (0..<milliseconds * 8).map { Int16(peak * sin(2 * Double.pi * hertz * Double($0) / 8000)) }
}

/// Bursts of decaying pulses with gaps, in the manner of a voice; the shorter the decay (in samples), the
/// further its peaks stand above its level: 17 dB at 10, 20 dB at 5.
func pulses(peak: Double = 20000, decay: Double = 10, milliseconds: Int = 2000) -> [Int16] {
    (0..<milliseconds * 8).map { index in
        guard index / 2400 % 2 == 0 else { return 0 }
        let phase = Double(index % 160)
        return Int16(peak * exp(-phase / decay) * cos(phase))
    }
}

func hasProgram(_ name: String) -> Bool {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.contains { access("\($0)/\(name)", X_OK) == 0 }
}

/// What several threads hand in. Unchecked: the lock guards the array.
final class Collector<Element>: @unchecked Sendable {
    private let lock = NSLock()
    private var elements: [Element] = []

    func append(_ element: Element) { lock.withLock { elements.append(element) } }
    var all: [Element] { lock.withLock { elements } }
}
