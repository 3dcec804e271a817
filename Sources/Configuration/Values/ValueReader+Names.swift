// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

extension ValueReader where Value == String {
    /// Any text of one line.
    static func text(maximum: Int = 128) -> ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                let text = try UnitWords.single(text)
                guard !text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
                    throw ValueError("the text contains a control character")
                }
                guard text.utf8.count <= maximum else {
                    throw ValueError("the text is too long: \(text.utf8.count) bytes, at most \(maximum)")
                }
                return text
            },
            write: { $0 })
    }

    /// Printable ASCII without spaces and the delimiters of a SIP URI.
    static func token(_ what: String) -> ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                let text = try UnitWords.single(text)
                let forbidden: Set<UInt8> = Set("<>\"'\\@;,".utf8)
                guard (1...128).contains(text.utf8.count),
                    text.utf8.allSatisfy({ (33...126).contains($0) && !forbidden.contains($0) })
                else {
                    throw ValueError("\(quoted(text)) is no \(what): no spaces, quotes, or any of < > @ ; , \\")
                }
                return text
            },
            write: { $0 })
    }

    /// Absolute; without a slash at the end.
    static var path: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                let text = try UnitWords.single(text)
                guard text.hasPrefix("/"), text.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else {
                    throw ValueError("\(quoted(text)) is no absolute path")
                }
                let parts = text.split(separator: "/")
                guard !parts.contains(".."), !parts.contains(".") else {
                    throw ValueError("\(quoted(text)) contains . or ..")
                }
                return "/" + parts.joined(separator: "/")
            },
            write: { $0 })
    }

    /// The name of a group, as `useradd` allows it.
    static var group: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                let allowed = text.utf8.allSatisfy {
                    (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0) || $0 == 95 || $0 == 45
                }
                guard allowed, (1...32).contains(text.utf8.count), text.first != "-" else {
                    throw ValueError("\(quoted(text)) is no name of a group")
                }
                return text
            },
            write: { $0 })
    }

    /// A name in `$CREDENTIALS_DIRECTORY`.
    static var credential: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                guard isIdentifier(text) else {
                    throw ValueError("\(quoted(text)) is no credential's name; a path goes to PasswordFile=")
                }
                return text
            },
            write: { $0 })
    }

    /// A DNS name or a numeric address; brackets of an IPv6 address are taken off.
    static var host: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
                if NumericAddress.family(of: bare) != nil { return bare }
                if text.contains(":"), !text.hasPrefix("[") {
                    throw ValueError("\(quoted(text)) is no host name; a port goes to Port=")
                }
                guard isHostName(text) else { throw ValueError("\(quoted(text)) is no host name or address") }
                return text
            },
            write: { $0 })
    }

    static func address(_ family: NumericAddress.Family) -> ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
                guard NumericAddress.family(of: bare) == family else {
                    throw ValueError("\(quoted(text)) is no numeric \(family.rawValue) address")
                }
                return bare
            },
            write: { $0 })
    }

    private static func isHostName(_ text: String) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        // A last label of digits only would be a mistyped IPv4 address.
        guard let last = labels.last, !last.allSatisfy(\.isNumber) else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy {
                    (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 95
                }
        }
    }

    /// Without `+`.
    static var countryCode: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                let digits = text.utf8.allSatisfy { (48...57).contains($0) }
                guard digits, (1...3).contains(text.utf8.count), text.first != "0" else {
                    throw ValueError("\(quoted(text)) is no country code: 1 to 3 digits without +")
                }
                return text
            },
            write: { $0 })
    }

    /// `+` and digits.
    static var numberPrefix: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                let digits = text.dropFirst()
                guard text.hasPrefix("+"), (1...15).contains(digits.utf8.count),
                    digits.utf8.allSatisfy({ (48...57).contains($0) })
                else { throw ValueError("\(quoted(text)) is no E.164 prefix: write + and digits, as in +31") }
                return text
            },
            write: { $0 })
    }
}

extension ValueReader where Value == String? {
    /// An address, or `none`.
    static func addressOrNone(_ family: NumericAddress.Family) -> ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                text == "none" ? nil : try ValueReader<String>.address(family).read(text)
            },
            write: { $0 ?? "none" })
    }
}

extension ValueReader where Value == GatewayConfiguration.TrunkAddress {
    /// `192.0.2.1`, `192.0.2.1:5060`, `2001:db8::1` or `[2001:db8::1]:5060`.
    static var trunkAddress: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                let failure = ValueError("\(quoted(text)) is no address: write 192.0.2.1:5060 or [2001:db8::1]:5060")
                if NumericAddress.family(of: text) != nil { return Value(address: text) }
                var host = text[...]
                var port: UInt16?
                if let colon = text.lastIndex(of: ":"), text.last != "]" {
                    guard let number = portNumber(text[text.index(after: colon)...]), number > 0 else { throw failure }
                    port = number
                    host = text[..<colon]
                }
                if host.hasPrefix("["), host.hasSuffix("]") {
                    host = host.dropFirst().dropLast()
                    guard NumericAddress.family(of: String(host)) == .ipv6 else { throw failure }
                } else {
                    guard NumericAddress.family(of: String(host)) == .ipv4 else { throw failure }
                }
                return Value(address: String(host), port: port)
            },
            write: \.description)
    }
}

extension ValueReader where Value == PortRange {
    static var portRange: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { UnitFile.trimmed($0) }
                guard parts.count == 2, let first = portNumber(parts[0]), let last = portNumber(parts[1]) else {
                    throw ValueError("\(quoted(text)) is no range of ports: write 16384-32767")
                }
                guard first >= 1024 else { throw ValueError("ports below 1024 are reserved") }
                guard first < last else { throw ValueError("the first port must be below the last") }
                guard first % 2 == 0 else {
                    throw ValueError("the first port must be even: a call takes an even port and the odd one above it")
                }
                return PortRange(first: first, last: last)
            },
            write: { "\($0.first)-\($0.last)" })
    }
}

extension ValueReader where Value == [String] {
    /// A program and its arguments, split without a shell.
    static var command: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                let words = try UnitWords.split(text)
                guard let program = words.first, !program.isEmpty else { throw ValueError("the program is missing") }
                guard program.hasPrefix("/") || !program.contains("/") else {
                    throw ValueError("\(quoted(program)) is neither an absolute path nor a name to be found in $PATH")
                }
                return words
            },
            write: { words in
                words.map { word in
                    let isPlain = !word.isEmpty && word.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 34 && $0 != 39 }
                    return isPlain && !word.contains("\\") ? word : "\"\(word)\""
                }.joined(separator: " ")
            })
    }
}

/// Digits only: `UInt16("+5060")` would be taken.
private func portNumber(_ text: some StringProtocol) -> UInt16? {
    text.utf8.allSatisfy { (48...57).contains($0) } ? UInt16(text) : nil
}

struct PortRange: Equatable {
    var first: UInt16
    var last: UInt16
}

extension GatewayConfiguration.TrunkAddress: CustomStringConvertible {
    package var description: String {
        guard let port else { return address }
        return address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }
}
