// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore
import Testing

@Suite("Replies about SMS") struct MessagingReplyTests {
    private static let time = Timestamp(milliseconds: 1_795_523_441_123)

    static let bind = BindReport(
        name: "noord/1", mode: "transceiver", state: "bound", peer: "192.0.2.10:2775", systemID: "SMSC1",
        tls: "TLSv1.3 TLS_AES_256_GCM_SHA384", boundSince: time, windowUsed: 3, window: 10, pace: 38.5,
        maximumPace: 50, isThrottled: true, roundTripMilliseconds: 21.5, submitted: 1200, accepted: 1180, refused: 3,
        throttled: 17, queueFull: 1, timedOut: 2, receipts: 900, unmatchedReceipts: 4, inbound: 5, reconnects: 6,
        lastError: "no response to submit_sm", lastErrorAt: time)

    /// Never connected, without a limit.
    static let idleBind = BindReport(
        name: "noord/1", mode: "receiver", state: "waiting", peer: nil, systemID: nil, tls: nil, boundSince: nil,
        windowUsed: 0, window: 10, pace: nil, maximumPace: nil, isThrottled: false, roundTripMilliseconds: nil,
        submitted: 0, accepted: 0, refused: 0, throttled: 0, queueFull: 0, timedOut: 0, receipts: 0,
        unmatchedReceipts: 0, inbound: 0, reconnects: 0, lastError: nil, lastErrorAt: nil)

    private static func smsc(_ binds: [BindReport], isDisabled: Bool = false) -> SMSCStatus {
        SMSCStatus(
            name: "noord", isUp: !isDisabled, isDisabled: isDisabled, priority: 1, weight: 100, prepared: 12,
            outstanding: 340, messageIDs: isDisabled ? "" : "responseHexReceiptDecimal",
            findings: isDisabled ? [] : [FindingStatus(subject: "pace", since: time, text: "link, not numbers")],
            binds: binds)
    }

    /// With its line on the wire.
    static let golden: [(Reply, String)] = [
        (
            .part(Replies.smsc, smsc([bind])),
            #"{"smsc":{"binds":[{"accepted":1180,"bound-since":"2026-11-24T12:30:41.123Z","inbound":5,"#
                + #""is-throttled":true,"last-error":"no response to submit_sm","#
                + #""last-error-at":"2026-11-24T12:30:41.123Z","maximum-pace":50,"mode":"transceiver","#
                + #""name":"noord/1","pace":38.5,"peer":"192.0.2.10:2775","queue-full":1,"receipts":900,"#
                + #""reconnects":6,"refused":3,"round-trip-ms":21.5,"state":"bound","submitted":1200,"#
                + #""system-id":"SMSC1","throttled":17,"timed-out":2,"tls":"TLSv1.3 TLS_AES_256_GCM_SHA384","#
                + #""unmatched-receipts":4,"window":10,"window-used":3}],"disabled":false,"findings":[{"since":"2026-11-24T12:30:41.123Z","#
                + #""subject":"pace","text":"link, not numbers"}],"#
                + #""message-ids":"responseHexReceiptDecimal","name":"noord","outstanding":340,"prepared":12,"#
                + #""priority":1,"up":true,"weight":100}}"#
        ),
        (
            .final(Replies.smsc, smsc([idleBind], isDisabled: true), tag: "7"),
            #"{"final":true,"id":"7","ok":true,"smsc":{"binds":[{"accepted":0,"inbound":0,"is-throttled":false,"#
                + #""mode":"receiver","name":"noord/1","queue-full":0,"receipts":0,"reconnects":0,"refused":0,"#
                + #""state":"waiting","submitted":0,"throttled":0,"timed-out":0,"unmatched-receipts":0,"#
                + #""window":10,"window-used":0}],"disabled":true,"findings":[],"message-ids":"","name":"noord","#
                + #""outstanding":340,"prepared":12,"priority":1,"up":false,"weight":100}}"#
        ),
        (
            .part(
                Replies.inbound,
                InboundReport(
                    received: time, reference: "P-1", number: "+316*****678",
                    text: "Ik zie hem\nbij \"het\" station")
            ),
            #"{"inbound":{"id":"P-1","number":"+316*****678","received":"2026-11-24T12:30:41.123Z","#
                + #""text":"Ik zie hem\nbij \"het\" station"}}"#
        ),
        (
            .refusal(ProtocolError(.unknownSMSC, "there is no SMSC \"zuid\"")),
            #"{"error":{"code":"unknown-smsc","message":"there is no SMSC \"zuid\""},"final":true,"ok":false}"#
        ),
    ]

    @Test(arguments: golden.indices) func wire(index: Int) throws {
        let (reply, line) = Self.golden[index]
        #expect(String(decoding: reply.encodeLine(), as: UTF8.self) == line + "\n")
        #expect(try Reply.decode(line.utf8) == reply)
    }

    @Test("An SMS under way is not done") func percent() {
        func percent(messaging: Int) -> Int {
            ActionSummary(
                id: "a", title: "", phase: .running, priority: .normal, account: "", caller: "",
                promptMilliseconds: 0, promptHash: "", recipients: 10, waiting: 2, calling: 1, messaging: messaging,
                outcomes: [.delivered: 7 - messaging], attempts: 0, heard: 0, accepted: Self.time
            ).percent
        }
        #expect(percent(messaging: 0) == 70)
        #expect(percent(messaging: 3) == 40)
    }

    @Test("Outcomes of SMS do not count as answered calls") func answered() {
        var summary = ReplyTests.summary
        summary.outcomes = [
            OpenWord(.delivered): 5, OpenWord(.sent): 4, OpenWord(.undelivered): 3, OpenWord(.optedOut): 2,
        ]
        #expect(summary.answered == 0)
        #expect(summary.count(.sent) == 4)
    }

    @Test("An interrupted SMS is no answered call, and an interrupted call is one")
    func interrupted() {
        var summary = ReplyTests.summary
        #expect(summary.hasVoice && summary.answeredOutcomes == [.answered, .confirmed, .interrupted])
        summary.promptHash = ""
        summary.calling = 0
        summary.outcomes = [OpenWord(.interrupted): 3, OpenWord(.sent): 4]
        #expect(!summary.hasVoice && summary.answeredOutcomes.isEmpty)
    }

    @Test(
        "What is believed about whatever an action runs over goes over the wire, and is left out when there is nothing")
    func findings() throws {
        var summary = ReplyTests.summary
        summary.findings = [
            ActionFinding(trunk: "kpn", subject: "+31182", since: Self.time, text: "route, not pace", waiting: 12),
            ActionFinding(smsc: "noord", subject: "smsc", since: nil, text: "down"),
        ]
        let line = String(decoding: Reply.final(Replies.action, summary).encodeLine(), as: UTF8.self)
        #expect(
            line.contains(
                #""findings":[{"since":"2026-11-24T12:30:41.123Z","subject":"+31182","text":"route, not pace","#
                    + #""trunk":"kpn","waiting":12},{"smsc":"noord","subject":"smsc","text":"down"}]"#))
        #expect(try Reply.decode(line.dropLast().utf8).content(of: Replies.action) == summary)
        summary.findings = []
        #expect(
            !String(decoding: Reply.final(Replies.action, summary).encodeLine(), as: UTF8.self).contains("findings"))
    }

    @Test("The figures of a daemon without SMS are read") func older() throws {
        let line =
            #"{"action":{"accepted":"2026-11-24T12:30:41.123Z","account":"","answered":0,"attempts":0,"caller":"","#
            + #""calling":0,"confirmed":0,"heard":0,"id":"a","message-ms":1,"outcomes":{},"percent":0,"#
            + #""phase":"running","priority":"normal","prompt-hash":"x","recipients":1,"title":"","waiting":1}}"#
        let action = try #require(try Reply.decode(line.utf8).content(of: Replies.action))
        #expect(action.messaging == 0)
        #expect(action.inbound == 0)
    }
}
