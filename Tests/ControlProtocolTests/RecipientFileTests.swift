// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import Testing

@Suite struct RecipientFileTests {
    /// As `line number id account`, with `@channel` behind it where one was given, `line! reason` for an invalid line, `line!! reason` for a lost file.
    private func read(_ bytes: [UInt8], pieces: Int, ignoresColumns: Bool = false) -> [String] {
        var reader = RecipientFileReader(ignoresColumns: ignoresColumns)
        var events: [ListFileEvent<RecipientLine>] = []
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            events += reader.consume(bytes[start..<min(bytes.count, start + pieces)])
        }
        events += reader.finish()
        return events.map { event in
            switch event {
            case .row(let person):
                "\(person.line ?? 0) \(person.number) \(person.reference) \(person.account)"
                    + (person.channel.isEmpty ? "" : "@\(person.channel)")
            case .invalid(let error): "\(error.line ?? 0)! \(error.message)"
            case .unreadable(let error): "\(error.line ?? 0)!! \(error.message)"
            }
        }
    }

    private func expect(
        _ bytes: [UInt8], _ expected: [String], ignoresColumns: Bool = false,
        _ location: SourceLocation = #_sourceLocation
    ) {
        for pieces in [1, 2, 3, 7, 100_000] {
            #expect(read(bytes, pieces: pieces, ignoresColumns: ignoresColumns) == expected, sourceLocation: location)
        }
    }

    static let good: [(String, [String])] = [
        ("number,id,account\n0612345678,P-1,GM0513\n", ["2 0612345678 P-1 GM0513"]),
        ("number\n0612345678\n", ["2 0612345678  "]),
        // Excel in the Netherlands: byte-order mark, semicolons, CRLF, empty rows at the end.
        ("\u{feff}Telefoonnummer;ID\r\n0612345678;P-1\r\n;\r\n;\r\n", ["2 0612345678 P-1 "]),
        ("sep=;\r\nnummer;id\r\n06;P-1\r\n", ["3 06 P-1 "]),
        ("\r\n\r\nphone\tid\r\n06\tP-1\r\n", ["4 06 P-1 "]),
        // Excel on old Macs.
        ("number,id\r0612345678,P-1\r0687654321,P-2\r", ["2 0612345678 P-1 ", "3 0687654321 P-2 "]),
        ("id, number \nP-1,  +31 6 12345678 \n", ["2 +31 6 12345678 P-1 "]),
        ("\"number\",\"id\"\n\"06,12\",\"a\"\"b\"\n", ["2 06,12 a\"b "]),
        // The number lost its zero in a spreadsheet: the daemon says what is wrong with it.
        ("number\n612345678\n3.16E+10\n", ["2 612345678  ", "3 3.16E+10  "]),
        ("number,id\n0612345678,P-1", ["2 0612345678 P-1 "]),
        (
            "{\"number\":\"06\",\"id\":\"P-1\"}\n\n{\"recipient\":{\"number\":\"07\",\"line\":99}}",
            ["1 06 P-1 ", "3 07  "]
        ),
        ("\u{feff}{\"number\":\"06\"}\r\n", ["1 06  "]),
        // Which channel the citizen chose; the daemon says what is wrong with a word that is none.
        ("number,channel\n06,sms\n07,\n08,voice\n", ["2 06  @sms", "3 07  ", "4 08  @voice"]),
        ("Kanaal;Nummer;account\r\n sms ;06;GM0513\r\nfax;07;GM0513\r\n", ["2 06  GM0513@sms", "3 07  GM0513@fax"]),
        ("{\"number\":\"06\",\"channel\":\"sms\"}\n", ["1 06  @sms"]),
        // Headings of the register; an apostrophe that keeps a cell text.
        ("Gemeente;Telefoon;Kanaal\n'0513;'0612345678;'SMS\n", ["2 0612345678  0513@SMS"]),
        ("ID,MOBIEL,gemeente\n'P-1,0612345678,GM0513\n", ["2 0612345678 P-1 GM0513"]),
        ("\u{200B}Nummer\u{FEFF},id\n06,P-1\n", ["2 06 P-1 "]),
        ("\n\n{\"number\":\"06\"}\n", ["3 06  "]),
    ]

    @Test(arguments: good) func readable(text: String, expected: [String]) { expect(Array(text.utf8), expected) }

    static let bad: [(String, [String])] = [
        ("", ["0!! the file is empty"]),
        (" \n\n", ["0!! the file is empty"]),
        (
            "naam,adres\nx,y\n",
            [
                "1!! there is no column \"number\" (or telefoonnummer, nummer, telefoon, mobiel, "
                    + "phone); the columns are \"naam\", \"adres\""
            ]
        ),
        (
            "0612345678,P-1\n",
            ["1!! the first line must name the columns, such as number,id,account; it holds data instead"]
        ),
        (
            "number,naam,id,adres\n06,x,P,y\n",
            [
                "1!! unknown columns \"naam\", \"adres\"; known are number, id, account, channel and "
                    + "population (--ignore-columns passes over others)"
            ]
        ),
        ("\n\nnumber,phone\n06,07\n", ["3!! two columns mean \"number\": \"number\", \"phone\""]),
        (
            "Telefoon;Mobiel\n06;07\n", ["1!! two columns mean \"number\": \"Telefoon\", \"Mobiel\""]
        ),
        (
            "number,channel,kanaal\n06,sms,sms\n",
            ["1!! two columns mean \"channel\": \"number\", \"channel\", \"kanaal\""]
        ),
        ("number,\"id\n06,1\n", ["1!! the header has a quote without end"]),
        (
            "number,i\"d\n06,1\n",
            [
                "1!! the header cannot be read: a quote in the middle of a field; a field with quotes is quoted as a whole"
            ]
        ),
        ("sep=;\n", ["2!! the file has no header row"]),
        (
            "number,id\n06\n07,P-2,x\n08,P-3\n",
            ["2! the line has 1 field, the header has 2", "3! the line has 3 fields, the header has 2", "4 08 P-3 "]
        ),
        (
            "number,id\n06,P\"1\n07,P-2\n",
            [
                "2! a quote in the middle of a field; a field with quotes is quoted as a whole", "3 07 P-2 ",
            ]
        ),
        (
            "number,id\n06,\"P\n1\"\n07,P-2\n",
            [
                "2! a quoted field in the column \"id\" has a line break; is a closing quote missing? (lines 2 to 3)",
                "4 07 P-2 ",
            ]
        ),
        ("number,id\n06,\"P-1\n07,P-2\n", ["2!! a quoted field begins here and has no end"]),
        ("PK\u{3}\u{4}xxxx", ["1!! this is a spreadsheet or a ZIP file; save it as CSV"]),
        (
            "{\"number\":\"06\"}\nnumber,id\n{\"number\":612345678}\n{\"nummer\":\"06\"}\n",
            [
                "1 06  ", "2! not valid JSON: a value cannot start with 'n' (column 1)",
                "3! \"number\" must be a string: a number without quotes loses its 0 or +",
                "4! unknown key \"nummer\"; did you mean \"number\"?",
            ]
        ),
        (
            "{\"number\":\"06\",\"channel\":1}\n",
            ["1! \"channel\" must be a string, not a whole number"]
        ),
        ("{\"number\":\"06\"}\n[]\n", ["1 06  ", "2! a recipient is an object: {\"number\": ...}, not a list"]),
    ]

    @Test(arguments: bad) func unreadable(text: String, expected: [String]) { expect(Array(text.utf8), expected) }

    @Test func latin1() {
        let advice = "is not UTF-8; save the file as UTF-8 (\"CSV UTF-8\" in Excel)"
        let rows = Array("number,id\n06,Ren".utf8) + [0xe9] + Array("\n07,P-2\n".utf8)
        expect(rows, ["2! the byte 0xe9 in the column \"id\" \(advice)", "3 07 P-2 "])
        let header = Array("number,id,pr".utf8) + [0xe9] + Array("nom\n".utf8)
        expect(header, ["1!! the byte 0xe9 in the header \(advice)"])
        // What is in a column that nobody reads does not matter.
        let ignored = Array("number,naam\n06,Ren".utf8) + [0xe9, 10]
        expect(ignored, ["2 06  "], ignoresColumns: true)
    }

    @Test func utf16() {
        expect([0xff, 0xfe, 0x6e, 0x00], ["1!! the file is UTF-16; save it as UTF-8 (\"CSV UTF-8\" in Excel)"])
    }

    @Test func ignoredColumns() {
        expect(
            Array("naam;nummer;adres\n\"Jan; de\nJong\";06;x\nPiet;07;y\n".utf8), ["2 06  ", "4 07  "],
            ignoresColumns: true)
    }

    @Test("What has no line end is not held") func endless() {
        var reader = RecipientFileReader()
        var events: [ListFileEvent<RecipientLine>] = []
        for _ in 0..<100 { events += reader.consume([UInt8](repeating: 97, count: 4096)) }
        events += reader.finish()
        #expect(
            events == [
                .unreadable(ProtocolError(.invalidFile, "the first 65536 bytes have no line end: no CSV", line: 1))
            ])
    }

    @Test func longJSONLine() {
        let long = "{\"number\":\"" + String(repeating: "0", count: 70_000) + "\"}\n{\"number\":\"06\"}\n"
        expect(Array(long.utf8), ["1! the line is longer than 65536 bytes", "2 06  "])
    }

    @Test func manyRecipients() {
        var reader = RecipientFileReader()
        var text = "number,id\n"
        for index in 0..<20_000 { text += "06\(index),P-\(index)\n" }
        let events = reader.consume(Array(text.utf8)) + reader.finish()
        #expect(events.count == 20_000)
        #expect(events.last == .row(RecipientLine(number: "0619999", reference: "P-19999", line: 20_001)))
    }
}
