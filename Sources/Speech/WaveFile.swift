// SPDX-License-Identifier: GPL-3.0-or-later

/// Why bytes are no WAV file that is read directly.
package enum WaveError: Error, Equatable, Sendable, CustomStringConvertible {
    case notWave
    case truncated(String)
    case missing(String)
    /// A good file, but another program must convert it.
    case needsConversion(String)

    package var description: String {
        switch self {
        case .notWave: "not a WAV file"
        case .truncated(let what): "the WAV file is cut off in its \(what)"
        case .missing(let what): "the WAV file has no \(what) chunk"
        case .needsConversion(let what): what
        }
    }
}

/// RIFF/WAVE with 8 kHz mono sound: 16-bit PCM, 8-bit PCM, A-law or mu-law.
package enum WaveFile {
    /// Samples of a file at 8 kHz mono; anything else throws ``WaveError/needsConversion(_:)``.
    ///
    /// A sound that is shorter than its header says is an error: half a message must not go out. The
    /// exception is a header that was written before the length was known; see ``withTrueLength(_:)``.
    package static func decode(_ bytes: [UInt8]) throws(WaveError) -> [Int16] {
        let (format, data, _) = try chunks(bytes)
        return try samples(bytes[data], format)
    }

    /// The same file with the length that it really has, for programs that write to a pipe and put
    /// 0, 0x7ffff000 (espeak-ng, sox) or 0xffffffff (ffmpeg) there; other files come back unchanged.
    static func withTrueLength(_ bytes: [UInt8]) -> [UInt8] {
        guard let (_, data, isStream) = try? chunks(bytes), isStream else { return bytes }
        var result = Array(bytes[..<data.upperBound])
        result.replaceSubrange(4..<8, with: little(data.upperBound - 8, 4))
        result.replaceSubrange(data.lowerBound - 4..<data.lowerBound, with: little(data.count, 4))
        return result
    }

    private typealias Format = (tag: Int, channels: Int, rate: Int, bits: Int)

    private static func chunks(
        _ bytes: [UInt8]
    ) throws(WaveError) -> (format: Format, data: Range<Int>, isStream: Bool) {
        guard bytes.count >= 12, tag(bytes, 0) == "RIFF", tag(bytes, 8) == "WAVE" else { throw .notWave }
        var position = 12
        var format: Format?
        while position + 8 <= bytes.count {
            let name = tag(bytes, position)
            let size = number(bytes, position + 4, 4)
            let start = position + 8
            switch name {
            case "fmt ":
                guard size >= 16, start + size <= bytes.count else { throw .truncated("fmt chunk") }
                var code = number(bytes, start, 2)
                // WAVE_FORMAT_EXTENSIBLE names the format in its first GUID bytes.
                if code == 0xfffe, size >= 26 { code = number(bytes, start + 24, 2) }
                format = (code, number(bytes, start + 2, 2), number(bytes, start + 4, 4), number(bytes, start + 14, 2))
            case "data":
                guard let format else { throw .missing("fmt") }
                let isStream = size >= 0x7f00_0000 || size == 0 && number(bytes, 4, 4) != bytes.count - 8
                guard isStream || start + size <= bytes.count else { throw .truncated("sound") }
                return (format, start..<(isStream ? bytes.count : start + size), isStream)
            default: break
            }
            position = start + size + size % 2
        }
        throw format == nil ? .missing("fmt") : .missing("data")
    }

    private static func samples(
        _ data: ArraySlice<UInt8>, _ format: Format
    ) throws(WaveError) -> [Int16] {
        guard format.channels == 1 else { throw .needsConversion("it has \(format.channels) channels") }
        guard format.rate == 8000 else { throw .needsConversion("its rate is \(format.rate) Hz") }
        switch (format.tag, format.bits) {
        case (1, 16):
            return stride(from: data.startIndex, to: data.endIndex - 1, by: 2).map {
                Int16(bitPattern: UInt16(data[$0]) | UInt16(data[$0 + 1]) << 8)
            }
        case (1, 8): return data.map { (Int16($0) - 128) << 8 }
        case (6, 8): return G711.decodeALaw(data)
        case (7, 8): return G711.decodeMuLaw(data)
        default: throw .needsConversion("its format is \(format.tag) with \(format.bits) bits")
        }
    }

    /// A file of 16-bit PCM, 8 kHz, mono.
    package static func encode(_ samples: [Int16]) -> [UInt8] {
        let size = samples.count * 2
        var bytes = Array("RIFF".utf8) + little(36 + size, 4) + Array("WAVEfmt ".utf8)
        bytes += little(16, 4) + little(1, 2) + little(1, 2) + little(8000, 4) + little(16_000, 4)
        bytes += little(2, 2) + little(16, 2) + Array("data".utf8) + little(size, 4)
        bytes.reserveCapacity(bytes.count + size)
        for sample in samples {
            bytes.append(UInt8(truncatingIfNeeded: sample))
            bytes.append(UInt8(truncatingIfNeeded: sample >> 8))
        }
        return bytes
    }

    private static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static func tag(_ bytes: [UInt8], _ at: Int) -> String {
        String(decoding: bytes[at..<at + 4], as: UTF8.self)
    }

    private static func number(_ bytes: [UInt8], _ at: Int, _ count: Int) -> Int {
        (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
    }
}
