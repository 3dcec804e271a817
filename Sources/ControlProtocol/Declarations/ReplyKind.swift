// SPDX-License-Identifier: GPL-3.0-or-later

package typealias ReplyContent = Codable & Equatable & Sendable

/// A kind of reply: `{"<name>": <content>}`. Each is declared in ``Replies``, beside its content, and named by the
/// verbs that it answers.
package struct ReplyKind<Content: ReplyContent>: Hashable, Sendable {
    /// The word on the wire.
    package let name: String

    init(_ name: String) { self.name = name }
}

/// The kinds of reply.
package enum Replies {
    /// Refuses a request, whatever its verb; always the last one.
    package static let error = ReplyKind<ProtocolError>("error")

    /// Those that a client of this version can read.
    static func named(_ name: String) -> (any AnyReplyKind)? { byName[name] }

    private static let byName: [String: any AnyReplyKind] = Dictionary(
        (Verbs.all.flatMap { $0.replies } + [error]).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
}

/// A ``ReplyKind`` of any content.
package protocol AnyReplyKind: Sendable {
    var name: String { get }
    func decode<Name: CodingKey>(_ container: KeyedDecodingContainer<Name>, _ key: Name) throws -> any ReplyContent
}

extension ReplyKind: AnyReplyKind {
    package func decode<Name: CodingKey>(
        _ container: KeyedDecodingContainer<Name>, _ key: Name
    ) throws -> any ReplyContent {
        try container.decode(Content.self, forKey: key)
    }
}
