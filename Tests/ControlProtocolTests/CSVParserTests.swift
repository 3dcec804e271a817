// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import Testing

@Suite struct CSVParserTests {
    /// As `line: field|field`, `line! reason` for a lost record, `line!! reason` for a lost file.
    private func parse(_ text: String, pieces: Int = .max, limit: Int = CSVParser.recordLimit) -> [String] {
        var parser = CSVParser(delimiter: UInt8(ascii: ","), limit: limit)
        let bytes = Array(text.utf8)
        var events: [CSVParser.Event] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + min(pieces, bytes.count))
            events += parser.consume(bytes[start..<end])
            start = end
        }
        events += parser.finish()
        return events.map { event in
            switch event {
            case .record(let record):
                let fields = record.fields.map { String(decoding: $0, as: UTF8.self) }
                let lines = record.line == record.lastLine ? "\(record.line)" : "\(record.line)-\(record.lastLine)"
                return "\(lines): \(fields.joined(separator: "|"))"
            case .malformed(let line, let reason): return "\(line)! \(reason)"
            case .unreadable(let line, let reason): return "\(line)!! \(reason)"
            }
        }
    }

    static let table: [(String, [String])] = [
        ("a,b\n", ["1: a|b"]),
        ("a,b", ["1: a|b"]),
        ("a,b\r\nc,d\r\n", ["1: a|b", "2: c|d"]),
        ("a,b\rc,d\r", ["1: a|b", "2: c|d"]),
        (",\n", ["1: |"]),
        ("a,", ["1: a|"]),
        ("\n\na\n", ["1: ", "2: ", "3: a"]),
        ("", []),
        (#""a","b""#, ["1: a|b"]),
        (#""a,b",c"#, ["1: a,b|c"]),
        (#""a""b",c"#, [#"1: a"b|c"#]),
        (#""","""""#, [#"1: |""#]),
        ("\"a\nb\",c\nd,e\n", ["1-2: a\nb|c", "3: d|e"]),
        ("\"a\r\nb\",c\r\nd,e\r\n", ["1-2: a\r\nb|c", "3: d|e"]),
        ("x\n\"a\n\n\nb\"\ny\n", ["1: x", "2-5: a\n\n\nb", "6: y"]),
        (
            "a\"b,c\nd,e\n",
            ["1! a quote in the middle of a field; a field with quotes is quoted as a whole", "2: d|e"]
        ),
        ("\"a\"b,c\nd,e\n", ["1! after the closing quote of a field comes more text", "2: d|e"]),
        ("\"a\" ,c\nd,e\n", ["1! after the closing quote of a field comes more text", "2: d|e"]),
        ("a\nb,\"c\nd\ne\n", ["1: a", "2!! a quoted field begins here and has no end"]),
        ("a\n\"", ["1: a", "2!! a quoted field begins here and has no end"]),
        ("a\u{0}b,é🚨\n", ["1: a\u{0}b|é🚨"]),
    ]

    @Test(arguments: table) func rfc4180(text: String, records: [String]) {
        for pieces in [Int.max, 1, 2, 3] { #expect(parse(text, pieces: pieces) == records) }
    }

    @Test func longRecords() {
        #expect(
            parse("abcdefghijk,l\nab\n", limit: 10) == ["1! the record is longer than 10 bytes", "2: ab"])
        #expect(
            parse("a\nb,\"cdefghijklmnop\nq\n", limit: 10)
                == ["1: a", "2!! a quoted field begins here and has no end within 10 bytes"])
        // The limit is of one record, not of all.
        #expect(parse("abcdefgh\r\nabcdefgh\r\nabcdefgh\r\n", limit: 10).count == 3)
    }

    @Test("Any bytes at all give records with lines that never go back") func anything() {
        var seed: UInt64 = 42
        let alphabet = Array("a,\"\n\r;é".utf8)
        for _ in 0..<2000 {
            var bytes: [UInt8] = []
            for _ in 0..<40 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes.append(alphabet[Int(seed >> 33) % alphabet.count])
            }
            var whole = CSVParser(delimiter: UInt8(ascii: ","))
            let together = whole.consume(bytes) + whole.finish()
            var single = CSVParser(delimiter: UInt8(ascii: ","))
            var apart: [CSVParser.Event] = []
            for byte in bytes { apart += single.consume([byte]) }
            apart += single.finish()
            #expect(together == apart)
            var last = 0
            for case .record(let record) in together {
                #expect(record.line > last && record.lastLine >= record.line)
                last = record.line
            }
        }
    }
}
