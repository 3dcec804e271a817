// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Speech

@Suite struct LoudnessTests {
    /// -3 dBFS: 32768 / 10^(3/20).
    static let ceiling = 23198

    /// Named, so that a failure does not print every sample.
    static let sounds: [String: [Int16]] = [
        "a tone": tone(), "a quiet tone": tone(peak: 300), "the loudest tone": tone(1000, peak: 32767),
        "pulses": pulses(), "quiet pulses": pulses(peak: 900), "the loudest pulses": pulses(peak: 32000),
        "a click in a quiet tone": tone(peak: 1000) + [32767] + tone(peak: 1000),
        "a square": (0..<8000).map { $0 / 40 % 2 == 0 ? Int16.min : Int16.max },
    ]

    @Test("Everything comes to -20 dBov within 1 dB, and no sample passes -3 dBFS", arguments: sounds.keys.sorted())
    func level(name: String) throws {
        let samples = try #require(Self.sounds[name])
        let result = Loudness.normalised(samples)
        let level = try #require(Loudness.activeLevel(result))
        #expect(abs(level - Loudness.targetLevel) < 1)
        #expect(result.allSatisfy { abs(Int($0)) <= Self.ceiling })
        #expect(result.count == samples.count)
    }

    @Test("What is all peaks stays a little quieter rather than clip")
    func allPeaks() throws {
        let result = Loudness.normalised(pulses(decay: 4))
        let level = try #require(Loudness.activeLevel(result))
        #expect((-23 ... -20).contains(level))
        #expect(result.allSatisfy { abs(Int($0)) <= Self.ceiling })
    }

    @Test("The level of a known tone: a peak of 0.1 is -20 dBFS, its power 3 dB less")
    func knownLevel() throws {
        #expect(abs(try #require(Loudness.activeLevel(tone(peak: 3276.8))) + 23.01) < 0.05)
    }

    @Test("Silence around a recording does not count")
    func silence() throws {
        let bare = try #require(Loudness.activeLevel(tone()))
        let padded = [Int16](repeating: 0, count: 80_000) + tone() + [Int16](repeating: 0, count: 80_000)
        #expect(abs(try #require(Loudness.activeLevel(padded)) - bare) < 0.2)
        // Neither does a minute of hiss 50 dB below.
        let hiss = (0..<480_000).map { Int16(($0 * 7919 % 41) - 20) }
        #expect(abs(try #require(Loudness.activeLevel(hiss + tone())) - bare) < 0.5)
    }

    @Test("Direct current is taken out")
    func directCurrent() {
        let result = Loudness.normalised(tone().map { $0 + 5000 })
        #expect(abs(result.reduce(0) { $0 + Int($1) } / result.count) <= 1)
        #expect(Loudness.normalised([Int16](repeating: 5000, count: 800)) == [Int16](repeating: 0, count: 800))
    }

    @Test("Nothing is nothing, and noise is not lifted to the level of speech")
    func nothing() throws {
        #expect(Loudness.activeLevel([]) == nil)
        #expect(Loudness.activeLevel([0, 0, 0]) == nil)
        #expect(Loudness.normalised([]) == [])
        let noise = try #require(Loudness.activeLevel(Loudness.normalised(tone(peak: 6))))
        #expect(noise < -35)
    }
}
