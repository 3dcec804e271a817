// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

@testable import Speech

/// The files in Sounds/ against their texts.
@Suite struct StandardPromptTests {
    static let sounds = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Sounds")

    static func names(_ language: String) throws -> Set<String> {
        let text = try String(contentsOf: sounds.appendingPathComponent("\(language)/texts.txt"), encoding: .utf8)
        return Set(
            text.split(separator: "\n").compactMap { $0.split(separator: "=").first.map(String.init) } + ["beep"])
    }

    @Test("Each language has the same prompts, and each text its file", arguments: ["nl", "en"])
    func files(language: String) throws {
        let names = try Self.names(language)
        #expect(names == (try Self.names("nl")))
        let files = try FileManager.default.contentsOfDirectory(
            atPath: Self.sounds.appendingPathComponent(language).path)
        #expect(Set(files) == Set(names.map { $0 + ".wav" } + ["texts.txt"]))
    }

    @Test("Each comes to the level of all others, unclipped", arguments: ["nl", "en"])
    func levels(language: String) throws {
        for name in try Self.names(language) {
            let file = Self.sounds.appendingPathComponent("\(language)/\(name).wav")
            let samples = try WaveFile.decode(Array(Data(contentsOf: file)))
            let level = try #require(Loudness.activeLevel(Loudness.normalised(samples)))
            #expect(abs(level - Loudness.targetLevel) < 0.2, "\(name)")
            #expect(samples.allSatisfy { abs(Int($0)) < 32000 }, "\(name)")
            #expect((300...10_000).contains(samples.count / 8), "\(name)")
        }
    }

    @Test("All of them fit in 1.5 MB")
    func size() throws {
        var total = 0
        for language in ["nl", "en"] {
            for name in try Self.names(language) {
                total += try Data(contentsOf: Self.sounds.appendingPathComponent("\(language)/\(name).wav")).count
            }
        }
        #expect(total < 1_500_000)
    }
}
