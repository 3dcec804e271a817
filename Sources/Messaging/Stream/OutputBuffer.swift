// SPDX-License-Identifier: GPL-3.0-or-later

/// Bytes on their way out: appended at the end, sent from the front. Used by one queue.
final class OutputBuffer {
    private static let smallest = 4096
    /// An empty buffer gives back more than this: a burst must not hold its memory for good.
    private static let kept = 256 << 10

    private var storage: UnsafeMutableRawBufferPointer
    private var head = 0
    private var tail = 0

    init() {
        storage = .allocate(byteCount: 0, alignment: 1)
    }

    deinit {
        storage.deallocate()
    }

    var count: Int { tail - head }
    var isEmpty: Bool { tail == head }

    /// Valid until the next call that changes the buffer.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage[head..<tail]) }

    func append(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 0 else { return }
        reserve(bytes.count)
        UnsafeMutableRawBufferPointer(rebasing: storage[tail..<tail + bytes.count]).copyMemory(from: bytes)
        tail += bytes.count
    }

    /// `fill` writes into the room it is given and returns how many bytes.
    func append(atMost size: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Int) {
        reserve(size)
        tail += fill(UnsafeMutableRawBufferPointer(rebasing: storage[tail..<tail + size]))
    }

    func removeFirst(_ size: Int) {
        head += size
        precondition(head <= tail)
        if head == tail { removeAll() }
    }

    func removeAll() {
        head = 0
        tail = 0
        if storage.count > Self.kept {
            storage.deallocate()
            storage = .allocate(byteCount: 0, alignment: 1)
        }
    }

    private func reserve(_ size: Int) {
        guard storage.count - tail < size else { return }
        let count = self.count
        // Moving within is only cheap while it frees at least as much as it moves.
        if storage.count - count >= size, head >= count {
            storage.baseAddress?.copyMemory(from: storage[head..<tail])
        } else {
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(Self.smallest, 2 * storage.count, count + size), alignment: 1)
            larger.copyMemory(from: bytes)
            storage.deallocate()
            storage = larger
        }
        head = 0
        tail = count
    }
}

extension UnsafeMutableRawPointer {
    fileprivate func copyMemory(from slice: Slice<UnsafeMutableRawBufferPointer>) {
        let source = UnsafeMutableRawBufferPointer(rebasing: slice)
        if let base = source.baseAddress { copyMemory(from: base, byteCount: source.count) }
    }
}
