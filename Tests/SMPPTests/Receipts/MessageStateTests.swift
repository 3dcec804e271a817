// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

@Suite("Message state")
struct MessageStateTests {
    @Test(
        "State words",
        arguments: [
            ("DELIVRD", MessageState.delivered), ("delivrd", .delivered), ("DELIVERED", .delivered),
            ("Delivered", .delivered), ("DELIVERD", .delivered), ("UNDELIV", .undeliverable),
            ("UNDELIVERABLE", .undeliverable), ("UNDELIVERED", .undeliverable), ("FAILED", .undeliverable),
            ("EXPIRED", .expired), ("DELETED", .deleted), ("ACCEPTD", .accepted), ("ACCEPTED", .accepted),
            ("UNKNOWN", .unknown), ("REJECTD", .rejected), ("REJECTED", .rejected), ("ENROUTE", .enroute),
            ("EN_ROUTE", .enroute), ("SKIPPED", .skipped), ("SCHEDULED", .scheduled), ("BLOCKED", .rejected),
            ("BUFFERD", .enroute), ("CANCELLED", .deleted), ("2", .delivered), ("5", .undeliverable),
            ("002", .delivered), ("0", .scheduled),
        ])
    func words(word: String, state: MessageState) {
        #expect(MessageState(receiptWord: word) == state)
    }

    @Test("Words that say nothing", arguments: ["", "DEL", "10", "99999999999999999999", "DDDDDDD", "-", "2a", "OK"])
    func nonsense(word: String) {
        #expect(MessageState(receiptWord: word) == nil)
    }

    @Test("Final states never go back")
    func forwards() {
        for new in MessageState.allCases {
            for old in MessageState.allCases where old.isFinal && !new.isFinal {
                #expect(!new.advances(over: old))
                #expect(old.advances(over: new))
            }
            #expect(!new.advances(over: new))
        }
    }

    @Test("No two states replace each other")
    func antisymmetric() {
        for one in MessageState.allCases {
            for other in MessageState.allCases where one.advances(over: other) {
                #expect(!other.advances(over: one))
            }
        }
    }

    @Test("The exceptions among final states")
    func exceptions() {
        #expect(MessageState.delivered.advances(over: .expired))
        #expect(MessageState.delivered.advances(over: .unknown))
        #expect(MessageState.rejected.advances(over: .unknown))
        #expect(!MessageState.delivered.advances(over: .undeliverable))
        #expect(!MessageState.delivered.advances(over: .rejected))
        #expect(!MessageState.expired.advances(over: .delivered))
        #expect(MessageState.enroute.advances(over: .accepted))
        #expect(!MessageState.accepted.advances(over: .enroute))
    }

    /// What stands in ledgers and exports, and in the ledger's hashes: it never changes.
    @Test func recordsHaveTheirOwnWords() {
        let words = (UInt8(0)...9).compactMap(MessageState.init(rawValue:)).map(\.recordWord)
        #expect(
            words == [
                "SCHEDULED", "ENROUTE", "DELIVERED", "EXPIRED", "DELETED", "UNDELIVERABLE", "ACCEPTED", "UNKNOWN",
                "REJECTED",
                "SKIPPED",
            ])
    }
}
