// SPDX-License-Identifier: GPL-3.0-or-later

/// `<?xml version="1.0" encoding="UTF-8"?>` at the very beginning of a document (XML 1.0, 2.8 and 4.3.3).
struct XMLDeclaration: Equatable {
    /// Octets, `?>` included.
    var length: Int
    /// In capitals; nil: it names none.
    var encoding: String?

    /// nil: the document has none. The octets are those of any encoding in which ASCII stands for itself.
    init?(_ text: ArraySlice<UInt8>) throws(AlertRefusal) {
        let start = Array("<?xml".utf8)
        guard text.starts(with: start), let next = text.dropFirst(start.count).first, Self.isSpace(next) else {
            return nil
        }
        let head = text.prefix(XMLLimits.declaration)
        guard
            let end = head.indices.first(where: {
                head[$0] == UInt8(ascii: "?") && $0 + 1 < head.endIndex && head[$0 + 1] == UInt8(ascii: ">")
            })
        else { throw Self.invalid("does not end with ?>") }
        length = end + 2 - text.startIndex
        let names = try Self.pseudoAttributes(head[(text.startIndex + start.count)..<end])
        let order = ["version", "encoding", "standalone"]
        guard names.first?.name == "version" else { throw Self.invalid("does not begin with version=\"1.0\"") }
        let places = names.compactMap { order.firstIndex(of: $0.name) }
        guard places.count == names.count, zip(places, places.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw Self.invalid("may have version, encoding and standalone, each once, in this order")
        }
        let version = names[0].value
        guard version.hasPrefix("1."), version.dropFirst(2).allSatisfy({ $0.isASCII && $0.isNumber }), version.count > 2
        else { throw Self.invalid("names version \"\(version.readable(20))\"; 1.0 is read") }
        encoding = names.first { $0.name == "encoding" }?.value.uppercased()
    }

    private static func invalid(_ text: String) -> AlertRefusal {
        AlertRefusal(TextPosition(), "the XML declaration \(text)")
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...10).contains(byte) || byte == 13 }

    private static func pseudoAttributes(
        _ text: ArraySlice<UInt8>
    ) throws(AlertRefusal) -> [(name: String, value: String)] {
        var rest = text
        var found: [(name: String, value: String)] = []
        func word(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
        while true {
            let spaces = rest.prefix(while: isSpace)
            rest = rest.dropFirst(spaces.count)
            if rest.isEmpty { return found }
            guard !spaces.isEmpty else { throw invalid("needs a blank before each of its parts") }
            let name = rest.prefix { (97...122).contains($0) }
            rest = rest.dropFirst(name.count).drop(while: isSpace)
            guard !name.isEmpty, rest.first == UInt8(ascii: "=") else { throw invalid("is not well-formed") }
            rest = rest.dropFirst().drop(while: isSpace)
            guard let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
                throw invalid("has a value without quotation marks")
            }
            rest = rest.dropFirst()
            let value = rest.prefix { $0 != quote }
            rest = rest.dropFirst(value.count)
            guard rest.first == quote else { throw invalid("has a value without quotation marks") }
            rest = rest.dropFirst()
            found.append((word(name), word(value)))
        }
    }
}
