// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Writes a page of HTML that stands alone: one file, nothing to be fetched, and nothing that a text in it could become
/// but text.
package struct HTMLPage {
    package private(set) var lines: [String] = []

    /// `title` and `footer` (at the bottom of each printed page) are plain text; `style` is more of the style sheet.
    package init(language: Language, title: String, footer: String, style: String = "") {
        lines = [
            "<!DOCTYPE html>",
            "<html lang=\"\(language.rawValue)\">",
            "<head>",
            "<meta charset=\"utf-8\">",
            // Belt and braces: what is escaped could not do anything either.
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            "<meta name=\"viewport\" content=\"width=device-width\">",
            "<title>\(Self.escaped(title))</title>",
            "<style>",
            StatementStyle.sheet(
                footer: footer, page: language("Pagina", "Page"), of: language("van", "of")) + style,
            "</style>",
            "</head>",
            "<body>",
        ]
    }

    package mutating func add(_ html: String) { lines.append(html) }

    /// Figures in a row, each with what it counts.
    package mutating func addTiles(_ tiles: [(figure: String, label: String)]) {
        add("<ul class=\"tiles\">")
        for (figure, label) in tiles {
            add("<li><strong>\(HTMLPage.escaped(figure))</strong>\(HTMLPage.escaped(label))</li>")
        }
        add("</ul>")
    }

    package mutating func end() { lines += ["</body>", "</html>"] }

    /// A table; the heading row repeats on each printed page. `rows` and `feet` are rows of ``cell(_:_:)``.
    package mutating func table(
        _ name: String, caption: String, headings: [Heading], rows: [String], feet: [String] = []
    ) {
        // A short table goes to the next page as a whole; of a long one the head repeats.
        add("<table class=\"\(name)\(rows.count <= 10 ? " short" : "")\">")
        add("<caption>\(Self.escaped(caption))</caption>")
        let cells = headings.map {
            "<th scope=\"col\"\($0.isFigure ? " class=\"figure\"" : "")>\(Self.escaped($0.text))</th>"
        }
        add("<thead><tr>\(cells.joined())</tr></thead>")
        add("<tbody>")
        lines += rows.map { "<tr>\($0)</tr>" }
        add("</tbody>")
        if !feet.isEmpty {
            // Not <tfoot>, which browsers repeat on each page like the head: a total stands once.
            add("<tbody class=\"total\">")
            lines += feet.map { "<tr>\($0)</tr>" }
            add("</tbody>")
        }
        add("</table>")
    }

    package struct Heading {
        var text: String
        var isFigure: Bool
        package static func text(_ text: String) -> Heading { Heading(text: text, isFigure: false) }
        package static func figure(_ text: String) -> Heading { Heading(text: text, isFigure: true) }
    }

    package static func cell(_ text: String, note: String = "") -> String {
        let below = note.isEmpty ? "" : "<span class=\"note\">\(escaped(note))</span>"
        return "<td>\(escaped(text))\(below)</td>"
    }
    package static func date(_ text: String) -> String { "<td class=\"date\">\(escaped(text))</td>" }
    package static func figure(_ text: String) -> String { "<td class=\"figure\">\(escaped(text))</td>" }
    package static func figures(_ texts: String...) -> String { texts.map(figure).joined() }
    /// Before figures of a total.
    package static func label(_ text: String, columns: Int) -> String {
        "<th scope=\"row\" colspan=\"\(columns)\">\(escaped(text))</th>"
    }

    /// Text between tags and in attributes alike. Control characters, which HTML forbids, are left out.
    package static func escaped(_ text: String) -> String {
        var clean = ""
        clean.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": clean += "&amp;"
            case "<": clean += "&lt;"
            case ">": clean += "&gt;"
            case "\"": clean += "&quot;"
            case "'": clean += "&#39;"
            default:
                let isControl = scalar.value < 32 || (0x7f..<0xa0).contains(scalar.value)
                if !isControl { clean.unicodeScalars.append(scalar) } else { clean += " " }
            }
        }
        return clean
    }
}
