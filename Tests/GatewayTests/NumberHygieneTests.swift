// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import GatewayCore
import Participants
import Testing

@testable import Gateway

@Suite("Numbers that should be looked at") struct NumberHygieneTests {
    private func call(
        _ code: Int, _ disposition: Disposition = .failed, cause: Int = 0, answered: Bool = false,
        number: String = "+31612345678", at seconds: Int64 = 0
    ) -> CallDetailRecord {
        let start = Timestamp(milliseconds: 1_795_523_400_000 + seconds * 1000)
        return CallDetailRecord(
            sequence: 1, attempt: AttemptID(1), action: "a1", recipient: "P-1", account: "GM0513", callee: number,
            caller: "+31182588444", trunk: "kpn", callID: "c1", attemptNumber: 1, start: start, ringing: nil,
            answer: answered ? start : nil, end: start, sipCode: code, cause: cause, hangupBy: .nobody,
            ownReason: .none, disposition: disposition, codec: nil, promptHash: "", heardMilliseconds: 0,
            promptMilliseconds: 0, keys: "", recovered: false, redial: false, packetsSent: 0, packetsReceived: 0)
    }

    private func problems(_ calls: [CallDetailRecord], _ people: [Participant] = []) -> [NumberHygiene.Problem] {
        var hygiene = NumberHygiene()
        for cdr in calls { hygiene.add(cdr) }
        return hygiene.rows(people, since: .epoch).map(\.problem)
    }

    @Test(
        "A number that does not exist, by each code and cause",
        arguments: [(404, 0), (604, 0), (484, 0), (500, 1), (500, 28)])
    func gone(code: Int, cause: Int) { #expect(problems([call(code, cause: cause)]) == [.doesNotExist]) }

    @Test("One that has moved", arguments: [(410, 0), (500, 22)])
    func moved(code: Int, cause: Int) { #expect(problems([call(code, cause: cause)]) == [.moved]) }

    @Test("Always declined is twice or more, and never otherwise")
    func rejected() {
        #expect(problems([call(603)]) == [])
        #expect(problems([call(603), call(607)]) == [.alwaysRejected])
        #expect(problems([call(603), call(200, .answered, answered: true), call(603)]) == [])
    }

    @Test("Always engaged is three times or more")
    func busy() {
        #expect(problems([call(486, .busy), call(486, .busy)]) == [])
        #expect(problems([call(486, .busy), call(486, .busy), call(600, .busy)]) == [.alwaysBusy])
        #expect(problems([call(480, .noAnswer), call(486, .busy), call(486, .busy), call(486, .busy)]) == [])
    }

    @Test("A number that was given out again is no problem any more")
    func again() { #expect(problems([call(404), call(200, .answered, answered: true, at: 60)]) == []) }

    @Test(
        "Who opted out by key or SMS is listed; what an office did itself is not", arguments: OptOutNote.Source.allCases
    )
    func optedOut(source: OptOutNote.Source) throws {
        var person = Participant(
            reference: "P-9", number: try #require(PhoneNumber(e164: "+31610000009")), optOuts: .sms)
        person.optOutNote = OptOutNote(since: Timestamp(milliseconds: 5), source: source)
        let expected: [NumberHygiene.Problem] =
            switch source {
            case .sms: [.optedOutBySMS]
            case .key: [.optedOutByKey]
            case .list, .operatorsHand: []
            }
        #expect(problems([], [person]) == expected)
        #expect(NumberHygiene().rows([person], since: Timestamp(milliseconds: 6)).isEmpty)
    }

    @Test("Purged numbers, SMS and corrections are passed over")
    func passedOver() {
        var purged = call(404, number: "n-00112233445566778899aabbccddeeff")
        #expect(problems([purged]) == [])
        purged = call(404)
        purged.ledger.kind = .correction
        #expect(problems([purged]) == [])
    }

    @Test("Both locales have the same rows")
    func locales() {
        var hygiene = NumberHygiene()
        hygiene.add(call(410))
        let row = hygiene.rows([], since: .epoch)[0]
        #expect(
            NumberHygiene.text(row, nil)
                == "moved,+31612345678,P-1,1,2026-11-24T12:30:00.000Z,2026-11-24T12:30:00.000Z")
        #expect(
            NumberHygiene.text(row, .dutch)
                == "verhuisd;+31612345678;P-1;1;2026-11-24 13:30:00;2026-11-24 13:30:00")
        #expect(NumberHygiene.header(nil) == "problem,number,id,calls,first,last")
        #expect(NumberHygiene.header(.dutch) == "probleem;telefoonnummer;kenmerk;oproepen;eerste;laatste")
    }
}
