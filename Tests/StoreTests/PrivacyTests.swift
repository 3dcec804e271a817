// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import Foundation
import GatewayCore
import Participants
import Testing

@testable import Store

@Suite("Numbers that are purged") struct PrivacyTests {
    private func citizen(_ id: Int64, action: String, from number: String) -> InboundRecord {
        InboundRecord(
            id: id, received: Timestamp(milliseconds: 8), smsc: "noord", source: number, destination: "1008", text: "x",
            action: action, recipient: "")
    }

    /// An action that ended at 10 s, with three recipients and their calls; another that runs.
    private func journal() throws -> (Store, Scratch) {
        let scratch = try Scratch()
        let store = try Store(path: scratch.journal, queue: nil)
        var ended = try record(phase: .completed)
        ended.ended = Timestamp(milliseconds: 10_000)
        let open = try record(key: 2, id: "a2")
        try store.commit([.actionStaged(ended), .actionChanged(ended), .actionStaged(open)], now: .epoch)
        try store.commit(
            [
                .recipientsStaged([
                    try person(1, state: .ended(.answered)), try person(2, state: .ended(.interrupted)),
                    try person(3, state: .ended(.busy)), try person(4, action: 2),
                ])
            ], now: .epoch)
        let entries = try (1...3).map { NumberEntry(digits: try person($0).number.digits, recipient: RecipientID($0)) }
        try store.commit([.numbersListed(action: 1, entries)], now: .epoch)
        for id in Int64(1)...4 {
            var row = cdr(id, attempt: id, action: id == 4 ? "a2" : "a1")
            row.callee = "+316\(10_000_000 + id)"
            try store.commit([.callEnded(row.attempt, row)], now: .epoch)
        }
        var optedOut = Participant(reference: "P-1", number: try person(1).number, optOuts: .sms)
        optedOut.optOutNote = OptOutNote(since: .epoch, source: .sms, action: "a1")
        try store.commit(
            [
                .inboundStored(citizen(1, action: "a1", from: "+31610000001")),
                .inboundStored(citizen(2, action: "", from: "+31610000009")),
                .registerChanged(RegisterChange([.stored(optedOut)], at: .epoch)),
            ], now: .epoch)
        return (store, scratch)
    }

    private func run(_ purge: NumberPurge, _ store: Store) throws -> Int {
        var purge = purge
        while !purge.isDone { try store.advance(&purge, limit: 2, now: .epoch) }
        return purge.purged
    }

    private func isProved(_ store: Store) throws -> Bool {
        var audit = try store.beginAudit(from: nil, to: nil, noted: [])
        _ = try store.advance(&audit, after: 0, limit: 100)
        return audit.isDone && audit.fault == nil && audit.rows == 4
    }

    @Test("When the action's time is over its numbers go, those of others stay, and the proof holds")
    func action() throws {
        let (store, scratch) = try journal()
        #expect(try store.actionsToPurge(endedBefore: Timestamp(milliseconds: 10_000), limit: 9).isEmpty)
        let due = try store.actionsToPurge(endedBefore: Timestamp(milliseconds: 10_001), limit: 9)
        #expect(due.map(\.scope) == [.action(key: 1, id: "a1")])
        for purge in due { #expect(try run(purge, store) == 7) }
        #expect(try store.actionsToPurge(endedBefore: .distantFuture, limit: 9).isEmpty)
        let rows = try store.callDetailRecords(matching: CDRFilter(), after: 0, limit: 9)
        #expect(rows.map { NumberPseudonyms.isPseudonym($0.callee) } == [true, true, true, false])
        #expect(rows[0].callee == store.pseudonyms.pseudonym(of: "+31610000001"))
        #expect(try isProved(store))
        let people = try store.recipients(ofAction: 1, limit: 9)
        #expect(people.count == 3 && people.allSatisfy { $0.number.isPurged })
        #expect(try store.recipients(ofAction: 2, limit: 9).allSatisfy { !$0.number.isPurged })
        #expect(try store.latestAction(of: try person(2).number) == nil)
        #expect(try store.inbound(ofAction: "a1", limit: 9).first?.source == rows[0].callee)
        // A restart reads what is left, and a corrected row is of the same citizen.
        let after = try Store(path: try scratch.copy().journal, queue: nil)
        #expect(try after.load().recipients.count == 1)
        #expect(try isProved(after))
    }

    @Test("An action with something under way waits")
    func underWay() throws {
        let (store, _) = try journal()
        try store.commit([.callStarted(attempt(9, recipient: 2))], now: .epoch)
        #expect(try store.actionsToPurge(endedBefore: .distantFuture, limit: 9).isEmpty)
    }

    @Test("A citizen is forgotten wherever the number stands; STOP is still honoured")
    func forget() throws {
        let (store, _) = try journal()
        let number = try #require(PhoneNumber(e164: "+31610000001"))
        #expect(try store.latestAction(of: number)?.recipient == "P-1")
        #expect(try run(NumberPurge(.number(number)), store) == 4)
        #expect(try isProved(store))
        #expect(try store.load().participants.map(\.number.e164) == [store.pseudonyms.pseudonym(of: number.e164)])
        #expect(try store.latestAction(of: number) == nil)
        #expect(try store.latestAction(of: try person(2).number)?.recipient == "P-2")
        #expect(try run(NumberPurge(.number(number)), store) == 0)
        #expect(try run(NumberPurge(.inbound(before: .distantFuture)), store) == 1)
    }
}
