// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import Foundation
import GatewayCore
import Testing

/// An answered call of 12.345 s, of which 10.125 s are billed.
func sampleCDR() -> CallDetailRecord {
    CallDetailRecord(
        sequence: 7, attempt: AttemptID(42), action: "2026-11-24-gouda-1", recipient: "P-1", account: "GM0513",
        callee: "+31612345678", caller: "+31182588444", trunk: "kpn", callID: "5f1c", attemptNumber: 1,
        start: Timestamp(milliseconds: 1_764_000_000_123), ringing: Timestamp(milliseconds: 1_764_000_001_000),
        answer: Timestamp(milliseconds: 1_764_000_002_343), end: Timestamp(milliseconds: 1_764_000_012_468),
        sipCode: 200, cause: 16, hangupBy: .gateway, ownReason: .requested, disposition: .answered, codec: .pcma,
        promptHash: "ab12", heardMilliseconds: 8000, promptMilliseconds: 8000, keys: "1#", recovered: false,
        redial: false, packetsSent: 506, packetsReceived: 500,
        audio: AudioTiming(meanLateness: .microseconds(210), maximumLateness: .microseconds(1850), skipped: 1))
}

func busyCDR() -> CallDetailRecord {
    var cdr = sampleCDR()
    cdr.ringing = nil
    cdr.answer = nil
    cdr.codec = nil
    cdr.end = Timestamp(milliseconds: 1_764_000_000_523)
    cdr.sipCode = 486
    cdr.cause = 17
    cdr.hangupBy = .nobody
    cdr.ownReason = .none
    cdr.disposition = .busy
    cdr.heardMilliseconds = 0
    cdr.keys = ""
    cdr.packetsSent = 0
    cdr.packetsReceived = 0
    cdr.audio = nil
    return cdr
}

@Suite struct CDRExporterTests {
    static let native =
        "7,2026-11-24-gouda-1,P-1,GM0513,+31612345678,+31182588444,kpn,5f1c,1,2025-11-24T16:00:00.123Z,"
        + "2025-11-24T16:00:01.000Z,2025-11-24T16:00:02.343Z,2025-11-24T16:00:12.468Z,12.345,10.125,200,16,gateway,"
        + "requested,ANSWERED,PCMA,ab12,8000,8000,100,1#,0,0,506,500,voice,,,,,,,,,,,usage,,,,,,,,,210,1850,1"
    static let nativeBusy =
        "7,2026-11-24-gouda-1,P-1,GM0513,+31612345678,+31182588444,kpn,5f1c,1,2025-11-24T16:00:00.123Z,,,"
        + "2025-11-24T16:00:00.523Z,0.400,0.000,486,17,,,BUSY,,ab12,0,8000,0,,0,0,0,0,voice,,,,,,,,,,,usage,,,,,,,,,,,"
    static let asterisk =
        "\"GM0513\",\"+31182588444\",\"+31612345678\",\"burgernet\",\"<+31182588444>\",\"PJSIP/kpn-0000002a\",\"\","
        + "\"Playback\",\"ab12\",\"2025-11-24 16:00:00\",\"2025-11-24 16:00:02\",\"2025-11-24 16:00:12\",12,10,"
        + "\"ANSWERED\",\"DOCUMENTATION\",\"5f1c\",\"2026-11-24-gouda-1\""

    @Test("Golden lines")
    func golden() {
        #expect(CDRExporter(format: .native).line(for: sampleCDR()) == Self.native)
        #expect(CDRExporter(format: .native).line(for: busyCDR()) == Self.nativeBusy)
        #expect(CDRExporter(format: .asterisk).line(for: sampleCDR()) == Self.asterisk)
        let freeSwitch = CDRExporter(format: .freeswitch).line(for: busyCDR())
        #expect(
            freeSwitch.hasPrefix(
                "\"\",\"+31182588444\",\"+31612345678\",\"burgernet\",\"2025-11-24 16:00:00\",\"\","
                    + "\"2025-11-24 16:00:00\",\"0\",\"0\",\"USER_BUSY\",\""))
        #expect(freeSwitch.hasSuffix("\",\"\",\"GM0513\",\"\",\"\""))
    }

    @Test("The same columns whatever happened", arguments: CDRFormat.allCases)
    func columns(format: CDRFormat) {
        let exporter = CDRExporter(format: format)
        let counts = [sampleCDR(), busyCDR()].map {
            exporter.line(for: $0).split(separator: ",", omittingEmptySubsequences: false).count
        }
        #expect(counts[0] == counts[1])
        #expect(counts[0] == [.native: 53, .asterisk: 18, .freeswitch: 15][format])
        if let header = exporter.header { #expect(header.split(separator: ",").count == counts[0]) }
    }

    @Test(
        "No text becomes a formula or breaks a row",
        arguments: ["=1+1", "@SUM(A1)", "-2+3", "+31x", "a,b", "say \"x\"", "\tx", "line\nbreak"])
    func hostile(text: String) {
        var cdr = sampleCDR()
        cdr.trunk = text
        for format in CDRFormat.allCases {
            let line = CDRExporter(format: format).line(for: cdr)
            for lead in [",=", ",@", ",-", ",\"=", ",\"@", ",\"-", ",\"+31x", ",\t"] { #expect(!line.contains(lead)) }
        }
        if text.contains(",") { #expect(CDRExporter(format: .native).line(for: cdr).contains("\"a,b\"")) }
    }

    @Test("The examples in docs/cdr-format.md are what comes out")
    func documentation() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/cdr-format.md")
        let document = try String(contentsOf: path, encoding: .utf8)
        for line in [Self.native, Self.nativeBusy, Self.asterisk] { #expect(document.contains(line)) }
        #expect(document.contains(CDRExporter(format: .freeswitch).line(for: sampleCDR())))
    }
}
