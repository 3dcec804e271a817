// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import Foundation
import GatewayCore
import Testing

@Suite struct ReplyTests {
    private static let time = Timestamp(milliseconds: 1_795_523_441_123)

    static let summary = ActionSummary(
        id: "2026-0042", title: "Vermist kind", phase: .running, priority: .lifeThreat, account: "GM0513",
        caller: "+31880000112", promptMilliseconds: 12_340, promptHash: "ab12", recipients: 3700, waiting: 812,
        calling: 310, messaging: 40, inbound: 7,
        outcomes: [.answered: 1101, .confirmed: 1200, .interrupted: 3, .noAnswer: 274, .busy: 0],
        attempts: 3102, heard: 2200, accepted: time, firstCall: time + .seconds(1))

    /// Every kind of reply with its line on the wire.
    static let golden: [(Reply, String)] = [
        (
            .refusal(ProtocolError(.invalidRecipients, "2 are invalid", count: 2), tag: "7"),
            #"{"error":{"code":"invalid-recipients","count":2,"message":"2 are invalid"},"final":true,"id":"7","ok":false}"#
        ),
        (
            .refusal(ProtocolError(.invalidAction, "bad", field: "action.plays", line: 3)),
            #"{"error":{"code":"invalid-action","field":"action.plays","line":3,"message":"bad"},"final":true,"ok":false}"#
        ),
        (
            .part(Replies.invalid, InvalidRecipient(line: 17, number: "0612***", reason: "too short"), tag: "s"),
            #"{"id":"s","invalid":{"line":17,"number":"0612***","reason":"too short"}}"#
        ),
        (
            .part(Replies.duplicate, DuplicateRecipient(line: 9, firstLine: 2, number: "+316*****678")),
            #"{"duplicate":{"first-line":2,"line":9,"number":"+316*****678"}}"#
        ),
        (
            .final(
                Replies.accepted,
                Acceptance(
                    action: "a", recipients: 3, invalid: 1, duplicates: 2, alreadyAccepted: false,
                    promptMilliseconds: 12_340, promptHash: "ab12")),
            #"{"accepted":{"action":"a","already-accepted":false,"duplicates":2,"invalid":1,"message-ms":12340,"#
                + #""prompt-hash":"ab12","recipients":3},"final":true,"ok":true}"#
        ),
        (
            .final(Replies.aborted, SubmissionCounts(recipients: 3, invalid: 1, duplicates: 2)),
            #"{"aborted":{"duplicates":2,"invalid":1,"recipients":3},"final":true,"ok":true}"#
        ),
        (
            .final(Replies.action, summary),
            #"{"action":{"accepted":"2026-11-24T12:30:41.123Z","account":"GM0513","answered":2304,"attempts":3102,"#
                + #""caller":"+31880000112","calling":310,"confirmed":1200,"first-call":"2026-11-24T12:30:42.123Z","#
                + #""heard":2200,"id":"2026-0042","inbound":7,"message-ms":12340,"messaging":40,"outcomes":{"answered":1101,"confirmed":1200,"#
                + #""interrupted":3,"no-answer":274},"percent":68,"phase":"running","priority":"life-threat","#
                + #""prompt-hash":"ab12","recipients":3700,"title":"Vermist kind","waiting":812},"final":true,"ok":true}"#
        ),
        (
            .part(
                Replies.recipient,
                RecipientReport(
                    reference: "P-1", number: "+316*****678", account: "GM0513", state: .waiting, due: time,
                    attempts: 1, keys: "")),
            #"{"recipient":{"account":"GM0513","attempts":1,"due":"2026-11-24T12:30:41.123Z","id":"P-1","keys":"","#
                + #""number":"+316*****678","state":"waiting"}}"#
        ),
        (
            .final(
                Replies.forecast,
                ForecastReport(
                    recipients: 2, invalid: 0, duplicates: 1, promptMilliseconds: 12_340, starts: time,
                    halfDoneMilliseconds: 9100, mostDoneMilliseconds: 391_500, endMilliseconds: 391_500,
                    reached: 2, halfReachedMilliseconds: 9100, mostReachedMilliseconds: 391_500, calls: 4,
                    messages: 0, overBudget: 0, expired: 0, binds: .retryDelays,
                    waits: [
                        ForecastWait(limit: .retryDelays, milliseconds: 360_000),
                        ForecastWait(limit: .underWay, milliseconds: 31_500),
                    ], expected: "0.126", worst: "0.698", learnedCalls: 1204, learnedMessages: 0,
                    notes: ["trunk kpn is not counted: no answer to OPTIONS"])),
            #"{"final":true,"ok":true,"plan":{"binds":"retry-delays","calls":4,"duplicates":1,"end-ms":391500,"#
                + #""expected":"0.126","expired":0,"half-done-ms":9100,"half-reached-ms":9100,"invalid":0,"#
                + #""learned-calls":1204,"learned-messages":0,"message-ms":12340,"messages":0,"most-done-ms":391500,"#
                + #""most-reached-ms":391500,"notes":["trunk kpn is not counted: no answer to OPTIONS"],"#
                + #""over-budget":0,"reached":2,"recipients":2,"starts":"2026-11-24T12:30:41.123Z","#
                + #""waits":[{"limit":"retry-delays","ms":360000},{"limit":"under-way","ms":31500}],"worst":"0.698"}}"#
        ),
        (
            .part(
                Replies.texts,
                TextReport(
                    language: "nl",
                    pieces: [
                        .init(place: "message[0]", spoken: "Tot ziens.", recording: "goodbye"),
                        .init(place: "message[1]", pause: 300),
                        .init(place: "message[2]", text: "Bel 112.", spoken: "Bel één één twee."),
                        .init(place: "sms", text: "Bel 112."),
                    ], promptMilliseconds: 4120, segments: 1, channels: ["sms": 2, "voice": 3],
                    findings: [.init(severity: "hint", check: "word", place: "sms", text: "\"x\"")])),
            #"{"texts":{"channels":{"sms":2,"voice":3},"findings":[{"check":"word","place":"sms","severity":"hint","#
                + #""text":"\"x\""}],"language":"nl","message-ms":4120,"pieces":[{"place":"message[0]","#
                + #""recording":"goodbye","spoken":"Tot ziens."},{"pause":300,"place":"message[1]"},"#
                + #"{"place":"message[2]","spoken":"Bel één één twee.","text":"Bel 112."},"#
                + #"{"place":"sms","text":"Bel 112."}],"segments":1}}"#
        ),
        (.final(Replies.count, 12), #"{"count":12,"final":true,"ok":true}"#),
        (.part(Replies.lines, ["a,\"b\"", "c/d"]), #"{"lines":["a,\"b\"","c/d"]}"#),
        (.final(Replies.rows, 2), #"{"final":true,"ok":true,"rows":2}"#),
        (
            .part(
                Replies.trunk,
                TrunkStatus(
                    name: "kpn", standing: .down, isUp: false, reason: "no target answers", priority: 1, weight: 100,
                    calls: 3,
                    channels: 300, pace: 3.5, maximumPace: 20, blockedUntil: nil, contactWarning: "10.0.0.1",
                    findings: [FindingStatus(subject: "+31182", since: Self.time, text: "route")],
                    targets: [TrunkTargetStatus(address: "192.0.2.1:5060", isUp: false, reason: "408")],
                    counters: TrunkCounters(answered: 1, noAnswer: 2, busy: 3, congestion: 4, failed: 5),
                    unsent: ["network": 7])),
            #"{"trunk":{"calls":3,"channels":300,"contact-warning":"10.0.0.1","counters":{"answered":1,"busy":3,"#
                + #""congestion":4,"failed":5,"no-answer":2},"findings":[{"since":"2026-11-24T12:30:41.123Z","subject":"+31182","text":"route"}],"maximum-pace":20,"name":"kpn","pace":3.5,"priority":1,"reason":"no target answers","standing":"down","#
                + #""targets":[{"address":"192.0.2.1:5060","reason":"408","up":false}],"unsent":{"network":7},"up":false,"weight":100}}"#
        ),
        (
            .part(
                Replies.prefix, PrefixStatus(prefix: "+31182", calls: 4, channels: 10, maximumPace: 0.5, waiting: 212)),
            #"{"prefix":{"calls":4,"channels":10,"maximum-pace":0.5,"prefix":"+31182","waiting":212}}"#
        ),
        (
            .final(
                Replies.status,
                DaemonStatus(
                    version: "0.1.0", started: time, uptimeSeconds: 60, isDraining: false, journal: nil, spaceLeft: nil,
                    openActions: 1, calls: 4, streams: 3, trunksUp: 1, trunks: 2, smscsUp: 1, smscs: 3,
                    messages: 12,
                    messagesSent: 900, messagesReceived: 8,
                    media: MediaStatus(
                        packetsSent: 10, packetsReceived: 1, sendErrors: 0, skipped: 0, cpuMicroseconds: 31,
                        lateness: Percentiles(p50: 250, p99: 1000, p999: 1500, maximum: 1800)),
                    turns: TurnStatus(
                        turns: 5, commits: 3, records: 30, meanCommitMicroseconds: 250,
                        longestCommitMicroseconds: 900, longestTurnMicroseconds: 1000, journalFailures: 0))),
            #"{"final":true,"ok":true,"status":{"calls":4,"draining":false,"media":{"cpu-us":31,"lateness":{"max-us":1800,"#
                + #""p50-us":250,"p99-us":1000,"p999-us":1500},"packets-received":1,"packets-sent":10,"send-errors":0,"#
                + #""skipped":0},"messages":12,"messages-received":8,"messages-sent":900,"open-actions":1,"smscs":3,"#
                + #""smscs-up":1,"started":"2026-11-24T12:30:41.123Z","streams":3,"trunks":2,"#
                + #""trunks-up":1,"turns":{"commits":3,"journal-failures":0,"longest-commit-us":900,"#
                + #""longest-turn-us":1000,"mean-commit-us":250,"records":30,"turns":5},"uptime-s":60,"version":"0.1.0"}}"#
        ),
        (.part(Replies.audio, AudioPiece(Array("RIFF".utf8))), #"{"audio":"UklGRg=="}"#),
        (
            .final(Replies.rendered, RenderedPrompt(promptMilliseconds: 12_340, promptHash: "ab12", level: -18.5)),
            #"{"final":true,"ok":true,"rendered":{"level-dbfs":-18.5,"message-ms":12340,"prompt-hash":"ab12"}}"#
        ),
    ]

    @Test("An action that the clock holds says so, and no other does") func heldByClock() throws {
        var held = Self.summary
        held.isHeldByClock = true
        let reply = Reply.final(Replies.action, held)
        #expect(try Reply.decode(reply.encodeLine().dropLast()) == reply)
        #expect(
            String(decoding: reply.encodeLine(), as: UTF8.self).contains(
                #""heard":2200,"held-by-clock":true,"id":"2026-0042""#))
        let other = Reply.final(Replies.action, Self.summary)
        #expect(!String(decoding: other.encodeLine(), as: UTF8.self).contains("held"))
    }

    @Test("When the clock was set, and how far") func clockSet() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let status = ClockSetStatus(at: Self.time, milliseconds: -3_600_000)
        let line = String(decoding: try encoder.encode(status), as: UTF8.self)
        #expect(line == #"{"at":"2026-11-24T12:30:41.123Z","by-ms":-3600000}"#)
    }

    @Test(arguments: golden.indices) func wire(index: Int) throws {
        let (reply, line) = Self.golden[index]
        #expect(String(decoding: reply.encodeLine(), as: UTF8.self) == line + "\n")
        #expect(try Reply.decode(line.utf8) == reply)
    }

    @Test("progress is a summary under another name") func progress() throws {
        let reply = Reply.part(Replies.progress, Self.summary)
        #expect(try Reply.decode(reply.encodeLine().dropLast()) == reply)
        #expect(String(decoding: reply.encodeLine(), as: UTF8.self).hasPrefix(#"{"progress":{"accepted""#))
    }

    @Test("What was foretold stands beside what came") func forecast() throws {
        var summary = Self.summary
        summary.forecast = ForecastProgress(
            halfDoneMilliseconds: 130_000, mostDoneMilliseconds: 250_000, endMilliseconds: 330_000,
            actualHalfDoneMilliseconds: 134_000, percent: 65)
        let reply = Reply.part(Replies.progress, summary)
        #expect(try Reply.decode(reply.encodeLine().dropLast()) == reply)
        #expect(
            String(decoding: reply.encodeLine(), as: UTF8.self).contains(
                #""plan":{"actual-half-done-ms":134000,"end-ms":330000,"half-done-ms":130000,"most-done-ms":250000,"#
                    + #""percent":65}"#))
    }

    @Test func figures() {
        #expect(Self.summary.answered == 2304)
        #expect(Self.summary.percent == 68)
        #expect(!Self.summary.isFinal)
    }

    @Test("A client reads the replies of a newer daemon") func newer() throws {
        let weather = try Reply.decode(#"{"weather":{"rain":1}}"#.utf8)
        #expect(weather.kind == nil && !weather.isFinal)
        let later = #"{"count":1,"final":true,"ok":true,"extra":[1]}"#
        #expect(try Reply.decode(later.utf8) == .final(Replies.count, 1))
        let error = #"{"error":{"code":"brand-new","message":"m","hint":"h"},"final":true,"ok":false}"#
        #expect(try Reply.decode(error.utf8).error == ProtocolError(ErrorCode(rawValue: "brand-new"), "m"))
    }

    @Test("A client shows the words of a newer daemon") func newerWords() throws {
        let line = Self.golden.map(\.1).first { $0.hasPrefix(#"{"action""#) } ?? ""
        let later = line.replacing("running", with: "dreaming").replacing("no-answer", with: "moved")
        let action = try #require(try Reply.decode(later.utf8).content(of: Replies.action))
        #expect(action.phase.text == "dreaming" && action.phase.known == nil && !action.isFinal)
        #expect(action.priority.known == .lifeThreat)
        #expect(action.outcomes[OpenWord(text: "moved")] == 274)
        #expect(action.count(.noAnswer) == 0)
        #expect(String(decoding: Reply.final(Replies.action, action).encodeLine(), as: UTF8.self) == later + "\n")
    }

    @Test(arguments: ["", "hello", "[1]", #"{"count":"x"}"#, #"{"action":{}}"#]) func noReply(line: String) {
        #expect(
            throws: ProtocolError(.invalidReply, "this is no reply of burgernetd: \(line)")
        ) { try Reply.decode(line.utf8) }
    }

    @Test("The largest piece of audio stays within a reply line") func audioPiece() {
        let reply = Reply.part(Replies.audio, AudioPiece([UInt8](repeating: 255, count: Reply.audioPiece)))
        #expect(reply.encodeLine().count < Reply.lineLimit)
    }

    @Test func percentiles() {
        let bounds: [UInt32] = [100, 250, 500, 1000]
        #expect(
            Percentiles(bounds: bounds, counts: [50, 40, 9, 0, 1], maximum: 1800)
                == Percentiles(p50: 100, p99: 500, p999: 1800, maximum: 1800))
        #expect(
            Percentiles(bounds: bounds, counts: [0, 0, 0, 0, 0], maximum: 0)
                == Percentiles(p50: 0, p99: 0, p999: 0, maximum: 0))
        // A bound says no more than the largest value that was seen.
        #expect(Percentiles(bounds: bounds, counts: [0, 3, 0, 0, 0], maximum: 120).p50 == 120)
    }
}
