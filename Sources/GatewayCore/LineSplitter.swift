// SPDX-License-Identifier: GPL-3.0-or-later

/// Cuts a stream of bytes into lines, whoever sends it: a client, the daemon, or a file.
///
/// A line ends with LF; a CR before it goes. Of a line that is longer than the limit only that it is there is
/// reported, once and as soon as that is certain, and the next line is whole again. Lines wait inside until they are
/// taken, so that a reader can stop in the midst of what came; of an unfinished one never more than the limit is kept.
package struct LineSplitter: Sendable {
    package enum Line: Equatable, Sendable {
        case line([UInt8])
        /// More than the limit; its bytes are gone.
        case tooLong
    }

    /// Bytes of a line without its LF.
    package let limit: Int
    private var buffer: [UInt8] = []
    /// Of the first line that was not taken yet.
    private var start = 0
    /// Up to here there is no LF.
    private var scanned = 0
    /// The rest of a line that was reported as too long is passed over.
    private var isSkipping = false

    /// Above this many bytes the room of a long line is given back.
    private static let keptCapacity = 256 * 1024

    package init(limit: Int) { self.limit = limit }

    /// Bytes that wait, complete lines included.
    package var waiting: Int { buffer.count - start }
    /// A line has begun and not ended.
    package var isMidLine: Bool { waiting > 0 || isSkipping }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        discardTaken()
        buffer.append(contentsOf: bytes)
    }

    /// Takes the array over, uncopied, when nothing waits.
    package mutating func append(_ bytes: [UInt8]) {
        discardTaken()
        if buffer.isEmpty { buffer = bytes } else { buffer += bytes }
    }

    /// The next line, blank ones included; nil when more bytes are needed.
    package mutating func next() -> Line? {
        while true {
            guard let end = endOfLine() else {
                scanned = buffer.count
                if isSkipping {
                    take(to: buffer.count)
                    return nil
                }
                guard waiting > limit else { return nil }
                isSkipping = true
                take(to: buffer.count)
                return .tooLong
            }
            defer { take(to: end + 1) }
            if isSkipping {
                isSkipping = false
                continue
            }
            guard end - start <= limit else { return .tooLong }
            let hasReturn = end > start && buffer[end - 1] == 13
            return .line(Array(buffer[start..<(hasReturn ? end - 1 : end)]))
        }
    }

    /// What stands behind the last LF, when the stream has ended and every line was taken; nil: nothing.
    package mutating func finish() -> Line? {
        defer {
            take(to: buffer.count)
            isSkipping = false
        }
        return waiting > 0 ? .line(Array(buffer[start...])) : nil
    }

    /// The lines that these bytes complete, in order, without the blank ones.
    package mutating func consume(_ bytes: some Collection<UInt8>) -> [Line] {
        append(Array(bytes))
        var lines: [Line] = []
        while let line = next() {
            if case .line(let text) = line, text.allSatisfy({ $0 == 32 || $0 == 9 }) { continue }
            lines.append(line)
        }
        return lines
    }

    private func endOfLine() -> Int? {
        buffer.withUnsafeBufferPointer { $0[scanned...].firstIndex(of: 10) }
    }

    private mutating func take(to position: Int) {
        start = position
        scanned = position
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= Self.keptCapacity)
            start = 0
            scanned = 0
        }
    }

    private mutating func discardTaken() {
        guard start > 0 else { return }
        buffer.removeFirst(start)
        scanned -= start
        start = 0
    }
}
