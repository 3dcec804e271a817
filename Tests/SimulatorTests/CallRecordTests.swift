// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore
import Testing

@testable import Simulator

@Suite struct CallRecordTests {
    private let start = Timestamp(milliseconds: 1_700_000_000_000)

    private func record(_ behaviour: String = "answer") -> CallRecord {
        CallRecord(
            sipCallID: "a1@gw", callee: "0612345678", caller: "+31880001122", number: "+31612345678",
            gateway: "127.0.0.1", attempt: 2, behaviour: behaviour, invite: start)
    }

    @Test func lineOfAnAnsweredCall() {
        var record = record()
        record.responses = [
            .init(value: 180, time: start + .milliseconds(100)),
            .init(value: 200, time: start + .seconds(3)),
        ]
        record.ack = start + .milliseconds(3010)
        record.end = start + .seconds(20)
        record.endedBy = .caller
        record.finalCode = 200
        record.codec = "PCMA"
        record.remoteMedia = "127.0.0.1:10000"
        record.packetsSent = 849
        record.packetsReceived = 850
        record.keysSent = [.init(value: "1", time: start + .seconds(9))]
        #expect(
            record.jsonLine == #"{"invite":"2023-11-14T22:13:20.000Z","call_id":"a1@gw","callee":"0612345678","#
                + #""caller":"+31880001122","number":"+31612345678","gateway":"127.0.0.1","attempt":2,"#
                + #""behaviour":"answer","responses":[{"code":180,"time":"2023-11-14T22:13:20.100Z"},"#
                + #"{"code":200,"time":"2023-11-14T22:13:23.000Z"}],"ack":"2023-11-14T22:13:23.010Z","#
                + #""end":"2023-11-14T22:13:40.000Z","ended_by":"caller","final_code":200,"cancelled":false,"#
                + #""reason":"","codec":"PCMA","remote_rtp":"127.0.0.1:10000","rtp_sent":849,"rtp_received":850,"#
                + #""keys_sent":[{"key":"1","time":"2023-11-14T22:13:29.000Z"}],"keys_heard":[],"recording":"","#
                + #""recorded_bytes":0}"#)
    }

    @Test func openCallHasNulls() {
        let line = record().jsonLine
        #expect(line.contains(#""ack":null,"end":null,"ended_by":"nobody","final_code":0"#))
    }

    @Test func textsFromTheWireCannotBreakTheLine() throws {
        var record = record()
        record.sipCallID = "a\"b\\c\nd\u{1}é\u{2028}"
        let line = record.jsonLine
        #expect(!line.contains("\n"))
        let object = try JSONDecoder().decode([String: JSONValue].self, from: Data(line.utf8))
        #expect(object["call_id"] == .string(record.sipCallID))
        #expect(object.count == 23)
    }

    @Test func tallyCounts() {
        var tally = Tally()
        tally.invited(at: start)
        tally.invited(at: start + .milliseconds(900))
        tally.invited(at: start + .milliseconds(1000))
        #expect(tally.perSecondPeak == 2)
        tally.acknowledged()
        #expect(tally.talking == 1)
        var answered = record()
        answered.ack = start
        answered.finalCode = 200
        answered.endedBy = .callee
        answered.packetsReceived = 10
        tally.ended(answered)
        var cancelled = record("ring-out")
        cancelled.finalCode = 487
        cancelled.endedBy = .caller
        tally.ended(cancelled)
        #expect(tally.active == 1)
        #expect(tally.activePeak == 3)
        #expect(tally.answered == 1)
        #expect(tally.talking == 0)
        #expect(tally.cancelled == 1)
        #expect(tally.outcomes == ["answer": [200: 1], "ring-out": [487: 1]])
        #expect(tally.summary.contains("ring-out             487: 1"))
        #expect(tally.summary.contains("3, at most 3 at once, at most 2 new in one second"))
    }
}
