// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Participants

/// The register of participants: what each wishes, when each was in an action, what happened to each entry, and who asked.
struct RegisterTables {
    private let connection: SQLiteConnection

    init(_ connection: SQLiteConnection) { self.connection = connection }

    // MARK: - Writing

    private static let store = """
        INSERT OR REPLACE INTO participant (number, reference, channels, languages, call_times, sms_times, caps,
        paused_until, population, test, opted_out, opted_since, opted_source, opted_action,
        enrolled, enrolled_by)
        VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
        """

    func write(_ change: RegisterChange, _ operation: String) throws {
        for one in change.changes {
            switch one {
            case .stored(let person): try store(person, operation)
            case .removed(let number):
                try connection.query("DELETE FROM participant WHERE number = ?", operation).bind([.text(number)]).run()
            }
        }
        for event in change.events {
            try connection.query(
                "INSERT INTO participant_event (number, at, who, what) VALUES (?,?,?,?)", operation
            ).bind([
                .text(event.number), .integer(event.at.microseconds), .text(event.who), .text(event.what),
            ]).run()
        }
    }

    private func store(_ person: Participant, _ operation: String) throws {
        let wishes = person.preferences
        let row = try connection.query(Self.store, operation)
        row.begin()
        try row.add(person.number.e164)
        try row.add(person.reference)
        try row.add(wishes.channels.map(PreferenceText.text))
        try row.add(wishes.languages.map(PreferenceText.text))
        try row.add(wishes.callTimes?.text)
        try row.add(wishes.smsTimes?.text)
        try row.add(wishes.caps.isEmpty ? nil : PreferenceText.text(wishes.caps))
        try row.add(wishes.pausedUntil?.microseconds)
        try row.add(person.population)
        try row.add(person.isTestNumber ? 1 : 0)
        try row.add(Int64(person.optOuts.rawValue))
        try row.add(person.optOutNote?.since.microseconds)
        try row.add(person.optOutNote?.source.word)
        try row.add(person.optOutNote?.action)
        try row.add(person.enrolment?.at.microseconds)
        try row.add(person.enrolment?.by)
        try row.run()
    }

    func insert(_ number: PhoneNumber, _ contact: ParticipantRegister.Contact, _ operation: String) throws {
        try connection.query("INSERT INTO participant_contact (number, class, action, at) VALUES (?,?,?,?)", operation)
            .bind([
                .text(number.e164), .text(contact.actionClass.word), .integer(contact.action),
                .integer(contact.at.microseconds),
            ]).run()
    }

    /// Numbers of those who are not enrolled, between two rows.
    func forgetContacts(ofAction key: Int64, after first: Int64, through last: Int64, _ operation: String) throws {
        try connection.query(
            """
            DELETE FROM participant_contact WHERE id > ? AND id <= ? AND action = ? AND NOT EXISTS (SELECT 1
            FROM participant WHERE participant.number = participant_contact.number AND reference IS NOT NULL)
            """, operation
        ).bind([.integer(first), .integer(last), .integer(key)]).run()
    }

    /// Older ones, between two rows.
    func forgetContacts(before time: Timestamp, after first: Int64, through last: Int64, _ operation: String) throws {
        try connection.query("DELETE FROM participant_contact WHERE id > ? AND id <= ? AND at < ?", operation)
            .bind([.integer(first), .integer(last), .integer(time.microseconds)]).run()
    }

    /// The newest row of contacts; 0: there is none.
    func lastContact(_ operation: String) throws -> Int64 {
        let rows = try connection.query("SELECT coalesce(max(id), 0) FROM participant_contact", operation)
        defer { rows.reset() }
        return try rows.step() ? rows.integer() : 0
    }

    func insert(_ question: RegisterQuestion, _ operation: String) throws {
        try connection.query("INSERT INTO participant_question (number, at, who, action) VALUES (?,?,?,?)", operation)
            .bind([
                .text(question.number), .integer(question.at.microseconds), .text(question.who),
                .text(question.action),
            ]).run()
    }

    /// The number goes. What was opted out of stays by the pseudonym, or by the number itself when `keepsNumber`.
    ///
    /// - Returns: Rows that are gone, or have a pseudonym in its place.
    func forget(_ number: PhoneNumber, pseudonym: String, keepsNumber: Bool, _ operation: String) throws -> Int {
        let kept = keepsNumber ? number.e164 : pseudonym
        var rows = 0
        func run(_ sql: String, _ values: [Query.Value]) throws {
            try connection.query(sql, operation).bind(values).run()
        }
        let enrolled = try connection.query(
            "SELECT 1 FROM participant WHERE number = ? AND reference IS NOT NULL", operation
        ).bind([.text(number.e164)])
        if try enrolled.step() { rows += 1 }
        enrolled.reset()
        try run(
            """
            INSERT OR REPLACE INTO participant (number, population, test, opted_out, opted_since, opted_source,
            opted_action) SELECT ?, '', 0, opted_out, opted_since, opted_source, opted_action
            FROM participant WHERE number = ? AND opted_out <> 0
            """, [.text(kept), .text(number.e164)])
        try run(
            "DELETE FROM participant WHERE number = ?" + (keepsNumber ? " AND opted_out = 0" : ""),
            [.text(number.e164)])
        for table in ["participant_contact", "participant_event"] {
            try run("DELETE FROM \(table) WHERE number = ?", [.text(number.e164)])
            rows += connection.changes
        }
        try run(
            "UPDATE participant_question SET number = ? WHERE number = ?", [.text(pseudonym), .text(number.e164)])
        return rows + connection.changes
    }

    // MARK: - Reading

    func participants(_ operation: String) throws -> [Participant] {
        let rows = try connection.query(
            """
            SELECT number, reference, channels, languages, call_times, sms_times, caps, paused_until, population, test,
            opted_out, opted_since, opted_source, opted_action, enrolled, enrolled_by FROM participant
            """, operation)
        defer { rows.reset() }
        var people: [Participant] = []
        var words = WordCache()
        while try rows.step() {
            let text = rows.text()
            guard let number = PhoneNumber(journalled: text) else {
                throw StoreError.damaged(operation, "the number of a participant")
            }
            do {
                people.append(try participant(number, rows, &words))
            } catch let error as PreferenceError {
                throw StoreError.damaged(operation, "participant \(number.redacted): \(error)")
            }
        }
        return people
    }

    private func participant(_ number: PhoneNumber, _ row: Query, _ words: inout WordCache) throws -> Participant {
        var person = Participant(reference: row.optionalText(), number: number)
        person.preferences.channels = try row.optionalText().map {
            try words.channels.value($0, PreferenceText.channels)
        }
        person.preferences.languages = try row.optionalText().map {
            try words.languages.value($0, PreferenceText.languages)
        }
        person.preferences.callTimes = try row.optionalText().map { try words.times.value($0) { try .init(text: $0) } }
        person.preferences.smsTimes = try row.optionalText().map { try words.times.value($0) { try .init(text: $0) } }
        person.preferences.caps = try row.optionalText().map { try words.caps.value($0, PreferenceText.caps) } ?? [:]
        person.preferences.pausedUntil = row.time()
        person.population = row.text()
        person.isTestNumber = row.integer() != 0
        person.optOuts = OptOuts(rawValue: UInt8(clamping: row.integer())).intersection(.all)
        let (since, source, action) = (row.time(), row.optionalText(), row.optionalText())
        if let since {
            person.optOutNote = OptOutNote(
                since: since, source: source.flatMap(OptOutNote.Source.init(word:)) ?? .operatorsHand,
                action: action ?? "")
        }
        if let at = row.time() { person.enrolment = Participant.Enrolment(at: at, by: row.text()) }
        return person
    }

    /// Nearly all rows have one of a few texts.
    private struct WordCache {
        struct Words<Value> {
            private var known: [String: Value] = [:]

            init() {}

            mutating func value(_ text: String, _ read: (String) throws -> Value) throws -> Value {
                if let value = known[text] { return value }
                let value = try read(text)
                known[text] = value
                return value
            }
        }
        var channels = Words<[Channel]>()
        var languages = Words<[Language]>()
        var times = Words<WelcomeTimes>()
        var caps = Words<[ActionPriority: ActionCap]>()
    }

    func contacts(_ operation: String) throws -> [(number: PhoneNumber, contact: ParticipantRegister.Contact)] {
        let rows = try connection.query("SELECT number, class, action, at FROM participant_contact", operation)
        defer { rows.reset() }
        var contacts: [(number: PhoneNumber, contact: ParticipantRegister.Contact)] = []
        while try rows.step() {
            guard let number = PhoneNumber(journalled: rows.text()), let word = ActionPriority(word: rows.text()) else {
                throw StoreError.damaged(operation, "a contact of a participant")
            }
            let action = rows.integer()
            contacts.append(
                (number, .init(actionClass: word, action: action, at: Timestamp(microseconds: rows.integer()))))
        }
        return contacts
    }

    /// What happened to a number's entry, the oldest first.
    func events(of number: PhoneNumber, _ operation: String) throws -> [RegisterEvent] {
        let rows = try connection.query(
            "SELECT number, at, who, what FROM participant_event WHERE number = ? ORDER BY id", operation
        ).bind([.text(number.e164)])
        defer { rows.reset() }
        var events: [RegisterEvent] = []
        while try rows.step() {
            events.append(
                RegisterEvent(
                    number: rows.text(), at: Timestamp(microseconds: rows.integer()), who: rows.text(),
                    what: rows.text()))
        }
        return events
    }

    /// Who asked about a number, or its pseudonym, the oldest first.
    func questions(of number: PhoneNumber, pseudonym: String, _ operation: String) throws -> [RegisterQuestion] {
        let rows = try connection.query(
            "SELECT number, at, who, action FROM participant_question WHERE number IN (?,?) ORDER BY id",
            operation
        ).bind([.text(number.e164), .text(pseudonym)])
        defer { rows.reset() }
        var questions: [RegisterQuestion] = []
        while try rows.step() {
            questions.append(
                RegisterQuestion(
                    number: rows.text(), at: Timestamp(microseconds: rows.integer()), who: rows.text(),
                    action: rows.text()))
        }
        return questions
    }
}
