// SPDX-License-Identifier: GPL-3.0-or-later

/// Writes message ids, and finds the message that an id stands for.
struct MessageIdentifiers: Sendable {
    private let form: SMSCSettings.Identifiers
    private let receiptForm: SMSCSettings.ReceiptIdentifiers
    private let seed: UInt64
    private static let paddedLength = 20

    init(settings: SMSCSettings, seed: UInt64) {
        form = settings.identifiers
        receiptForm = settings.receiptIdentifiers
        self.seed = seed
    }

    /// Whether all messages have one id.
    var areTheSame: Bool { form == .same }

    /// For a response, ASCII.
    func append(_ number: UInt64, to bytes: inout [UInt8]) {
        switch form {
        case .decimal: Self.append(number, radix: 10, to: &bytes)
        case .hex: Self.append(number, radix: 16, to: &bytes)
        case .uuid: bytes.append(contentsOf: uuid(number).utf8)
        case .same: bytes.append(UInt8(ascii: "1"))
        case .none: break
        }
    }

    func response(_ number: UInt64) -> String {
        var bytes: [UInt8] = []
        append(number, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A receipt always has an id, even if the response had none.
    func receipt(_ number: UInt64) -> String {
        let text = form == .none ? String(number) : response(number)
        switch receiptForm {
        case .same: return text
        case .hex: return String(number, radix: 16)
        case .decimal: return String(number)
        case .zeroPadded: return String(repeating: "0", count: max(0, Self.paddedLength - text.utf8.count)) + text
        case .upper: return text.uppercased()
        case .lower: return text.lowercased()
        }
    }

    /// The number behind an id as ``response(_:)`` wrote it; nil when it wrote no such id.
    func number(of id: String) -> UInt64? {
        let number: UInt64? =
            switch form {
            case .decimal: UInt64(id)
            case .hex: UInt64(id, radix: 16)
            case .uuid: UInt64(id.suffix(12), radix: 16)
            case .same, .none: nil
            }
        guard let number, response(number) == id else { return nil }
        return number
    }

    /// RFC 9562 version 8: the last 48 bits are the number, the others depend on it.
    private func uuid(_ number: UInt64) -> String {
        var generator = SeededGenerator(
            seed: seed, domain: "uuid", number: "", attempt: Int(truncatingIfNeeded: number))
        let mixed = generator.next()
        func hex(_ value: UInt64, _ length: Int) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: max(0, length - text.utf8.count)) + text
        }
        return [
            hex(mixed >> 32, 8), hex(mixed >> 16 & 0xFFFF, 4), hex(mixed & 0x0FFF | 0x8000, 4),
            hex(mixed >> 12 & 0x3FFF | 0x8000, 4), hex(number & 0xFFFF_FFFF_FFFF, 12),
        ].joined(separator: "-")
    }

    private static func append(_ number: UInt64, radix: UInt64, to bytes: inout [UInt8]) {
        let start = bytes.count
        var rest = number
        repeat {
            let digit = UInt8(rest % radix)
            bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
            rest /= radix
        } while rest > 0
        bytes[start...].reverse()
    }
}
