// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Participants
import Testing

@Suite struct ContactRulesTests {
    /// Tuesday 24 November 2026, 22:55 in the Netherlands.
    let late = CivilMoment(utc("2026-11-24T22:55+01:00"))
    let noon = CivilMoment(utc("2026-11-24T12:00+01:00"))

    @Test func whoIsNotInTheRegisterIsContacted() {
        #expect(normal.decide(nil, by: .voice, at: late) == .allowed)
    }

    @Test func whoMayNotBeCalledAtFiveToElevenCanBeCalledAtFivePastSeven() throws {
        let person = participant(try Preferences(callTimes: WelcomeTimes(text: "07:05-22:00")))
        #expect(
            normal.decide(person, by: .voice, at: late)
                == .waits(until: utc("2026-11-25T07:05+01:00"), .notWelcome))
        #expect(normal.decide(person, by: .sms, at: late) == .allowed)
        #expect(normal.decide(person, by: .voice, at: CivilMoment(utc("2026-11-25T07:05+01:00"))) == .allowed)
    }

    @Test func whatTheSubmissionSaysGoesOverTheRegisterAndThatOverThePopulation() throws {
        let night = try WelcomeTimes(text: "20:00-08:00")
        let day = try WelcomeTimes(text: "08:00-20:00")
        let person = participant(Preferences(callTimes: night))
        let rules = ContactRules(actionClass: .normal, population: Preferences(callTimes: day, smsTimes: day))
        #expect(rules.decide(person, by: .voice, at: late) == .allowed)
        #expect(rules.decide(nil, by: .voice, at: late) == .waits(until: utc("2026-11-25T07:00Z"), .notWelcome))
        #expect(rules.decide(person, by: .sms, at: late) == .waits(until: utc("2026-11-25T07:00Z"), .notWelcome))
        #expect(
            rules.decide(person, submission: Preferences(callTimes: day), by: .voice, at: late)
                == .waits(until: utc("2026-11-25T07:00Z"), .notWelcome))
        #expect(rules.decide(person, submission: Preferences(smsTimes: .always), by: .sms, at: late) == .allowed)
    }

    @Test func nothingGoesOverOptingOut() throws {
        let everything = Preferences(channels: [.voice, .sms], callTimes: .always, smsTimes: .always)
        let override = try #require(RuleOverride(officer: "J. de Vries", reason: "dam breach"))
        let rules = ContactRules(actionClass: .lifeThreat, override: override)
        var person = participant(.none)
        // Of what, and by which channel it is never contacted.
        for (optOuts, calls, sms) in [
            (OptOuts.calls, false, true), (.sms, true, false), (.all, false, false), ([], true, true),
        ] {
            person.optOuts = optOuts
            let byVoice = rules.decide(person, submission: everything, by: .voice, at: noon)
            let bySMS = rules.decide(person, submission: everything, by: .sms, at: noon)
            #expect(byVoice == (calls ? .allowed : .never(.optedOut)))
            #expect(bySMS == (sms ? .allowed : .never(.optedOut)))
        }
    }

    @Test func anOverridePassesOverTimesAndCapsInTheHighestClassOnly() throws {
        let override = try #require(RuleOverride(officer: "J. de Vries", reason: "dam breach"))
        let cap = ActionCap(perMonth: 1)
        let person = participant(
            Preferences(callTimes: .never, caps: [.lifeThreat: cap, .urgent: cap, .normal: cap]))
        let former = [utc("2026-11-20T12:00Z")]
        for priority in ActionPriority.allCases {
            let rules = ContactRules(actionClass: priority, override: override)
            let decision = rules.decide(person, by: .voice, at: noon, former: former)
            #expect((decision == .allowed) == (priority == .lifeThreat), "\(priority)")
        }
    }

    @Test func anOverridePassesNeitherOverAPauseNorOverChannels() throws {
        let override = try #require(RuleOverride(officer: "J. de Vries", reason: "dam breach"))
        let rules = ContactRules(actionClass: .lifeThreat, override: override)
        let until = utc("2026-12-24")
        #expect(
            rules.decide(participant(Preferences(pausedUntil: until)), by: .voice, at: noon)
                == .waits(until: until, .paused))
        #expect(
            rules.decide(participant(Preferences(channels: [.sms])), by: .voice, at: noon)
                == .never(.channelNotWanted))
    }

    @Test(arguments: [("", "fire"), ("De Vries", ""), (" ", "fire"), ("De Vries", "  ")])
    func anOverrideHasAnOfficerAndAReason(_ officer: String, _ reason: String) {
        #expect(RuleOverride(officer: officer, reason: reason) == nil)
    }

    @Test func whatOpensFirstIsNotEnoughWhenTheOtherIsClosedThen() throws {
        let times = try WelcomeTimes(text: "wed 10:00-12:00")
        let former = [utc("2026-11-20T12:00Z")]
        let rules = normal
        // The month begins on Tuesday; Wednesday's window is the first of it.
        let capped = participant(Preferences(callTimes: times, caps: [.normal: ActionCap(perMonth: 1)]))
        #expect(
            rules.decide(capped, by: .voice, at: noon, former: former)
                == .waits(until: utc("2026-12-02T10:00+01:00"), .capped))
        let paused = participant(Preferences(callTimes: times, pausedUntil: utc("2026-12-02T12:00+01:00")))
        #expect(
            rules.decide(paused, by: .voice, at: noon) == .waits(until: utc("2026-12-09T10:00+01:00"), .paused))
    }

    @Test func aCapIsOfItsClass() {
        let person = participant(Preferences(caps: [.normal: ActionCap(perMonth: 0)]))
        #expect(normal.decide(person, by: .voice, at: noon) == .never(.classNotWanted))
        #expect(ContactRules(actionClass: .urgent).decide(person, by: .voice, at: noon) == .allowed)
    }

    @Test func aPauseIsOverAtItsMoment() {
        let person = participant(Preferences(pausedUntil: noon.time))
        #expect(normal.decide(person, by: .voice, at: noon) == .allowed)
        let before = CivilMoment(noon.time - .microseconds(1))
        #expect(normal.decide(person, by: .voice, at: before) == .waits(until: noon.time, .paused))
    }

    @Test func aTestCallsTestNumbersOnly() {
        let rules = ContactRules(actionClass: .normal, onlyTestNumbers: true)
        var person = participant(.none)
        #expect(rules.decide(nil, by: .voice, at: noon) == .never(.noTestNumber))
        #expect(rules.decide(person, by: .voice, at: noon) == .never(.noTestNumber))
        person.isTestNumber = true
        #expect(rules.decide(person, by: .voice, at: noon) == .allowed)
    }

    @Test func whoNeverWantsCallsIsNeverCalled() {
        let person = participant(Preferences(callTimes: .never))
        #expect(normal.decide(person, by: .voice, at: noon) == .never(.neverWelcome))
    }

    @Test func aReasonHasWordsInBothLanguages() {
        for reason in ContactReason.allCases {
            for channel in Channel.allCases {
                #expect(reason.words(.dutch, channel) != reason.words(.english, channel))
            }
        }
    }

    private let normal = ContactRules(actionClass: .normal)
}

func participant(_ preferences: Preferences) -> Participant {
    guard let number = PhoneNumber(e164: "+31612345678") else { preconditionFailure("no number") }
    return Participant(reference: "P-1", number: number, preferences: preferences)
}
