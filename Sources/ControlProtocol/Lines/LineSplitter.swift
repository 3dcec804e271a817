// SPDX-License-Identifier: GPL-3.0-or-later

/// Cuts a stream of bytes into lines, for either end of the control socket.
///
/// A line ends with LF; a CR before it goes. Lines that are blank are passed over. What is held never
/// exceeds the limit: of a longer line only that it was there is reported, and the next line is whole
/// again. Bytes after the last LF are no line: a request is complete or it is nothing.
package struct LineSplitter: Sendable {
    package enum Line: Equatable, Sendable {
        case line([UInt8])
        /// More than the limit; its bytes are gone.
        case tooLong
    }

    /// Of a request line, without its LF.
    package static let requestLimit = 64 * 1024
    /// Of a reply line: CDR lines and audio come in larger pieces.
    package static let replyLimit = 1024 * 1024

    package let limit: Int
    private var pending: [UInt8] = []
    private var isSkipping = false

    package init(limit: Int = LineSplitter.requestLimit) { self.limit = limit }

    /// Bytes of an unfinished line that are held.
    package var pendingCount: Int { pending.count }
    /// Whether a line has begun and not ended.
    package var isMidLine: Bool { isSkipping || !pending.isEmpty }

    /// The lines that these bytes complete, in order.
    package mutating func consume(_ bytes: some Collection<UInt8>) -> [Line] {
        // Exports come by the hundred megabytes: no generic collection is gone through byte by byte.
        Array(bytes).withUnsafeBufferPointer { consume($0) }
    }

    private mutating func consume(_ bytes: UnsafeBufferPointer<UInt8>) -> [Line] {
        var lines: [Line] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 10) {
            append(UnsafeBufferPointer(rebasing: rest[..<end]))
            rest = rest[(end + 1)...]
            if isSkipping {
                lines.append(.tooLong)
            } else {
                if pending.last == 13 { pending.removeLast() }
                if pending.contains(where: { $0 != 32 && $0 != 9 }) { lines.append(.line(pending)) }
            }
            isSkipping = false
            pending.removeAll(keepingCapacity: pending.count < 4096)
        }
        append(UnsafeBufferPointer(rebasing: rest))
        return lines
    }

    private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard !isSkipping else { return }
        guard pending.count + bytes.count <= limit else {
            isSkipping = true
            pending = []
            return
        }
        pending.append(contentsOf: bytes)
    }
}
