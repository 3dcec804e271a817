// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Participants
import Testing

@testable import Store

@Suite("The register on disk") struct RegisterTests {
    @Test("Everything that is said of a participant is read as it was written")
    func roundTrip() throws {
        let scratch = try Scratch()
        let store = try Store(path: scratch.journal, queue: nil)
        let people = try examples()
        try store.commit(
            [
                .registerChanged(RegisterChange(people.map { .stored($0) }, at: .epoch)),
                .participantContacted(
                    people[0].number, .init(actionClass: .urgent, action: 7, at: Timestamp(milliseconds: 9))),
            ], now: .epoch)
        let snapshot = try Store(path: try scratch.copy().journal, queue: nil).load()
        #expect(snapshot.participants.sorted { $0.number.e164 < $1.number.e164 } == people)
        #expect(snapshot.contacts.count == 1)
        #expect(snapshot.contacts.first?.number == people[0].number)
        #expect(
            snapshot.contacts.first?.contact
                == .init(actionClass: .urgent, action: 7, at: Timestamp(milliseconds: 9)))
        try store.commit(
            [.registerChanged(RegisterChange([.removed(people[0].number.e164)], at: .epoch))], now: .epoch)
        #expect(try store.load().participants.count == people.count - 1)
    }

    @Test("What happened to an entry, and who asked, can be read, and goes with the number", arguments: [false, true])
    func forgotten(keepsNumber: Bool) throws {
        let scratch = try Scratch()
        let store = try Store(path: scratch.journal, queue: nil)
        let person = try examples()[0]
        let event = RegisterEvent(number: person.number.e164, at: .epoch, who: "anna", what: "paused")
        let question = RegisterQuestion(number: person.number.e164, at: .epoch, who: "bert", action: "a1")
        let contact = ParticipantRegister.Contact(actionClass: .normal, action: 1, at: .epoch)
        try store.commit(
            [
                .registerChanged(RegisterChange([.stored(person)], events: [event], at: .epoch)),
                .registerAsked(question), .participantContacted(person.number, contact),
            ], now: .epoch)
        #expect(try store.registerEvents(of: person.number) == [event])
        #expect(try store.registerQuestions(of: person.number) == [question])
        var purge = NumberPurge(.number(person.number), keepsOptOutNumber: keepsNumber)
        while !purge.isDone { try store.advance(&purge, limit: 10, now: .epoch) }
        // The entry, its history, the contact and the question.
        #expect(purge.purged == 4)
        #expect(try store.registerEvents(of: person.number).isEmpty)
        let asked = try store.registerQuestions(of: person.number)
        #expect(asked.map(\.number) == [store.pseudonyms.pseudonym(of: person.number.e164)])
        let snapshot = try store.load()
        #expect(snapshot.contacts.isEmpty)
        let left = try #require(snapshot.participants.first)
        #expect(snapshot.participants.count == 1 && left.reference == nil && left.optOuts == person.optOuts)
        #expect(left.preferences == Preferences.none && left.optOutNote == person.optOutNote)
        #expect(left.number.isPurged == !keepsNumber)
        #expect((left.number == person.number) == keepsNumber)
    }

    @Test("Who was in an action goes with its numbers if not enrolled, and for all when no limit looks back so far")
    func contacts() throws {
        let scratch = try Scratch()
        let store = try Store(path: scratch.journal, queue: nil)
        let enrolled = try examples()[0]
        let other = try #require(PhoneNumber(e164: "+31610000009"))
        func contact(_ action: Int64, day: Int64) -> ParticipantRegister.Contact {
            .init(actionClass: .normal, action: action, at: Timestamp(milliseconds: day * 86_400_000))
        }
        try store.commit(
            [.actionStaged(try record()), .registerChanged(RegisterChange([.stored(enrolled)], at: .epoch))],
            now: .epoch)
        try store.commit(
            [enrolled.number, other].flatMap { number -> [JournalRecord] in
                [
                    .participantContacted(number, contact(1, day: 1)),
                    .participantContacted(number, contact(2, day: 500)),
                ]
            }, now: .epoch)
        func left() throws -> [String] {
            try store.load().contacts.map { "\($0.number.e164.suffix(1)):\($0.contact.action)" }.sorted()
        }
        func purge(_ scope: NumberPurge.Scope) throws {
            var purge = NumberPurge(scope)
            while !purge.isDone { try store.advance(&purge, limit: 1, now: .epoch) }
        }
        #expect(try left() == ["1:1", "1:2", "9:1", "9:2"])
        try purge(.action(key: 2, id: "a2"))
        #expect(try left() == ["1:1", "1:2", "9:1"])
        try purge(.contacts(before: Timestamp(milliseconds: 100 * 86_400_000)))
        #expect(try left() == ["1:2"])
    }

    @Test("What a submission says of a recipient's wishes and population is read as it was written")
    func preferences() throws {
        let scratch = try Scratch()
        let store = try Store(path: scratch.journal, queue: nil)
        let one = try person(3)
        var people = [
            try person(1), try person(2),
            RecipientRecord(
                id: one.id, action: one.action, number: one.number, reference: one.reference, account: one.account,
                state: one.state, population: "profinet"),
        ]
        people[1].preferences = try examples()[0].preferences
        let plain = people[0].preferences
        try store.commit([.actionStaged(try record()), .recipientsStaged(people)], now: .epoch)
        let read = try store.recipients(ofAction: 1, limit: 9)
        #expect(plain == nil && read.map(\.preferences) == people.map(\.preferences))
        #expect(read.map(\.population) == ["", "", "profinet"])
    }

    private func examples() throws -> [Participant] {
        var full = Participant(
            reference: "P-1", number: try #require(PhoneNumber(e164: "+31610000001")),
            preferences: Preferences(
                channels: [.sms, .voice], languages: [.english, .dutch],
                callTimes: try WelcomeTimes(text: "mon-fri 08:00-22:00, sat 22:00-02:00"), smsTimes: .never,
                caps: [.normal: try ActionCap(text: "1/month 7d"), .urgent: try ActionCap(text: "12h")],
                pausedUntil: Timestamp(milliseconds: 1_795_523_400_000)),
            optOuts: .calls, population: "profinet", isTestNumber: true)
        full.enrolment = Participant.Enrolment(at: Timestamp(milliseconds: 3), by: "anna")
        full.optOutNote = OptOutNote(since: Timestamp(milliseconds: 4), source: .key, action: "a1")
        let plain = Participant(reference: "P-2", number: try #require(PhoneNumber(e164: "+31610000002")))
        var gone = Participant(
            reference: nil, number: try #require(PhoneNumber(journalled: "n-00112233445566778899aabbccddeeff")),
            optOuts: .sms)
        gone.optOutNote = OptOutNote(since: .epoch, source: .sms)
        return [full, plain, gone]
    }
}
