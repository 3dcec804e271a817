// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Speech

@Suite struct WaveFileTests {
    /// Three samples: 1, -2, 32767.
    static let golden: [UInt8] =
        Array("RIFF".utf8) + [42, 0, 0, 0]  // 36 + 6 bytes follow
        + Array("WAVEfmt ".utf8) + [16, 0, 0, 0]  // length of the fmt chunk
        + [1, 0]  // PCM
        + [1, 0]  // mono
        + [0x40, 0x1f, 0, 0]  // 8000 Hz
        + [0x80, 0x3e, 0, 0]  // 16000 bytes a second
        + [2, 0]  // bytes a frame
        + [16, 0]  // bits a sample
        + Array("data".utf8) + [6, 0, 0, 0]
        + [1, 0, 0xfe, 0xff, 0xff, 0x7f]

    /// A file with one fmt chunk and the given chunks after it.
    static func file(
        format: Int = 1, channels: Int = 1, rate: Int = 8000, bits: Int = 16, more: [UInt8] = [],
        _ chunks: [(String, [UInt8])]
    ) -> [UInt8] {
        let frame = channels * bits / 8
        let head =
            little(format, 2) + little(channels, 2) + little(rate, 4) + little(rate * frame, 4)
            + little(frame, 2) + little(bits, 2) + more
        var body = Array("WAVE".utf8)
        for (name, content) in [("fmt ", head)] + chunks {
            body += Array(name.utf8) + little(content.count, 4) + content + (content.count % 2 == 1 ? [0] : [])
        }
        return Array("RIFF".utf8) + little(body.count, 4) + body
    }

    static func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    @Test("Golden file, both ways")
    func goldenFile() throws {
        #expect(WaveFile.encode([1, -2, 32767]) == Self.golden)
        #expect(try WaveFile.decode(Self.golden) == [1, -2, 32767])
    }

    @Test("Every direct format")
    func formats() throws {
        #expect(try WaveFile.decode(Self.file(bits: 8, [("data", [128, 0, 255])])) == [0, -32768, 32512])
        #expect(try WaveFile.decode(Self.file(format: 6, bits: 8, [("data", [0xd5, 0x2a])])) == [8, -32256])
        #expect(try WaveFile.decode(Self.file(format: 7, bits: 8, [("data", [0xff, 0x00])])) == [0, -32124])
        // WAVE_FORMAT_EXTENSIBLE: 22 more bytes, 16 valid bits, no speaker, a GUID that begins with 1 (PCM).
        let extensible: [UInt8] = [22, 0, 16, 0, 0, 0, 0, 0, 1, 0] + [UInt8](repeating: 0, count: 14)
        #expect(try WaveFile.decode(Self.file(format: 0xfffe, more: extensible, [("data", [5, 0])])) == [5])
    }

    @Test("Chunks before and after the sound are skipped, odd ones with their padding")
    func otherChunks() throws {
        let bytes = Self.file([("LIST", [1, 2, 3]), ("data", [7, 0]), ("id3 ", [9, 9, 9, 9])])
        #expect(try WaveFile.decode(bytes) == [7])
    }

    @Test("Other rates, channels and formats are for the converter")
    func conversion() {
        for bytes in [
            Self.file(rate: 22050, [("data", [0, 0])]), Self.file(channels: 2, [("data", [0, 0, 0, 0])]),
            Self.file(bits: 24, [("data", [0, 0, 0])]), Self.file(format: 0x55, bits: 0, [("data", [0, 0])]),
        ] {
            #expect {
                _ = try WaveFile.decode(bytes)
            } throws: {
                if case .needsConversion = $0 as? WaveError { true } else { false }
            }
        }
    }

    @Test("A file that is cut off anywhere is refused, and never read as a shorter message")
    func truncated() {
        for count in 0..<Self.golden.count {
            #expect(throws: WaveError.self, "\(count) bytes") {
                try WaveFile.decode(Array(Self.golden.prefix(count)))
            }
        }
        // Also where another program would have to convert it.
        let stereo = Self.file(channels: 2, [("data", [UInt8](repeating: 1, count: 400))])
        #expect(throws: WaveError.truncated("sound")) { try WaveFile.decode(Array(stereo.dropLast(40))) }
    }

    @Test("A length that was not known when the header was written means \"to the end\"")
    func streams() throws {
        for length in [[0, 0xf0, 0xff, 0x7f], [0xff, 0xff, 0xff, 0xff], [0, 0, 0, 0]] as [[UInt8]] {
            var bytes = Self.golden
            bytes.replaceSubrange(4..<8, with: length)
            bytes.replaceSubrange(40..<44, with: length)
            #expect(try WaveFile.decode(bytes) == [1, -2, 32767])
            #expect(WaveFile.withTrueLength(bytes) == Self.golden)
        }
        #expect(WaveFile.withTrueLength(Self.golden) == Self.golden)
        #expect(try WaveFile.decode(Self.file([("data", []), ("LIST", [1, 2, 3, 4])])) == [])
    }

    @Test("Hostile bytes end in an error or in samples, never in a trap")
    func hostile() {
        #expect(throws: WaveError.notWave) { try WaveFile.decode(Array("ID3 something else".utf8)) }
        #expect(throws: WaveError.missing("fmt")) { try WaveFile.decode(Array("RIFF    WAVEdata\0\0\0\0".utf8)) }
        // Each byte in turn gets each of some values: lengths of 4 GiB and of nothing are among them.
        for index in Self.golden.indices {
            for value in [0, 1, 0x7f, 0x80, 0xff] as [UInt8] {
                var bytes = Self.golden
                bytes[index] = value
                _ = try? WaveFile.decode(bytes)
                _ = WaveFile.withTrueLength(bytes)
            }
        }
    }
}
