// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import GatewayCore
import Participants
import Testing

@testable import Gateway

/// Whom an action reached, from its records.
@Suite("Whom an action reached") struct ReachedPeopleTests {
    private func call(
        _ number: Int, answer: Int? = nil, heard: Int = 0, packets: Int = 0, recovered: Bool = false,
        message: MessageDetail? = nil, disposition: Disposition = .answered, start: Int = 0
    ) -> CallDetailRecord {
        CallDetailRecord(
            sequence: 1, attempt: AttemptID(1), action: "a", recipient: "P-\(number)", account: "GM0513",
            callee: "+3161000000\(number)", caller: "", trunk: "t", callID: "c", attemptNumber: 1,
            start: Timestamp(milliseconds: Int64(start)), ringing: nil,
            answer: answer.map { Timestamp(milliseconds: Int64($0)) }, end: Timestamp(milliseconds: 99_999),
            sipCode: 200, cause: 16, hangupBy: .nobody, ownReason: .none, disposition: disposition, codec: nil,
            promptHash: "", heardMilliseconds: heard, promptMilliseconds: 10, keys: "", recovered: recovered,
            redial: false, packetsSent: packets, packetsReceived: 0, message: message)
    }

    private func text(
        _ number: Int, _ disposition: Disposition, taken: Int = 1, state: String = "", accepted: Int? = nil,
        start: Int = 0
    ) -> CallDetailRecord {
        call(
            number,
            message: MessageDetail(
                segments: 2, acceptedSegments: taken, accepted: accepted.map { Timestamp(milliseconds: Int64($0)) },
                state: state), disposition: disposition, start: start)
    }

    private func reached(_ rows: [CallDetailRecord], _ tie: ActionTie = .correction) -> [String] {
        var people = ReachedPeople(tie)
        for row in rows { people.add(row) }
        return people.inOrder.map { "\($0.reference) \($0.channel?.word ?? "")" }
    }

    @Test("Who was spoken to, or was when a crash came, is told; who picked up to silence or never is not")
    func calls() {
        let rows = [
            call(1, answer: 5, heard: 10, packets: 9), call(2, answer: 4, packets: 1),
            call(3, answer: 3, recovered: true), call(4, answer: 2), call(5, disposition: .busy),
            call(6, recovered: true),
            call(7, answer: 99_999, recovered: true),
        ]
        #expect(reached(rows) == ["P-3 voice", "P-2 voice", "P-1 voice"])
        #expect(reached(rows, .closing) == ["P-3 voice", "P-2 voice", "P-1 voice"])
    }

    @Test("An SMS in doubt is corrected and not closed; one that did not arrive is neither")
    func texts() {
        let rows = [
            text(1, .sent, accepted: 5), text(2, .delivered, state: "DELIVERED", accepted: 4),
            text(3, .unknown, taken: 0, start: 3), text(4, .rejected, taken: 1, start: 6),
            text(5, .rejected, taken: 0), text(6, .undelivered, taken: 2, state: "UNDELIVERABLE"),
            text(7, .expired, taken: 2, state: "EXPIRED"),
        ]
        #expect(reached(rows) == ["P-3 sms", "P-2 sms", "P-1 sms", "P-4 sms"])
        #expect(reached(rows, .closing) == ["P-2 sms", "P-1 sms"])
    }

    @Test("Whom both reached is called, at the place of the first; nobody twice")
    func both() {
        let rows = [
            text(1, .sent, accepted: 1), call(2, answer: 2, heard: 1), call(1, answer: 9, heard: 1),
            call(2, answer: 8, heard: 1), text(2, .sent, accepted: 9),
        ]
        #expect(reached(rows) == ["P-1 voice", "P-2 voice"])
    }

    @Test("Whose number is gone cannot be told; corrections and credits are nobody's attempts")
    func others() {
        var purged = call(1, answer: 1, heard: 1)
        purged.callee = "n-0123456789abcdef"
        var credit = call(2, answer: 1, heard: 1)
        credit.ledger = LedgerEntry(kind: .credit)
        #expect(reached([purged, credit]).isEmpty)
    }

    @Test(
        "What the submission said that somebody wishes holds for what follows; who was not reached is not added by it")
    func wishes() throws {
        var people = ReachedPeople(.correction)
        people.add(call(1, answer: 5, heard: 10))
        people.add(call(2, answer: 6, heard: 10))
        let night = Preferences(callTimes: .never)
        for index in 1...3 {
            people.addWishes(
                of: RecipientRecord(
                    id: RecipientID(Int64(index)), action: 1,
                    number: try #require(PhoneNumber(e164: "+3161000000\(index)")), reference: "", account: "",
                    state: .ended(.answered), preferences: index == 1 ? nil : night))
        }
        #expect(people.inOrder.map(\.preferences) == [nil, night])
    }
}
