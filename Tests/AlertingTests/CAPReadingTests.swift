// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Alerting

@Suite("Alerts are read as OASIS CAP-v1.2 has them")
struct CAPReadingTests {
    @Test("An alert with all that a telephone needs of it")
    func whole() throws {
        let alert = try CAPAlert(reading: Sample.bytes("burgernet"))
        #expect(alert.name.sender == "meldkamer@denhaag.example")
        #expect(alert.name.identifier == "2026-11-24-gouda-1")
        #expect(alert.name.sent.description == "2026-11-24T12:30:00.000Z")
        #expect(alert.status == .actual && alert.messageType == .alert && alert.scope == .everybody)
        #expect(alert.infos.map(\.language) == ["en", "nl-NL"])
        let dutch = try #require(alert.infos.last)
        #expect(dutch.position == TextPosition(line: 20, column: 3))
        #expect(dutch.senderName == "Politie Den Haag")
        #expect(dutch.headline == "Vermist in Gouda: een jongen van zes jaar")
        #expect(dutch.urgency == .immediate && dutch.severity == .severe && dutch.certainty == .observed)
        #expect(alert.remarks.isEmpty)
    }

    @Test("Alerts in the forms that are seen, with what an operator should know of them")
    func samples() throws {
        let remarks = [
            "nws-1.1": ["a processing instruction is passed over", "an alert of CAP 1.1, which is read as 1.2"],
            "canada-signed": ["the signature is not verified"],
        ]
        for name in Sample.all {
            let alert = try CAPAlert(reading: Sample.bytes(name))
            #expect(alert.remarks.map(\.text) == remarks[name] ?? [], "\(name)")
            #expect(!alert.infos.isEmpty)
        }
        let amber = try CAPAlert(reading: Sample.bytes("amber-two-languages"))
        #expect(amber.infos.last?.headline == "Alerta Amber en el condado de Los Ángeles")
        let security = try CAPAlert(reading: Sample.bytes("security"))
        #expect(security.infos.first?.language == "en-US", "what the standard says when an alert says nothing")
        let canada = try CAPAlert(reading: Sample.bytes("canada-signed"))
        #expect(canada.infos.last?.description == "This tries a message: 1 < 2 & so on.")
        #expect(canada.references.map(\.identifier) == ["CA-EC-CWTO-2011-138774", "CA-EC-CWTO-2011-138729"])
    }

    @Test("The same in every encoding that is read, with every line end")
    func encodings() throws {
        let text = Sample.plain.replacing("Grote brand", with: "Grote brand in café Zuid")
        let expected = try CAPAlert(reading: Array(text.utf8))
        func declared(_ encoding: String) -> String { text.replacing("UTF-8", with: encoding) }
        let littleEndian = utf16(declared("UTF-16"))
        let bigEndian = stride(from: 0, to: littleEndian.count, by: 2).flatMap {
            [littleEndian[$0 + 1], littleEndian[$0]]
        }
        let forms: [[UInt8]] = [
            [0xef, 0xbb, 0xbf] + Array(text.utf8), littleEndian, utf16(declared("utf-16le")), bigEndian,
            declared("ISO-8859-1").unicodeScalars.map { UInt8($0.value) },
            Array(text.replacing("\n", with: "\r\n").utf8), Array(text.replacing("\n", with: "\r").utf8),
            Array(text.replacing("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", with: "").utf8),
        ]
        for (index, form) in forms.enumerated() {
            #expect(try CAPAlert(reading: form) == expected, "form \(index)")
        }
    }

    @Test(
        "What CAP requires is named when it is missing",
        arguments: [
            "identifier", "sender", "sent", "status", "msgType", "scope", "category", "event", "urgency", "severity",
            "certainty",
        ])
    func missing(_ name: String) throws {
        let line = try #require(Sample.plain.split(separator: "\n").first { $0.contains("<\(name)>") })
        let outer = line.hasPrefix("    ") ? ("info", "line 9, column 3") : ("alert", "line 2, column 1")
        let shift = line.hasPrefix("    ") ? "line 9, column 3" : outer.1
        #expect(
            refusal(Sample.plain(String(line), ""))?.description
                == "\(shift): <\(outer.0)> has no <\(name)>, which CAP requires")
    }

    @Test("Everything that is wrong is told at once, in the order of the file")
    func several() {
        let bytes = Array(
            Sample.plain.replacing("Actual", with: "Real").replacing("Public", with: "").replacing(
                "Severe", with: "Bad"
            )
            .utf8)
        #expect(refusal(bytes)?.problems.map(\.position?.line) == [6, 8, 14])
    }

    static let wrong: [(old: String, new: String, words: String)] = [
        (
            "<status>Actual", "<status>actual",
            "<status> is \"actual\"; allowed are Actual, Exercise, System, Test, Draft"
        ),
        ("<msgType>Alert", "<msgType>Alarm", "allowed are Alert, Update, Cancel, Ack, Error"),
        ("<scope>Public", "<scope>All", "allowed are Public, Restricted, Private"),
        ("<urgency>Immediate", "<urgency>Now", "allowed are Immediate, Expected, Future, Past, Unknown"),
        ("<category>Fire", "<category>Brand", "allowed are Geo, Met, Safety, Security"),
        ("<sent>2026-11-24T13:30:00+01:00", "<sent>2026-11-24T13:30:00", "does not say in which time zone"),
        ("<sent>2026-11-24T13:30:00+01:00", "<sent>2026-11-24", "is not a time"),
        ("<sent>2026-11-24T13:30:00+01:00", "<sent>2026-02-30T13:30:00+01:00", "is no time of the calendar"),
        ("<sent>2026-11-24T13:30:00+01:00", "<sent>2026-11-24T13:30:00+1", "has an offset that is none"),
        ("<expires>2026-11-24T15", "<expires>24-11-2026 15", "<expires>: \"24-11-2026"),
        (
            "<headline>Grote brand</headline>", "<headlin>Brand</headlin>",
            "<info> has no <headlin> in CAP; did you mean <headline>?"
        ),
        ("<event>Brand</event>", "<event>Brand</event><event>B</event>", "line 12, column 25: <event> stands twice"),
        ("<event>Brand", "<event><b>Brand</b>", "has an element in it"),
        ("<event>Brand", "<event>  ", "<event> is empty"),
        ("<sender>desk@example.org", "<sender>the desk", "<sender> has a blank"),
        ("<identifier>A-1", "<identifier>A,1", "<identifier> has a blank, a comma"),
        ("<language>nl", "<language>Nederlands!", "<language> is \"Nederlands!\""),
        ("<msgType>Alert", "<msgType>Update", "does not say which alert it is about"),
        ("<scope>Public", "<scope>Restricted", "there is no <restriction>"),
        ("<scope>Public", "<scope>Private", "there are no <addresses>"),
        ("<info>", "text <info>", "<alert> has text beside its elements"),
        ("</scope>", "</scope><references>a,b</references>", "must be sender,identifier,sent"),
        ("cap:1.2", "cap:1.0", "\"urn:oasis:names:tc:emergency:cap:1.0\""),
        (" xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"", "", "is in no namespace"),
        (
            "</scope>",
            "</scope><xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" href=\"file:///etc/passwd\"/>",
            "XInclude is refused"
        ),
    ]

    @Test("What is wrong is named, with what is allowed", arguments: wrong.indices)
    func wrongValues(_ index: Int) {
        let (old, new, words) = Self.wrong[index]
        let text = refusal(Sample.plain(old, new))?.description ?? "accepted"
        #expect(text.contains(words), "\(text)")
        #expect(text.hasPrefix("line "), "\(text)")
    }

    @Test("A root that is no alert")
    func root() {
        #expect(
            refusal(Array("<feed/>".utf8))?.description == "line 1, column 1: the root element is <feed>, not <alert>")
    }

    @Test("Times are read with their offset; what the standard does not have and is plain is told")
    func times() {
        let noon = Timestamp(iso8601: "2026-11-24T12:00:00Z") ?? .epoch
        #expect(CAPTime.read("2026-11-24T13:00:00+01:00") == .time(noon))
        #expect(CAPTime.read("2026-11-24T12:00:00-00:00") == .time(noon))
        #expect(CAPTime.read("2026-11-24T05:00:00-07:00") == .time(noon))
        #expect(
            CAPTime.read("2026-11-24T12:00:00Z") == .unusual(noon, remark: "ends with Z, which CAP writes as -00:00"))
        #expect(
            CAPTime.read("2026-11-24T13:00:00.000+01:00")
                == .unusual(noon, remark: "has fractions of a second, which CAP does not have"))
        for text in [
            "", "Z", "2026-11-24T13:00:00+25:00", "2026-11-24T24:00:00+01:00", "2026-11-24T13:00:00.+01:00",
            "٢٠٢٦-11-24T13:00:00Z",
        ] {
            if case .wrong = CAPTime.read(text) { continue }
            Issue.record("\(text) is taken for a time")
        }
    }
}
