// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// The `override` of an action: who answers for passing over what participants wish, and why.
package struct OverrideDocument: Equatable, Sendable {
    package var officer: String
    package var reason: String

    package init(officer: String, reason: String) {
        self.officer = officer
        self.reason = reason
    }

    init(_ value: JSONValue, path: String) throws(ProtocolError) {
        var object = try ObjectReader(value, path: path, keys: ["officer", "reason"])
        object.valueCode = .invalidAction
        officer = try Self.line("officer", 100, in: object)
        reason = try Self.line("reason", 500, in: object)
    }

    private static func line(_ key: String, _ most: Int, in object: ObjectReader) throws(ProtocolError) -> String {
        guard let text = try object.line(key, maximum: most), text.contains(where: { !$0.isWhitespace }) else {
            throw object.notAllowed(key, "must be given")
        }
        return text
    }

    var json: JSONValue {
        .object([JSONMember("officer", .string(officer)), JSONMember("reason", .string(reason))])
    }
}

/// The `stop-when` of an action: it ends when so many have confirmed.
package struct StopDocument: Equatable, Sendable {
    package var confirmed: Int

    package init(confirmed: Int) { self.confirmed = confirmed }

    init(_ value: JSONValue, path: String) throws(ProtocolError) {
        var object = try ObjectReader(value, path: path, keys: ["confirmed"])
        object.valueCode = .invalidAction
        guard let count = try object.integer("confirmed", 1...1_000_000) else {
            throw object.notAllowed("confirmed", "must be given")
        }
        confirmed = count
    }

    var json: JSONValue { .object([JSONMember("confirmed", .integer(confirmed))]) }
}
