// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// An action with fields that are filled in: `etc/templates/*.json`. Pure.
///
///     {"help": "A child is missing", "fields": [{"name": "place", "help": "where", "example": "Gouda"}],
///      "action": {"kind": "missing-child", "message": [{"text": "Vermist in {{place}}"}], ...}}
///
/// Fields stand in strings of the action, so that what is filled in can be nothing but a piece of a text.
package struct ActionTemplate: Equatable, Sendable {
    package struct Field: Equatable, Sendable {
        package var name: String
        /// What is to be filled in.
        package var help: String
        /// "" when there is none.
        package var example: String
        /// Filled in when nobody does; nil: somebody must.
        package var standard: String?
    }

    /// What it is for.
    package var help: String
    package var fields: [Field]
    /// With the fields unfilled.
    private let action: JSONValue

    static let longestValue = 500

    /// - Throws: What is wrong with the file.
    package init(decoding bytes: [UInt8]) throws(ProtocolError) {
        let value: JSONValue
        do {
            value = try JSONParser.parse(
                bytes.starts(with: utf8ByteOrderMark) ? Array(bytes.dropFirst(3)) : bytes,
                maximumDepth: Request.maximumDepth)
        } catch {
            throw ProtocolError(error)
        }
        let object = try ObjectReader(value, path: "template", keys: ["help", "fields", "action"])
        help = try object.line("help", maximum: 200) ?? ""
        action = try object.required("action")
        guard case .object = action else { throw object.wrongType("action", "an object", action) }
        let list = try object.required("fields")
        guard case .array(let items) = list else { throw object.wrongType("fields", "a list", list) }
        var fields: [Field] = []
        for (index, item) in items.enumerated() {
            let field = try ObjectReader(
                item, path: "template.fields[\(index)]", keys: ["name", "help", "example", "default"])
            let name = try field.string("name")
            guard Self.isName(name) else {
                throw field.notAllowed("name", "\"\(name)\" is no name: letters, digits and '-'")
            }
            guard !fields.contains(where: { $0.name == name }) else {
                throw field.notAllowed("name", "\"\(name)\" stands there twice")
            }
            fields.append(
                Field(
                    name: name, help: try field.line("help", maximum: 200) ?? "",
                    example: try field.line("example", maximum: Self.longestValue) ?? "",
                    standard: try field.line("default", maximum: Self.longestValue)))
        }
        self.fields = fields
        try checkUse()
    }

    private static func isName(_ text: String) -> Bool {
        (1...40).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }
    }

    /// Each field stands somewhere in the action, and nothing else in double braces.
    private func checkUse() throws(ProtocolError) {
        var used: Set<String> = []
        var problem: String?
        _ = Self.map(action) { text in
            for name in Self.placeholders(text) {
                used.insert(name)
                if !fields.contains(where: { $0.name == name }) {
                    problem = problem ?? "\"{{\(name)}}\" is none of its fields"
                }
            }
            return text
        }
        if let unused = fields.first(where: { !used.contains($0.name) }) {
            problem = problem ?? "its field \"\(unused.name)\" stands nowhere in the action"
        }
        if let problem { throw ProtocolError(.invalidFile, "the template cannot be used: \(problem)") }
    }

    /// The action, with the fields filled in.
    ///
    /// - Throws: Which fields are not filled, or unknown, or have a value that is none; or what is wrong with the action.
    package func fill(_ values: [String: String]) throws(ProtocolError) -> ActionDocument {
        let unknown = values.keys.filter { name in !fields.contains { $0.name == name } }.sorted()
        if let first = unknown.first {
            let hint = Suggestion.hint(for: first, among: fields.map(\.name))
            let names = unknown.map { "\"\($0)\"" }.joined(separator: ", ")
            throw ProtocolError(.invalidAction, "the template has no field \(names)\(hint)", field: first)
        }
        var filled: [String: String] = [:]
        var missing: [Field] = []
        for field in fields {
            let value = values[field.name].flatMap { $0.contains { !$0.isWhitespace } ? $0 : nil }
            if let value = value ?? field.standard { filled[field.name] = value } else { missing.append(field) }
        }
        guard missing.isEmpty else {
            let list = missing.map { field in
                field.name + (field.help.isEmpty ? "" : " (\(field.help))")
            }.joined(separator: ", ")
            throw ProtocolError(.invalidAction, "fields are not filled in: \(list)", field: missing[0].name)
        }
        for (name, value) in filled.sorted(by: { $0.key < $1.key }) {
            let isLine = value.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
            guard isLine, value.count <= Self.longestValue else {
                throw ProtocolError(
                    .invalidAction, "the field \"\(name)\" must be one line of at most \(Self.longestValue) characters",
                    field: name)
            }
        }
        return try ActionDocument(Self.map(action) { Self.fill($0, filled) }, path: "action")
    }

    private static func map(_ value: JSONValue, _ change: (String) -> String) -> JSONValue {
        switch value {
        case .string(let text): .string(change(text))
        case .array(let items): .array(items.map { map($0, change) })
        case .object(let members): .object(members.map { JSONMember($0.key, map($0.value, change)) })
        case .null, .bool, .integer, .number: value
        }
    }

    private static func placeholders(_ text: String) -> [String] {
        text.components("{{").dropFirst().map { piece in
            piece.components("}}").first ?? piece
        }
    }

    /// In one pass: what is filled in is not looked at for fields.
    private static func fill(_ text: String, _ values: [String: String]) -> String {
        let pieces = text.components("{{")
        return pieces.dropFirst().reduce(into: pieces.first ?? "") { result, piece in
            let parts = piece.components("}}")
            result += (values[parts[0]] ?? "") + parts.dropFirst().joined(separator: "}}")
        }
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
