// SPDX-License-Identifier: GPL-3.0-or-later

/// Cuts a stream of bytes into lines, holding back at most one line that is not complete yet.
struct ControlLineSplitter {
    enum Item: Equatable {
        /// Without its newline (and a carriage return before it).
        case line([UInt8])
        /// A line longer than the limit; the rest of it is passed over.
        case tooLong
    }

    private let limit: Int
    private var buffer: [UInt8] = []
    /// Of the first line that was not taken yet.
    private var start = 0
    /// Up to here there is no newline.
    private var scanned = 0
    private var isSkipping = false

    init(limit: Int) { self.limit = limit }

    /// Bytes that wait, complete lines included.
    var waiting: Int { buffer.count - start }
    /// The input may end in the midst of a line.
    var isMidLine: Bool { waiting > 0 || isSkipping }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if start > 0 {
            buffer.removeFirst(start)
            scanned -= start
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next item, nil when more input is needed.
    mutating func next() -> Item? {
        while true {
            guard let newline = buffer[scanned...].firstIndex(of: 10) else {
                scanned = buffer.count
                if isSkipping {
                    drop(to: buffer.count)
                    return nil
                }
                guard waiting > limit else { return nil }
                isSkipping = true
                drop(to: buffer.count)
                return .tooLong
            }
            let line = buffer[start..<newline]
            let wasSkipping = isSkipping
            isSkipping = false
            defer { drop(to: newline + 1) }
            if wasSkipping { continue }
            guard line.count <= limit else { return .tooLong }
            return .line(Array(line.last == 13 ? line.dropLast() : line))
        }
    }

    private mutating func drop(to position: Int) {
        start = position
        scanned = position
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= 256 << 10)
            start = 0
            scanned = 0
        }
    }
}
