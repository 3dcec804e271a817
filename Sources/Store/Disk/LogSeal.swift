// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Glibc
import Platform

/// What the disk had of the journal when it was written last, in a small file of its own: SQLite takes a write-ahead log
/// that is cut or flipped for one that ends there (sqlite.org/walformat.html), and would go back without a word.
///
/// It is written after each commit that waited for the disk, without waiting itself: after a crash of the process it is
/// exact, after a loss of power it may be some seconds old. So it never claims more than the disk has. Two places take
/// turns, so that one of them is always whole.
struct LogSeal: Equatable, Sendable {
    /// Numbers the seals.
    var serial: UInt64 = 0
    /// Of the log: both its salts, and how often it was begun anew.
    var salts: UInt64 = 0
    var generation: UInt32 = 0
    /// The disk has so many frames of the log; 0: the database has all of it.
    var frames: UInt32 = 0
    /// The journal's last sign of life, microseconds since 1970 in UTC; 0: none.
    var alive: Int64 = 0
    /// The highest number of an attempt: a Call-ID is never used twice, whatever was lost.
    var attempt: Int64 = 0
    /// Of the newest row of the ledger.
    var sequence: Int64 = 0

    private static let magic: UInt64 = 0x6275_7267_7365_616c  // "burgseal"
    static let size = 64
    static let fileSize = 1024
    private static let places: [off_t] = [0, 512]

    /// FNV-1a over words: chance and torn writes are told from seals; nobody defends against forgery here.
    private static func sum(_ words: some Sequence<UInt64>) -> UInt64 {
        words.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ $1) &* 0x100_0000_01b3 }
    }

    /// Seven words and their sum, big-endian. Without an array: this comes with each commit.
    func withOctets<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 8) { words in
            words[0] = Self.magic
            words[1] = serial
            words[2] = salts
            words[3] = UInt64(generation) << 32 | UInt64(frames)
            words[4] = UInt64(bitPattern: alive)
            words[5] = UInt64(bitPattern: attempt)
            words[6] = UInt64(bitPattern: sequence)
            words[7] = Self.sum(words[..<7])
            for index in words.indices { words[index] = words[index].bigEndian }
            return body(UnsafeRawBufferPointer(words))
        }
    }

    var octets: [UInt8] { withOctets { Array($0) } }

    init() {}

    /// nil: no seal.
    init?(_ octets: some Collection<UInt8>) {
        guard octets.count == Self.size else { return nil }
        let bytes = Array(octets)
        let words = stride(from: 0, to: Self.size, by: 8).map { at in
            bytes[at..<(at + 8)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        guard words[0] == Self.magic, words[7] == Self.sum(words[..<7]) else { return nil }
        serial = words[1]
        salts = words[2]
        generation = UInt32(words[3] >> 32)
        frames = UInt32(truncatingIfNeeded: words[3])
        alive = Int64(bitPattern: words[4])
        attempt = Int64(bitPattern: words[5])
        sequence = Int64(bitPattern: words[6])
    }

    /// The newest of both places; nil: neither is whole.
    static func read(_ path: String) -> LogSeal? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return places.compactMap { place in
            var bytes = [UInt8](repeating: 0, count: size)
            let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, size, place) }
            return count == size ? LogSeal(bytes) : nil
        }.max { $0.serial < $1.serial }
    }

    var place: off_t { Self.places[Int(serial % 2)] }
}

/// The file of the seal. Any thread.
final class LogSealFile: Sendable {
    private struct State {
        var seal: LogSeal
        var descriptor: Int32
        var number: UInt64 = 0
    }
    private let state: Locked<State>

    /// - Parameter found: What stood there.
    init(path: String, found: LogSeal?, _ operation: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, posix_fallocate(descriptor, 0, off_t(LogSeal.fileSize)) == 0 else {
            throw StoreError(operation: operation, message: "\(path): \(systemError(errno))")
        }
        state = Locked(State(seal: found ?? LogSeal(), descriptor: descriptor))
    }

    deinit { close(state.snapshot.descriptor) }

    var seal: LogSeal { state.snapshot.seal }

    /// The disk has what the seal then says. What it cannot take leaves the former seal, which claims less.
    ///
    /// - Parameter number: Of two that come at once the higher one counts.
    func note(_ number: UInt64, _ change: (inout LogSeal) -> Void) {
        state.withLock { state in
            guard number >= state.number else { return }
            state.number = number
            change(&state.seal)
            state.seal.serial += 1
            let (descriptor, place) = (state.descriptor, state.seal.place)
            state.seal.withOctets { _ = pwrite(descriptor, $0.baseAddress, $0.count, place) }
        }
    }

    /// Asks the disk for it; for quiet moments.
    func harden() { _ = state.withLock { fdatasync($0.descriptor) } }
}
