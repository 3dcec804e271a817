// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import Foundation
import GatewayCore
import SMPP
import Testing

@testable import Actions
@testable import Store

/// Long random histories, as the engine writes them, against a plain model: whenever the process dies, the journal
/// is what was committed.
@Suite struct MessagesHistoryTests {
    /// What the journal should hold.
    private struct Model: Equatable {
        var messages: [Int64: MessageRecord] = [:]
        var marks: [String: ReleaseMark] = [:]
        var cdrs: [Int64] = []
        var last: Int64 = 0

        mutating func apply(_ records: [JournalRecord]) {
            for record in records {
                switch record {
                case .messageStarted(let message):
                    messages[message.id.value] = message
                    last = max(last, message.id.value)
                case .messageChanged(let message): messages[message.id.value] = message
                case .messagesReleased(let mark): marks["\(mark.smsc)/\(mark.priority)"] = mark
                case .messageDropped(let id): messages[id.value] = nil
                case .messageEnded(let id, let cdr, _):
                    messages[id.value] = nil
                    cdrs.append(cdr.attempt.value)
                default: break
                }
            }
        }
    }

    private struct Author {
        var random: SplitMix
        var lastID: Int64 = 0
        var reference: UInt16 = 65_500
        var sequence: Int64 = 0

        /// The records of one turn.
        mutating func turn(_ known: Model) -> [JournalRecord] {
            var records: [JournalRecord] = []
            for id in known.messages.keys.sorted() where random.next() % 3 == 0 {
                guard var message = known.messages[id] else { continue }
                let isRepeated = random.next() % 6 == 0
                switch random.next() % 8 {
                case 0, 1, 2:
                    for index in message.segments.indices where random.next() % 4 != 0 {
                        message.segments[index].state = .accepted
                        message.segments[index].messageID = "id-\(id)-\(index)"
                    }
                    if message.segments.allSatisfy({ $0.state == .accepted }) {
                        message.accepted = Timestamp(microseconds: 5000 + id)
                    }
                    message.start = Timestamp(microseconds: 2000 + id)
                case 3:
                    message.segments[0].state = .waiting
                    message.wasDoubtful = random.next() % 2 == 0
                case 4:
                    message.segments[0].state = .accepted
                    message.segments[0].receipt = .enroute
                case 5:
                    message.isBackground = true
                case 6:
                    records.append(.messageDropped(message.id))
                    continue
                default:
                    sequence += 1
                    records.append(.messageEnded(message.id, cdr(sequence, attempt: id), nil))
                    continue
                }
                records.append(.messageChanged(message))
                if isRepeated {
                    message.segments[0].resubmits &+= 1
                    records.append(.messageChanged(message))
                }
            }
            for smsc in ["kpn", "odido"] where random.next() % 2 == 0 {
                for _ in 0..<(random.next() % 5) { records.append(.messageStarted(started(smsc))) }
                if random.next() % 2 == 0 {
                    records.append(
                        .messagesReleased(
                            ReleaseMark(
                                smsc: smsc, priority: random.next() % 2 == 0 ? .normal : .lifeThreat,
                                attempt: AttemptID(lastID), segments: 1)))
                }
            }
            return records
        }

        private mutating func started(_ smsc: String) -> MessageRecord {
            lastID += 1
            let segments = (0..<(1 + random.next() % 3)).map { _ in
                reference &+= 1
                return SegmentRecord(reference: reference)
            }
            return MessageRecord(
                id: AttemptID(lastID), recipient: RecipientID(lastID % 3 + 1), action: 1,
                number: Int(random.next() % 4) + 1, smsc: smsc, sender: "NL-Alert", encoding: "GSM-7",
                billedSegments: segments.count, start: Timestamp(microseconds: 1000), segments: segments,
                redial: random.next() % 4 == 0)
        }
    }

    @Test("Killed after any turn, the journal has what was committed", arguments: 0..<12)
    func histories(seed: UInt64) throws {
        var scratch = try Scratch()
        var store = try Store(path: scratch.journal, queue: nil, limits: tight(seed))
        try store.commit(
            [.actionStaged(try record()), .recipientsStaged([try person(1), try person(2), try person(3)])],
            now: .epoch)
        var author = Author(random: SplitMix(state: seed))
        var model = Model()
        for turn in 0..<60 {
            let records = author.turn(model)
            if author.random.next() % 10 == 0 {
                // A transaction that fails leaves nothing, and harms nothing that follows.
                let twice = JournalRecord.callStarted(attempt(1_000_000, recipient: 1))
                #expect(throws: StoreError.self) { try store.commit(records + [twice, twice], now: .epoch) }
            }
            try store.commit(records, relaxed: author.random.next() % 2 == 0, now: .epoch)
            model.apply(records)
            guard author.random.next() % 6 == 0 else { continue }
            let copy = try scratch.copy()
            let after = try Store(path: copy.journal, queue: nil, limits: tight(seed))
            let snapshot = try after.load()
            let place: Comment = "seed \(seed), turn \(turn)"
            #expect(snapshot.messages == model.messages.keys.sorted().compactMap { model.messages[$0] }, place)
            #expect(snapshot.releases.count == model.marks.count, place)
            for mark in snapshot.releases { #expect(model.marks["\(mark.smsc)/\(mark.priority)"] == mark, place) }
            #expect(snapshot.lastAttempt.value >= (model.messages.keys.max() ?? 0), place)
            let ended = try after.callDetailRecords(matching: CDRFilter(), after: 0, limit: .max)
            #expect(ended.map(\.attempt.value) == model.cdrs, place)
            // Now and then the new process goes on from there.
            if author.random.next() % 2 == 0 {
                scratch = copy
                store = after
            }
        }
    }

    /// So that a short history reaches every limit of the log.
    private func tight(_ seed: UInt64) -> MessageBook.Limits {
        var limits = MessageBook.Limits()
        if seed % 2 == 0 { limits.finishedRows = 2 }
        if seed % 3 == 0 { limits.entries = 4 }
        if seed % 4 == 0 { limits.awaiting = 5 }
        return limits
    }
}

/// SplitMix64: the same run for the same seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
