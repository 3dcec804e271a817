// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Glibc

/// What stands in a file of the rescue log. Pure.
///
/// Each line is the first 16 digits of the SHA-256 of what follows, a blank, the number of its generation, a blank, and
/// JSON. A line with nothing but a NUL ends what was written last; the file is longer, and old lines follow. Lines of the
/// version before have no generation, and their file ends with its first NUL.
struct RescueFile {
    struct Line {
        var generation: UInt64
        var json: String
        /// Where the next one begins, in octets.
        var end: Int
    }

    /// Undamaged, of any generation, in order.
    private(set) var lines: [Line] = []
    /// How many lines stand before a damaged one, and whether an end stands in between.
    private var damages: [(position: Int, isBehindEnd: Bool)] = []

    init(_ bytes: [UInt8]) {
        var (start, hasNUL, hasEnded) = (0, false, false)
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 10) ?? bytes.count
            let piece = bytes[start..<end]
            start = end + 1
            guard let first = piece.first else { continue }
            let line = first == 0 ? nil : Self.parse(piece, end: start)
            if let line, line.generation > 0 || !hasNUL {
                lines.append(line)
                hasEnded = false
            } else if line == nil, piece.contains(where: { $0 != 0 }) {
                if first == 0 { hasEnded = true }
                damages.append((lines.count, hasEnded))
            } else if line == nil {
                hasEnded = true
            }
            hasNUL = hasNUL || piece.contains(0)
        }
    }

    /// Lines of a generation that cannot be read: what stands behind the last of its lines and an end is of before.
    func damaged(_ generation: UInt64) -> Int {
        let count = (lines.lastIndex { $0.generation == generation } ?? -1) + 1
        return damages.count { $0.position < count || $0.position == count && !$0.isBehindEnd }
    }

    static func line(_ generation: UInt64, _ json: String) -> [UInt8] {
        let text = "\(generation) \(json)"
        return Array("\(seal(of: text)) \(text)\n".utf8)
    }

    private static func seal(of text: String) -> String { String(SHA256.hexDigest(of: text.utf8).prefix(16)) }

    private static func parse(_ piece: ArraySlice<UInt8>, end: Int) -> Line? {
        guard piece.count > 17 else { return nil }
        let text = String(decoding: piece.dropFirst(17), as: UTF8.self)
        guard String(decoding: piece.prefix(16), as: UTF8.self) == seal(of: text) else { return nil }
        if text.hasPrefix("{") { return Line(generation: 0, json: text, end: end) }
        guard let blank = text.firstIndex(of: " "), let generation = UInt64(text[..<blank]) else { return nil }
        return Line(generation: generation, json: String(text[text.index(after: blank)...]), end: end)
    }
}
