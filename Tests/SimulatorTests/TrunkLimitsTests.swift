// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Simulator

@Suite struct TrunkLimitsTests {
    private let start = Timestamp(milliseconds: 1_000_000)

    @Test func withoutLimitsEverythingIsAdmitted() {
        var limits = TrunkLimits(channels: 0, callsPerSecond: 0, burst: 0)
        for active in 0..<5000 { #expect(limits.admit(active: active, at: start) == .admitted) }
    }

    @Test func channelsCountCallsAtTheSameTime() {
        var limits = TrunkLimits(channels: 2, callsPerSecond: 0, burst: 0)
        #expect(limits.admit(active: 1, at: start) == .admitted)
        #expect(limits.admit(active: 2, at: start) == .refused(Response(503, q850Cause: 34), limit: .channels))
    }

    @Test func steadyCallsAtTheRateAreAllAdmitted() {
        var limits = TrunkLimits(channels: 0, callsPerSecond: 50, burst: 0)
        for index in 0..<500 {
            #expect(limits.admit(active: 0, at: start + .milliseconds(Int64(index) * 20)) == .admitted)
        }
    }

    @Test func twiceTheRateIsHalfRefused() {
        var limits = TrunkLimits(channels: 0, callsPerSecond: 50, burst: 0)
        let admitted = (0..<1000).count { index in
            limits.admit(active: 0, at: start + .milliseconds(Int64(index) * 10)) == .admitted
        }
        #expect((500...513).contains(admitted))
    }

    @Test func refusalSaysWhenToTryAgain() {
        var limits = TrunkLimits(channels: 0, callsPerSecond: 0.2, burst: 1)
        #expect(limits.admit(active: 0, at: start) == .admitted)
        #expect(
            limits.admit(active: 0, at: start)
                == .refused(Response(503, q850Cause: 42, retryAfterSeconds: 5), limit: .callsPerSecond))
        #expect(limits.admit(active: 0, at: start + .seconds(5)) == .admitted)
    }

    @Test func aClockThatStepsBackGivesNothingAway() {
        var limits = TrunkLimits(channels: 0, callsPerSecond: 1, burst: 1)
        #expect(limits.admit(active: 0, at: start) == .admitted)
        #expect(limits.admit(active: 0, at: start - .seconds(100)) != .admitted)
        #expect(limits.admit(active: 0, at: start + .milliseconds(500)) != .admitted)
    }
}
