// SPDX-License-Identifier: GPL-3.0-or-later
import Synchronization

/// The prompts' audio, at addresses that do not move, until the RTP thread has let go of it.
final class PromptBuffers: Sendable {
    /// Immutable once made: safe to hand from thread to thread.
    struct Pair: @unchecked Sendable {
        let pcma: UnsafeMutablePointer<UInt8>
        let pcmu: UnsafeMutablePointer<UInt8>
    }

    private let pairs = Mutex<[UInt32: Pair]>([:])

    deinit { releaseAll() }

    /// `nil` when the id is in use.
    func add(_ id: UInt32, pcma: ArraySlice<UInt8>, pcmu: ArraySlice<UInt8>) -> Pair? {
        let pair = Pair(pcma: PromptBuffers.copy(pcma), pcmu: PromptBuffers.copy(pcmu))
        let isNew = pairs.withLock { pairs in
            guard pairs[id] == nil else { return false }
            pairs[id] = pair
            return true
        }
        guard isNew else {
            PromptBuffers.free(pair)
            return nil
        }
        return pair
    }

    func release(_ id: UInt32) {
        if let pair = pairs.withLock({ $0.removeValue(forKey: id) }) { PromptBuffers.free(pair) }
    }

    func releaseAll() {
        let all = pairs.withLock { pairs in
            defer { pairs = [:] }
            return pairs
        }
        for pair in all.values { PromptBuffers.free(pair) }
    }

    private static func copy(_ bytes: ArraySlice<UInt8>) -> UnsafeMutablePointer<UInt8> {
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, bytes.count))
        _ = buffer.initialize(from: bytes)
        // An allocated buffer always has a base address.
        return buffer.baseAddress ?? UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
    }

    private static func free(_ pair: Pair) {
        pair.pcma.deallocate()
        pair.pcmu.deallocate()
    }
}
