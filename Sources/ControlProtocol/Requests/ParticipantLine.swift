// SPDX-License-Identifier: GPL-3.0-or-later

/// Somebody in the register as a list or a request says it, in words; nothing about it has been checked but its types.
/// docs/participants.md says how each is written.
package struct ParticipantLine: Equatable, Sendable {
    /// Keys of JSON and columns of CSV.
    package enum Column: String, CaseIterable, Sendable {
        case id = "id"
        case number = "number"
        case channels = "channels"
        case languages = "languages"
        case calls = "calls"
        case sms = "sms"
        case caps = "caps"
        case pausedUntil = "paused-until"
        case optedOut = "opted-out"
        case population = "population"
        case test = "test"

        fileprivate var place: Int {
            switch self {
            case .id: 0
            case .number: 1
            case .channels: 2
            case .languages: 3
            case .calls: 4
            case .sms: 5
            case .caps: 6
            case .pausedUntil: 7
            case .optedOut: 8
            case .population: 9
            case .test: 10
            }
        }
    }

    private var texts: [String?] = Array(repeating: nil, count: Column.allCases.count)
    /// Line of the client's own file; nil: the daemon counts.
    package var line: Int?

    package init(line: Int? = nil) { self.line = line }

    /// nil: not spoken of; "": nothing any more.
    package subscript(column: Column) -> String? {
        get { texts[column.place] }
        set { texts[column.place] = newValue }
    }

    /// Those that are spoken of.
    package var columns: [Column] { Column.allCases.filter { self[$0] != nil } }
}

// MARK: - Lists

extension ParticipantLine: ListRow {
    package static let required: [(column: Column, names: String, unless: Column?)] = [
        (.number, "telefoonnummer, nummer, telefoon, mobiel, phone", nil), (.id, "reference, referentie, kenmerk", nil),
    ]
    package static let example = "id,number,channels,calls"

    package static func column(named name: String) -> Column? {
        switch name {
        case "id", "reference", "referentie", "kenmerk": .id
        case "number", "nummer", "telefoonnummer", "telefoon", "mobiel", "phone": .number
        case "channels", "channel", "kanalen", "kanaal": .channels
        case "languages", "language", "talen", "taal": .languages
        case "calls", "call-times", "beltijden", "bellen": .calls
        case "sms", "sms-times", "sms-tijden": .sms
        case "caps", "limieten", "maximum": .caps
        case "paused-until", "onderbroken-tot", "pauze-tot": .pausedUntil
        case "opted-out", "afgemeld": .optedOut
        case "population", "populatie", "groep": .population
        case "test", "testnummer": .test
        default: nil
        }
    }

    /// The header of a Dutch list.
    package static let dutchNames: [Column: String] = [
        .id: "kenmerk", .number: "telefoonnummer", .channels: "kanalen", .languages: "talen", .calls: "beltijden",
        .sms: "sms-tijden", .caps: "limieten", .pausedUntil: "onderbroken-tot", .optedOut: "afgemeld",
        .population: "populatie", .test: "testnummer",
    ]

    package init(line: Int) { self.init(line: Optional(line)) }

    package mutating func set(_ column: Column, _ text: String) { self[column] = text }
}

// MARK: - JSON

extension ParticipantLine {
    package static let keyNames = Column.allCases.map(\.rawValue)

    /// Texts, lists of texts, `true` and `false`, and for `caps` an object are taken for what a cell of CSV would say.
    init(_ value: JSONValue, path: String) throws(ProtocolError) {
        let object = try ObjectReader(value, path: path, keys: Self.keyNames + ["line"])
        self.init(line: try object.integer("line", 1...Int(Int32.max)))
        guard case .object(let members) = value else { return }
        for member in members {
            guard let column = Column(rawValue: member.key) else { continue }
            self[column] = try Self.text(of: member.value, column, object)
        }
    }

    /// Keys of what a submission may say of a recipient.
    static let preferenceNames = [Column.channels, .languages, .calls, .sms, .caps, .pausedUntil].map(\.rawValue)

    init(preferences value: JSONValue, path: String) throws(ProtocolError) {
        _ = try ObjectReader(value, path: path, keys: Self.preferenceNames)
        try self.init(value, path: path)
    }

    private static func text(
        of value: JSONValue, _ column: Column, _ object: ObjectReader
    ) throws(ProtocolError) -> String {
        switch value {
        case .string(let text): return text
        case .null: return ""
        case .bool(let flag): return flag ? "yes" : "no"
        case .array(let items):
            var words: [String] = []
            for item in items {
                guard case .string(let word) = item else { throw object.wrongType(column.rawValue, "texts", item) }
                words.append(word)
            }
            return words.joined(separator: ",")
        case .object(let members):
            var words: [String] = []
            for member in members {
                guard case .string(let word) = member.value else {
                    throw object.wrongType(column.rawValue, "texts", member.value)
                }
                words.append("\(member.key)=\(word)")
            }
            return words.joined(separator: ",")
        case .integer, .number: throw object.wrongType(column.rawValue, "a string", value)
        }
    }

    /// A line of a list: the object itself, or within `{"participant":...}` as on the wire.
    package static func decode(_ bytes: some Collection<UInt8>, limit: Int) throws(ProtocolError) -> ParticipantLine {
        let value = try Request.parse(bytes, limit: limit)
        if case .object(let members) = value, members.contains(where: { $0.key == "participant" }) {
            let object = try ObjectReader(value, path: "", keys: ["participant"])
            return try ParticipantLine(try object.required("participant"), path: "participant")
        }
        return try ParticipantLine(value, path: "")
    }

    /// Members that are spoken of, in the order of the columns.
    var members: [JSONMember] {
        columns.map { JSONMember($0.rawValue, .string(self[$0] ?? "")) }
            + (line.map { [JSONMember("line", .integer($0))] } ?? [])
    }

    /// An object of what is not "", without an LF.
    package var json: [UInt8] {
        Array(JSONValue.object(members.filter { $0.value != .string("") }).line.dropLast())
    }

    /// The line of an import, LF included.
    func encode() -> [UInt8] {
        var bytes = Array(#"{"participant":{"#.utf8)
        var isFirst = true
        for column in Column.allCases {
            guard let text = self[column] else { continue }
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            JSONValue.write(column.rawValue, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            JSONValue.write(text, to: &bytes)
        }
        if let line {
            bytes += (isFirst ? #""line":"# : #","line":"#).utf8
            bytes += String(line).utf8
        }
        bytes += "}}\n".utf8
        return bytes
    }
}

extension ParticipantLine: Codable {
    package init(from decoder: any Decoder) throws {
        let words = try decoder.singleValueContainer().decode([String: String].self)
        self.init(line: nil)
        for (key, text) in words { if let column = Column(rawValue: key) { self[column] = text } }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Dictionary(uniqueKeysWithValues: columns.map { ($0.rawValue, self[$0] ?? "") }))
    }
}
