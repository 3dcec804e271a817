// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import FoundationXML
import GatewayCore

/// Reads a document with Foundation's parser, behind the limits of ``XMLOutline``.
///
/// The parser's own verdict is not enough: on Linux `parse()` returns true for a document that was cut off. Every error
/// that it tells counts, and the root element must have ended.
enum XMLReader {
    struct Document {
        var root: XMLElement
        /// The first processing instruction.
        var instruction: TextPosition?
    }

    static func read(_ bytes: [UInt8]) throws(AlertRefusal) -> Document {
        let text = try XMLDecoder.decode(bytes)
        let outline = try XMLOutline(text)
        guard !outline.starts.isEmpty else { throw AlertRefusal(nil, "has no XML element") }
        let builder = TreeBuilder(starts: outline.starts)
        let parser = XMLParser(data: Data(text))
        parser.shouldProcessNamespaces = true
        parser.shouldResolveExternalEntities = false
        parser.delegate = builder
        // The delegate heard of every error; what is returned adds nothing.
        _ = parser.parse()
        if let problem = builder.problem { throw AlertRefusal(problems: [problem]) }
        guard let root = builder.root, builder.open.isEmpty else {
            throw AlertRefusal(Self.end(of: text), "the document is cut off")
        }
        return Document(root: root, instruction: outline.instruction)
    }

    private static func end(of text: [UInt8]) -> TextPosition {
        let last = text.lastIndex(of: 10).map { $0 + 1 } ?? 0
        return TextPosition(
            line: text.count { $0 == 10 } + 1, column: text[last...].count { $0 & 0xc0 != 0x80 } + 1)
    }
}

private final class TreeBuilder: NSObject, XMLParserDelegate {
    private let starts: [TextPosition]
    private var count = 0
    private(set) var root: XMLElement?
    private(set) var open: [XMLElement] = []
    /// The first.
    private(set) var problem: AlertProblem?

    init(starts: [TextPosition]) { self.starts = starts }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        // After an error the parser may go on in its own way; what it says then is not listened to.
        guard problem == nil, starts.indices.contains(count) else { return }
        let element = XMLElement(name: name, namespace: namespaceURI ?? "", position: starts[count])
        count += 1
        open.last?.children.append(element)
        if root == nil { root = element }
        open.append(element)
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        guard problem == nil else { return }
        _ = open.popLast()
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) { open.last?.text += text }

    func parser(_ parser: XMLParser, foundCDATA block: Data) {
        open.last?.text += String(decoding: block, as: UTF8.self)
    }

    func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) {
        let code = (error as NSError).code
        guard problem == nil, !XMLErrorCode.isWarning(code) else { return }
        let position = TextPosition(line: max(1, parser.lineNumber), column: max(1, parser.columnNumber))
        let place = open.last.map { ", within <\($0.name.readable(40))> of \($0.position)" } ?? ""
        problem = AlertProblem(position, XMLErrorCode.words(code) + place)
    }
}
