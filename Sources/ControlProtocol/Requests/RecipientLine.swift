// SPDX-License-Identifier: GPL-3.0-or-later

/// A person to be called, as submitted; nothing about it has been checked but its types.
package struct RecipientLine: Equatable, Sendable {
    /// "": whoever the register knows by the reference.
    package var number: String
    /// The submitter's own pseudonymous id; "" when none.
    package var reference: String
    /// "" when the action's account pays.
    package var account: String
    /// `voice` or `sms`, which the citizen chose; "": the action's order.
    package var channel: String
    /// Whose ways out and rules are the recipient's; "": the register's word, else a citizen.
    package var population: String
    /// What the submission says of the citizen's wishes; nil: nothing.
    package var preferences: ParticipantLine?
    /// Line of the submitter's own file; nil: the daemon counts.
    package var line: Int?

    package init(
        number: String, reference: String = "", account: String = "", channel: String = "",
        population: String = "", preferences: ParticipantLine? = nil, line: Int? = nil
    ) {
        self.population = population
        self.number = number
        self.reference = reference
        self.account = account
        self.channel = channel
        self.preferences = preferences
        self.line = line
    }
}

// MARK: - Lists

extension RecipientLine: ListRow {
    package enum Column: String, CaseIterable, Sendable { case number, id, account, channel, population }

    package static let required: [(column: Column, names: String, unless: Column?)] = [
        // The register has numbers too.
        (.number, "telefoonnummer, nummer, telefoon, mobiel, phone", .id)
    ]
    package static let example = "number,id,account"

    package static func column(named name: String) -> Column? {
        switch name {
        case "number", "nummer", "telefoonnummer", "telefoon", "mobiel", "phone": .number
        case "id": .id
        case "account", "gemeente": .account
        case "channel", "kanaal": .channel
        case "population", "populatie", "groep": .population
        default: nil
        }
    }

    package init(line: Int) { self.init(number: "", line: line) }

    package mutating func set(_ column: Column, _ text: String) {
        switch column {
        case .number: number = text
        case .id: reference = text
        case .account: account = text
        case .channel: channel = text
        case .population: population = text
        }
    }
}

// MARK: - Reading

extension RecipientLine {
    static let keyNames = ["number", "id", "account", "channel", "population", "preferences", "line"]

    init(_ value: JSONValue, path: String) throws(ProtocolError) {
        // Known first, so that whatever else is wrong can be reported with it.
        var line: Int?
        if case .object(let members) = value,
            case .integer(let given)? = members.first(where: { $0.key == "line" })?.value, given > 0
        {
            line = given
        }
        do throws(ProtocolError) {
            let object = try ObjectReader(value, path: path, keys: Self.keyNames)
            self.line = try object.integer("line", 1...Int(Int32.max))
            if case .integer? = object.optional("number") {
                let field = object.join("number")
                throw ProtocolError(
                    .wrongType, "\"\(field)\" must be a string: a number without quotes loses its 0 or +", field: field)
            }
            reference = try object.optionalString("id") ?? ""
            number = reference.isEmpty ? try object.string("number") : try object.optionalString("number") ?? ""
            account = try object.optionalString("account") ?? ""
            channel = try object.optionalString("channel") ?? ""
            population = try object.optionalString("population") ?? ""
            preferences = nil
            if let value = object.optional("preferences") {
                preferences = try ParticipantLine(preferences: value, path: object.join("preferences"))
            }
        } catch {
            var error = error
            error.line = line
            throw error
        }
    }

    /// Reads one line of a recipients file: `{"number":"0612345678","id":"P-1","account":"GM0513"}`, or the
    /// same within `{"recipient":...}` as on the wire.
    package static func decode(
        _ bytes: some Collection<UInt8>, limit: Int = Request.lineLimit
    ) throws(ProtocolError) -> RecipientLine {
        let value = try Request.parse(bytes, limit: limit)
        if case .object(let members) = value, members.contains(where: { $0.key == "recipient" }) {
            let object = try ObjectReader(value, path: "", keys: ["recipient"])
            return try RecipientLine(try object.required("recipient"), path: "recipient")
        }
        guard case .object = value else {
            throw ProtocolError(.wrongType, "a recipient is an object: {\"number\": ...}, not \(value.typeName)")
        }
        return try RecipientLine(value, path: "")
    }
}

// MARK: - Writing

extension RecipientLine {
    /// The line of a submission, LF included, without a tree in between: of these there are a hundred thousand.
    func encode() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64 + number.utf8.count + reference.utf8.count + account.utf8.count)
        bytes += #"{"recipient":{"#.utf8
        // Without a number the register has it.
        if !number.isEmpty || reference.isEmpty {
            bytes += #""number":"#.utf8
            JSONValue.write(number, to: &bytes)
        }
        for (key, value) in [
            (#","id":"#, reference), (#","account":"#, account), (#","channel":"#, channel),
            (#","population":"#, population),
        ] where !value.isEmpty {
            bytes += key.utf8.dropFirst(bytes.last == UInt8(ascii: "{") ? 1 : 0)
            JSONValue.write(value, to: &bytes)
        }
        if let preferences {
            bytes += #","preferences":"#.utf8
            bytes += JSONValue.object(preferences.members).line.dropLast()
        }
        if let line {
            bytes += #","line":"#.utf8
            bytes += String(line).utf8
        }
        bytes += "}}\n".utf8
        return bytes
    }
}
