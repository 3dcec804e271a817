// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import GatewayCore

/// Why a sound cannot be read.
struct ConversionError: Error, Equatable {
    var reason: String
}

/// Makes 8 kHz mono of any sound: by itself where it is that already, otherwise through sox, or ffmpeg
/// where sox cannot. Blocks; any thread.
///
/// The programs get the content on their standard input and never a path: a name that they take for
/// more than a name (`|command`, a playlist) has no effect, and what was hashed is what is converted.
struct SoundConverter: Sendable {
    /// Changes of the method change every converted sound.
    static let version = "convert-1"

    /// Programs at the same time, shared with text-to-speech.
    let places: DispatchSemaphore
    let timeLimit: Interval

    func samples(of bytes: [UInt8]) throws(ConversionError) -> [Int16] {
        do {
            return try WaveFile.decode(bytes)
        } catch {
            switch error {
            // sox would read as much as is there: half a message.
            case .truncated, .missing: throw ConversionError(reason: "\(error)")
            case .notWave, .needsConversion: return try convert(WaveFile.withTrueLength(bytes), why: "\(error)")
            }
        }
    }

    private func convert(_ bytes: [UInt8], why: String) throws(ConversionError) -> [Int16] {
        var programs: [[String]] = []
        if let type = Self.soxType(of: bytes) {
            // -D and -R: without dither, or with the same one, the same input gives the same prompt.
            programs.append([
                "sox", "-V1", "-D", "-R", "-t", type, "-", "-t", "wav", "-e", "signed-integer", "-b", "16", "-c", "1",
                "-r", "8000", "-",
            ])
        }
        programs.append([
            "ffmpeg", "-nostdin", "-v", "error", "-protocol_whitelist", "pipe", "-i", "pipe:0", "-ac", "1", "-ar",
            "8000", "-c:a", "pcm_s16le", "-bitexact", "-f", "wav", "pipe:1",
        ])
        var reasons = [why]
        for program in programs {
            places.wait()
            let result = ChildProcess.run(program, input: bytes, timeLimit: timeLimit)
            places.signal()
            switch result {
            case .output(let converted):
                if let samples = try? WaveFile.decode(converted), !samples.isEmpty { return samples }
                reasons.append("\(program[0]) gave no sound")
            case .notFound: reasons.append("\(program[0]) is not installed")
            case .timedOut: reasons.append("\(program[0]) did not finish in time")
            case .failed(let reason): reasons.append("\(program[0]): \(reason)")
            }
        }
        throw ConversionError(reason: reasons.joined(separator: "; "))
    }

    /// From its first bytes, since sox cannot tell from a pipe; nil leaves it to ffmpeg.
    private static func soxType(of bytes: [UInt8]) -> String? {
        func starts(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
        if starts("RIFF") || starts("RIFX") { return "wav" }
        if starts("fLaC") { return "flac" }
        if starts("OggS") { return bytes.prefix(64).contains(sequence: "OpusHead") ? "opus" : "ogg" }
        if starts("FORM") { return "aiff" }
        if starts(".snd") { return "au" }
        if starts("ID3") || bytes.count > 1 && bytes[0] == 0xff && bytes[1] & 0xe0 == 0xe0 { return "mp3" }
        return nil
    }
}

extension ArraySlice<UInt8> {
    fileprivate func contains(sequence text: String) -> Bool {
        indices.contains { self[$0...].starts(with: text.utf8) }
    }
}
