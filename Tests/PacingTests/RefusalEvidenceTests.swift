// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Pacing

@Suite struct RefusalEvidenceTests {
    private let begin = Timestamp(milliseconds: 1_000_000)

    @Test("One number never speaks for the SMSC, however often it is refused")
    func oneNumber() {
        var evidence = RefusalEvidence()
        for step in 1...50 {
            let now = begin + .milliseconds(Int64(step) * 100)
            let told1 = evidence.refused("+31610000001", times: step, now: now)
            #expect(told1 != .smsc)
            evidence.taken(wasRefused: false, now: now)
        }
        #expect(!evidence.refusesEverything(now: begin + .seconds(6)))
    }

    @Test("Two different numbers do")
    func twoNumbers() {
        var evidence = RefusalEvidence()
        for _ in 0..<30 { evidence.taken(wasRefused: false, now: begin) }
        let told2 = evidence.refused("+31610000001", times: 1, now: begin)
        #expect(told2 != .smsc)
        let told3 = evidence.refused("+31610000002", times: 1, now: begin + .milliseconds(10))
        #expect(told3 == .smsc)
    }

    @Test("Where those who are sent again are refused again while others pass, the numbers are the reason")
    func numbers() {
        var evidence = RefusalEvidence()
        var now = begin
        for index in 0..<10 {
            for _ in 0..<20 { evidence.taken(wasRefused: false, now: now) }
            _ = evidence.refused("+3161000000\(index)", times: 1, now: now)
            _ = evidence.refused("+3161000000\(index)", times: 2, now: now + .milliseconds(20))
            now = now + .milliseconds(50)
        }
        for _ in 0..<20 { evidence.taken(wasRefused: false, now: now) }
        let told4 = evidence.refused("+31620000001", times: 1, now: now)
        #expect(told4 != .smsc)
        let told5 = evidence.refused("+31620000002", times: 1, now: now)
        #expect(told5 != .smsc)
        // Half of the first tries are refused all at once: that is no longer the numbers.
        now = now + .milliseconds(1100)
        let told = (0..<60).map { evidence.refused("+3163000000\($0)", times: 1, now: now) }
        #expect(told.contains(.smsc))
    }

    @Test("Nothing is taken for two seconds, whoever it is for")
    func everything() {
        var evidence = RefusalEvidence()
        evidence.taken(wasRefused: false, now: begin)
        for index in 0..<8 { _ = evidence.refused("+3161000000\(index)", times: 1, now: begin) }
        #expect(!evidence.refusesEverything(now: begin + .milliseconds(1900)))
        #expect(evidence.refusesEverything(now: begin + .seconds(2)))
        evidence.taken(wasRefused: true, now: begin + .seconds(3))
        #expect(!evidence.refusesEverything(now: begin + .seconds(6)))
    }
}
