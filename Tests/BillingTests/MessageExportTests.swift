// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import Foundation
import GatewayCore
import Testing

/// An SMS of two segments, delivered 4.2 s after it left.
func sampleMessageCDR() -> CallDetailRecord {
    CallDetailRecord(
        sequence: 8, attempt: AttemptID(43), action: "2026-11-24-gouda-1", recipient: "P-2", account: "GM0513",
        callee: "+31612345679", caller: "Burgernet", trunk: "noord", callID: "sms-43", attemptNumber: 1,
        start: Timestamp(milliseconds: 1_764_000_000_123), ringing: nil, answer: nil,
        end: Timestamp(milliseconds: 1_764_000_004_323), sipCode: 0, cause: 16, hangupBy: .nobody, ownReason: .none,
        disposition: .delivered, codec: nil, promptHash: "", heardMilliseconds: 0, promptMilliseconds: 0, keys: "",
        recovered: false, redial: false, packetsSent: 0, packetsReceived: 0,
        message: MessageDetail(
            segments: 2, acceptedSegments: 2, encoding: "GSM-7", accepted: Timestamp(milliseconds: 1_764_000_000_323),
            messageIDs: ["0A1B", "0A1C"], references: [17, 0xbeef], state: "DELIVERED", error: "", submits: 2,
            doubtful: false))
}

/// Refused by the SMSC: it took nothing over and gave no id.
func refusedMessageCDR() -> CallDetailRecord {
    var cdr = sampleMessageCDR()
    cdr.end = Timestamp(milliseconds: 1_764_000_000_223)
    cdr.cause = 1
    cdr.disposition = .rejected
    cdr.message?.segments = 1
    cdr.message?.acceptedSegments = 0
    cdr.message?.accepted = nil
    cdr.message?.messageIDs = [""]
    cdr.message?.references = [18]
    cdr.message?.state = ""
    cdr.message?.error = "ESME_RINVDSTADR"
    cdr.message?.submits = 1
    return cdr
}

/// The native line without its end's line break, cut at the commas: only for CDRs that need no quotes.
private func field(_ name: String, of cdr: CallDetailRecord) throws -> String {
    let fields = CDRExporter(format: .native).line(for: cdr).split(separator: ",", omittingEmptySubsequences: false)
    try #require(fields.count == CDRColumn.nativeNames.count)
    return String(fields[try #require(CDRColumn.nativeNames.firstIndex(of: name))])
}

@Suite("CDRs of SMS") struct MessageExportTests {
    static let native =
        "8,2026-11-24-gouda-1,P-2,GM0513,+31612345679,Burgernet,noord,sms-43,1,2025-11-24T16:00:00.123Z,,,"
        + "2025-11-24T16:00:04.323Z,4.200,0.000,0,16,,,DELIVERED,,,0,0,0,,0,0,0,0,sms,2,2,GSM-7,"
        + "2025-11-24T16:00:00.323Z,0A1B 0A1C,0011 beef,DELIVERED,,2,0,usage,,,,,,,,,,,"
    static let nativeRefused =
        "8,2026-11-24-gouda-1,P-2,GM0513,+31612345679,Burgernet,noord,sms-43,1,2025-11-24T16:00:00.123Z,,,"
        + "2025-11-24T16:00:00.223Z,0.100,0.000,0,1,,,REJECTED,,,0,0,0,,0,0,0,0,sms,1,0,GSM-7,,,0012,,"
        + "ESME_RINVDSTADR,1,0,usage,,,,,,,,,,,"
    static let asterisk =
        "\"GM0513\",\"Burgernet\",\"+31612345679\",\"burgernet\",\"<Burgernet>\",\"SMPP/noord-0000002b\",\"\","
        + "\"SendSMS\",\"GSM-7\",\"2025-11-24 16:00:00\",\"\",\"2025-11-24 16:00:04\",4,0,\"DELIVERED\","
        + "\"DOCUMENTATION\",\"sms-43\",\"2026-11-24-gouda-1\""

    @Test("Golden lines")
    func golden() {
        #expect(CDRExporter(format: .native).line(for: sampleMessageCDR()) == Self.native)
        #expect(CDRExporter(format: .native).line(for: refusedMessageCDR()) == Self.nativeRefused)
        #expect(CDRExporter(format: .asterisk).line(for: sampleMessageCDR()) == Self.asterisk)
        let freeSwitch = CDRExporter(format: .freeswitch).line(for: sampleMessageCDR())
        #expect(
            freeSwitch.hasPrefix(
                "\"\",\"Burgernet\",\"+31612345679\",\"burgernet-sms\",\"2025-11-24 16:00:00\",\"\","
                    + "\"2025-11-24 16:00:04\",\"4\",\"0\",\"NORMAL_CLEARING\",\""))
        #expect(freeSwitch.hasSuffix("\",\"\",\"GM0513\",\"\",\"\""))
    }

    @Test("As many columns as a call has", arguments: CDRFormat.allCases)
    func columns(format: CDRFormat) {
        let exporter = CDRExporter(format: format)
        let counts = [sampleCDR(), sampleMessageCDR(), refusedMessageCDR()].map {
            exporter.line(for: $0).split(separator: ",", omittingEmptySubsequences: false).count
        }
        #expect(counts == Array(repeating: counts[0], count: 3))
    }

    @Test("A segment without an id keeps its place; none at all leave the field empty")
    func missingIDs() throws {
        var cdr = sampleMessageCDR()
        cdr.message?.messageIDs = ["", "0A1C", ""]
        #expect(try field("message_ids", of: cdr) == "? 0A1C ?")
        cdr.message?.messageIDs = ["", ""]
        #expect(try field("message_ids", of: cdr) == "")
        cdr.message?.messageIDs = []
        #expect(try field("message_ids", of: cdr) == "")
    }

    @Test("References have four digits, doubt is 0 or 1")
    func referencesAndDoubt() throws {
        var cdr = sampleMessageCDR()
        cdr.message?.references = [0, 10, 0xffff]
        cdr.message?.doubtful = true
        #expect(try field("message_references", of: cdr) == "0000 000a ffff")
        #expect(try field("doubtful", of: cdr) == "1")
    }

    /// What an SMSC might write as an id, and what stands in the export.
    static let hostile: [(id: String, field: String)] = [
        ("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("-2+3", "'-2+3"), ("+31x", "'+31x"), ("+316", "+316"),
        ("a,b", "\"a,b\""), ("=a,b", "\"'=a,b\""), ("say\"x\"", "\"say\"\"x\"\"\""), ("\tx", "?x"), ("a b", "a?b"),
        ("line\r\nbreak", "line??break"), ("x;=cmd", "x?=cmd"), ("\u{ff1d}1", "?1"), ("\u{0}\u{1b}[31m", "??[31m"),
    ]

    @Test("Whatever an SMSC takes for an id is harmless", arguments: hostile)
    func hostileIDs(id: String, expected: String) {
        var cdr = sampleMessageCDR()
        cdr.message?.messageIDs = [id]
        let line = CDRExporter(format: .native).line(for: cdr)
        #expect(line.contains("Z,\(expected),0011 beef,DELIVERED"))
        #expect(!line.contains { $0.isNewline })
    }

    @Test("Whatever a receipt gives as its error is harmless", arguments: ["=1+1", "a\nb", "0;=x", "\u{202e}1"])
    func hostileErrors(error: String) {
        var cdr = sampleMessageCDR()
        cdr.message?.error = error
        let line = CDRExporter(format: .native).line(for: cdr)
        for part in [",=", ";", "\n", "\u{202e}"] { #expect(!line.contains(part)) }
    }

    @Test("An encoding with a comma is one field")
    func encoding() {
        var cdr = sampleMessageCDR()
        cdr.message?.encoding = "GSM-7 (Turkish locking, Spanish single)"
        let line = CDRExporter(format: .native).line(for: cdr)
        #expect(line.contains(",2,2,\"GSM-7 (Turkish locking, Spanish single)\",2025-"))
    }

    @Test("The examples in docs/cdr-format.md are what comes out, and it names every disposition")
    func documentation() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/cdr-format.md")
        let document = try String(contentsOf: path, encoding: .utf8)
        for line in [Self.native, Self.nativeRefused, Self.asterisk] { #expect(document.contains(line)) }
        #expect(document.contains(CDRExporter(format: .freeswitch).line(for: sampleMessageCDR())))
        for disposition in Disposition.allCases { #expect(document.contains("`\(disposition.rawValue)`")) }
    }
}
