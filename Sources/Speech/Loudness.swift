// SPDX-License-Identifier: GPL-3.0-or-later

/// Brings speech to telephone level without clipping.
///
/// The level is the active speech level in the manner of ITU-T P.56: the mean power of those 20 ms frames
/// that are not more than 20 dB below that mean itself, so that silence in a recording does not count.
/// Texts and recordings are brought to -20 dBov (about -14 dBm0 in G.711, near what a talker produces).
/// Peaks that would pass -3 dBFS are turned down for some milliseconds around them: turning down the
/// whole piece would leave it up to 3 dB quieter than its neighbours.
package enum Loudness {
    /// Changes of the method change every prompt's hash.
    static let version = "loudness-2"
    package static let targetLevel = -20.0
    package static let peakLevel = -3.0
    private static let frame = 160
    /// What is more than this below the target is noise; more gain would only lift it.
    private static let largestGain = 40.0
    private static let largestMakeUp = 6.0
    /// 5 ms at 8 kHz, to each side of a peak.
    private static let reach = 40

    /// Active speech level in dBov; nil for silence.
    package static func activeLevel(_ samples: [Int16]) -> Double? {
        var powers: [Double] = []
        for start in stride(from: 0, to: samples.count, by: frame) {
            let part = samples[start..<min(start + frame, samples.count)]
            powers.append(part.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(part.count))
        }
        var mean = powers.reduce(0, +) / Double(max(1, powers.count))
        guard mean > 1 else { return nil }
        // Each round leaves out more silence, so the mean rises and this ends.
        while true {
            let active = powers.filter { $0 >= mean / 100 }
            guard active.count < powers.count else { break }
            powers = active
            mean = active.reduce(0, +) / Double(active.count)
        }
        return decibel(mean / (32768.0 * 32768.0))
    }

    /// At the target level, without direct current.
    package static func normalised(_ samples: [Int16]) -> [Int16] {
        guard !samples.isEmpty else { return samples }
        let offset = samples.reduce(0.0) { $0 + Double($1) } / Double(samples.count)
        let centred = samples.map { Double($0) - offset }
        guard let level = activeLevel(rounded(centred)) else { return rounded(centred) }
        let gain = min(targetLevel - level, largestGain)
        let wanted = level + gain
        var result = limited(centred, gain)
        // What the limiter takes away is given back, as long as that brings the level nearer: beyond, it
        // would only lift what lies between the peaks.
        var makeUp = 0.0
        while let reached = activeLevel(result), wanted - reached > 0.1, makeUp < largestMakeUp {
            makeUp = min(makeUp + wanted - reached, largestMakeUp)
            let louder = limited(centred, gain + makeUp)
            guard let level = activeLevel(louder), level > reached + 0.02 else { break }
            result = louder
        }
        return result
    }

    /// A limiter that looks ahead. Each factor is the mean, over `reach` to both sides, of the smallest
    /// factor needed within `reach` of there: it moves without steps and never leaves a peak above.
    private static func limited(_ samples: [Double], _ gain: Double) -> [Int16] {
        let factor = power(gain)
        let ceiling = 32768 * power(peakLevel)
        let needed = samples.map { abs($0) * factor > ceiling ? ceiling / (abs($0) * factor) : 1 }
        guard needed.contains(where: { $0 < 1 }) else { return rounded(samples.map { $0 * factor }) }
        var smallest = [Double](repeating: 1, count: samples.count + 2 * reach)
        for (index, value) in needed.enumerated() where value < 1 {
            for near in index...(index + 2 * reach) { smallest[near] = min(smallest[near], value) }
        }
        var sum = smallest[..<(2 * reach)].reduce(0, +)
        return samples.indices.map { index in
            sum += smallest[index + 2 * reach]
            let mean = min(1, sum / Double(2 * reach + 1))
            sum -= smallest[index]
            // Towards zero: rounding up would pass the ceiling.
            return Int16(clamping: Int(samples[index] * factor * mean))
        }
    }

    private static func rounded(_ samples: [Double]) -> [Int16] {
        samples.map { Int16(clamping: Int($0.rounded())) }
    }

    private static func decibel(_ ratio: Double) -> Double { 10 * logarithm(ratio) }
    private static func power(_ decibels: Double) -> Double { exponential(decibels / 20) }
}
