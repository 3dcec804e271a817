// SPDX-License-Identifier: GPL-3.0-or-later

/// `{"lines":[...]}`, as ``Reply/Body/lines(_:)``, written and read as bytes: exports have millions of lines, and a
/// general encoder takes longer than everything else together.
package struct LinesReply: Sendable {
    private var bytes: [UInt8]
    package private(set) var count = 0

    package init(tag: String? = nil) {
        bytes = Array("{".utf8)
        bytes.reserveCapacity(64 * 1024)
        if let tag {
            bytes += Array("\"id\":".utf8)
            JSONValue.string(tag).write(to: &bytes)
            bytes.append(UInt8(ascii: ","))
        }
        bytes += Array("\"lines\":[".utf8)
    }

    /// A line of UTF-8 without its end.
    package mutating func append(_ line: [UInt8]) {
        if count > 0 { bytes.append(UInt8(ascii: ",")) }
        count += 1
        bytes.append(UInt8(ascii: "\""))
        line.withUnsafeBufferPointer { line in
            var start = 0
            for index in line.indices where Self.needsEscape(line[index]) {
                bytes.append(contentsOf: line[start..<index])
                start = index + 1
                escape(line[index])
            }
            bytes.append(contentsOf: line[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// The reply's line, LF included.
    package consuming func encodeLine() -> [UInt8] {
        bytes += Array("]}\n".utf8)
        return bytes
    }

    @inline(__always)
    private static func needsEscape(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 34 || byte == 92 || byte == 0x7f }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(92)
        switch byte {
        case 34, 92: bytes.append(byte)
        case 10: bytes.append(UInt8(ascii: "n"))
        case 13: bytes.append(UInt8(ascii: "r"))
        case 9: bytes.append(UInt8(ascii: "t"))
        default: bytes += Array("u00\(hexadecimalByte(byte))".utf8)
        }
    }

    // MARK: - Reading

    private static let opening = Array("{\"lines\":[".utf8)
    private static let closing = Array("]}".utf8)

    /// Appends the lines of a reply as ``encodeLine()`` writes it, each with `lineEnd` behind it. nil, and nothing is
    /// appended: it is another reply, or written in another way; ``Reply/decode(_:)`` reads it.
    package static func append(linesOf reply: [UInt8], lineEnd: [UInt8], to output: inout [UInt8]) -> Int? {
        guard reply.starts(with: opening), reply.suffix(2) == closing[...] else { return nil }
        let start = output.count
        let lines = reply.withUnsafeBufferPointer { bytes in
            unescape(UnsafeBufferPointer(rebasing: bytes[opening.count..<(bytes.count - 2)]), lineEnd, &output)
        }
        if lines == nil { output.removeSubrange(start...) }
        return lines
    }

    private static func unescape(
        _ bytes: UnsafeBufferPointer<UInt8>, _ lineEnd: [UInt8], _ output: inout [UInt8]
    ) -> Int? {
        var lines = 0
        var index = 0
        while index < bytes.count {
            if lines > 0 {
                guard bytes[index] == UInt8(ascii: ",") else { return nil }
                index += 1
            }
            guard index < bytes.count, bytes[index] == 34 else { return nil }
            index += 1
            var start = index
            while true {
                guard index < bytes.count else { return nil }
                let byte = bytes[index]
                if byte == 34 { break }
                index += 1
                guard byte == 92 else { continue }
                guard index < bytes.count, let plain = plain(bytes[index]) else { return nil }
                output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<(index - 1)]))
                output.append(plain)
                index += 1
                start = index
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<index]))
            output.append(contentsOf: lineEnd)
            lines += 1
            index += 1
        }
        return lines
    }

    /// What the letter behind a backslash stands for.
    private static func plain(_ letter: UInt8) -> UInt8? {
        switch letter {
        case 34, 92: letter
        case UInt8(ascii: "n"): 10
        case UInt8(ascii: "r"): 13
        case UInt8(ascii: "t"): 9
        default: nil
        }
    }
}

extension Replies {
    /// Of a text that is made of lines, without their ends.
    package static let lines = ReplyKind<[String]>("lines")
    /// How many rows of the ledger it was made of; a heading is none.
    package static let rows = ReplyKind<Int>("rows")
}
