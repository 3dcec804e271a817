// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import GatewayCore
import SMPP
import Testing

@testable import Store

/// Blobs and texts on disk, as journals out there hold them.
@Suite("Bytes on disk") struct BytesOnDiskTests {
    private let first = MessageRecord(
        id: AttemptID(0x0102), recipient: RecipientID(3), action: 1, number: 2, smsc: "kpn", sender: "NL",
        encoding: "GSM-7", billedSegments: 2, start: Timestamp(microseconds: 0x0405),
        accepted: Timestamp(microseconds: 0x0607),
        segments: [
            SegmentRecord(state: .accepted, messageID: "a1", reference: 0xbeef), SegmentRecord(reference: 0x0011),
        ], redial: true)

    @Test("message_batch.entries")
    func batch() throws {
        let bytes: [UInt8] = [
            0, 0, 0, 0, 0, 0, 1, 2,  // id
            0, 0, 0, 0, 0, 0, 0, 3,  // recipient
            0, 2,  // number of the attempt
            1,  // redial
            2,  // segments
            0xbe, 0xef,  // reference of the first
            0x00, 0x11,  // of the second
        ]
        #expect(MessageBlob.batch([first]) == bytes)
        let entry = try #require(MessageBlob.batchEntries(bytes)?.first)
        #expect(entry.id == 0x0102 && entry.recipient == 3 && entry.number == 2 && entry.redial)
        #expect(entry.references == [0xbeef, 0x0011])
        #expect(MessageBlob.batchEntries(Array(bytes.dropLast())) == nil)
    }

    @Test("message_log.entries")
    func log() throws {
        let mark = ReleaseMark(smsc: "kpn", priority: .urgent, attempt: AttemptID(0x0102), segments: 2)
        let bytes: [UInt8] = [
            1,  // accepted
            0, 0, 0, 0, 0, 0, 1, 2,  // id
            0, 0, 0, 0, 0, 0, 4, 5,  // start
            0, 0, 0, 0, 0, 0, 6, 7,  // accepted at
            2, 0x61, 0x31,  // length and message id: a1
            2,  // released
            1,  // priority: urgent
            0, 0, 0, 0, 0, 0, 1, 2,  // up to this message
            2,  // segments of it
            3, 0x6b, 0x70, 0x6e,  // length and name of the SMSC: kpn
        ]
        var log: [UInt8] = []
        MessageBlob.putAcceptance(first, &log)
        MessageBlob.putMark(mark, &log)
        #expect(log == bytes)
        let entries = try #require(MessageBlob.logEntries(bytes))
        try #require(entries.count == 2)
        guard case .accepted(0x0102, first.start, Timestamp(microseconds: 0x0607), "a1") = entries[0],
            case .released(mark) = entries[1]
        else {
            Issue.record("\(entries)")
            return
        }
        #expect(MessageBlob.logEntries(Array(bytes.dropLast())) == nil)
        #expect(MessageBlob.logEntries([3]) == nil)
    }

    @Test("message.segments")
    func segments() {
        let segments = [
            SegmentRecord(state: .accepted, receipt: .delivered, messageID: "a1", reference: 0xbeef, resubmits: 1),
            SegmentRecord(state: .doubtful, reference: 0x0011),
        ]
        let bytes: [UInt8] = [
            4,  // accepted
            3,  // receipt: DELIVERED (2) and one
            0xbe, 0xef,  // reference
            1,  // resubmits
            2, 0x61, 0x31,  // length and message id: a1
            3,  // doubtful
            0,  // no receipt
            0x00, 0x11,  // reference
            0,  // resubmits
            0,  // no message id
        ]
        #expect(SegmentBlob.pack(segments) == bytes)
        #expect(SegmentBlob.unpack(bytes) == segments)
    }

    @Test("number_block.entries")
    func numbers() throws {
        let entries = [
            NumberEntry(digits: 31_612_345_678, recipient: RecipientID(9)),
            NumberEntry(digits: 31_612_345_679, recipient: RecipientID(4)),
        ]
        let text = "31612345678:9 31612345679:4"
        #expect(NumberBlock.text(entries[...]) == text)
        let (known, other) = (
            try #require(PhoneNumber(e164: "+31612345678")), try #require(PhoneNumber(e164: "+3161234567"))
        )
        #expect(NumberBlock.recipient(of: known, in: text) == 9)
        #expect(NumberBlock.recipient(of: other, in: text) == nil)
        let rest = try #require(NumberBlock.removing(known, from: text))
        #expect(rest.first == 31_612_345_679 && rest.text == "31612345679:4")
        #expect(NumberBlock.removing(other, from: text) == nil)
        #expect(NumberBlock.removing(known, from: "31612345678:9")?.first == 0)
    }

    @Test("spending.month")
    func month() {
        let month = DutchMonth(Timestamp(milliseconds: 1_764_000_000_000))
        #expect(month.description == "2025-11")
        #expect(DutchMonth("2025-11") == month)
    }

    @Test("meta's ledger-head")
    func ledgerHead() throws {
        let head = LedgerHead(sequence: 7, hash: try #require(SHA256.Digest(SHA256.hash("x".utf8))))
        let text = "7 2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
        #expect(LedgerHeadNote.text(head) == text)
        #expect(LedgerHeadNote.read(text) == head)
        #expect(LedgerHeadNote.read("7") == nil && LedgerHeadNote.read("7 2d71") == nil)
    }
}
