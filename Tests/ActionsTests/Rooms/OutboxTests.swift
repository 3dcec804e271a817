// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Actions

@Suite struct OutboxTests {
    private let dropped = (1...4).map { JournalRecord.messageDropped(AttemptID($0)) }

    @Test("A record that is known late stands where its place was kept")
    func places() {
        let outbox = Outbox()
        outbox.journal(dropped[0])
        let place = outbox.nextPlace
        outbox.journal([dropped[2], dropped[3]])
        outbox.journal(dropped[1], at: place)
        #expect(outbox.take().records == dropped)
        #expect(outbox.isEmpty)
    }

    @Test("Numbers go on after those of a former process, without gaps")
    func numbers() {
        let outbox = Outbox()
        outbox.resume(afterAttempt: AttemptID(7), sequence: 3)
        outbox.resume(afterAttempt: AttemptID(5), sequence: 0)
        #expect(outbox.newestAttempt == AttemptID(7))
        #expect(outbox.nextAttempt() == AttemptID(8))
        #expect(outbox.nextSequence() == 4)
        #expect(outbox.nextSequence() == 5)
    }

    @Test("Deadlines of one moment come in the order in which they were set; a wake is for one turn")
    func agenda() {
        let agenda = Agenda()
        let now = Timestamp(milliseconds: 1000)
        agenda.set(.drainEnds, at: now)
        agenda.set(.actionStarts(1), at: now)
        agenda.set(.actionExpires(1), at: now + .seconds(1))
        agenda.wake(at: now + .milliseconds(5))
        agenda.wake(at: now + .milliseconds(9))
        #expect(agenda.next == now)
        if case .drainEnds? = agenda.popDue(now: now)?.deadline {} else { #expect(Bool(false)) }
        if case .actionStarts(1)? = agenda.popDue(now: now)?.deadline {} else { #expect(Bool(false)) }
        #expect(agenda.popDue(now: now) == nil)
        #expect(agenda.next == now + .milliseconds(5))
        agenda.forgetWake()
        #expect(agenda.next == now + .seconds(1))
    }
}
