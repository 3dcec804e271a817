// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore
import Testing

@testable import Simulator

@Suite struct ScenarioTests {
    private func parse(_ text: String) throws -> Scenario { try ScenarioFile.parse(Data(text.utf8)) }

    private func complaint(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func emptyObjectIsTheUsualScenario() throws {
        #expect(try parse("{}") == Scenario())
        try Scenario().validate()
    }

    @Test func everyKeyIsRead() throws {
        let scenario = try parse(
            """
            {"seed": 7, "time_scale": 0.5, "shares": {"answer": 3, "busy": 1},
             "post_dial_seconds": 0.1, "ring_seconds": [1, 2], "voicemail_ring_seconds": [10, 11],
             "voicemail_seconds": [20, 21], "hang_up_early_seconds": [1, 2], "listen_at_most_seconds": 99,
             "key_probability": 0.25, "keys": ["1", "2#"], "key_seconds": [4, 5], "key_gap_seconds": [0.2, 0.3],
             "later_attempts": [2, 4], "busy_temporary": 0.1, "congestion_temporary": 0.2,
             "unavailable_temporary": 0.3, "retry_after_seconds": [3, 4], "engaged": false, "channels": 30,
             "calls_per_second": 12.5, "burst": 3,
             "numbers": {"06 1234 5678": "busy", "0031612345679": {"behaviour": "press-keys", "keys": "1", "ring": 2.5}}}
            """)
        var expected = Scenario()
        expected.seed = 7
        expected.timeScale = 0.5
        expected.shares = try Shares([.answer: 3, .busy: 1])
        expected.postDialSeconds = 0.1...0.1
        expected.ringSeconds = 1...2
        expected.voicemailRingSeconds = 10...11
        expected.voicemailSeconds = 20...21
        expected.hangUpEarlySeconds = 1...2
        expected.listenAtMostSeconds = 99
        expected.keyProbability = 0.25
        expected.keys = ["1", "2#"]
        expected.keySeconds = 4...5
        expected.keyGapSeconds = 0.2...0.3
        expected.laterAttempts = 2...4
        expected.busyTemporary = 0.1
        expected.congestionTemporary = 0.2
        expected.unavailableTemporary = 0.3
        expected.retryAfterSeconds = 3...4
        expected.engaged = false
        expected.channels = 30
        expected.callsPerSecond = 12.5
        expected.burst = 3
        var pinned = PinnedNumber(.pressKeys)
        pinned.keys = "1"
        pinned.ringSeconds = 2.5
        expected.numbers = ["+31612345678": PinnedNumber(.busy), "+31612345679": pinned]
        #expect(scenario == expected)
    }

    @Test(arguments: [
        (#"{"sed": 1}"#, "unknown key \"sed\""),
        (#"{"seed": 1.5}"#, "\"seed\" must be a whole number"),
        (#"{"seed": true}"#, "\"seed\" must be a whole number"),
        (#"{"engaged": 1}"#, "\"engaged\" must be true or false"),
        (#"{"ring_seconds": [5, 2]}"#, "\"ring_seconds\" must be a number or [lowest, highest]"),
        (#"{"ring_seconds": -1}"#, "ring_seconds must be between 0 and 86400 seconds"),
        (#"{"later_attempts": [1.5, 2]}"#, "\"later_attempts\" must be whole numbers"),
        (#"{"keys": ["x"]}"#, "keys must be sequences of 0-9, *, #, A-D"),
        (#"{"keys": "1"}"#, "\"keys\" must be an array of texts"),
        (#"{"key_probability": 2}"#, "key_probability must be between 0 and 1"),
        (#"{"shares": {"answer": 0}}"#, "\"shares\": the shares add up to 0, give one at least a weight"),
        (#"{"shares": {"answer": -1}}"#, "\"shares\": share of answer is -1.0, it must be 0 or more"),
        (#"{"shares": {"refuse": 1}}"#, "\"shares\": refuse is for pinned numbers, it cannot have a share"),
        (#"{"numbers": {"0612345678": {"ring": 2}}}"#, "\"numbers\": 0612345678: \"behaviour\" is missing"),
        (#"{"numbers": {"0612345678": "refuse"}}"#, "\"numbers\": 0612345678: refuse needs code="),
        (
            #"{"numbers": {"+31612345678": "busy", "0612345678": "answer"}}"#,
            "\"numbers\": 0612345678: is there twice"
        ),
        (
            #"{"numbers": {"0612345678": {"behaviour": "refuse", "code": 200}}}"#,
            "\"numbers\": 0612345678: code=200 must be a number from 300 to 699"
        ),
        ("[]", "a scenario is a JSON object: { ... }"),
        (#"{"a": 1, "seed": "x", "b": 2}"#, "\"seed\" must be a whole number\nunknown key \"a\"\nunknown key \"b\""),
    ])
    func errorsAreNamed(_ text: String, _ expected: String) {
        #expect(complaint { _ = try parse(text) } == expected)
    }

    @Test func brokenJSONAndUnknownBehavioursAreRefused() {
        #expect(complaint { _ = try parse("{") } == "not valid JSON: line 1")
        let text = complaint { _ = try parse("{\n  \"seed\": 1,\n  \"burst\" 2\n}") }
        #expect(text == "not valid JSON: line 3")
        #expect(
            complaint { _ = try parse(#"{"shares": {"anwser": 1}}"#) }
                .hasPrefix("\"shares\": unknown behaviour \"anwser\"; known: answer, "))
    }

    @Test func sharesFromTheCommandLine() throws {
        #expect(try Shares.parse("answer=60,busy=10") == Shares([.answer: 60, .busy: 10]))
        #expect(complaint { _ = try Shares.parse("answer") }.contains("must be NAME=WEIGHT"))
        #expect(complaint { _ = try Shares.parse("answer=1,,busy=1") }.contains("must be NAME=WEIGHT"))
        #expect(complaint { _ = try Shares.parse("answer=1,answer=2") } == "share of answer is given twice")
        #expect(complaint { _ = try Shares.parse("answer=nan") }.contains("must be 0 or more"))
    }

    @Test func numbersFile() throws {
        let numbers = try NumbersFile.parse(
            """
            number,behaviour
            # the neighbours
            +31612345678,busy

            06-12345679 , refuse , code=484, cause=28
            service,press-keys,keys=12#,keys-after=4.5,hang-up-after=0\r
            31612345670,later,from-attempt=3
            """)
        var refuse = PinnedNumber(.refuse)
        refuse.code = 484
        refuse.q850Cause = 28
        var press = PinnedNumber(.pressKeys)
        press.keys = "12#"
        press.keySeconds = 4.5
        press.hangUpSeconds = 0
        var later = PinnedNumber(.later)
        later.fromAttempt = 3
        #expect(
            numbers == [
                "+31612345678": PinnedNumber(.busy), "+31612345679": refuse, "service": press, "+31612345670": later,
            ])
    }

    @Test(arguments: [
        ("0612345678", "line 1: must be number,behaviour"),
        ("\n,busy", "line 2: must be number,behaviour"),
        ("0612345678,busy,ring", "line 1: \"ring\" must be NAME=VALUE"),
        ("0612345678,busy,ring=x", "line 1: ring=x must be a number from 0.0 to 86400.0"),
        ("0612345678,busy\n+31612345678,answer", "line 2: +31612345678 is there twice"),
        ("0612345678,answer,keys=", "line 1: keys= must be of 0-9, *, #, A-D"),
    ])
    func numbersFileErrorsNameTheLine(_ text: String, _ expected: String) {
        #expect(complaint { _ = try NumbersFile.parse(text) } == expected)
    }

    @Test(arguments: [
        ("+31612345678", "+31612345678"), ("0612345678", "+31612345678"), ("0031612345678", "+31612345678"),
        ("31612345678", "+31612345678"), ("+4915112345678", "+4915112345678"), ("service", "service"),
        ("112", "112"), ("", ""),
    ])
    func numbersAreOneCitizenHoweverWritten(_ user: String, _ expected: String) {
        #expect(NumberKey.normalised(user) == expected)
    }
}
