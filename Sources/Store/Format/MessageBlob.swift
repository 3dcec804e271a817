// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// The blobs of `message_batch` and `message_log`: fixed fields, big-endian.
enum MessageBlob {
    /// Of a batch, for each message: id, recipient (8 octets each), number of the attempt (2), 1: redial, + 2: goes
    /// as a replacement (1), segments (1), reference of each (2).
    static func batch(_ messages: ArraySlice<MessageRecord>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(messages.count * 24)
        for message in messages {
            put(message.id.value, &bytes)
            put(message.recipient.value, &bytes)
            put(UInt16(clamping: message.number), &bytes)
            bytes.append((message.redial ? 1 : 0) | (message.replacement == .intended ? 2 : 0))
            bytes.append(UInt8(clamping: message.segments.count))
            for segment in message.segments { put(segment.reference, &bytes) }
        }
        return bytes
    }

    struct BatchEntry {
        var id: Int64
        var recipient: Int64
        var number: Int
        var redial: Bool
        var isReplacement: Bool
        var references: [UInt16]
    }

    static func batchEntries(_ bytes: [UInt8]) -> [BatchEntry]? {
        var reader = Reader(bytes)
        var entries: [BatchEntry] = []
        while !reader.isAtEnd {
            guard let id = reader.int64(), let recipient = reader.int64(), let number = reader.uint16(),
                let flags = reader.octet(), let count = reader.octet()
            else { return nil }
            var references: [UInt16] = []
            guard count > 0 else { return nil }
            for _ in 0..<count {
                guard let reference = reader.uint16() else { return nil }
                references.append(reference)
            }
            entries.append(
                BatchEntry(
                    id: id, recipient: recipient, number: Int(number), redial: flags & 1 != 0,
                    isReplacement: flags & 2 != 0, references: references))
        }
        return entries
    }

    enum LogEntry {
        case accepted(id: Int64, start: Timestamp, at: Timestamp, messageID: String)
        case released(ReleaseMark)
    }

    /// 1, id, start, accepted (8 octets each), length (1), message id.
    static func putAcceptance(_ message: MessageRecord, _ bytes: inout [UInt8]) {
        bytes.append(1)
        put(message.id.value, &bytes)
        put(message.start.microseconds, &bytes)
        put((message.accepted ?? message.start).microseconds, &bytes)
        let id = message.segments[0].messageID.utf8.prefix(255)
        bytes.append(UInt8(id.count))
        bytes.append(contentsOf: id)
    }

    /// 2, priority (1), attempt (8), segments (1), length (1), name of the SMSC.
    static func putMark(_ mark: ReleaseMark, _ bytes: inout [UInt8]) {
        bytes.append(2)
        bytes.append(UInt8(clamping: mark.priority.rawValue))
        put(mark.attempt.value, &bytes)
        bytes.append(UInt8(clamping: mark.segments))
        let name = mark.smsc.utf8.prefix(255)
        bytes.append(UInt8(name.count))
        bytes.append(contentsOf: name)
    }

    static func logEntries(_ bytes: [UInt8]) -> [LogEntry]? {
        var reader = Reader(bytes)
        var entries: [LogEntry] = []
        while !reader.isAtEnd {
            switch reader.octet() {
            case 1:
                guard let id = reader.int64(), let start = reader.int64(), let at = reader.int64(),
                    let messageID = reader.text()
                else { return nil }
                entries.append(
                    .accepted(
                        id: id, start: Timestamp(microseconds: start), at: Timestamp(microseconds: at),
                        messageID: messageID))
            case 2:
                guard let raw = reader.octet(), let priority = ActionPriority(rawValue: Int(raw)),
                    let attempt = reader.int64(), let segments = reader.octet(), let smsc = reader.text()
                else { return nil }
                entries.append(
                    .released(
                        ReleaseMark(
                            smsc: smsc, priority: priority, attempt: AttemptID(attempt), segments: Int(segments))))
            default:
                return nil
            }
        }
        return entries
    }

    private static func put(_ value: some FixedWidthInteger, _ bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private struct Reader {
        private var rest: ArraySlice<UInt8>
        init(_ bytes: [UInt8]) { rest = bytes[...] }
        var isAtEnd: Bool { rest.isEmpty }

        mutating func octet() -> UInt8? { rest.popFirst() }
        mutating func uint16() -> UInt16? { number() }
        mutating func int64() -> Int64? { number() }

        mutating func text() -> String? {
            guard let count = octet(), rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(Int(count)) }
            return String(decoding: rest.prefix(Int(count)), as: UTF8.self)
        }

        private mutating func number<Value: FixedWidthInteger>() -> Value? {
            let size = MemoryLayout<Value>.size
            guard rest.count >= size else { return nil }
            defer { rest = rest.dropFirst(size) }
            return rest.prefix(size).reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
        }
    }
}
