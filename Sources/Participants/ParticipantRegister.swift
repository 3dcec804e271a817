// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Everybody in the register, by number and by reference. One owner, not thread-safe.
///
/// Methods that change it say what has to be journalled; nothing here waits for the journal.
package final class ParticipantRegister {
    /// One change, as the journal has it.
    package enum Change: Equatable, Sendable {
        case stored(Participant)
        /// The number, E.164.
        case removed(String)
    }

    /// That somebody was in an action, for limits that look back.
    package struct Contact: Hashable, Sendable {
        package var actionClass: ActionPriority
        /// The action's key.
        package var action: Int64
        /// Civil time.
        package var at: Timestamp

        package init(actionClass: ActionPriority, action: Int64, at: Timestamp) {
            self.actionClass = actionClass
            self.action = action
            self.at = at
        }
    }

    /// What has to be known of somebody who is enrolled when a submission comes in.
    package struct Note: Hashable, Sendable {
        package var population: String
        package var isTestNumber: Bool
        /// In the order of the wish; nil: none.
        package var channels: [Channel]?

        package init(population: String = "", isTestNumber: Bool = false, channels: [Channel]? = nil) {
            self.population = population
            self.isTestNumber = isTestNumber
            self.channels = channels
        }
    }

    private let pseudonyms: NumberPseudonyms
    /// By ``PhoneNumber/digits``.
    private var people: [UInt64: Participant] = [:] { didSet { changes &+= 1 } }
    /// ``PhoneNumber/digits``.
    package private(set) var digitsByReference: [String: UInt64] = [:]
    /// Of those who are enrolled, by ``PhoneNumber/digits``. Whoever looks at a copy of it makes a change of it expensive,
    /// which few changes of the register are.
    package private(set) var notes: [UInt64: Note] = [:]
    /// Those whose number is gone, by its pseudonym: what they opted out of.
    private var forgotten: [String: Participant] = [:] { didSet { changes &+= 1 } }
    /// Counts what anybody has said: where it stands still, rules that were asked need not be asked again.
    package private(set) var changes = 0
    private var contacts: [UInt64: [Contact]] = [:]
    /// How it was for those whom a change that may be undone has touched so far; nil: none is being made.
    private var past: RegisterPast?
    /// Equal wishes share their storage: of a hundred thousand people nearly all have one of a few.
    private var wishes: Set<Preferences> = []

    package init(pseudonyms: NumberPseudonyms) { self.pseudonyms = pseudonyms }

    // MARK: - Asking

    /// How many are enrolled, by a reference.
    package var count: Int { digitsByReference.count }

    /// Nobody has said anything.
    package var isEmpty: Bool { people.isEmpty && forgotten.isEmpty }

    /// Whoever has this number; also one who was forgotten and had opted out.
    package subscript(_ number: PhoneNumber) -> Participant? {
        if let person = people[number.digits], !number.isPurged { return person }
        guard !forgotten.isEmpty else { return nil }
        return forgotten[number.isPurged ? number.e164 : pseudonyms.pseudonym(of: number.e164)]
    }

    package subscript(reference reference: String) -> Participant? {
        digitsByReference[reference].flatMap { people[$0] }
    }

    /// Everybody by number; those who were forgotten, too.
    package var all: [Participant] {
        people.values.sorted { $0.number.digits < $1.number.digits }
            + forgotten.values.sorted { $0.number.e164 < $1.number.e164 }
    }

    /// When somebody was in other actions of a class, in the order in which it was noted.
    package func former(_ number: PhoneNumber, actionClass: ActionPriority, except action: Int64) -> [Timestamp] {
        guard !contacts.isEmpty, let known = contacts[number.digits] else { return [] }
        return known.filter { $0.actionClass == actionClass && $0.action != action }.map(\.at)
    }

    // MARK: - Changing

    /// What an edit would make of whoever it is about.
    package enum Verdict: Equatable, Sendable { case new, changed, same }

    package func compare(_ edit: ParticipantEdit) -> Verdict {
        let known = self[edit.number]
        let note = known?.optOutNote ?? OptOutNote(since: .epoch, source: .list)
        guard let known, known.reference != nil else { return .new }
        return edit.applied(to: known, note: note) == known ? .same : .changed
    }

    /// Takes an edit; the changes come in the order in which they are to be journalled.
    ///
    /// A reference that had another number takes its wishes along; what was opted out of by the former number stays so,
    /// for both.
    ///
    /// - Parameter user: Who makes it, a name of the machine's users.
    package func apply(_ edit: ParticipantEdit, note: OptOutNote, by user: String = "") -> [Change] {
        var changes: [Change] = []
        var known = self[edit.number]
        var more: OptOuts = []
        if let reference = edit.reference, let moved = self[reference: reference], moved.number != edit.number {
            more = moved.optOuts
            if known?.reference == nil {
                var person = moved
                person.number = edit.number
                person.optOuts.formUnion(known?.optOuts ?? [])
                person.optOutNote = person.optOutNote ?? known?.optOutNote
                known = person
            }
            changes += withdraw(moved)
        }
        var person = edit.applied(to: known, note: note)
        // Who was forgotten is known by this number again.
        person.number = edit.number
        if known?.reference == nil, person.reference != nil { person.enrolment = .init(at: note.since, by: user) }
        if !person.optOuts.isSuperset(of: more) {
            person.optOuts.formUnion(more)
            person.optOutNote = person.optOutNote ?? note
        }
        if let pseudonym = forgottenPseudonym(of: edit.number) {
            setForgotten(pseudonym, nil)
            changes.append(.removed(pseudonym))
        }
        guard person != people[edit.number.digits] else { return changes }
        put(person)
        return changes + [.stored(person)]
    }

    /// Somebody opts out of something. nil: had done so before.
    package func optOut(_ number: PhoneNumber, of kinds: OptOuts, note: OptOutNote) -> [Change]? {
        if let known = self[number], known.optOuts.isSuperset(of: kinds) { return nil }
        var edit = ParticipantEdit(number: number)
        edit.optOuts = .adds(kinds)
        return apply(edit, note: note)
    }

    /// Nobody is enrolled by this number any more; what was opted out of stays.
    package func withdraw(_ person: Participant) -> [Change] {
        note(person.number.digits)
        if let reference = person.reference { digitsByReference[reference] = nil }
        guard !person.optOuts.isEmpty else {
            people[person.number.digits] = nil
            notes[person.number.digits] = nil
            return [.removed(person.number.e164)]
        }
        notes[person.number.digits] = nil
        var rest = Participant(reference: nil, number: person.number, optOuts: person.optOuts)
        rest.optOutNote = person.optOutNote
        people[person.number.digits] = rest
        return [.stored(rest)]
    }

    /// Everybody who is enrolled and not in `kept` is withdrawn.
    package func withdrawAll(except kept: Set<UInt64>) -> [Change] {
        gone(except: kept).flatMap { withdraw($0) }
    }

    /// Those who are enrolled and not in `kept`.
    package func gone(except kept: Set<UInt64>) -> [Participant] {
        people.values.filter { $0.reference != nil && !kept.contains($0.number.digits) }
            .sorted { $0.number.digits < $1.number.digits }
    }

    /// A person goes, with all that was said and noted. What was opted out of stays by the number's pseudonym, or by the
    /// number itself.
    package func forget(_ number: PhoneNumber, keepsNumber: Bool) -> [Change] {
        contacts[number.digits] = nil
        guard let person = people[number.digits] else { return [] }
        let changes = withdraw(person)
        guard !keepsNumber, let rest = people.removeValue(forKey: number.digits) else { return changes }
        let pseudonym = pseudonyms.pseudonym(of: number.e164)
        guard let purged = PhoneNumber(journalled: pseudonym) else { return changes }
        var hashed = rest
        hashed.number = purged
        setForgotten(pseudonym, hashed)
        return [.removed(number.e164), .stored(hashed)]
    }

    /// So long contacts are kept: the longest that a limit looks back is a year and a day.
    package static let contactsKept = Interval.minutes(400 * 24 * 60)

    /// Somebody was in an action, enrolled or not: a limit that is set tomorrow looks back as well.
    ///
    /// - Returns: False: that was noted before.
    @discardableResult
    package func contacted(_ number: PhoneNumber, _ contact: Contact) -> Bool {
        guard let index = contacts.index(forKey: number.digits) else {
            contacts[number.digits] = [contact]
            return true
        }
        if contacts.values[index].contains(where: { $0.action == contact.action }) { return false }
        if let first = contacts.values[index].first, contact.at - first.at > Self.contactsKept {
            contacts.values[index].removeAll { contact.at - $0.at > Self.contactsKept }
        }
        contacts.values[index].append(contact)
        return true
    }

    /// The numbers of an action are purged: of those who are not enrolled nobody knows any more that they were in it.
    package func forgetContacts(ofAction key: Int64) {
        for (digits, known) in contacts where people[digits]?.reference == nil {
            guard known.contains(where: { $0.action == key }) else { continue }
            let rest = known.filter { $0.action != key }
            contacts[digits] = rest.isEmpty ? nil : rest
        }
    }

    // MARK: - Restoring

    /// From the journal.
    package func restore(_ people: [Participant], contacts: [(number: PhoneNumber, contact: Contact)]) {
        self.people.reserveCapacity(people.count)
        digitsByReference.reserveCapacity(people.count)
        notes.reserveCapacity(people.count)
        for person in people {
            if person.number.isPurged { forgotten[person.number.e164] = person } else { put(person) }
        }
        for (number, contact) in contacts { contacted(number, contact) }
    }

    // MARK: - What may be undone

    func begin() { past = RegisterPast() }

    func end() -> RegisterPast {
        var made = past ?? RegisterPast()
        past = nil
        for digits in made.people.keys { made.people[digits]?.after = people[digits] }
        for pseudonym in made.forgotten.keys { made.forgotten[pseudonym]?.after = forgotten[pseudonym] }
        return made
    }

    /// Before the entry of a number changes.
    private func note(_ digits: UInt64) {
        guard past != nil, past?.people[digits] == nil else { return }
        past?.people[digits] = (people[digits], nil)
    }

    func person(at digits: UInt64) -> Participant? { people[digits] }

    func forgotten(by pseudonym: String) -> Participant? { forgotten[pseudonym] }

    func setForgotten(_ pseudonym: String, _ person: Participant?) {
        if past != nil, past?.forgotten[pseudonym] == nil { past?.forgotten[pseudonym] = (forgotten[pseudonym], nil) }
        forgotten[pseudonym] = person
    }

    func remove(at digits: UInt64) {
        guard let person = people.removeValue(forKey: digits) else { return }
        notes[digits] = nil
        if let reference = person.reference, digitsByReference[reference] == digits {
            digitsByReference[reference] = nil
        }
    }

    func put(_ person: Participant) {
        var person = person
        person.preferences = wishes.insert(person.preferences).memberAfterInsert
        let digits = person.number.digits
        note(digits)
        if let former = people[digits]?.reference, former != person.reference { digitsByReference[former] = nil }
        people[digits] = person
        noteEnrolled(person)
        // Whoever looks at a copy of it makes a change expensive.
        if let reference = person.reference, digitsByReference[reference] != digits {
            digitsByReference[reference] = digits
        }
    }

    private func noteEnrolled(_ person: Participant) {
        let digits = person.number.digits
        guard person.reference != nil else {
            notes[digits] = nil
            return
        }
        let note = Note(
            population: person.population, isTestNumber: person.isTestNumber, channels: person.preferences.channels)
        if notes[digits] != note { notes[digits] = note }
    }

    private func forgottenPseudonym(of number: PhoneNumber) -> String? {
        guard !forgotten.isEmpty else { return nil }
        let pseudonym = pseudonyms.pseudonym(of: number.e164)
        return forgotten[pseudonym] == nil ? nil : pseudonym
    }
}
