// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Wording

extension ConfigurationSchema {
    /// `[Gate]`: what may stand in the texts of an action.
    static var gate: ConfigurationSection<GatewayConfiguration> {
        ConfigurationSection(
            kind: "Gate",
            keys: [
                .list("AllowNumbers", \.gate.allowedNumbers, .writtenNumber, addsToDefault: true),
                .list("AllowLinks", \.gate.allowedLinks, .linkedHost, addsToDefault: true),
                .value("Numbers", \.gate.numbers, .oneOf),
                .value("Links", \.gate.links, .oneOf),
                .value("Dates", \.gate.dates, .oneOf),
                .value("Parts", \.gate.parts, .oneOf),
                .value("Hints", \.gate.givesHints, .boolean),
            ])
    }
}

extension ValueReader where Value == String {
    /// `0900-8844`: a telephone number as a text may name it, without blanks.
    fileprivate static var writtenNumber: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                let digits = text.utf8.count { (0x30...0x39).contains($0) }
                let isPlain = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2d || $0 == 0x2b }
                guard isPlain, (3...15).contains(digits) else {
                    throw ValueError("\(quoted(text)) is no telephone number: write 0900-8844 or +31182123456")
                }
                return text
            }, write: { $0 })
    }

    /// `burgernet.nl`
    fileprivate static var linkedHost: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                let isPlain = text.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || byte == 0x2d || byte == 0x2e
                }
                guard isPlain, text.contains("."), !text.hasPrefix("."), !text.hasSuffix(".") else {
                    throw ValueError("\(quoted(text)) is no host: write burgernet.nl, without https:// and path")
                }
                return text.lowercased()
            }, write: { $0 })
    }
}
