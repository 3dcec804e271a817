// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Testing

@testable import Store

/// Many recipients: what is given up, who has a number, what has been tried.
@Suite struct RecipientStoreTests {
    let now = Timestamp(milliseconds: 77)

    private func rows(_ store: Store) throws -> Int64 {
        try store.connection.number("SELECT count(*) FROM recipient", "test") ?? -1
    }

    @Test("A submission that is given up is gone at once; its rows go bit by bit, and nobody else's")
    func discarded() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        try store.commit(
            [
                .actionStaged(try record(key: 1)), .recipientsStaged([try person(1)]),
                .actionStaged(try record(key: 2, id: "a2", phase: .staged)),
                .recipientsStaged(try (2...2600).map { try person($0, action: 2) }),
            ], now: now)
        try store.commit([.actionDiscarded(key: 2)], now: now)
        #expect(store.hasRefuse)
        #expect(try rows(store) == 2600)
        // The id is free, and the key is not given again.
        try store.commit(
            [.actionStaged(try record(key: 3, id: "a2")), .recipientsStaged([try person(2601, action: 3)])], now: now)
        var counts: [Int64] = []
        while store.hasRefuse {
            try store.removeRefuse()
            counts.append(try rows(store))
        }
        #expect(counts == [1601, 601, 2, 2, 2])
        #expect(try store.load().recipients.map(\.id.value) == [1, 2601])
    }

    @Test("What a former process was in the midst of submitting goes in the same way, and its key is not given again")
    func leftovers() throws {
        let scratch = try Scratch()
        let store = try Store(path: scratch.journal, queue: nil)
        try store.commit(
            [
                .actionStaged(try record(key: 7, phase: .staged)),
                .recipientsStaged(try (1...1500).map { try person($0, action: 7) }),
            ], now: now)
        let copy = try scratch.copy()
        for _ in 1...2 {
            // However often it is killed.
            let after = try Store(path: try copy.copy().journal, queue: nil)
            let snapshot = try after.load()
            #expect(snapshot.actions.isEmpty && snapshot.recipients.isEmpty)
            #expect(snapshot.lastActionKey == 7 && snapshot.lastRecipient == RecipientID(1500))
            try after.removeRefuse()
            #expect(after.hasRefuse)
        }
    }

    @Test("Who wrote: the action that alerted them last, staged ones and those without SMS not")
    func latestAction() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        // Three blocks of one action, numbers of different lengths among them.
        let people = try (0..<300).map { index in
            var person = try person(Int64(index + 1))
            person.number = try #require(PhoneNumber(e164: "+\(31_600_000 + index * 7)"))
            return person
        }
        var second = try person(1001, action: 2)
        second.number = people[40].number
        second.reference = "P-second"
        var staged = second
        staged.id = RecipientID(1002)
        staged.action = 3
        func entries(_ people: [RecipientRecord]) -> [NumberEntry] {
            people.map { NumberEntry(digits: $0.number.digits, recipient: $0.id) }
        }
        try store.commit(
            [
                .actionStaged(try record()), .actionStaged(try record(key: 2, id: "a2", phase: .completed)),
                .actionStaged(try record(key: 3, id: "a3", phase: .staged)),
                .actionStaged(try record(key: 4, id: "a4")),
                .recipientsStaged(people + [second, staged]), .numbersListed(action: 1, entries(people)),
                .numbersListed(action: 2, entries([second])), .numbersListed(action: 3, entries([staged])),
            ], now: now)
        for (index, person) in people.enumerated() {
            let known = try store.latestAction(of: person.number)
            #expect(known?.action == (index == 40 ? "a2" : "a1"))
            #expect(known?.recipient == (index == 40 ? "P-second" : person.reference))
        }
        for stranger in ["+3160000", "+31600001", "+316000000", "+39999999", "+1234567"] {
            #expect(try store.latestAction(of: try #require(PhoneNumber(e164: stranger))) == nil)
        }
        let blocks = try store.connection.number("SELECT count(*) FROM number_block WHERE action = 1", "test")
        #expect(blocks == 3)
    }

    @Test("Who is looked for is found by index, action by action")
    func latestActionPlan() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        let plan = try store.connection.query("EXPLAIN QUERY PLAN " + NumberTable.latestActionQuery, "test")
            .bind([.integer(1)])
        var steps: [String] = []
        while try plan.step() {
            _ = (plan.integer(), plan.integer(), plan.integer())
            steps.append(plan.text())
        }
        plan.reset()
        #expect(!steps.contains { $0.contains("TEMP B-TREE") }, "\(steps)")
        #expect(steps.contains { $0.contains("number_block_action") }, "\(steps)")
    }

    @Test("A history is read as it was written, by hand or by the encoder")
    func histories() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        var people = try (1...6).map { try person($0) }
        people[1].history.attempts = 3
        people[1].history.busy = 2
        people[2].history.pcmaOnly = true
        people[3].history.step = 1
        people[3].history.messages = 1
        people[3].history.pcmaOnly = true
        people[4].history.excludedTrunks = ["kpn, \"x\":{}"]
        people[5].history.stepStarted = Timestamp(milliseconds: 4)
        try store.commit([.actionStaged(try record()), .recipientsStaged(people)], now: now)
        #expect(try store.load().recipients == people)
        #expect(people[0].history == AttemptHistory() && people[3].history.compactJSON() != nil)
        #expect(AttemptHistory(compactJSON: #"{"attempts":1,"later":2}"#) == nil)
        #expect(AttemptHistory(compactJSON: #"{"attempts":"1"}"#) == nil)
        #expect(AttemptHistory(compactJSON: "{}") == AttemptHistory())
    }

    @Test("A text longer than the statement's own room is kept whole")
    func longTexts() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        var long = try person(1)
        long.keys = String(repeating: "1234567890", count: 300)
        try store.commit([.actionStaged(try record()), .recipientsStaged([long, try person(2)])], now: now)
        #expect(try store.load().recipients == [long, try person(2)])
    }

    @Test("The log is as long as what was written since the last checkpoint, and gives its room back")
    func log() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        try store.commit([.actionStaged(try record())], now: now)
        try store.checkpoint()
        #expect(store.pagesInLog == 0)
        try store.commit([.recipientsStaged(try (1...20_000).map { try person($0) })], now: now)
        let written = store.pagesInLog
        #expect(written > 200)
        try store.checkpoint()
        try store.beat(now: now)
        #expect(store.pagesInLog < 10 && store.logSize > 200 * 4096)
        try store.shrinkLog()
        #expect(store.logSize == 0)
        try store.beat(now: now)
        #expect(try store.load().recipients.count == 20_000)
    }
}
