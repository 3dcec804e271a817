// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import SMPP

/// The blob of segments in `message`: fixed fields, big-endian.
enum SegmentBlob {
    /// For each segment: state (1 octet), receipt (1; 0: none, else message_state + 1), reference (2), resubmits (1),
    /// length (1), message id.
    static func pack(_ segments: [SegmentRecord]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(segments.count * 24)
        for segment in segments {
            let id = segment.messageID.utf8.prefix(255)
            bytes.append(segment.state.rawValue)
            bytes.append(segment.receipt.map { $0.rawValue + 1 } ?? 0)
            bytes.append(UInt8(segment.reference >> 8))
            bytes.append(UInt8(segment.reference & 0xFF))
            bytes.append(segment.resubmits)
            bytes.append(UInt8(id.count))
            bytes.append(contentsOf: id)
        }
        return bytes
    }

    /// nil: not what ``pack(_:)`` makes.
    static func unpack(_ bytes: [UInt8]) -> [SegmentRecord]? {
        var segments: [SegmentRecord] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let at = rest.startIndex
            guard rest.count >= 6, let state = SegmentRecord.State(rawValue: rest[at]) else { return nil }
            let length = Int(rest[at + 5])
            guard rest.count >= 6 + length else { return nil }
            var receipt: MessageState?
            if rest[at + 1] > 0 {
                guard let known = MessageState(rawValue: rest[at + 1] - 1) else { return nil }
                receipt = known
            }
            segments.append(
                SegmentRecord(
                    state: state, receipt: receipt,
                    messageID: String(decoding: rest[(at + 6)..<(at + 6 + length)], as: UTF8.self),
                    reference: UInt16(rest[at + 2]) << 8 | UInt16(rest[at + 3]), resubmits: rest[at + 4]))
            rest = rest.dropFirst(6 + length)
        }
        return segments
    }
}
