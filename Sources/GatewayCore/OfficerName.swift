// SPDX-License-Identifier: GPL-3.0-or-later

/// The name of the officer for whom something is asked, as dispatch software gives it: 1 to 64 characters, one of them
/// a letter, of which each shows something. Blanks around it, and more than one in a row, are not kept.
package struct OfficerName: Equatable, Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package static let maximumLength = 64

    /// - Throws: What is wrong with it.
    package init(_ text: String) throws(OfficerNameError) {
        for scalar in text.unicodeScalars where !Self.isAllowed(scalar) {
            throw OfficerNameError(reason: "contains \(scalar.codePoint), which shows nothing")
        }
        let kept = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard kept.unicodeScalars.contains(where: \.properties.isAlphabetic) else {
            throw OfficerNameError(reason: "has no letter")
        }
        guard kept.unicodeScalars.count <= Self.maximumLength else {
            throw OfficerNameError(reason: "is longer than \(Self.maximumLength) characters")
        }
        self.text = kept
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: !scalar.isInvisible
        }
    }

    /// The same person, in whatever case the name was written: nobody approves what he submitted himself.
    package func isSamePerson(as other: OfficerName) -> Bool { text.lowercased() == other.text.lowercased() }

    package var description: String { text }
}

/// `contains U+0007, which shows nothing`.
package struct OfficerNameError: Error, Equatable, CustomStringConvertible {
    package let reason: String
    package init(reason: String) { self.reason = reason }
    package var description: String { "the officer's name \(reason)" }
}

extension OfficerName: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do throws(OfficerNameError) {
            self = try OfficerName(try Self.text(in: container))
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    private static func text(in container: any SingleValueDecodingContainer) throws(OfficerNameError) -> String {
        guard let text = try? container.decode(String.self) else { throw OfficerNameError(reason: "is no text") }
        return text
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
