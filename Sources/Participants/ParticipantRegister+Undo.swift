// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// How the register was for those whom a change has touched, before it and after it.
package struct RegisterPast: Sendable {
    /// By ``PhoneNumber/digits``.
    var people: [UInt64: (before: Participant?, after: Participant?)] = [:]
    /// By pseudonym.
    var forgotten: [String: (before: Participant?, after: Participant?)] = [:]

    /// Whose entry it was, or is.
    package var numbers: [PhoneNumber] { people.values.compactMap { ($0.before ?? $0.after)?.number } }
}

/// What the disk does not take has not happened.
extension ParticipantRegister {
    /// Makes a change that can be undone, as a whole, until the journal has it.
    package func recording<Result>(_ change: () -> Result) -> (result: Result, past: RegisterPast) {
        begin()
        let result = change()
        return (result, end())
    }

    /// Everybody is as before. Who opted out of something since the change stays opted out, and who was forgotten since
    /// stays forgotten.
    ///
    /// - Returns: What the journal has to know of those who were changed by others since. What the change itself wanted
    ///   to journal is not written.
    package func undo(_ past: RegisterPast) -> [Change] {
        var changes: [Change] = []
        var restored: [(digits: UInt64, person: Participant?)] = []
        for (digits, (before, after)) in past.people.sorted(by: { $0.key < $1.key }) {
            let current = person(at: digits)
            guard current != after else {
                restored.append((digits, before))
                continue
            }
            guard let current else { continue }
            var person = before ?? Participant(reference: nil, number: current.number)
            person.optOuts.formUnion(current.optOuts.subtracting(after?.optOuts ?? []))
            if person.optOuts != before?.optOuts ?? [] { person.optOutNote = current.optOutNote }
            let isKnown = before != nil || !person.optOuts.isEmpty
            restored.append((digits, isKnown ? person : nil))
            changes.append(isKnown ? .stored(person) : .removed(current.number.e164))
        }
        for (pseudonym, (before, after)) in past.forgotten where self.forgotten(by: pseudonym) == after {
            setForgotten(pseudonym, before)
        }
        // References that went from one number to another: first they are nobody's.
        for (digits, _) in restored { remove(at: digits) }
        for case (_, let person?) in restored { put(person) }
        return changes
    }
}
