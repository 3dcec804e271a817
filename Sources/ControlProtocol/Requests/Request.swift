// SPDX-License-Identifier: GPL-3.0-or-later

/// One line from a client. docs/protocol.md is the contract.
package enum Request: Equatable, Sendable {
    case verb(VerbRequest)
    // Lines within a submission.
    case recipient(RecipientLine)
    /// Of an import.
    case participant(ParticipantLine)
    case commit
    case abort

    package init(_ verb: any Verb, tag: String? = nil) { self = .verb(VerbRequest(verb, tag: tag)) }

    /// Bytes of a line without its LF.
    package static let lineLimit = 64 * 1024
    /// Deepest nesting of a line; a request needs 4.
    package static let maximumDepth = 16
}

/// What is asked for, with the tag that its replies carry.
package struct VerbRequest: Equatable, Sendable {
    package var verb: any Verb
    /// `id` on the wire.
    package var tag: String?

    package init(_ verb: any Verb, tag: String? = nil) {
        self.verb = verb
        self.tag = tag
    }

    package static func == (left: VerbRequest, right: VerbRequest) -> Bool {
        left.verb.isEqual(to: right.verb) && left.tag == right.tag
    }
}

// MARK: - Writing

extension Request {
    /// The line, LF included.
    package func encode() -> [UInt8] {
        switch self {
        case .verb(let request): request.verb.encode(tag: request.tag)
        case .recipient(let recipient): recipient.encode()
        case .participant(let participant): participant.encode()
        case .commit: JSONValue.object([JSONMember("commit", .bool(true))]).line
        case .abort: JSONValue.object([JSONMember("abort", .bool(true))]).line
        }
    }
}

// MARK: - Reading

extension Request {
    /// Reads one line, without its LF.
    package static func decode(
        _ bytes: some Collection<UInt8>, limit: Int = Request.lineLimit
    ) throws(ProtocolError) -> Request {
        try Request(try parse(bytes, limit: limit))
    }

    static func parse(_ bytes: some Collection<UInt8>, limit: Int) throws(ProtocolError) -> JSONValue {
        guard bytes.count <= limit else { throw .lineTooLong(limit: limit) }
        do {
            return try JSONParser.parse(Array(bytes), maximumDepth: maximumDepth)
        } catch {
            throw ProtocolError(error)
        }
    }

    /// The tag of whatever object this is, so that even the refusal of a bad request carries it.
    static func tag(of value: JSONValue) throws(ProtocolError) -> String? {
        guard case .object(let members) = value, let tag = members.first(where: { $0.key == "id" })?.value else {
            return nil
        }
        guard case .string(let text) = tag, text.unicodeScalars.count <= 128 else {
            throw ProtocolError(.wrongType, "\"id\" must be a string of at most 128 characters", field: "id")
        }
        return text
    }

    init(_ value: JSONValue) throws(ProtocolError) {
        guard case .object(let members) = value else {
            throw ProtocolError(.wrongType, "a request is an object: {\"verb\": ...}, not \(value.typeName)")
        }
        guard let verb = members.first(where: { $0.key == "verb" })?.value else {
            self = try Request(submissionLine: value, keys: members.map(\.key))
            return
        }
        guard case .string(let name) = verb else {
            throw ProtocolError(.wrongType, "\"verb\" must be a string, not \(verb.typeName)", field: "verb")
        }
        guard let known = Verbs.named(name) else { throw .unknownVerb(name) }
        let request = try known.decode(value)
        self = .verb(VerbRequest(request, tag: try Request.tag(of: value)))
    }

    private init(submissionLine value: JSONValue, keys: [String]) throws(ProtocolError) {
        if keys.contains("recipient") {
            let object = try ObjectReader(value, path: "", keys: ["recipient"])
            self = .recipient(try RecipientLine(try object.required("recipient"), path: "recipient"))
        } else if keys.contains("participant") {
            let object = try ObjectReader(value, path: "", keys: ["participant"])
            self = .participant(try ParticipantLine(try object.required("participant"), path: "participant"))
        } else if keys.contains("commit") {
            try ObjectReader(value, path: "", keys: ["commit"]).mark("commit")
            self = .commit
        } else if keys.contains("abort") {
            try ObjectReader(value, path: "", keys: ["abort"]).mark("abort")
            self = .abort
        } else {
            throw ProtocolError(.missingKey, "\"verb\" is missing", field: "verb")
        }
    }
}
