// SPDX-License-Identifier: GPL-3.0-or-later

/// The name that dispatch software gives an action: 1 to 64 of `A-Z a-z 0-9 . _ -`, starting with a
/// letter or digit. It is the key of idempotent submission.
package struct ActionID: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    /// Throws ``IdentifierError`` when the text is no valid name.
    package init(_ text: String) throws {
        guard isIdentifier(text) else { throw IdentifierError(kind: "action id", text: text) }
        self.text = text
    }

    package var description: String { text }
}

/// The journal's key of a recipient; a person in one action.
package struct RecipientID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package static func < (left: RecipientID, right: RecipientID) -> Bool { left.value < right.value }
    package var description: String { String(value) }
}

/// The journal's key of an attempt; also the voice module's call id.
package struct AttemptID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let value: Int64
    package init(_ value: Int64) { self.value = value }
    package static func < (left: AttemptID, right: AttemptID) -> Bool { left.value < right.value }
    package var description: String { String(value) }
}

package struct IdentifierError: Error, Equatable, CustomStringConvertible {
    package let kind: String
    package let text: String
    package init(kind: String, text: String) {
        self.kind = kind
        self.text = text
    }
    package var description: String {
        "\(kind) \"\(text.readable(80))\" is not valid: use 1 to 64 letters, digits, '.', '_' or '-', "
            + "the first a letter or digit"
    }
}

/// Whether a text can name an action, an account or a recipient.
package func isIdentifier(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, bytes.count <= 64 else { return false }
    func isAlphanumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
    return isAlphanumeric(first) && bytes.allSatisfy { isAlphanumeric($0) || $0 == 46 || $0 == 95 || $0 == 45 }
}
