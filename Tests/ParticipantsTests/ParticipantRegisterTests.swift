// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Participants
import Testing

@Suite struct ParticipantRegisterTests {
    let register = ParticipantRegister(pseudonyms: NumberPseudonyms(instanceKey: [7]))
    let note = OptOutNote(since: utc("2026-11-24T12:00Z"), source: .operatorsHand)

    @Test func somebodyIsFoundByNumberAndByReference() {
        #expect(register.apply(edit(1, "P-1"), note: note).count == 1)
        #expect(register[number(1)]?.reference == "P-1")
        #expect(register[reference: "P-1"]?.number == number(1))
        #expect(register[number(2)] == nil && register[reference: "P-2"] == nil)
        #expect(register.count == 1)
    }

    @Test func whatSaysNothingNewChangesNothing() {
        var wishes = edit(1, "P-1")
        wishes.callTimes = .some(.never)
        #expect(register.compare(wishes) == .new)
        _ = register.apply(wishes, note: note)
        #expect(register.compare(wishes) == .same && register.apply(wishes, note: note).isEmpty)
        // What is not spoken of stays.
        #expect(register.compare(edit(1, "P-1")) == .same)
        wishes.callTimes = .some(nil)
        #expect(register.compare(wishes) == .changed)
        _ = register.apply(wishes, note: note)
        #expect(register[number(1)]?.preferences == Preferences.none)
    }

    @Test func aListOptsOutAndNeverBackIn() {
        var list = edit(1, "P-1")
        list.optOuts = .adds(.sms)
        _ = register.apply(list, note: note)
        list.optOuts = .adds([])
        #expect(register.compare(list) == .same)
        list.optOuts = .replaces([])
        _ = register.apply(list, note: note)
        #expect(register[number(1)]?.optOuts == [] && register[number(1)]?.optOutNote == nil)
    }

    @Test func whoHasAnotherNumberTakesWishesAlongAndOptingOutStaysWithBoth() {
        var wishes = edit(1, "P-1")
        wishes.smsTimes = .some(.never)
        wishes.optOuts = .adds(.calls)
        _ = register.apply(wishes, note: note)
        let changes = register.apply(edit(2, "P-1"), note: note)
        #expect(changes.count == 2)
        #expect(register[number(2)]?.preferences.smsTimes == .never)
        #expect(register[number(2)]?.optOuts == .calls)
        #expect(register[number(1)]?.optOuts == .calls && register[number(1)]?.reference == nil)
        #expect(register[reference: "P-1"]?.number == number(2) && register.count == 1)
    }

    @Test func aNumberThatAnotherOneHasNowIsTheirs() {
        _ = register.apply(edit(1, "P-1"), note: note)
        _ = register.apply(edit(1, "P-2"), note: note)
        #expect(register[reference: "P-1"] == nil && register[reference: "P-2"]?.number == number(1))
        #expect(register.count == 1)
    }

    @Test func whoIsGoneFromTheListIsWithdrawnAndStaysOptedOut() {
        for index in 1...4 {
            var list = edit(index, "P-\(index)")
            if index == 3 { list.optOuts = .adds(.all) }
            _ = register.apply(list, note: note)
        }
        let changes = register.withdrawAll(except: [number(1).digits, number(4).digits])
        #expect(register.count == 2 && register[number(2)] == nil)
        #expect(register[number(3)]?.optOuts == .all && register[reference: "P-3"] == nil)
        #expect(changes.first == .removed(number(2).e164))
    }

    @Test(arguments: [false, true]) func whoIsForgottenStaysOptedOut(keepsNumber: Bool) throws {
        var wishes = edit(1, "P-1")
        wishes.optOuts = .adds(.all)
        _ = register.apply(wishes, note: note)
        let changes = register.forget(number(1), keepsNumber: keepsNumber)
        #expect(register[number(1)]?.optOuts == .all)
        #expect(register[number(1)]?.number.isPurged == !keepsNumber)
        #expect(register[reference: "P-1"] == nil)
        // As a new process knows it.
        let next = ParticipantRegister(pseudonyms: NumberPseudonyms(instanceKey: [7]))
        next.restore(register.all, contacts: [])
        #expect(next[number(1)]?.optOuts == .all)
        #expect(changes.contains(.removed(number(1).e164)) == !keepsNumber)
        // Whoever comes back is opted out still, under the number again.
        _ = next.apply(edit(1, "P-9"), note: note)
        #expect(next[reference: "P-9"]?.optOuts == .all && next[number(1)]?.number == number(1))
        #expect(next.all.count == 1)
    }

    @Test func whoIsForgottenAndHadOptedOutOfNothingLeavesNothing() {
        _ = register.apply(edit(1, "P-1"), note: note)
        register.contacted(number(1), .init(actionClass: .normal, action: 1, at: note.since))
        #expect(register.forget(number(1), keepsNumber: false) == [.removed(number(1).e164)])
        #expect(register.all.isEmpty)
        #expect(register.former(number(1), actionClass: .normal, except: 0).isEmpty)
    }

    @Test func optingOutIsNotedOnce() {
        #expect(register.optOut(number(1), of: .sms, note: note)?.count == 1)
        #expect(register.optOut(number(1), of: .sms, note: note) == nil)
        #expect(register.optOut(number(1), of: .calls, note: note)?.count == 1)
        #expect(register[number(1)]?.optOuts == .all && register.count == 0)
    }

    @Test func theActionItselfDoesNotCountForItsLimit() {
        for action in Int64(1)...2 {
            register.contacted(
                number(1), .init(actionClass: .normal, action: action, at: Timestamp(microseconds: action)))
        }
        register.contacted(number(1), .init(actionClass: .urgent, action: 3, at: Timestamp(microseconds: 3)))
        #expect(register.former(number(1), actionClass: .normal, except: 2).map(\.microseconds) == [1])
        #expect(register.former(number(2), actionClass: .normal, except: 2).isEmpty)
    }

    private func number(_ index: Int) -> PhoneNumber {
        PhoneNumber(e164: "+3161000000\(index)") ?? participant(.none).number
    }

    private func edit(_ index: Int, _ reference: String) -> ParticipantEdit {
        ParticipantEdit(number: number(index), reference: reference)
    }
}
