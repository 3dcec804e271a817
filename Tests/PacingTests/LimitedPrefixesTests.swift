// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Testing

@Suite struct LimitedPrefixesTests {
    private func number(_ text: String) throws -> PhoneNumber { try #require(PhoneNumber(e164: text)) }

    @Test("A number belongs to the longest prefix that it begins with")
    func longest() throws {
        var prefixes = LimitedPrefixes()
        #expect(prefixes.index(of: try number("+31182555123")) == nil)
        let isOther = prefixes.configure([
            PrefixLimits(prefix: "+31", channels: 100), PrefixLimits(prefix: "+31182", channels: 10),
            PrefixLimits(prefix: "+3118", channels: 20),
        ])
        #expect(isOther)
        #expect(prefixes.index(of: try number("+31182555123")) == 1)
        #expect(prefixes.index(of: try number("+31181555123")) == 2)
        #expect(prefixes.index(of: try number("+31612345678")) == 0)
        #expect(prefixes.index(of: try number("+32612345678")) == nil)
    }

    @Test("Calls per second and channels of a prefix are kept; a reload keeps count")
    func limits() {
        var prefixes = LimitedPrefixes()
        _ = prefixes.configure([PrefixLimits(prefix: "+31182", callsPerSecond: 2, channels: 3)])
        let start = Timestamp(milliseconds: 1_000_000)
        var now = start
        var calls: [Timestamp] = []
        while calls.count < 3 {
            switch prefixes.availability(0, now: now) {
            case .ready:
                prefixes.admit(0, now: now)
                prefixes.sent(0, now: now)
                calls.append(now)
            case .paced(let until): now = until
            case .full: Issue.record("unexpected")
            }
        }
        #expect((0.99...1.01).contains((calls[2] - calls[0]).seconds))
        #expect(prefixes.availability(0, now: now + .seconds(9)) == .full)
        let isElsewhere = prefixes.configure([PrefixLimits(prefix: "+31182", callsPerSecond: 2, channels: 4)])
        #expect(!isElsewhere)
        #expect(prefixes.availability(0, now: now + .seconds(9)) == .ready)
        let isLifted = prefixes.configure([])
        #expect(isLifted)
        #expect(prefixes.all[0].isRetired)
        prefixes.release(0)
        #expect(prefixes.all[0].activeCalls == 2)
    }
}
