// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Speech

@Suite struct G711Tests {
    /// ITU-T G.711 tables 1a and 1b: 13-bit values times 8.
    @Test(
        "A-law: golden values",
        arguments: [
            (0, 0xd5), (15, 0xd5), (16, 0xd4),  // the smallest steps: decision value 2
            (-1, 0x55), (-16, 0x55), (-17, 0x54),
            (511, 0xca), (512, 0xf5),  // into the next segment
            (1023, 0xfa), (1024, 0xe5),
            (16383, 0xba), (16384, 0xa5),
            (32767, 0xaa), (-32768, 0x2a),  // overload
        ] as [(Int16, UInt8)])
    func aLaw(sample: Int16, code: UInt8) {
        #expect(G711.encodeALaw([sample]) == [code])
    }

    /// ITU-T G.711 tables 2a and 2b: 14-bit values times 4.
    @Test(
        "mu-law: golden values",
        arguments: [
            (0, 0xff), (3, 0xff), (4, 0xfe), (-1, 0x7f), (-4, 0x7e),
            (123, 0xf0), (124, 0xef),  // decision value 31
            (380, 0xdf), (892, 0xcf), (1916, 0xbf), (3964, 0xaf), (8060, 0x9f), (16252, 0x8f),  // each segment's first
            (32635, 0x80), (32767, 0x80), (-32768, 0x00),  // overload
        ] as [(Int16, UInt8)])
    func muLaw(sample: Int16, code: UInt8) {
        #expect(G711.encodeMuLaw([sample]) == [code])
    }

    @Test("Silence is silence, and the ends of the scale are those of the Recommendation")
    func decoded() {
        #expect(G711.decodeALaw([0xd5, 0x55, 0xaa, 0x2a]) == [8, -8, 32256, -32256])
        #expect(G711.decodeMuLaw([0xff, 0x7f, 0x80, 0x00]) == [0, 0, 32124, -32124])
        #expect(G711.encodeALaw([0]) == [G711.silenceALaw])
        #expect(G711.encodeMuLaw([0]) == [G711.silenceMuLaw])
    }

    @Test("A code decodes and encodes to itself; mu-law has two zeros")
    func roundTrip() {
        let codes = (0...255).map { UInt8($0) }
        #expect(G711.encodeALaw(G711.decodeALaw(codes)) == codes)
        #expect(G711.encodeMuLaw(G711.decodeMuLaw(codes)) == codes.map { $0 == 0x7f ? 0xff : $0 })
    }

    @Test("A louder sample never gets a quieter code")
    func monotone() {
        let rising = (Int16.min...Int16.max).map { $0 }
        for decoded in [G711.decodeALaw(G711.encodeALaw(rising)), G711.decodeMuLaw(G711.encodeMuLaw(rising))] {
            #expect(zip(decoded, decoded.dropFirst()).allSatisfy { $0 <= $1 })
        }
    }

    /// sox rounds to 13 and 14 bits first, so its code may be the neighbour near a decision value.
    @Test("sox decodes the same and encodes to the same code or its neighbour", .enabled(if: hasProgram("sox")))
    func sox() throws {
        for (name, decode, encode) in [
            ("a-law", { G711.decodeALaw($0) }, { G711.encodeALaw($0) }),
            ("u-law", { G711.decodeMuLaw($0) }, { G711.encodeMuLaw($0) }),
        ] as [(String, ([UInt8]) -> [Int16], ([Int16]) -> [UInt8])] {
            let companded = ["-t", "raw", "-r", "8000", "-c", "1", "-e", name, "-b", "8", "-"]
            let linear = ["-t", "raw", "-r", "8000", "-c", "1", "-e", "signed", "-b", "16", "-L", "-"]
            let codes = (0...255).map { UInt8($0) }
            let soxDecoded = ChildProcess.run(
                ["sox", "-V1", "-D"] + companded + linear, input: codes, timeLimit: .seconds(20))
            #expect(soxDecoded == .output(littleEndian(decode(codes))))
            let samples = (Int16.min...Int16.max).map { $0 }
            let soxEncoded = ChildProcess.run(
                ["sox", "-V1", "-D"] + linear + companded, input: littleEndian(samples), timeLimit: .seconds(20))
            guard case .output(let theirs) = soxEncoded else {
                Issue.record("sox: \(soxEncoded)")
                continue
            }
            let levels = Array(Set(decode(codes))).sorted()
            let place = Dictionary(uniqueKeysWithValues: levels.enumerated().map { ($1, $0) })
            let distances = zip(decode(encode(samples)), decode(theirs)).map {
                abs((place[$0] ?? 0) - (place[$1] ?? 0))
            }
            #expect(theirs.count == samples.count)
            #expect(distances.max() ?? 9 <= 1)
        }
    }

    private func littleEndian(_ samples: [Int16]) -> [UInt8] {
        samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }
}
