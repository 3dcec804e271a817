// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// What can be seen of a write-ahead log without SQLite (sqlite.org/fileformat2.html, section 4).
struct WriteAheadLog: Equatable {
    var salts: UInt64
    /// How often it was begun anew ("checkpoint sequence number").
    var generation: UInt32
    /// Frames that follow each other without damage, at most as many as were asked for.
    var frames: UInt32

    private static let headerSize = 32
    private static let frameHeaderSize = 24

    /// nil: there is none, or its header is damaged.
    static func header(_ descriptor: Int32) -> WriteAheadLog? {
        var bytes = [UInt8](repeating: 0, count: headerSize)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, headerSize, 0) }
        guard count == headerSize else { return nil }
        return bytes.withUnsafeBytes { header($0)?.log }
    }

    /// Counts undamaged frames, up to `most`.
    static func inspect(path: String, upTo most: UInt32) -> WriteAheadLog? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: headerSize)
        guard bytes.withUnsafeMutableBytes({ pread(descriptor, $0.baseAddress, headerSize, 0) }) == headerSize,
            let (found, pageSize, isBigEndian, sum) = bytes.withUnsafeBytes({ header($0) })
        else { return nil }
        var log = found
        var checksum = sum
        var frame = [UInt8](repeating: 0, count: frameHeaderSize + pageSize)
        var position = off_t(headerSize)
        while log.frames < most {
            let count = frame.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, position) }
            guard count == frame.count else { break }
            let isWhole = frame.withUnsafeBytes { bytes in
                checksum.add(bytes, 0..<8, isBigEndian)
                checksum.add(bytes, frameHeaderSize..<bytes.count, isBigEndian)
                return bytes.word(8) == UInt32(truncatingIfNeeded: log.salts >> 32)
                    && bytes.word(12) == UInt32(truncatingIfNeeded: log.salts)
                    && bytes.word(16) == checksum.first && bytes.word(20) == checksum.second
            }
            guard isWhole else { break }
            log.frames += 1
            position += off_t(frame.count)
        }
        return log
    }

    private static func header(_ bytes: UnsafeRawBufferPointer)
        -> (log: WriteAheadLog, pageSize: Int, isBigEndian: Bool, sum: Checksum)?
    {
        let magic = bytes.word(0)
        guard magic & ~1 == 0x377f_0682 else { return nil }
        let isBigEndian = magic & 1 == 1
        var sum = Checksum()
        sum.add(bytes, 0..<24, isBigEndian)
        let pageSize = Int(bytes.word(8))
        guard bytes.word(24) == sum.first, bytes.word(28) == sum.second, (512...65_536).contains(pageSize),
            pageSize % 8 == 0
        else { return nil }
        let log = WriteAheadLog(
            salts: UInt64(bytes.word(16)) << 32 | UInt64(bytes.word(20)), generation: bytes.word(12), frames: 0)
        return (log, pageSize, isBigEndian, sum)
    }

    private struct Checksum {
        var first: UInt32 = 0
        var second: UInt32 = 0

        mutating func add(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ isBigEndian: Bool) {
            for at in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
                let (x, y) = (bytes.word(at), bytes.word(at + 4))
                first = first &+ (isBigEndian ? x : x.byteSwapped) &+ second
                second = second &+ (isBigEndian ? y : y.byteSwapped) &+ first
            }
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Big-endian.
    fileprivate func word(_ at: Int) -> UInt32 {
        UInt32(bigEndian: loadUnaligned(fromByteOffset: at, as: UInt32.self))
    }
}
