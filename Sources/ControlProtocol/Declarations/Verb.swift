// SPDX-License-Identifier: GPL-3.0-or-later

/// What a client can ask for: a type for each verb, whose values are its requests. Its declaration says everything
/// about it once; ``Verbs/all`` lists them. docs/protocol.md is the contract.
package protocol Verb: Equatable, Sendable {
    static var declaration: VerbDeclaration<Self> { get }
}

/// A verb behind whose request recipients follow, one in each line, and then a commit or an abort, which is answered.
package protocol SubmissionVerb: Verb {
    var action: ActionDocument { get }
    var leniency: SubmissionLeniency { get }
}

/// A verb behind whose request participants follow, one in each line, and then a commit or an abort, which is answered.
package protocol ImportVerb: Verb {}

/// All about a verb: its word on the wire, its keys, how they become a request and the other way round, and what is
/// answered.
package struct VerbDeclaration<V: Verb>: Sendable {
    /// The word on the wire.
    package let name: String
    /// What it does, as the command line's help says it.
    package let summary: String
    /// Besides `error`, which every verb has.
    package let replies: [any AnyReplyKind]
    fileprivate let form: ObjectForm<V>

    /// - Parameters:
    ///   - keys: besides `verb` and `id`; read and written in this order.
    ///   - make: the request of the keys' values; throws when they do not go together.
    init<each Part>(
        _ name: String, _ summary: String, keys: repeat Key<V, each Part>, replies: [any AnyReplyKind],
        make: @escaping @Sendable (repeat each Part) throws(ProtocolError) -> V
    ) {
        self.name = name
        self.summary = summary
        self.replies = replies
        form = ObjectForm(repeat each keys, make: make)
    }

    /// Besides `verb` and `id`.
    package var keys: [KeyDescription] { form.keys }
}

extension Verb {
    package static var name: String { declaration.name }
    package static var summary: String { declaration.summary }
    package static var keys: [KeyDescription] { declaration.keys }
    package static var replies: [any AnyReplyKind] { declaration.replies }

    /// Reads the object of a request line.
    static func decode(_ value: JSONValue) throws(ProtocolError) -> Self {
        let form = declaration.form
        return try form.read(try ObjectReader(value, path: "", keys: ["verb", "id"] + form.keys.map(\.name)))
    }

    /// The request's line, LF included; `tag` comes back in every reply.
    package func encode(tag: String? = nil) -> [UInt8] {
        var members = [JSONMember("verb", .string(Self.name))]
        if let tag { members.append(JSONMember("id", .string(tag))) }
        return JSONValue.object(members + Self.declaration.form.write(self)).line
    }

    func isEqual(to other: any Verb) -> Bool { other as? Self == self }
}
