// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Billing

private let full = """
    # KPN
    [File]
    Separator=semicolon
    Decimal=comma
    SkipLines=1
    Encoding=latin1
    [Columns]
    Number=B-nummer
    Date=Datum
    Time="Tijd (lokaal)"
    Duration=Duur
    Amount=Bedrag
    [Values]
    TimeFormat=%d-%m-%Y %H:%M:%S
    TimeZone=Europe/Amsterdam
    DurationUnit=clock
    AmountUnit=cent
    Only=Type VOICE "VOICE INT"
    [Match]
    Moment=answer
    TimeTolerance=2min
    DurationTolerance=1500ms
    DurationStep=60s
    AmountTolerance=0.005
    """

@Suite("A carrier's file and its mapping") struct CarrierFileTests {
    private func mapping(_ text: String) throws -> CarrierMapping {
        try CarrierMapping.parse(Array(text.utf8), file: "kpn.conf").get()
    }

    private func complaints(_ text: String) -> [String] {
        switch CarrierMapping.parse(Array(text.utf8), file: "kpn.conf") {
        case .success: []
        case .failure(let error): error.complaints.map(\.description)
        }
    }

    private func fields(_ line: String, _ separator: Character = ";") -> [[UInt8]] {
        line.split(separator: separator, omittingEmptySubsequences: false).map { Array($0.utf8) }
    }

    @Test("Every key") func everyKey() throws {
        let mapping = try mapping(full)
        #expect(mapping.separator == 59 && mapping.hasDecimalComma && mapping.skippedLines == 1)
        #expect(mapping.time == .name("Tijd (lokaal)") && mapping.encoding == .latin1)
        #expect(mapping.onlyValues == ["VOICE", "VOICE INT"] && mapping.moment == .answer)
        #expect(
            mapping.tolerance
                == ReconciliationTolerance(
                    time: .seconds(120), milliseconds: 1500, amount: Money(microEuros: 5_000), durationStep: 60_000))
    }

    @Test(
        "Encodings by their names, in any case",
        arguments: [
            ("utf-8", CarrierMapping.Encoding.utf8), ("Latin1", .latin1), ("Windows-1252", .windows1252),
            ("UTF-16", .utf16),
        ])
    func encodingNames(name: String, expected: CarrierMapping.Encoding) throws {
        #expect(try mapping("[File]\nEncoding=\(name)\n[Columns]\nNumber=a\nTime=b\n").encoding == expected)
    }

    @Test("Complaints name file and line") func complaints() {
        #expect(
            complaints("[Columns]\nNumber=a\nTime=b\nTime=c\nDuratoin=d\n[Colums]\nx=y\n[File]\nDecimal=point,\n") == [
                "kpn.conf:4: [Columns] Time: was set before",
                "kpn.conf:5: [Columns] Duratoin: unknown key; did you mean Duration=?",
                "kpn.conf:6: [Colums]: unknown section; did you mean Columns?",
                "kpn.conf:9: [File] Decimal: \"point,\" is neither point nor comma",
            ])
        #expect(
            complaints("") == ["kpn.conf: [Columns] Number: is missing", "kpn.conf: [Columns] Time: is missing"])
        #expect(
            complaints("[File]\nHeader=no\n[Columns]\nNumber=1\nTime=Start\n") == [
                "kpn.conf: [Columns]: \"Start\" is a name, but the file has no header: use positions from 1"
            ])
        #expect(
            complaints("[Columns]\nNumber=1\nTime=2\n[Values]\nTimeFormat=%d-%Q\nTimeZone=CET\nOnly=x\n") == [
                "kpn.conf:5: [Values] TimeFormat: %Q is not known: use %Y %y %m %d %H %M %S %f",
                "kpn.conf:6: [Values] TimeZone: \"CET\" is none of Europe/Amsterdam, UTC, +01:00",
                "kpn.conf:7: [Values] Only: write the column and then the values that count, such as Type VOICE",
            ])
    }

    @Test("Rows become calls") func rows() throws {
        var reader = CarrierRowReader(mapping: try mapping(full))
        #expect(try reader.read(fields("Rapport oktober"), line: 1) == .passedOver)
        #expect(
            try reader.read(fields("Type;Datum;Tijd (lokaal);B-nummer;Duur;Bedrag"), line: 2) == .passedOver)
        let expected = CarrierCall(
            line: 3, number: 31_612_345_678,
            time: DutchTime(year: 2026, month: 10, day: 15, hour: 9, minute: 5, second: 7).timestamp(),
            milliseconds: 62_000, amount: Money(microEuros: 12_345))
        #expect(
            try reader.read(fields("VOICE;15-10-2026;09:05:07;0612345678;0:01:02;1,2345"), line: 3) == .call(expected))
        #expect(try reader.read(fields("DATA;15-10-2026;09:05:07;internet;;"), line: 4) == .passedOver)
        #expect(try reader.read(fields(""), line: 5) == .passedOver)
        #expect(throws: ValueError("\"1x\" is no amount")) {
            try reader.read(fields("VOICE;15-10-2026;09:05:07;31612345678;0:01:02;1x"), line: 6)
        }
        #expect(throws: ValueError("\"32-10-2026 09:05:07\" is no time of the format in the mapping")) {
            try reader.read(fields("VOICE;32-10-2026;09:05:07;31612345678;0:01:02;1"), line: 7)
        }
        #expect(throws: ValueError("the row has 2 columns, column 4 is needed")) {
            try reader.read(fields("VOICE;15-10-2026"), line: 8)
        }
    }

    @Test("A column that is not there") func missingColumn() throws {
        var reader = CarrierRowReader(mapping: try mapping("[Columns]\nNumber=Nummer\nTime=Start\n"))
        #expect(throws: ValueError("the file has no column \"Nummer\"; did you mean Numer?")) {
            try reader.read(fields("Numer,Start", ","), line: 1)
        }
        #expect(!reader.isReady)
    }

    @Test(
        "Times",
        arguments: [
            ("iso", "UTC", "2026-10-15T12:00:00", "2026-10-15T12:00:00.000Z", false),
            ("iso", "UTC", "2026-10-15 12:00:00+02:00", "2026-10-15T10:00:00.000Z", false),
            ("iso", "Europe/Amsterdam", "2026-10-15 12:00", "2026-10-15T10:00:00.000Z", false),
            ("iso", "+01:00", "2026-07-01 12:00", "2026-07-01T11:00:00.000Z", false),
            ("unix", "UTC", "1792065600.5", "2026-10-15T12:00:00.500Z", false),
            ("unix-ms", "UTC", "1792065600250", "2026-10-15T12:00:00.250Z", false),
            ("%Y%m%d%H%M%S", "UTC", "20261015120001", "2026-10-15T12:00:01.000Z", false),
            ("%d/%m/%y %H:%M", "UTC", "5/1/26 9:07", "2026-01-05T09:07:00.000Z", false),
            ("%d-%m-%Y %H:%M:%S.%f", "UTC", "15-10-2026 12:00:01.123", "2026-10-15T12:00:01.000Z", false),
            ("iso", "Europe/Amsterdam", "2026-10-25 02:30", "2026-10-25T00:30:00.000Z", true),
        ])
    func times(format: String, zone: String, text: String, expected: String, isDoubtful: Bool) throws {
        let found = try CarrierTimeFormat(format).read(text, zone: CarrierTimeFormat.Zone(zone))
        #expect(found?.time.description == expected)
        #expect((found?.other != nil) == isDoubtful)
    }

    @Test("What is no time", arguments: ["", "2026-13-01 00:00", "15-10-2026 12:00:00 extra", "soon", "25:00"])
    func noTime(text: String) throws {
        #expect(try CarrierTimeFormat("iso").read(text, zone: .amsterdam) == nil)
        #expect(try CarrierTimeFormat("%d-%m-%Y %H:%M:%S").read(text, zone: .amsterdam) == nil)
    }

    @Test(
        "Decimal numbers",
        arguments: [
            ("1.5", false, 1_500_000), ("1,5", true, 1_500_000), ("1.234,56", true, 1_234_560_000),
            ("1,234.56", false, 1_234_560_000), ("-0.0000005", false, -1), ("0.0000004", false, 0),
            ("€ 0,12", true, 120_000), ("12", true, 12_000_000), ("1,5,5", true, nil), ("", false, nil),
            ("1e3", false, nil), ("-", false, nil), ("-€ 1.234,50", true, -1_234_500_000), ("1,2€", true, 1_200_000),
            // Thousands: a point that a file with decimal commas does not have is no separator.
            ("0.0420", true, nil), ("0.042", true, nil), ("0,0420", false, nil), ("1.5", true, nil),
            ("12.34", true, nil),
            ("1234.567", true, nil), ("1.2345,6", true, nil), ("1.234.56", true, nil), ("1.23.456", true, nil),
            ("1.234.567", true, 1_234_567_000_000), ("1.234,", true, 1_234_000_000), (".123", true, nil),
            ("1..234", true, nil), ("1,234,5", false, nil), ("1,5.5", true, nil), ("123.456,7", true, 123_456_700_000),
            ("1 234,56", true, 1_234_560_000), ("1\u{A0}234\u{A0}567", true, 1_234_567_000_000),
            ("1\u{202F}234,56", true, 1_234_560_000), ("1 23", true, nil), ("1 234.567", true, nil),
            ("0 123", true, nil), ("1,5 5", true, nil), ("12 ", true, 12_000_000), (" 1,5 € ", true, 1_500_000),
            ("1 € 5", true, nil), ("1,\u{20AC}5", true, nil), ("€", true, nil), (",5", true, 500_000),
            ("99999999999999999999", false, nil), ("--1", false, nil),
        ] as [(String, Bool, Int64?)])
    func decimals(text: String, comma: Bool, expected: Int64?) {
        #expect(CarrierDecimal.read(text.utf8, digits: 6, decimalComma: comma) == expected)
    }

    @Test("An amount with the other decimal sign is refused, and the mapping named")
    func otherDecimalSign() throws {
        var reader = CarrierRowReader(
            mapping: try mapping("[File]\nDecimal=comma\n[Columns]\nNumber=n\nTime=t\nAmount=a\n"))
        _ = try reader.read(fields("n;t;a"), line: 1)
        let hint = "with a decimal comma: is [File] Decimal=comma right?"
        #expect(throws: ValueError("\"0.0420\" is no amount \(hint)")) {
            try reader.read(fields("0612345678;2026-10-15 12:00;0.0420"), line: 2)
        }
    }

    @Test("Numbers as carriers' files have them, the country in front or not, copied marks and all")
    func numbers() throws {
        var reader = CarrierRowReader(mapping: try mapping("[Columns]\nNumber=n\nTime=t\n"))
        _ = try reader.read(fields("n;t"), line: 1)
        for number in ["0612345678", "+31612345678", "31612345678", "'31612345678", "\u{202D}31612345678\u{202C}"] {
            guard case .call(let call) = try reader.read(fields("\(number);2026-10-15 12:00"), line: 2) else {
                return #expect(Bool(false), "\(number)")
            }
            #expect(call.number == 31_612_345_678)
        }
    }

    private func decoded(_ bytes: [UInt8], _ encoding: CarrierMapping.Encoding, pieces: Int) throws -> String {
        var decoder = CarrierTextDecoder(encoding)
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            output += decoder.consume(Array(bytes[start..<min(bytes.count, start + pieces)]))
        }
        return String(decoding: output + (try decoder.finish()), as: UTF8.self)
    }

    private static func utf16(_ text: String, isBigEndian: Bool) -> [UInt8] {
        text.utf16.flatMap { isBigEndian ? [UInt8($0 >> 8), UInt8($0 & 0xFF)] : [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    }

    static let files: [(CarrierMapping.Encoding, [UInt8], String)] = [
        (.utf8, Array("número €".utf8), "número €"),
        (.utf8, [0xEF, 0xBB, 0xBF] + Array("a".utf8), "a"),
        (.latin1, [0x6E, 0xFA, 0x80], "nú\u{80}"),
        (.windows1252, [0x80, 0x20, 0x93, 0xE9, 0x94, 0x9F, 0x81], "€ “é”Ÿ\u{81}"),
        (.utf16, [0xFF, 0xFE] + utf16("Prijs €;\u{1F600}", isBigEndian: false), "Prijs €;\u{1F600}"),
        (.utf16, [0xFE, 0xFF] + utf16("Prijs €;\u{1F600}", isBigEndian: true), "Prijs €;\u{1F600}"),
        (.utf16, utf16("ab", isBigEndian: false), "ab"),
        (.utf16, utf16("ab", isBigEndian: true), "ab"),
        // The mark knows better than the mapping.
        (.utf8, [0xFF, 0xFE] + utf16("ab", isBigEndian: false), "ab"),
        (.latin1, [0xEF, 0xBB, 0xBF, 0xC3, 0xA9], "é"),
        // Half a character.
        (.utf16, [0xFE, 0xFF, 0xD8, 0x3D, 0x00, 0x61, 0xDC, 0x00], "\u{FFFD}a\u{FFFD}"),
        (.windows1252, [0x61], "a"), (.utf8, [], ""),
    ]

    @Test("Files of every encoding, in pieces of any size", arguments: files.indices)
    func encodings(index: Int) throws {
        let (encoding, bytes, expected) = Self.files[index]
        for pieces in [1, 2, 3, 100] { #expect(try decoded(bytes, encoding, pieces: pieces) == expected) }
    }

    @Test("A file that ends within a character, or is not in the encoding that was said, is refused")
    func wrongEncoding() throws {
        #expect(throws: ValueError("the file ends in the middle of a character: it is no UTF-16")) {
            try decoded([0xFE, 0xFF, 0x00], .utf16, pieces: 2)
        }
        var reader = CarrierRowReader(mapping: try mapping("[Columns]\nNumber=n\nTime=t\n"))
        // In a column that nobody reads it does not matter.
        _ = try reader.read([Array("n".utf8), Array("t".utf8), [0xE9]], line: 1)
        let hint = "the file is not UTF-8, try [File] Encoding=windows-1252"
        #expect(throws: ValueError("column 1 cannot be read: \(hint)")) {
            try reader.read([[0xE9], Array("2026-10-15 12:00".utf8), [0xE9]], line: 2)
        }
        var other = CarrierRowReader(mapping: try mapping("[Columns]\nNumber=número\nTime=t\n"))
        #expect(throws: ValueError("the file has no column \"número\"; \(hint)")) {
            try other.read([[0x6E, 0xFA, 0x6D], Array("t".utf8)], line: 1)
        }
    }

    @Test(
        "Times are shown in the file's zone",
        arguments: [
            ("Europe/Amsterdam", "2026-10-15T10:00:00Z", "2026-10-15 12:00:00", "2026-10-15T12:00:00.000+02:00"),
            ("Europe/Amsterdam", "2026-10-25T01:30:00Z", "2026-10-25 02:30:00", "2026-10-25T02:30:00.000+01:00"),
            ("UTC", "2026-10-15T10:00:00Z", "2026-10-15 10:00:00", "2026-10-15T10:00:00.000Z"),
            ("-04:30", "2026-10-15T02:00:00.5Z", "2026-10-14 21:30:00", "2026-10-14T21:30:00.500-04:30"),
        ])
    func zones(zone: String, time: String, clock: String, iso: String) throws {
        let known = try CarrierTimeFormat.Zone(zone)
        let moment = try #require(Timestamp(iso8601: time))
        #expect(known.description == zone)
        #expect(known.clock(moment) == clock)
        #expect(known.iso8601(moment) == iso)
        let ledger = LedgerCall(
            sequence: 1, number: 31_612_345_678, time: moment, milliseconds: 0, segments: 0, cost: nil, account: "A",
            isExpected: true)
        let found = Reconciliation(ledger: [ledger], carrier: [], tolerance: .init())
        #expect(ReconciliationCSV(locale: .plain, zone: known).lines(found).last?.contains(iso) == true)
    }

    @Test("The ledger's side: calls of the trunk and time, with their corrections") func ledgerSide() throws {
        let start = DutchTime(year: 2026, month: 10, day: 15, hour: 12).timestamp()
        var reader = LedgerCallReader(
            mapping: CarrierMapping(), trunk: "kpn", from: start, to: start + .minutes(60))
        try reader.take(
            "sequence,account,callee,trunk,start,answer,billsec,channel,segments_accepted,kind,corrects,cost,note")
        try reader.take("1,GM0513,+31612345678,kpn,\(start),\(start),12.345,voice,,usage,,0.012345,\"a,b\"")
        try reader.take("2,GM0513,+31612345678,zuid,\(start),\(start),12.345,voice,,usage,,0.012345,")
        try reader.take("3,GM0513,+31612345679,kpn,\(start),,0.000,voice,,usage,,0.000000,")
        try reader.take("4,GM0513,n-abc,kpn,\(start),\(start),12.345,voice,,usage,,0.012345,")
        try reader.take("5,GM0513,+31612345678,kpn,\(start + .minutes(120)),,0.000,voice,,correction,1,-0.002345,")
        #expect(reader.purged == 1)
        #expect(
            reader.calls == [
                LedgerCall(
                    sequence: 1, number: 31_612_345_678, time: start, milliseconds: 12_345, segments: 0,
                    cost: Money(microEuros: 10_000), account: "GM0513", isExpected: true),
                LedgerCall(
                    sequence: 3, number: 31_612_345_679, time: start, milliseconds: 0, segments: 0, cost: .zero,
                    account: "GM0513", isExpected: false),
            ])
        #expect(throws: ValueError("this is no native export of CDRs: it has no column account")) {
            var other = LedgerCallReader(mapping: CarrierMapping(), trunk: nil, from: start, to: start)
            try other.take("sequence,x")
        }
    }
}
