// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import Foundation
import GatewayCore
import Participants
import SMPP
import Testing

@testable import Actions
@testable import Store

private func message(_ id: Int64, recipient: Int64 = 1) -> MessageRecord {
    MessageRecord(
        id: AttemptID(id), recipient: RecipientID(recipient), action: 1, number: 2, smsc: "kpn", sender: "NL-Alert",
        encoding: "GSM-7", billedSegments: 3, start: Timestamp(milliseconds: 1000),
        segments: [SegmentRecord(reference: 65_535), SegmentRecord(reference: 0), SegmentRecord(reference: 1)])
}

private func messageCDR(_ sequence: Int64, attempt: Int64) -> CallDetailRecord {
    var record = cdr(sequence, attempt: attempt)
    record.disposition = .undelivered
    record.answer = nil
    record.codec = nil
    record.audio = nil
    record.message = MessageDetail(
        segments: 3, acceptedSegments: 2, encoding: "UCS-2", accepted: Timestamp(milliseconds: 12),
        messageIDs: ["A1", "", "c/3"], references: [1, 65_535, 0], state: "UNDELIVERABLE", error: "0x00000045",
        submits: 4, doubtful: true)
    return record
}

@Suite struct MessagesStoreTests {
    let now = Timestamp(milliseconds: 77)

    /// With one action and recipients 1 to 3.
    private func begun() throws -> (scratch: Scratch, store: Store) {
        let scratch = try Scratch()
        let store = try Store(path: scratch.journal, queue: nil)
        try store.commit(
            [.actionStaged(try record()), .recipientsStaged([try person(1), try person(2), try person(3)])], now: now)
        return (scratch, store)
    }

    private func loaded(_ scratch: Scratch) throws -> (store: Store, snapshot: JournalSnapshot) {
        let store = try Store(path: try scratch.copy().journal, queue: nil)
        return (store, try store.load())
    }

    @Test("A message under way is read as it was written, whatever happened to its segments")
    func underWay() throws {
        let (scratch, store) = try begun()
        var first = message(5)
        let second = message(6, recipient: 2)
        try store.commit([.messageStarted(first), .messageStarted(second)], now: now)
        #expect(try loaded(scratch).snapshot.messages == [first, second])
        first.start = Timestamp(milliseconds: 4000)
        first.accepted = Timestamp(milliseconds: 5000)
        first.segments = SegmentRecord.State.allKnown.map {
            SegmentRecord(
                state: $0, receipt: $0 == .accepted ? .delivered : nil, messageID: $0 == .accepted ? "id-é" : "",
                reference: 513, resubmits: 255)
        }
        first.segments[0].receipt = .scheduled
        first.segments[1].messageID = String(repeating: "x", count: 64)
        (first.wasDoubtful, first.isBackground, first.recovered) = (true, true, true)
        try store.commit([.messageChanged(first), .messageDropped(AttemptID(6))], now: now)
        let snapshot = try loaded(scratch).snapshot
        #expect(snapshot.messages == [first])
        #expect(snapshot.lastAttempt >= AttemptID(5))
    }

    @Test("Each mark of a message stands for itself", arguments: [0, 1, 2, 3, 4, 5, 6, 7])
    func flags(which: Int) throws {
        let (scratch, store) = try begun()
        var changed = message(5)
        switch which {
        case 0: changed.wasDoubtful = true
        case 1: changed.redial = true
        case 2: changed.isBackground = true
        case 3: changed.isRecalled = true
        case 4: changed.replacement = .intended
        case 5: changed.replacement = .done
        case 6: changed.replacement = .failed
        default: changed.recovered = true
        }
        var begun = message(5)
        begun.redial = changed.redial
        // What it is begun as stands in its batch.
        if changed.replacement == .intended { begun.replacement = .intended }
        try store.commit([.messageStarted(begun)], now: now)
        #expect(try loaded(scratch).snapshot.messages == [begun])
        try store.commit([.messageChanged(changed)], relaxed: true, now: now)
        #expect(try loaded(scratch).snapshot.messages == [changed])
    }

    @Test("Up to where messages were handed over: one mark for each SMSC and priority")
    func releases() throws {
        let (scratch, store) = try begun()
        func mark(_ smsc: String, _ priority: ActionPriority, _ attempt: Int64, _ segments: Int) -> ReleaseMark {
            ReleaseMark(smsc: smsc, priority: priority, attempt: AttemptID(attempt), segments: segments)
        }
        try store.commit(
            [
                .messagesReleased(mark("kpn", .normal, 4, 1)), .messagesReleased(mark("kpn", .lifeThreat, 9, 3)),
                .messagesReleased(mark("odido", .normal, 2, 2)), .messagesReleased(mark("kpn", .normal, 7, 2)),
            ], relaxed: true, now: now)
        let releases = try loaded(scratch).snapshot.releases
        #expect(releases.count == 3)
        for known in [mark("kpn", .normal, 7, 2), mark("kpn", .lifeThreat, 9, 3), mark("odido", .normal, 2, 2)] {
            #expect(releases.contains(known))
        }
    }

    @Test("The end of a message: its CDR, its recipient, and no row")
    func ended() throws {
        let (scratch, store) = try begun()
        try store.commit([.messageStarted(message(5)), .messageStarted(message(6, recipient: 2))], now: now)
        var done = try person(1, state: .ended(.undelivered))
        done.history.attempts = 1
        done.history.messages = 2
        done.history.excludedSMSCs = ["kpn"]
        done.history.step = 1
        done.history.stepStarted = Timestamp(milliseconds: 3)
        let first = messageCDR(1, attempt: 5)
        var second = messageCDR(2, attempt: 6)
        second.message?.messageIDs = [""]
        second.message?.references = []
        second.message?.accepted = nil
        second.message?.doubtful = false
        try store.commit(
            [.messageEnded(AttemptID(5), first, done), .messageEnded(AttemptID(6), second, nil)], relaxed: true,
            now: now)
        let (after, snapshot) = try loaded(scratch)
        #expect(snapshot.messages.isEmpty)
        #expect(snapshot.recipients == [done, try person(2), try person(3)])
        #expect(snapshot.lastAttempt == AttemptID(6) && snapshot.lastCDRSequence == 2)
        let page = try after.callDetailRecords(matching: CDRFilter(), after: 0, limit: 10)
        #expect(page == [first, second])
        // A call beside them has none of the columns.
        try after.commit([.callEnded(AttemptID(7), cdr(3, attempt: 7))], now: now)
        #expect(try after.callDetailRecords(matching: CDRFilter(), after: 2, limit: 1) == [cdr(3, attempt: 7)])
    }

    @Test("Every history is read as it was written", arguments: 0..<16)
    func history(field: Int) throws {
        let (scratch, store) = try begun()
        var changed = try person(1)
        switch field {
        case 0: changed.history.attempts = 1
        case 1: changed.history.busy = 2
        case 2: changed.history.unavailable = 3
        case 3: changed.history.ringTimeout = 4
        case 4: changed.history.unreachable = 5
        case 5: changed.history.congestion = 6
        case 6: changed.history.forbidden = 7
        case 7: changed.history.loop = 8
        case 8: changed.history.excludedTrunks = ["kpn \"1\""]
        case 9: changed.history.pcmaOnly = true
        case 10: changed.history.doubts = 9
        case 11: changed.history.messages = 10
        case 12: changed.history.excludedSMSCs = ["odido"]
        case 13: changed.history.step = 1
        case 14: changed.history.stepStarted = Timestamp(milliseconds: 7)
        default:
            changed.history.attempts = 3
            changed.history.busy = 1
            changed.history.pcmaOnly = true
            changed.history.step = 1
        }
        try store.commit([.recipientChanged(changed)], now: now)
        #expect(try loaded(scratch).snapshot.recipients.first == changed)
    }

    @Test("A recipient's channel, and the text and cascade of an action")
    func definition() throws {
        let scratch = try Scratch()
        let store = try Store(path: scratch.journal, queue: nil)
        var action = try record()
        action.definition.channels = [.sms, .voice]
        action.definition.cascade = Cascade(outcomes: [.undelivered, .optedOut], after: .minutes(2))
        action.definition.text = TextMessage(
            text: "Ga naar binnen \u{1F6B0}", sender: "Gemeente", isFlash: true, wantsReceipts: false,
            mayTransliterate: true, priorityFlag: 3, validity: .minutes(90), deliverAt: Timestamp(milliseconds: 8),
            replacesEarlier: true, doubt: .resend)
        let people = try [Channel.sms, .voice, nil].enumerated().map { index, channel in
            var person = try person(Int64(index + 1))
            person.channel = channel
            return person
        }
        try store.commit([.actionStaged(action), .recipientsStaged(people)], now: now)
        let snapshot = try loaded(scratch).snapshot
        #expect(snapshot.actions == [action] && snapshot.recipients == people)
    }

    @Test("What citizens wrote: whole messages by action, segments for the next process")
    func inbound() throws {
        let (scratch, store) = try begun()
        func wrote(_ id: Int64, _ text: String, action: String = "a1") -> InboundRecord {
            InboundRecord(
                id: id, received: Timestamp(milliseconds: id), smsc: "kpn", source: "+31612345678",
                destination: "1010", text: text, action: action, recipient: action.isEmpty ? "" : "P-1")
        }
        var part = wrote(2, "", action: "")
        part.part = InboundRecord.Part(
            concatenation: try #require(
                Concatenation(scheme: .reference16, reference: 65_535, total: 3, sequence: 2)),
            dataCoding: 8, hasHeader: true, octets: [0, 255, 7])
        var bare = wrote(3, "", action: "")
        bare.part = InboundRecord.Part(
            concatenation: try #require(Concatenation(scheme: .sar, reference: 0, total: 2, sequence: 1)),
            dataCoding: 0, hasHeader: false, octets: [])
        try store.commit(
            [
                .inboundStored(wrote(1, "Eén")), .inboundStored(part), .inboundStored(bare),
                .inboundStored(wrote(4, "other", action: "a2")), .inboundStored(wrote(5, "twee")),
            ], now: now)
        var (after, snapshot) = try loaded(scratch)
        #expect(snapshot.inboundParts == [part, bare])
        #expect(snapshot.lastInbound == 5)
        #expect(try after.inbound(ofAction: "a1", limit: 10) == [wrote(1, "Eén"), wrote(5, "twee")])
        #expect(try after.inbound(ofAction: "a1", after: 1, limit: 1) == [wrote(5, "twee")])
        try store.commit([.inboundPartsRemoved([2, 3, 5])], now: now)
        (after, snapshot) = try loaded(scratch)
        #expect(snapshot.inboundParts.isEmpty)
        // A number is not given twice, though its row is gone.
        #expect(snapshot.lastInbound == 5)
    }

    @Test("Who opted out stays so, from the first word on")
    func optOuts() throws {
        let (scratch, store) = try begun()
        let register = ParticipantRegister(pseudonyms: store.pseudonyms)
        let number = try #require(PhoneNumber(e164: "+31612345678"))
        let first = OptOutNote(since: Timestamp(milliseconds: 3), source: .sms, action: "a1")
        let again = OptOutNote(since: Timestamp(milliseconds: 9), source: .sms)
        for note in [first, again] {
            guard let changes = register.optOut(number, of: .sms, note: note) else { continue }
            try store.commit([.registerChanged(RegisterChange(changes, at: note.since))], now: now)
        }
        let snapshot = try loaded(scratch).1
        #expect(snapshot.participants.map(\.optOuts) == [.sms])
        #expect(snapshot.participants.first?.optOutNote == first)
    }

    @Test("A relaxed commit is there after a kill, and a durable one after it is durable")
    func relaxed() throws {
        let (scratch, store) = try begun()
        try store.commit([.messageStarted(message(5))], relaxed: false, now: now)
        for value in UInt8(1)...3 {
            var changed = message(5)
            changed.segments[0].resubmits = value
            try store.commit([.messageChanged(changed)], relaxed: true, now: now)
        }
        #expect(try loaded(scratch).snapshot.messages.first?.segments[0].resubmits == 3)
        #expect(try synchronous(store) == 1)
        try store.commit([.messageDropped(AttemptID(5))], now: now)
        #expect(try synchronous(store) == 2)
        #expect(try loaded(scratch).snapshot.messages.isEmpty)
        let same = try loaded(scratch).store
        #expect(try same.load().machineRestarted == false)
    }

    /// 1 NORMAL, 2 FULL.
    private func synchronous(_ store: Store) throws -> Int64 {
        let row = try store.connection.query("PRAGMA synchronous", "test")
        defer { row.reset() }
        return try row.step() ? row.integer() : -1
    }

    @Test("Another start of the machine is noticed until a process has taken the journal over")
    func machineRestarted() throws {
        let (scratch, store) = try begun()
        let mark = ClockMark(bootOffset: .zero, civilOffset: .zero)
        try store.commit([.clockSet(mark)], now: now)
        #expect(try Store(path: try scratch.copy().journal, queue: nil).load().machineRestarted == false)
        try store.connection.execute("UPDATE meta SET value = 'another' WHERE key = 'boot'", "test")
        let copy = try scratch.copy()
        // One that comes no further changes nothing.
        for _ in 0..<2 { #expect(try Store(path: copy.journal, queue: nil).load().machineRestarted) }
        do {
            let after = try Store(path: copy.journal, queue: nil)
            try after.commit([.clockSet(mark)], now: now)
        }
        #expect(try Store(path: copy.journal, queue: nil).load().machineRestarted == false)
    }

    @Test("Recipients of ended actions with a message under way are loaded")
    func finalActions() throws {
        let store = try Store(path: try Scratch().journal, queue: nil)
        try store.commit(
            [
                .actionStaged(try record(phase: .completed)), .recipientsStaged([try person(1), try person(2)]),
                .messageStarted(message(4, recipient: 2)),
            ], now: now)
        #expect(try store.load().recipients.map(\.id) == [RecipientID(2)])
    }

    @Test("Damaged segments are said, not guessed")
    func damaged() throws {
        let (_, store) = try begun()
        try store.commit([.messageStarted(message(5))], now: now)
        // By then it has a row of its own.
        _ = try store.load()
        for bad in ["x'00'", "x'090000000000'", "x'000F00000000'", "x'000000000005AA'"] {
            try store.connection.execute("UPDATE message SET segments = \(bad)", "test")
            let error = #expect(throws: StoreError.self) { try store.load() }
            #expect(error?.description.contains("segments of message 5") == true)
        }
    }
}

extension SegmentRecord.State {
    fileprivate static let allKnown: [Self] = [
        .prepared, .submitted, .waiting, .doubtful, .accepted, .refused, .abandoned,
    ]
}
