// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Participants
import Testing

/// 10,000 random people, submissions and clocks, beside a model that knows no shortcut.
@Suite struct RandomContactTests {
    @Test func decisionsAreThoseOfTheNaiveModel() throws {
        var random = SplitMix(seed: 20_261_124)
        var model = NaiveContactModel()
        var seen: [String: Int] = [:]
        for round in 0..<10_000 {
            let quarter = moment(&random)
            let layers = (0..<3).map { layer in person(layer, at: quarter, &random) }
            let channel = random.chance(2) ? Channel.voice : .sms
            let isOverridden = random.chance(6)
            // Some of them are later than now: the clock was ahead and was set back.
            let former = (0..<random.below(5)).map { _ in
                quarter - random.below(96 * 45) + (random.chance(8) ? 96 * 40 : 0)
            }
            let expected = model.decide(
                layers, by: channel, isOverridden: isOverridden, at: quarter, former: former, limit: 96 * 240)
            var rules = ContactRules(
                actionClass: isOverridden ? .lifeThreat : .normal,
                population: preferences(layers[2]),
                override: RuleOverride(officer: "De Vries", reason: "dam breach"))
            if random.chance(4) && !isOverridden { rules.override = nil }
            var someone = participant(preferences(layers[1]))
            for gone in layers[1].optsOut { someone.optOuts.insert(OptOuts(gone)) }
            let decision = rules.decide(
                someone, submission: preferences(layers[0]), by: channel,
                at: CivilMoment(time(quarter)), former: former.map(time))
            switch (decision, expected) {
            case (.allowed, .allowed): seen["allowed", default: 0] += 1
            case (.never(let reason), .never): seen[reason.word, default: 0] += 1
            case (.waits(let until, let reason), .waits(let quarter)) where until == time(quarter):
                seen[reason.word, default: 0] += 1
            default:
                Issue.record("round \(round): \(decision), the model says \(expected); \(layers), \(time(quarter))")
                return
            }
        }
        // None of it is compared in vain.
        for reason in [ContactReason.optedOut, .channelNotWanted, .classNotWanted, .paused, .capped, .notWelcome] {
            #expect(seen[reason.word, default: 0] > 100, "\(reason): \(seen)")
        }
        #expect(seen["allowed", default: 0] > 1000)
    }

    /// Near changes of the clock and ends of months more often than not.
    private func moment(_ random: inout SplitMix) -> Int {
        let near = [
            "2026-03-29T01:00Z", "2026-10-25T01:00Z", "2026-12-31T23:00Z", "2027-03-28T01:00Z", "2026-11-30T23:00Z",
        ]
        let base = Int(utc(near[random.below(near.count)]).microseconds / 900_000_000)
        return base + random.below(2 * 96) - 96 + (random.chance(3) ? random.below(96 * 60) : 0)
    }

    /// 0: the submission's word, 1: the register's, 2: the population's.
    private func person(_ layer: Int, at quarter: Int, _ random: inout SplitMix) -> NaiveContactModel.Person {
        var person = NaiveContactModel.Person()
        if layer == 1, random.chance(10) { person.optsOut = random.chance(3) ? [.voice, .sms] : [.sms] }
        if random.chance(5) { person.channels = [[.voice], [.sms], [.sms, .voice], [.voice, .sms]][random.below(4)] }
        for channel in Channel.allCases where random.chance(4) {
            person.windows[channel] = (0...random.below(4)).map { _ in
                let start = random.below(96)
                let end = 1 + random.below(96)
                return .init(weekday: 1 + random.below(7), startQuarter: start, endQuarter: end == start ? 96 : end)
            }
        }
        if random.chance(5) { person.perMonth = random.below(4) }
        if random.chance(8) { person.hoursApart = 1 + random.below(24 * 20) }
        if random.chance(10) {
            person.pausedUntil = quarter + random.below(96 * 90) - 96 * 20
        }
        return person
    }

    private func preferences(_ person: NaiveContactModel.Person) -> Preferences {
        var caps: [ActionPriority: ActionCap] = [:]
        if person.perMonth != nil || person.hoursApart != nil {
            caps[.normal] = ActionCap(
                perMonth: person.perMonth, apart: person.hoursApart.map { .microseconds(Int64($0) * 3_600_000_000) })
            caps[.lifeThreat] = caps[.normal]
        }
        func times(_ channel: Channel) -> WelcomeTimes? {
            person.windows[channel].map { windows in
                WelcomeTimes(
                    windows.map { .init(days: [$0.weekday], start: $0.startQuarter * 15, end: $0.endQuarter * 15) })
            }
        }
        return Preferences(
            channels: person.channels, callTimes: times(.voice), smsTimes: times(.sms), caps: caps,
            pausedUntil: person.pausedUntil.map(time))
    }

    private func time(_ quarter: Int) -> Timestamp { Timestamp(microseconds: Int64(quarter) * 900_000_000) }
}

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    /// One in so many.
    mutating func chance(_ oneIn: Int) -> Bool { below(oneIn) == 0 }
}
