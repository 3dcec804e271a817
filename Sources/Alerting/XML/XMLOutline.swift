// SPDX-License-Identifier: GPL-3.0-or-later

/// A document as it is seen before the parser gets it: what could cost more than it is worth is refused here.
///
/// Without a document type declaration there are no entities but the five of XML, so nothing can expand, and nothing is
/// named that could be loaded (XML 1.0, 2.8 and 4.2).
struct XMLOutline {
    /// Where each element begins, in the order of the document.
    private(set) var starts: [TextPosition] = []
    /// The first processing instruction, but for the XML declaration.
    private(set) var instruction: TextPosition?

    private let text: [UInt8]
    private var index = 0
    private var position = TextPosition()
    private var depth = 0

    /// UTF-8 with LF for line ends.
    init(_ text: [UInt8]) throws(AlertRefusal) {
        self.text = text
        while index < text.count {
            guard text[index] == UInt8(ascii: "<") else {
                advance(to: index + 1)
                continue
            }
            if follows("<!--") {
                skip(past: "-->", from: 4)
            } else if follows("<![CDATA[") {
                skip(past: "]]>", from: 9)
            } else if follows("<?") {
                if instruction == nil { instruction = position }
                skip(past: "?>", from: 2)
            } else if follows("<!") {
                throw AlertRefusal(
                    position,
                    "a document type declaration (<!DOCTYPE, <!ENTITY ...) is refused: an alert needs none, and its "
                        + "entities could load files or grow without end")
            } else {
                try readTag()
            }
        }
    }

    private func follows(_ mark: StaticString) -> Bool {
        mark.withUTF8Buffer { text[index...].starts(with: $0) }
    }

    /// What has no end goes on to the end of the document; the parser says what it misses.
    private mutating func skip(past mark: String, from offset: Int) {
        let mark = Array(mark.utf8)
        var end = index + offset
        while end < text.count, !text[end...].starts(with: mark) { end += 1 }
        advance(to: min(text.count, end + mark.count))
    }

    private mutating func advance(to end: Int) {
        for byte in text[index..<end] {
            if byte == 10 {
                position = TextPosition(line: position.line + 1, column: 1)
            } else if byte & 0xc0 != 0x80 {
                position.column += 1
            }
        }
        index = end
    }

    private mutating func readTag() throws(AlertRefusal) {
        let isEnd = follows("</")
        var end = index + 1
        var quote: UInt8?
        var attributes = 0
        while end < text.count {
            let byte = text[end]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
                attributes += 1
            } else if byte == UInt8(ascii: ">") {
                break
            }
            end += 1
        }
        guard attributes <= XMLLimits.attributes else {
            throw AlertRefusal(position, "an element has more than \(XMLLimits.attributes) attributes")
        }
        if isEnd {
            depth -= 1
        } else {
            starts.append(position)
            depth += 1
            guard depth <= XMLLimits.depth else {
                throw AlertRefusal(position, "elements are nested more than \(XMLLimits.depth) deep")
            }
            guard starts.count <= XMLLimits.elements else {
                throw AlertRefusal(position, "there are more than \(XMLLimits.elements) elements")
            }
            if end < text.count, text[end - 1] == UInt8(ascii: "/") { depth -= 1 }
        }
        advance(to: min(text.count, end + 1))
    }
}
