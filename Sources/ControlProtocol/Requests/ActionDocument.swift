// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// An action as dispatch software writes it: the `action` of a `submit`, and the file that
/// `burgernetctl submit` takes.
package struct ActionDocument: Equatable, Sendable {
    package var id: ActionID
    package var title: String
    package var priority: ActionPriority
    /// What it is about, which says what its texts must have; nil: nothing is asked of them.
    package var kind: ActionKind?
    package var language: Language
    /// What is spoken; `message` on the wire.
    package var prompt: [PromptPiece]
    /// As written; the daemon's numbering plan reads it. nil: the trunk's or the configuration's.
    package var callerNumber: String?
    package var callerName: String?
    /// Not before; nil: at once.
    package var starts: Timestamp?
    /// No call is started after this; nil: the daemon's own limit.
    package var expires: Timestamp?
    /// How often the message is played without being asked, 1 to 5.
    package var plays: Int
    /// Key (`0`-`9`, `*`, `#`) to meaning.
    package var keys: [String: KeyMeaning]
    /// Of recipients who bring none; "" when each must.
    package var account: String
    /// In which order recipients are tried; empty: voice if there is a message, then SMS if there is a text.
    package var channels: [Channel]
    package var sms: TextDocument?
    package var cascade: CascadeDocument?
    /// Share among actions of one priority, 1 to 100; nil: 1.
    package var weight: Int?
    package var override: OverrideDocument?
    package var stopWhen: StopDocument?
    /// For whom it is, as people write it, `citizens` or `[Population NAME]`; empty: for citizens.
    package var populations: [String] = []

    package init(
        id: ActionID, title: String = "", priority: ActionPriority = .normal, language: Language = .dutch,
        prompt: [PromptPiece], callerNumber: String? = nil, callerName: String? = nil, starts: Timestamp? = nil,
        expires: Timestamp? = nil, plays: Int = 1, keys: [String: KeyMeaning] = ["1": .repeat], account: String = "",
        channels: [Channel] = [], sms: TextDocument? = nil, cascade: CascadeDocument? = nil, weight: Int? = nil,
        override: OverrideDocument? = nil, stopWhen: StopDocument? = nil, kind: ActionKind? = nil
    ) {
        self.kind = kind
        self.id = id
        self.title = title
        self.priority = priority
        self.language = language
        self.prompt = prompt
        self.callerNumber = callerNumber
        self.callerName = callerName
        self.starts = starts
        self.expires = expires
        self.plays = plays
        self.keys = keys
        self.account = account
        self.channels = channels
        self.sms = sms
        self.cascade = cascade
        self.weight = weight
        self.override = override
        self.stopWhen = stopWhen
    }

    package static let maximumPieces = 50
    /// Characters of text in one piece.
    package static let maximumText = 5000
    package static let pauses = 1...60_000
    package static let numbersOfPlays = 1...5
    package static let weights = 1...100
    package static let mostPopulations = 16

    /// Reads an action file: one JSON object. Paths of errors start with `action.`, as in a request.
    package static func decode(_ bytes: some Collection<UInt8>) throws(ProtocolError) -> ActionDocument {
        let text = bytes.starts(with: utf8ByteOrderMark) ? Array(bytes.dropFirst(3)) : Array(bytes)
        let value: JSONValue
        do {
            value = try JSONParser.parse(text, maximumDepth: Request.maximumDepth)
        } catch {
            throw ProtocolError(error)
        }
        return try ActionDocument(value, path: "action")
    }
}

/// Windows editors put it in front of UTF-8 files.
let utf8ByteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

// MARK: - Decoding

extension ActionDocument {
    static let keyNames = [
        "id", "title", "priority", "language", "message", "caller-number", "caller-name", "starts", "expires", "plays",
        "keys", "account", "channels", "sms", "cascade", "weight", "override", "stop-when", "kind", "populations",
    ]

    init(_ value: JSONValue, path: String) throws(ProtocolError) {
        var object = try ObjectReader(value, path: path, keys: Self.keyNames)
        object.valueCode = .invalidAction
        id = try object.actionID("id")
        title = try object.line("title", maximum: 200) ?? ""
        priority = try object.word("priority", ActionPriority.self) ?? .normal
        language = try object.word("language", Language.self) ?? .dutch
        kind = try object.word("kind", ActionKind.self)
        sms = try object.optional("sms").map { value throws(ProtocolError) in
            try TextDocument(value, path: object.join("sms"))
        }
        // A text alone is enough.
        prompt = sms != nil && !object.has("message") ? [] : try Self.prompt(in: object, code: .invalidAction)
        channels = try Self.channels(in: object, hasPrompt: !prompt.isEmpty, hasText: sms != nil)
        cascade = try object.optional("cascade").map { value throws(ProtocolError) in
            try CascadeDocument(value, path: object.join("cascade"))
        }
        callerNumber = try object.line("caller-number", maximum: 32)
        callerName = try object.line("caller-name", maximum: 64)
        starts = try object.time("starts")
        expires = try object.time("expires")
        plays = try object.integer("plays", Self.numbersOfPlays) ?? 1
        keys = try Self.keys(in: object)
        account = try object.identifier("account") ?? ""
        weight = try object.integer("weight", Self.weights)
        override = try object.optional("override").map { value throws(ProtocolError) in
            try OverrideDocument(value, path: object.join("override"))
        }
        guard override == nil || priority == .lifeThreat else {
            throw object.notAllowed("override", "is for actions of priority \"life-threat\" only")
        }
        stopWhen = try object.optional("stop-when").map { value throws(ProtocolError) in
            try StopDocument(value, path: object.join("stop-when"))
        }
        populations = try object.identifiers("populations", maximum: Self.mostPopulations)
        if let starts, let expires, expires <= starts {
            throw object.notAllowed("expires", "must be later than \"\(object.join("starts"))\"")
        }
    }

    /// Shared by an action and by `prompt-render`.
    static func prompt(in object: ObjectReader, code: ErrorCode) throws(ProtocolError) -> [PromptPiece] {
        let value = try object.required("message")
        guard case .array(let items) = value else { throw object.wrongType("message", "a list", value) }
        guard !items.isEmpty else { throw object.notAllowed("message", "must have at least one piece") }
        guard items.count <= maximumPieces else {
            throw object.notAllowed("message", "has \(items.count) pieces; at most \(maximumPieces) are allowed")
        }
        var pieces: [PromptPiece] = []
        for (index, item) in items.enumerated() {
            pieces.append(try piece(item, path: "\(object.join("message"))[\(index)]", code: code))
        }
        let isSilent = pieces.allSatisfy { if case .pause = $0 { true } else { false } }
        guard !isSilent else { throw object.notAllowed("message", "has nothing but pauses") }
        return pieces
    }

    private static func piece(_ value: JSONValue, path: String, code: ErrorCode) throws(ProtocolError) -> PromptPiece {
        var object = try ObjectReader(value, path: path, keys: ["text", "recording", "pause", "language"])
        object.valueCode = code
        guard ["text", "recording", "pause"].filter({ object.has($0) }).count == 1 else {
            throw ProtocolError(
                code, "\"\(path)\" must have exactly one of \"text\", \"recording\" and \"pause\"", field: path)
        }
        if let text = try object.optionalString("text") {
            try object.check(text, "text", maximum: maximumText, allowsNewlines: true)
            let isSpoken = text.unicodeScalars.contains {
                $0.properties.isAlphabetic || $0.properties.numericType != nil
            }
            guard isSpoken else { throw object.notAllowed("text", "has nothing that can be spoken") }
            return .text(text, language: try object.word("language", Language.self))
        }
        guard !object.has("language") else { throw object.notAllowed("language", "goes with \"text\" alone") }
        if let name = try object.line("recording", maximum: 128) {
            guard !name.isEmpty else { throw object.notAllowed("recording", "must not be empty") }
            return .recording(name)
        }
        return .pause(try object.integer("pause", pauses, unit: "milliseconds") ?? 0)
    }

    private static func keys(in object: ObjectReader) throws(ProtocolError) -> [String: KeyMeaning] {
        guard let value = object.optional("keys") else { return ["1": .repeat] }
        let digits = "0123456789*#".map(String.init)
        var reader = try ObjectReader(value, path: object.join("keys"), keys: digits)
        reader.valueCode = .invalidAction
        var keys: [String: KeyMeaning] = [:]
        for digit in digits {
            if let meaning = try reader.word(digit, KeyMeaning.self) { keys[digit] = meaning }
        }
        return keys
    }
}

// MARK: - Encoding

extension ActionDocument {
    /// As a file has it, on one line, LF included.
    package func encode() -> [UInt8] { json.line }

    var json: JSONValue {
        var members = [JSONMember("id", .string(id.text))]
        if !title.isEmpty { members.append(JSONMember("title", .string(title))) }
        members.append(JSONMember("priority", .string(priority.word)))
        if let kind { members.append(JSONMember("kind", .string(kind.word))) }
        members.append(JSONMember("language", .string(language.word)))
        if !prompt.isEmpty { members.append(JSONMember("message", Self.json(prompt))) }
        if let callerNumber { members.append(JSONMember("caller-number", .string(callerNumber))) }
        if let callerName { members.append(JSONMember("caller-name", .string(callerName))) }
        if let starts { members.append(JSONMember("starts", .string(starts.description))) }
        if let expires { members.append(JSONMember("expires", .string(expires.description))) }
        members.append(JSONMember("plays", .integer(plays)))
        let meanings = keys.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value.word)) }
        members.append(JSONMember("keys", .object(meanings)))
        if !account.isEmpty { members.append(JSONMember("account", .string(account))) }
        if !channels.isEmpty {
            members.append(JSONMember("channels", .array(channels.map { .string($0.word) })))
        }
        if let sms { members.append(JSONMember("sms", sms.json)) }
        if let cascade { members.append(JSONMember("cascade", cascade.json)) }
        if let weight { members.append(JSONMember("weight", .integer(weight))) }
        if let override { members.append(JSONMember("override", override.json)) }
        if let stopWhen { members.append(JSONMember("stop-when", stopWhen.json)) }
        if !populations.isEmpty {
            members.append(JSONMember("populations", .array(populations.map { .string($0) })))
        }
        return .object(members)
    }

    static func json(_ prompt: [PromptPiece]) -> JSONValue {
        .array(
            prompt.map { piece in
                switch piece {
                case .text(let text, nil): .object([JSONMember("text", .string(text))])
                case .text(let text, let language?):
                    .object([JSONMember("text", .string(text)), JSONMember("language", .string(language.word))])
                case .recording(let name): .object([JSONMember("recording", .string(name))])
                case .pause(let milliseconds): .object([JSONMember("pause", .integer(milliseconds))])
                }
            })
    }
}
