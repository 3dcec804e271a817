// SPDX-License-Identifier: GPL-3.0-or-later

/// One SRV record (RFC 2782).
struct ServiceRecord: Equatable, Sendable {
    var name: String
    var timeToLive: Int
    var priority: UInt16
    var weight: UInt16
    var port: UInt16
    /// Host name without the last dot; empty for the root, which means "no such service".
    var target: String

    /// Best priority first, within it the heaviest. Which of equals is called how often is decided by call, not here.
    static func ordered(_ records: [ServiceRecord]) -> [ServiceRecord] {
        records.enumerated().sorted { left, right in
            let (one, other) = (left.element, right.element)
            if one.priority != other.priority { return one.priority < other.priority }
            if one.weight != other.weight { return one.weight > other.weight }
            return left.offset < right.offset
        }.map(\.element)
    }
}

/// The parts of a DNS answer that SRV needs (RFC 1035 section 4). Pure; bounded in time and space by the message's length.
struct DNSMessage: Equatable, Sendable {
    enum Fault: Error, Equatable {
        case truncated
        /// A compression pointer that does not point backwards, or a label of a kind that does not exist.
        case badName
        case nameTooLong
        case notAnAnswer
        /// RCODE, RFC 1035 4.1.1.
        case failed(code: UInt8)
        case tooManyRecords
    }

    private(set) var serviceRecords: [ServiceRecord] = []
    /// CNAME (owner, target) pairs, lower case.
    private(set) var aliases: [String: String] = [:]

    /// RFC 1035 3.2.2 and RFC 2782.
    private static let typeCNAME: UInt16 = 5
    private static let typeSRV: UInt16 = 33
    private static let classInternet: UInt16 = 1
    private static let maximumRecords = 256

    init(_ bytes: [UInt8]) throws {
        var reader = Reader(bytes: bytes)
        _ = try reader.uint16()  // ID: the C library has matched it
        let flags = try reader.uint16()
        guard flags & 0x8000 != 0 else { throw Fault.notAnAnswer }
        guard flags & 0x000f == 0 else { throw Fault.failed(code: UInt8(flags & 0x000f)) }
        let questions = Int(try reader.uint16())
        let answers = Int(try reader.uint16())
        _ = try reader.uint16()  // authority
        _ = try reader.uint16()  // additional
        guard questions <= 1, answers <= DNSMessage.maximumRecords else { throw Fault.tooManyRecords }
        for _ in 0..<questions {
            _ = try reader.name()
            try reader.skip(4)
        }
        for _ in 0..<answers {
            let name = try reader.name()
            let type = try reader.uint16()
            let recordClass = try reader.uint16()
            let rawTimeToLive = try reader.uint32()
            // RFC 2181 section 8: the topmost bit set means 0.
            let timeToLive = rawTimeToLive > 0x7fff_ffff ? 0 : Int(rawTimeToLive)
            let length = Int(try reader.uint16())
            var data = try reader.part(length)
            try reader.skip(length)
            guard recordClass == DNSMessage.classInternet else { continue }
            switch type {
            case DNSMessage.typeSRV:
                let record = ServiceRecord(
                    name: name, timeToLive: timeToLive, priority: try data.uint16(), weight: try data.uint16(),
                    port: try data.uint16(), target: try data.name())
                serviceRecords.append(record)
            case DNSMessage.typeCNAME:
                aliases[name] = try data.name()
            default:
                continue
            }
        }
    }

    /// The SRV records of `name`, aliases followed.
    func services(named name: String) -> [ServiceRecord] {
        var owner = name.lowercased()
        if owner.hasSuffix(".") { owner.removeLast() }
        for _ in 0...aliases.count {
            guard let next = aliases[owner] else { break }
            owner = next
        }
        return serviceRecords.filter { $0.name == owner }
    }
}

extension DNSMessage {
    private struct Reader {
        let bytes: [UInt8]
        var position = 0
        /// Reading stops here; names may point to anywhere before.
        var end: Int

        init(bytes: [UInt8]) {
            self.bytes = bytes
            end = bytes.count
        }

        mutating func uint8() throws -> UInt8 {
            guard position < end else { throw Fault.truncated }
            defer { position += 1 }
            return bytes[position]
        }

        mutating func uint16() throws -> UInt16 {
            let high = try uint8()
            return UInt16(high) << 8 | UInt16(try uint8())
        }

        mutating func uint32() throws -> UInt32 {
            let high = try uint16()
            return UInt32(high) << 16 | UInt32(try uint16())
        }

        mutating func skip(_ count: Int) throws {
            guard count <= end - position else { throw Fault.truncated }
            position += count
        }

        /// A reader of the next `length` bytes, for record data.
        func part(_ length: Int) throws -> Reader {
            guard length <= end - position else { throw Fault.truncated }
            var part = self
            part.end = position + length
            return part
        }

        /// A domain name in lower case without the last dot (RFC 1035 4.1.4).
        ///
        /// A pointer must lead to before the name that holds it, so that no loop is possible.
        mutating func name() throws -> String {
            var text: [UInt8] = []
            var cursor = position
            var limit = end
            var lowest = position
            var next: Int?
            while true {
                guard cursor < limit else { throw Fault.truncated }
                let length = Int(bytes[cursor])
                switch length {
                case 0:
                    position = next ?? cursor + 1
                    return String(decoding: text, as: UTF8.self)
                case 1..<64:
                    guard cursor + 1 + length <= limit else { throw Fault.truncated }
                    if !text.isEmpty { text.append(0x2e) }
                    for byte in bytes[(cursor + 1)..<(cursor + 1 + length)] {
                        // What goes on to getaddrinfo is printable ASCII without dots inside labels.
                        guard byte > 0x20, byte < 0x7f, byte != 0x2e else { throw Fault.badName }
                        text.append(byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte)
                    }
                    guard text.count <= 253 else { throw Fault.nameTooLong }
                    cursor += 1 + length
                case 192...:
                    guard cursor + 1 < limit else { throw Fault.truncated }
                    let target = (length & 0x3f) << 8 | Int(bytes[cursor + 1])
                    guard target < lowest else { throw Fault.badName }
                    if next == nil { next = cursor + 2 }
                    cursor = target
                    lowest = target
                    limit = bytes.count
                default:
                    throw Fault.badName
                }
            }
        }
    }
}
