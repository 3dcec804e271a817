// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Participants
import Platform
import Store
import Testing

@testable import ActionEngine
@testable import Gateway

@Suite("Recipients by rule, of a dry run") struct RuleCountTests {
    /// Tuesday in the Netherlands.
    private let noon = DutchTime(year: 2026, month: 11, day: 24, hour: 12, minute: 0).timestamp()

    private func number(_ index: Int) throws -> PhoneNumber {
        try #require(PhoneNumber(e164: "+316\(10_000_000 + index)"))
    }

    private func engine(_ people: [Participant]) -> Engine {
        var configuration = EngineConfiguration(trunks: [])
        configuration.populations = [
            PopulationSettings(key: "profinet", preferences: Preferences(callTimes: .never))
        ]
        let engine = Engine(configuration: configuration, instanceKey: [1])
        engine.register.restore(people, contacts: [])
        return engine
    }

    @Test("Each is counted once, by the rule that keeps them and by whose word it is")
    func counted() throws {
        let evening = try WelcomeTimes(text: "18:00-22:00")
        func person(_ index: Int, _ wishes: Preferences = .none, _ optOuts: OptOuts = []) throws -> Participant {
            Participant(reference: "P-\(index)", number: try number(index), preferences: wishes, optOuts: optOuts)
        }
        let engine = engine([
            try person(0), try person(1, .none, .calls), try person(2, Preferences(callTimes: evening)),
            try person(3, Preferences(callTimes: evening)), try person(4, Preferences(channels: [.sms])),
        ])
        let definition = ActionDefinition(prompt: [.text("x")], populations: ["", "profinet"])
        var count = RuleCount(definition, longest: .minutes(24 * 60), now: noon)
        for index in 0..<5 { count.add(StagedRecipient(number: try number(index)), engine) }
        count.add(
            StagedRecipient(number: try number(5), preferences: Preferences(pausedUntil: noon + .minutes(60))), engine)
        count.add(StagedRecipient(number: try number(6), population: "profinet"), engine)
        let lines = count.reports.map { "\($0.recipients) \($0.rule) by \($0.by)" + ($0.from == nil ? "" : " later") }
        #expect(
            lines == [
                "2 not-welcome by register later", "1 channel-not-wanted by register", "1 never-welcome by population",
                "1 opted-out by register", "1 paused by submission later",
            ])
        #expect(count.reports.first?.from?.timestamp == noon + .minutes(6 * 60))
        #expect(count.reports.first?.dutch == "wil op dit tijdstip niet gebeld worden")
    }

    @Test("Who gets an SMS instead is kept by nothing; who would be welcome after the end is not in this action")
    func nextChannel() throws {
        let engine = engine([
            Participant(reference: "P-0", number: try number(0), preferences: Preferences(callTimes: .never)),
            Participant(
                reference: "P-1", number: try number(1),
                preferences: Preferences(callTimes: try WelcomeTimes(text: "18:00-22:00"), smsTimes: .never)),
        ])
        let definition = ActionDefinition(
            prompt: [.text("x")], expires: noon + .minutes(60), channels: [.voice, .sms], text: TextMessage(text: "x"))
        var count = RuleCount(definition, longest: .minutes(24 * 60), now: noon)
        for index in 0..<2 { count.add(StagedRecipient(number: try number(index)), engine) }
        #expect(count.reports.map(\.rule) == ["not-welcome"])
        #expect(count.reports.first?.from == nil && count.reports.first?.channel == .voice)
    }

    @Test("A hundred thousand are counted a few in each turn")
    func slices() throws {
        let dispatcher = TurnActor.sync {
            Dispatcher(engine: engine([]), journal: NoJournal()) { Timestamp(milliseconds: 1_000_000) }
        }
        let people = try (0..<5000).map { StagedRecipient(number: try number($0), population: "profinet") }
        let counted = Locked(0)
        RuleCount(
            ActionDefinition(prompt: [.text("x")], populations: ["profinet"]), longest: .minutes(60), now: noon
        ).count(people[...], in: dispatcher) { reports in
            counted.withLock { $0 = reports.first?.recipients ?? 0 }
        }
        for _ in 0..<10 where counted.snapshot == 0 { dispatcher.queue.sync {} }
        #expect(counted.snapshot == 5000)
        TurnActor.sync { #expect(dispatcher.statistics.turns == 5) }
    }
}

private final class NoJournal: Journal {
    func commit(_ records: [JournalRecord], relaxed: Bool, now: Timestamp) throws {}
    func harden(_ completion: @escaping @Sendable (StoreError?) -> Void) { completion(nil) }
    func rescue(_ records: ArraySlice<JournalRecord>, alive now: Timestamp) -> String? { nil }
}
