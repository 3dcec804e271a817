// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// One line to a client: `{"<kind>": <content>}`, with `"ok"` and `"final": true` on the last of a request.
package struct Reply: Sendable {
    /// `id` on the wire: the tag of the request.
    package var tag: String?
    package var isFinal: Bool
    /// `journal-error`, `journal-error-since` and `space-left` on the wire; nil: the journal is well.
    package var journal: JournalCondition?
    /// nil: a kind of a newer daemon than this client.
    private var body: (kind: String, content: any ReplyContent)?

    private init<Content>(_ kind: ReplyKind<Content>, _ content: Content, isFinal: Bool, tag: String?) {
        body = (kind.name, content)
        self.isFinal = isFinal
        self.tag = tag
    }

    /// One of several.
    package static func part<Content>(_ kind: ReplyKind<Content>, _ content: Content, tag: String? = nil) -> Reply {
        Reply(kind, content, isFinal: false, tag: tag)
    }

    /// The last one of a request.
    package static func final<Content>(_ kind: ReplyKind<Content>, _ content: Content, tag: String? = nil) -> Reply {
        Reply(kind, content, isFinal: true, tag: tag)
    }

    /// Refuses a request.
    package static func refusal(_ error: ProtocolError, tag: String? = nil) -> Reply {
        Reply(Replies.error, error, isFinal: true, tag: tag)
    }

    /// The word on the wire; nil: a kind of a newer daemon than this client.
    package var kind: String? { body?.kind }

    /// nil: it is another kind.
    package func content<Content>(of kind: ReplyKind<Content>) -> Content? {
        body?.kind == kind.name ? body?.content as? Content : nil
    }

    package var error: ProtocolError? { content(of: Replies.error) }
}

extension Reply: Equatable {
    package static func == (left: Reply, right: Reply) -> Bool {
        func isEqual<Content: ReplyContent>(_ content: Content, _ other: (any ReplyContent)?) -> Bool {
            other as? Content == content
        }
        guard left.tag == right.tag, left.isFinal == right.isFinal, left.kind == right.kind,
            left.journal == right.journal
        else { return false }
        guard let content = left.body?.content else { return true }
        return isEqual(content, right.body?.content)
    }
}

extension Reply: Codable {
    /// `id`, `ok`, `final`, those of the journal's condition, and the kind.
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        tag = try container.decodeIfPresent(String.self, forKey: Key("id"))
        isFinal = try container.decodeIfPresent(Bool.self, forKey: Key("final")) ?? false
        if let error = try container.decodeIfPresent(String.self, forKey: Key("journal-error")) {
            let since = try container.decode(UTCTime.self, forKey: Key("journal-error-since"))
            journal = JournalCondition(
                error: error, since: since.timestamp,
                spaceLeft: try container.decodeIfPresent(Int64.self, forKey: Key("space-left")))
        }
        for key in container.allKeys {
            guard let kind = Replies.named(key.stringValue) else { continue }
            body = (kind.name, try kind.decode(container, key))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(tag, forKey: Key("id"))
        if isFinal {
            try container.encode(error == nil, forKey: Key("ok"))
            try container.encode(true, forKey: Key("final"))
        }
        if let journal {
            try container.encode(journal.error, forKey: Key("journal-error"))
            try container.encode(journal.since, forKey: Key("journal-error-since"))
            try container.encodeIfPresent(journal.spaceLeft, forKey: Key("space-left"))
        }
        if let body { try container.encode(body.content, forKey: Key(body.kind)) }
    }
}

extension Reply {
    /// Bytes of a line without its LF: CDR lines and audio come in larger pieces than requests.
    package static let lineLimit = 1024 * 1024
    /// Bytes of audio in one reply at most, so that its line stays within the limit.
    package static let audioPiece = 48 * 1024
    /// CDR lines in one reply at most.
    package static let linesPerPiece = 100

    /// The line, LF included, keys in alphabetical order.
    package func encodeLine() -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        // Strings, numbers and lists of them always encode.
        guard let data = try? encoder.encode(self) else {
            let apology = #"{"error":{"code":"internal-error","message":"unencodable reply"},"final":true,"ok":false}"#
            return Array(apology.utf8) + [10]
        }
        return Array(data) + [10]
    }

    /// Reads one line, without its LF. Keys that are not known are passed over: the daemon may be newer.
    package static func decode(_ bytes: some Collection<UInt8>) throws(ProtocolError) -> Reply {
        do {
            return try JSONDecoder().decode(Reply.self, from: Data(bytes))
        } catch {
            let text = String(decoding: bytes.prefix(80), as: UTF8.self)
            throw ProtocolError(.invalidReply, "this is no reply of burgernetd: \(excerpt(text))")
        }
    }
}
