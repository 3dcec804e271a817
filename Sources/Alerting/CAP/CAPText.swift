// SPDX-License-Identifier: GPL-3.0-or-later

enum CAPText {
    /// Without white space at both ends.
    static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }

    /// As it is read aloud: lines that an author broke for a screen run on, an empty line begins a new one.
    static func flowing(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.split { $0.isWhitespace }.joined(separator: " ")
        }
        return lines.split(separator: "").map { $0.joined(separator: " ") }.joined(separator: "\n")
    }

    /// With a mark at its end, so that the next sentence does not run into it.
    static func sentence(_ text: String) -> String {
        guard let last = text.last, last.isLetter || last.isNumber || last == ")" || last == "\"" else { return text }
        return text + "."
    }
}
