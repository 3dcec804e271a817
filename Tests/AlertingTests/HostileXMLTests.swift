// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import Alerting

@Suite("Hostile and broken XML ends in a clear message")
struct HostileXMLTests {
    private static let laughs =
        "<!DOCTYPE a [<!ENTITY l0 \"ha\">"
        + (1...9).map { "<!ENTITY l\($0) \"\(String(repeating: "&l\($0 - 1);", count: 10))\">" }.joined()
        + "]><a>&l9;</a>"

    static let documents: [(name: String, xml: String, words: String)] = [
        ("billion laughs", laughs, "document type declaration"),
        (
            "quadratic blow-up",
            "<!DOCTYPE a [<!ENTITY x \"\(String(repeating: "x", count: 50_000))\">]><a>"
                + String(repeating: "&x;", count: 50_000) + "</a>", "document type declaration"
        ),
        (
            "external file", "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
            "document type declaration"
        ),
        ("external web", "<!DOCTYPE a SYSTEM \"http://127.0.0.1:9/a.dtd\"><a/>", "document type declaration"),
        ("in small letters", "<!doctype a><a/>", "document type declaration"),
        ("behind a comment", "<!-- <a> --><!DOCTYPE a><a/>", "line 1, column 13"),
        ("a declaration within", "<a><!ENTITY x 'y'></a>", "line 1, column 4"),
        ("deep", String(repeating: "<a>", count: 33) + String(repeating: "</a>", count: 33), "nested more than 32"),
        ("deep and cut off", String(repeating: "<a>", count: 100_000), "nested more than 32"),
        ("many elements", "<a>" + String(repeating: "<b/>", count: 10_000) + "</a>", "more than 10000 elements"),
        (
            "many attributes", "<a \((0..<100_000).map { "a\($0)=''" }.joined(separator: " "))/>",
            "more than 64 attributes"
        ),
        ("unknown entity", "<a>\n&nope;</a>", "line 2"),
        ("cut off", "<a><b>text", "cut off"),
        ("short", "<a>", "cut off"),
        ("shorter", "<a", "cut off"),
        ("an end alone", "</a>", "has no XML element"),
        ("text", "Brand in Gouda", "has no XML element"),
        ("JSON", "{\"id\": \"x\"}", "has no XML element"),
        ("nothing", "", "is empty"),
        ("blanks", " \n ", "has no XML element"),
        ("two roots", "<a/><b/>", "goes on after its end"),
        ("text behind", "<a/>text", "goes on after its end"),
        ("the wrong end", "<a><b></a></b>", "the end tag is not that of the element that is open"),
        ("no prefix", "<q:a/>", "a prefix that stands for no namespace"),
        ("an attribute twice", "<a x='1' x='2'/>", "an attribute stands twice"),
        ("NUL", "<a>\u{0}</a>", "line 1, column 4: the character U+0000"),
        ("a control", "<a>\u{1}</a>", "U+0001"),
        ("a reference to NUL", "<a>&#0;</a>", "character reference"),
        ("no character", "<a>\u{ffff}</a>", "U+FFFF"),
        ("an & alone", "<a>fish & chips</a>", "&amp;"),
        ("CDATA without end", "<a><![CDATA[x</a>", "cut off"),
        ("a comment without end", "<a><!-- x</a>", "comment"),
        ("a late declaration", "<a/>\n<?xml version='1.0'?>", "beginning"),
        ("a declaration without version", "<?xml encoding='UTF-8'?><a/>", "does not begin with version"),
        ("a declaration without end", "<?xml version='1.0' <a/>", "declaration"),
        ("version 2", "<?xml version='2.0'?><a/>", "version \"2.0\""),
    ]

    @Test("Each with what is wrong and where", arguments: documents.indices)
    func refused(_ index: Int) {
        let (name, xml, words) = Self.documents[index]
        let text = refusal(Array(xml.utf8)).map(\.description) ?? "accepted"
        #expect(text.contains(words), "\(name): \(text)")
    }

    @Test("A file of more than a mebibyte is not parsed")
    func size() {
        let text = refusal([UInt8](repeating: 60, count: (1 << 20) + 1))?.description
        #expect(text == "has more than 1048576 octets; an alert is smaller")
    }

    static let encodings: [(name: String, bytes: [UInt8], words: String)] = [
        ("bad UTF-8", Array("<a>\n é".utf8) + [0xff], "line 2, column 3: is not UTF-8"),
        ("overlong UTF-8", Array("<a>".utf8) + [0xc0, 0xaf], "line 1, column 4: is not UTF-8"),
        ("surrogates in UTF-8", Array("<a>".utf8) + [0xed, 0xa0, 0x80], "is not UTF-8"),
        (
            "UTF-8 that says UTF-16", Array("<?xml version='1.0' encoding='UTF-16'?><a/>".utf8),
            "declares the encoding UTF-16"
        ),
        (
            "Latin-1 that says UTF-8", Array("<?xml version='1.0' encoding='utf-8'?><a>caf".utf8) + [0xe9, 0x3c],
            "line 1, column 45: is not UTF-8"
        ),
        (
            "Windows-1252 that says Latin-1",
            Array("<?xml version='1.0' encoding='ISO-8859-1'?>\n<a>".utf8) + [0x93, 0x3c],
            "line 2, column 4: 0x93 is no character of ISO-8859-1"
        ),
        ("UTF-32", [0xff, 0xfe, 0, 0, 0x3c, 0, 0, 0], "UTF-32"),
        ("another", Array("<?xml version='1.0' encoding='KLINGON'?><a/>".utf8), "the encoding \"KLINGON\" is not read"),
        ("UTF-7", Array("<?xml version='1.0' encoding='UTF-7'?>+ADw-a/+AD4-".utf8), "is not read"),
        ("UTF-16 that says UTF-8", utf16("<?xml version='1.0' encoding='UTF-8'?><a/>"), "declares the encoding UTF-8"),
        ("an odd octet", utf16("<a/>") + [0], "ends in the middle of a character"),
        ("half a pair", utf16("<a>") + [0x00, 0xd8, 0x3c, 0x00], "half of a surrogate pair"),
    ]

    @Test("Encodings that do not fit, or are not read", arguments: encodings.indices)
    func encoding(_ index: Int) {
        let (name, bytes, words) = Self.encodings[index]
        let text = refusal(bytes)?.description ?? "accepted"
        #expect(text.contains(words), "\(name): \(text)")
    }

    @Test("An alert that is cut off anywhere is refused", arguments: Sample.all)
    func truncated(_ name: String) throws {
        let bytes = try Sample.bytes(name)
        let end = try #require(bytes.lastIndex(of: UInt8(ascii: ">")))
        #expect(refusal(bytes) == nil)
        for count in 0...end {
            #expect(refusal(Array(bytes[..<count])) != nil, "the first \(count) octets")
        }
    }

    @Test("An octet that is changed anywhere ends in an alert or in words")
    func changed() throws {
        for name in Sample.all {
            let bytes = try Sample.bytes(name)
            for index in stride(from: 0, to: bytes.count, by: 5) {
                let byte = bytes[index]
                var changed = bytes
                changed[index] = [0, 0x22, 0x26, 0x3c, 0x3e, 0x80, 0xff, byte ^ 0x20][index / 5 % 8]
                if let refusal = refusal(changed) {
                    #expect(!refusal.problems.isEmpty && refusal.problems.allSatisfy { !$0.text.isEmpty })
                }
            }
        }
    }
}

/// Little end first, with its mark.
func utf16(_ text: String) -> [UInt8] {
    [0xff, 0xfe] + text.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
}
