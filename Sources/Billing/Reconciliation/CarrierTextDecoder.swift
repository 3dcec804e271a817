// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Turns a carrier's file into UTF-8, piece by piece. A byte-order mark says better than the mapping what the file is.
package struct CarrierTextDecoder: Sendable {
    private enum State {
        /// Too few bytes to know whether there is a mark.
        case start
        case utf8
        case singleBytes(isWindows: Bool)
        case utf16(isBigEndian: Bool)
    }

    private let encoding: CarrierMapping.Encoding
    private var state = State.start
    /// Bytes that are no whole character yet.
    private var held: [UInt8] = []
    /// The first half of a character beyond the basic plane (RFC 2781 2.1).
    private var highSurrogate: UInt16?

    package init(_ encoding: CarrierMapping.Encoding) { self.encoding = encoding }

    package mutating func consume(_ bytes: [UInt8]) -> [UInt8] {
        if case .start = state {
            held += bytes
            guard held.count >= 3 else { return [] }
            return begin()
        }
        return decode(bytes)
    }

    /// The file ends here. Throws when that is in the middle of a character of UTF-16.
    package mutating func finish() throws(ValueError) -> [UInt8] {
        var output: [UInt8] = []
        if case .start = state { output = begin() }
        guard held.isEmpty, highSurrogate == nil else {
            throw ValueError("the file ends in the middle of a character: it is no UTF-16")
        }
        return output
    }

    private mutating func begin() -> [UInt8] {
        let head = held
        held = []
        if head.starts(with: [0xEF, 0xBB, 0xBF]) {
            state = .utf8
            return decode(Array(head.dropFirst(3)))
        }
        if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) {
            state = .utf16(isBigEndian: head[0] == 0xFE)
            return decode(Array(head.dropFirst(2)))
        }
        switch encoding {
        case .utf8: state = .utf8
        case .latin1: state = .singleBytes(isWindows: false)
        case .windows1252: state = .singleBytes(isWindows: true)
        // Without a mark: what begins such a file is ASCII, whose high byte is 0.
        case .utf16: state = .utf16(isBigEndian: head.first == 0)
        }
        return decode(head)
    }

    private mutating func decode(_ bytes: [UInt8]) -> [UInt8] {
        switch state {
        case .start, .utf8: return bytes
        case .singleBytes(let isWindows):
            var output: [UInt8] = []
            output.reserveCapacity(bytes.count)
            for byte in bytes {
                let isOther = isWindows && (0x80...0x9F).contains(byte)
                Self.append(UInt32(isOther ? Self.windows1252[Int(byte) - 0x80] : UInt16(byte)), to: &output)
            }
            return output
        case .utf16(let isBigEndian):
            var output: [UInt8] = []
            for byte in bytes {
                held.append(byte)
                guard held.count == 2 else { continue }
                let (high, low) = isBigEndian ? (held[0], held[1]) : (held[1], held[0])
                held.removeAll(keepingCapacity: true)
                take(UInt16(high) << 8 | UInt16(low), &output)
            }
            return output
        }
    }

    /// A unit of UTF-16; half a character alone becomes U+FFFD.
    private mutating func take(_ unit: UInt16, _ output: inout [UInt8]) {
        let first = highSurrogate
        highSurrogate = nil
        switch unit {
        case 0xDC00...0xDFFF:
            guard let first else { return Self.append(0xFFFD, to: &output) }
            Self.append(0x10000 + (UInt32(first - 0xD800) << 10) + UInt32(unit - 0xDC00), to: &output)
        case 0xD800...0xDBFF:
            if first != nil { Self.append(0xFFFD, to: &output) }
            highSurrogate = unit
        default:
            if first != nil { Self.append(0xFFFD, to: &output) }
            Self.append(UInt32(unit), to: &output)
        }
    }

    private static func append(_ value: UInt32, to output: inout [UInt8]) {
        guard let scalar = Unicode.Scalar(value), let encoded = UTF8.encode(scalar) else { return }
        output.append(contentsOf: encoded)
    }

    /// 0x80 to 0x9F. Source: the WHATWG Encoding Standard; bytes without a character are C1 controls.
    private static let windows1252: [UInt16] = [
        0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D,
        0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x009D, 0x017E, 0x0178,
    ]
}
