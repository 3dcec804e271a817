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
            ("1e3", false, nil), ("-", false, nil), ("99999999999999999999", false, nil), ("--1", false, nil),
        ] as [(String, Bool, Int64?)])
    func decimals(text: String, comma: Bool, expected: Int64?) {
        #expect(CarrierDecimal.read(text.utf8, digits: 6, decimalComma: comma) == expected)
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
