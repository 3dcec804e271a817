// SPDX-License-Identifier: GPL-3.0-or-later

/// Brings speech to telephone level without clipping.
///
/// The level is the active speech level in the manner of ITU-T P.56: the mean power of those 20 ms frames
/// that are not more than 20 dB below the mean of all. Texts and recordings are brought to -20 dBov
/// (about -14 dBm0 in G.711, near what a talker produces), or less where a peak would pass -3 dBov.
public enum Loudness {
    /// Changes of the method change every prompt's hash.
    static let version = "loudness-1"
    public static let targetLevel = -20.0
    public static let peakLevel = -3.0
    private static let frame = 160

    /// Active speech level in dBov; nil for silence.
    public static func activeLevel(_ samples: [Int16]) -> Double? {
        var powers: [Double] = []
        for start in stride(from: 0, to: samples.count, by: frame) {
            let part = samples[start..<min(start + frame, samples.count)]
            powers.append(part.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(part.count))
        }
        let mean = powers.reduce(0, +) / Double(max(1, powers.count))
        guard mean > 1 else { return nil }
        let active = powers.filter { $0 >= mean / 100 }
        return decibel(active.reduce(0, +) / Double(active.count) / (32768.0 * 32768.0))
    }

    /// At the target level, without direct current.
    public static func normalised(_ samples: [Int16]) -> [Int16] {
        guard !samples.isEmpty else { return samples }
        let offset = samples.reduce(0.0) { $0 + Double($1) } / Double(samples.count)
        let centred = samples.map { Double($0) - offset }
        guard let level = activeLevel(centred.map { Int16(clamping: Int($0.rounded())) }) else { return samples }
        let peak = centred.reduce(0) { max($0, abs($1)) }
        let wanted = power(targetLevel - level)
        let allowed = peak > 0 ? 32768 * power(peakLevel) / peak : wanted
        let gain = min(wanted, allowed)
        return centred.map { Int16(clamping: Int(($0 * gain).rounded())) }
    }

    private static func decibel(_ ratio: Double) -> Double { 10 * logarithm(ratio) }
    private static func power(_ decibels: Double) -> Double { exponential(decibels / 20) }
}
