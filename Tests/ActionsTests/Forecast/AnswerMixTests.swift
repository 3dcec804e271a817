// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing
import Testing

@testable import Actions
@testable import Forecasting

@Suite struct AnswerMixTests {
    private static let prompt = 10_000
    private static let nominal = Interval.seconds(14)

    private static func cdr(
        _ recipient: String, attempt: Int = 1, code: Int, cause: Int = 0, own: OwnReason = .none, setup: Double = 3,
        stay: Double? = nil, heard: Int = prompt, keys: String = "", by: HangupParty = .gateway, recovered: Bool = false
    ) -> CallDetailRecord {
        let start = Timestamp(milliseconds: 1_795_523_441_000)
        let answer = stay.map { _ in start + .seconds(setup) }
        return CallDetailRecord(
            sequence: 1, attempt: AttemptID(1), action: "a", recipient: recipient, account: "GM0513",
            callee: "+31610000001", caller: "+31182588444", trunk: "kpn", callID: "c", attemptNumber: attempt,
            start: start, ringing: nil, answer: answer, end: start + .seconds(setup + (stay ?? 0)), sipCode: code,
            cause: cause, hangupBy: by, ownReason: own, disposition: .answered, codec: nil, promptHash: "h",
            heardMilliseconds: heard, promptMilliseconds: prompt, keys: keys, recovered: recovered, redial: false,
            packetsSent: 0, packetsReceived: 0)
    }

    @Test("What a record says of a call") func results() {
        let cases: [(CallDetailRecord, CallResult?)] = [
            (Self.cdr("a", code: 200, cause: 16, own: .requested, stay: 14), .heard),
            (Self.cdr("a", code: 200, cause: 16, stay: 2, heard: 2000, by: .callee), .left),
            (Self.cdr("a", code: 486, cause: 17), .failed(.busy)),
            (Self.cdr("a", code: 487, cause: 19, own: .ringTimeout), .failed(.noAnswer)),
            (Self.cdr("a", code: 480, cause: 18), .failed(.unavailable)),
            (Self.cdr("a", code: 404, cause: 1), .failed(.invalidNumber)),
            (Self.cdr("a", code: 603, cause: 21), .failed(.rejected)),
            (Self.cdr("a", code: 503, cause: 41), .failed(.congestion)),
            (Self.cdr("a", code: 0, cause: 102, own: .noResponse), .failed(.unreachable)),
            // Given up by ourselves, refused for our own password, cut off by a crash: says nothing of citizens.
            (Self.cdr("a", code: 487, cause: 31, own: .requested), nil),
            (Self.cdr("a", code: 401, cause: 21), nil),
            (Self.cdr("a", code: 200, cause: 16, stay: 5, recovered: true), nil),
            (Self.cdr("a", code: 200, cause: 16, own: .maximumDuration, stay: 300), nil),
        ]
        for (record, result) in cases {
            #expect(CallResult(record) == result, "\(record.sipCode) \(record.ownReason)")
        }
    }

    @Test("Each result has its place") func indexes() {
        #expect(CallResult.all.enumerated().allSatisfy { $0.element.index == $0.offset })
    }

    private func share(_ result: CallResult, _ mix: AnswerMix, _ condition: CallCondition = .first) -> Double {
        mix.shares(condition)[result.index]
    }

    @Test("Defaults give way to what is learned") func shares() {
        var mix = AnswerMix()
        for condition in [CallCondition.first, CallCondition(last: .busy), CallCondition(last: .noAnswer)] {
            #expect(abs(mix.shares(condition).reduce(0, +) - 1) < 1e-9)
        }
        #expect(share(.heard, mix) == 0.69)
        for one in 0..<180 {
            mix.learn(
                Self.cdr("\(one)", code: 486, cause: 17, setup: 0.2), nominal: Self.nominal)
        }
        // 180 of 200, the defaults counting for 20.
        #expect(abs(share(.failed(.busy), mix) - (180 + 0.05 * 20) / 200) < 1e-9)
        #expect(mix.calls == 180)
        #expect(abs(mix.shares(.first).reduce(0, +) - 1) < 1e-9)
        #expect(mix.setups(.failed(.busy), .init()).allSatisfy { $0 == 200 })
    }

    @Test("A later call is learned by how the one before ended") func conditions() {
        var mix = AnswerMix()
        for one in 0..<90 {
            mix.learn(Self.cdr("\(one)", code: 486, cause: 17), nominal: Self.nominal)
            mix.learn(Self.cdr("\(one)", attempt: 2, code: 480, cause: 18), nominal: Self.nominal)
            mix.learn(Self.cdr("\(one)", attempt: 3, code: 480, cause: 18), nominal: Self.nominal)
        }
        #expect(share(.failed(.unavailable), mix, CallCondition(last: .busy)) == 0.9)
        #expect(share(.failed(.unavailable), mix, CallCondition(last: .unavailable)) > 0.9)
        #expect(share(.failed(.unavailable), mix, CallCondition(last: .unavailable, isRepeated: true)) == 0.9)
        // Of whom the first call is not known.
        let calls = mix.calls
        mix.learn(Self.cdr("other", attempt: 2, code: 486, cause: 17), nominal: Self.nominal)
        #expect(mix.calls == calls)
        mix.learn(Self.cdr("other", attempt: 3, code: 486, cause: 17), nominal: Self.nominal)
        #expect(mix.calls == calls + 1)
    }

    @Test("Times of those who answer, leave and press keys") func times() {
        var mix = AnswerMix()
        for one in 0..<100 {
            mix.learn(
                Self.cdr("\(one)", code: 200, cause: 16, own: .requested, setup: 7, stay: 14), nominal: Self.nominal)
            mix.learn(
                Self.cdr("k\(one)", code: 200, cause: 16, own: .requested, setup: 7, stay: 20, keys: "1"),
                nominal: Self.nominal)
            mix.learn(
                Self.cdr("l\(one)", code: 200, cause: 16, setup: 7, stay: 3, heard: 3000, by: .callee),
                nominal: Self.nominal)
        }
        #expect(mix.setups(.heard, .init()).allSatisfy { $0 == 7000 })
        // Of those who decline nothing was seen yet.
        #expect(mix.setups(.failed(.rejected), .init()).allSatisfy { $0 == 7000 })
        #expect(AnswerMix().setups(.failed(.rejected), .init(ring: .seconds(3))).allSatisfy { $0 <= 3000 })
        // We never wait longer than this.
        #expect(mix.setups(.heard, .init(ring: .seconds(4))).allSatisfy { $0 == 4000 })
        #expect(mix.setups(.failed(.noAnswer), .init(ring: .seconds(25))) == [25_000])
        #expect(mix.staying.allSatisfy { $0 == 3000 })
        #expect(mix.meanStay == .seconds(3))
        #expect(mix.repeating.allSatisfy { $0 == 6000 })
        #expect(abs(mix.pressing - (100 + 2) / 220) < 1e-9)
    }

    @Test("SMS that arrive, and how long their receipts take") func messages() {
        var mix = AnswerMix()
        for one in 0..<100 {
            var record = Self.cdr("\(one)", code: 0)
            record.message = MessageDetail(
                segments: 1, acceptedSegments: 1, encoding: "GSM-7", accepted: record.start, messageIDs: [],
                references: [], state: "", error: "", submits: 1, doubtful: false)
            record.disposition = one < 80 ? .delivered : .undelivered
            record.end = record.start + .seconds(4)
            mix.learn(record, nominal: Self.nominal)
            // In doubt: says nothing.
            record.disposition = .unknown
            mix.learn(record, nominal: Self.nominal)
        }
        #expect(mix.messages == 100 && mix.calls == 0)
        #expect(abs(mix.arriving - (80 + 19) / 120) < 1e-9)
        #expect(mix.receiving.allSatisfy { $0 == 4000 })
    }

    @Test("Old calls are forgotten") func forgetting() {
        var mix = AnswerMix()
        for one in 0..<10_000 { mix.learn(Self.cdr("\(one)", code: 486, cause: 17), nominal: Self.nominal) }
        for one in 0..<10_000 {
            mix.learn(
                Self.cdr("n\(one)", code: 200, cause: 16, own: .requested, stay: 14), nominal: Self.nominal)
        }
        #expect(share(.heard, mix) > 0.9)
    }

    @Test("Even draws keep to their shares from the first on") func draws() {
        var draw = EvenDraw([0.5, 0.3, 0.2])
        var counts = [0, 0, 0]
        for _ in 0..<10 { counts[draw.next()] += 1 }
        #expect(counts == [5, 3, 2])
        var values = EvenValues([1, 2, 3, 4])
        let drawn = (0..<400).map { _ in values.next() }
        for value in 1...4 { #expect(abs(drawn.count { $0 == Int64(value) * 1000 } - 100) <= 3) }
    }
}
