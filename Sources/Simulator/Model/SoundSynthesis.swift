// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// The sounds of ``Sound`` as 16 bit samples at 8 kHz, each a whole number of 20 ms packets.
///
/// Not speech, but shaped like it for whoever listens for a machine: bursts of a fundamental with
/// harmonics, syllables of some 200 ms, pauses between phrases.
enum SoundSynthesis {
    static let sampleRate = 8000.0

    static func samples(_ sound: Sound) -> [Int16] {
        switch sound {
        case .hello: return padded(phrase(syllables: 3))
        case .greeting:
            return padded(
                phrase(syllables: 9) + silence(0.5) + phrase(syllables: 11) + silence(0.6) + phrase(syllables: 7)
                    + silence(0.8) + tone(1000, seconds: 0.5))
        }
    }

    static func tone(_ frequency: Double, seconds: Double) -> [Int16] {
        (0..<Int(seconds * sampleRate)).map { index in
            Int16(8000 * sin(2 * .pi * frequency * Double(index) / sampleRate))
        }
    }

    static func silence(_ seconds: Double) -> [Int16] { [Int16](repeating: 0, count: Int(seconds * sampleRate)) }

    /// Syllables of 160 to 240 ms with 40 ms between them; the pitch falls towards the end.
    private static func phrase(syllables: Int) -> [Int16] {
        (0..<syllables).flatMap { syllable in
            let seconds = 0.16 + 0.04 * Double(syllable % 3)
            let pitch = 140.0 - 3 * Double(syllable) + (syllable % 2 == 0 ? 8 : 0)
            let count = Int(seconds * sampleRate)
            let voiced = (0..<count).map { index in
                let time = Double(index) / sampleRate
                let envelope = sin(.pi * Double(index) / Double(count))
                let wave = (1...8).reduce(0.0) { sum, harmonic in
                    sum + sin(2 * .pi * pitch * Double(harmonic) * time) / Double(harmonic)
                }
                return Int16(6000 * envelope * wave)
            }
            return voiced + silence(0.04)
        }
    }

    private static func padded(_ samples: [Int16]) -> [Int16] {
        let missing = (160 - samples.count % 160) % 160
        return samples + [Int16](repeating: 0, count: missing)
    }
}
