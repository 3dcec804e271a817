// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

@testable import SMPP

/// A PDU as another implementation encoded it, and the values that went into it (made by record.py).
struct RecordedPDU: Decodable, Sendable, CustomStringConvertible {
    /// The library and its version.
    var from: String
    var pdu: String
    var `case`: String
    var hex: String
    var fields: [String: RecordedValue]

    var description: String { "\(from): \(pdu), \(`case`)" }

    var bytes: [UInt8] {
        let digits = Array(hex)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0 }
    }

    static let libraries = ["net-smpp", "smpp-pdu3", "smpplib", "smpp34"]

    static func of(_ library: String) throws -> [RecordedPDU] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "recorded/\(library).json")
        return try JSONDecoder().decode([RecordedPDU].self, from: Data(contentsOf: file))
    }
}

/// A field: a number, a text (octet strings in hexadecimal), or a list of groups of fields.
enum RecordedValue: Codable, Hashable, Sendable {
    case number(Int)
    case text(String)
    case list([[String: RecordedValue]])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .list(try container.decode([[String: RecordedValue]].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let groups): try container.encode(groups)
        }
    }

    init(_ value: some BinaryInteger) { self = .number(Int(value)) }

    init(hex octets: [UInt8]) {
        self = .text(octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }

    /// What a field that was not given has.
    var isBlank: Bool { self == .number(0) || self == .text("") || self == .list([]) }
}
