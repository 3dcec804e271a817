// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore
import Participants

/// Reads what lists and requests say of participants. Keeps what it read: a hundred thousand lines say a few things.
struct ParticipantReader {
    private let plan: NumberingPlan
    private let zone: LocalZone
    /// Keys of those that there are; nil: whatever is written is meant.
    private let populations: Set<String>?
    private var times: [String: WelcomeTimes?] = [:]
    private var caps: [String: [ActionPriority: ActionCap]] = [:]
    private var channels: [String: [Channel]?] = [:]

    init(_ plan: NumberingPlan, populations: Set<String>? = nil, zone: LocalZone = .dutch) {
        self.populations = populations
        self.plan = plan
        self.zone = zone
    }

    /// A whole line of a list: with a number and a reference.
    ///
    /// - Throws: All that is wrong with it.
    mutating func edit(_ line: ParticipantLine) throws(ProtocolError) -> ParticipantEdit {
        var mistakes = Mistakes()
        let number = mistakes.attempt { () throws(ProtocolError) in try self.number(line) }
        let reference = mistakes.attempt { () throws(ProtocolError) in
            guard let reference = line[.id], !reference.isEmpty else { throw Self.wrong(.id, "is missing", line) }
            return try Self.checked(reference, line)
        }
        guard let number else {
            // Nobody is changed, but what else is wrong is said.
            _ = preferences(line, &mistakes)
            throw mistakes.error ?? Self.wrong(.number, "is missing", line)
        }
        var wishes = ParticipantEdit(number: number, reference: reference)
        fill(&wishes, line, &mistakes)
        try mistakes.check()
        // A list may opt somebody out; back in comes only who says so.
        if case .replaces(let kinds)? = wishes.optOuts { wishes.optOuts = .adds(kinds) }
        return wishes
    }

    private func number(_ line: ParticipantLine) throws(ProtocolError) -> PhoneNumber {
        guard let text = line[.number], !text.isEmpty else { throw Self.wrong(.number, "is missing", line) }
        do {
            return try plan.parse(text)
        } catch {
            throw Self.wrong(.number, error.description, line)
        }
    }

    /// What a submission says of a recipient.
    ///
    /// - Throws: All that is wrong with it.
    mutating func preferences(_ line: ParticipantLine) throws(ProtocolError) -> Preferences {
        var mistakes = Mistakes()
        let wishes = preferences(line, &mistakes)
        try mistakes.check()
        return wishes
    }

    private mutating func preferences(_ line: ParticipantLine, _ mistakes: inout Mistakes) -> Preferences {
        var wishes = Preferences()
        if let text = line[.channels] {
            wishes.channels = mistakes.attempt { () throws(ProtocolError) in try channels(text, line) } ?? nil
        }
        if let text = line[.languages] {
            let languages = mistakes.attempt { () throws(ProtocolError) in
                try Self.read(.languages, line) { () throws(PreferenceError) in try PreferenceText.languages(text) }
            }
            wishes.languages = languages?.isEmpty == true ? nil : languages
        }
        if let text = line[.calls] {
            wishes.callTimes = mistakes.attempt { () throws(ProtocolError) in try times(text, .calls, line) } ?? nil
        }
        if let text = line[.sms] {
            wishes.smsTimes = mistakes.attempt { () throws(ProtocolError) in try times(text, .sms, line) } ?? nil
        }
        if let text = line[.caps] {
            wishes.caps = mistakes.attempt { () throws(ProtocolError) in try caps(text, line) } ?? [:]
        }
        if let text = line[.pausedUntil], !text.isEmpty {
            wishes.pausedUntil = mistakes.attempt { () throws(ProtocolError) in try pause(text, line) }
        }
        return wishes
    }

    private func pause(_ text: String, _ line: ParticipantLine) throws(ProtocolError) -> Timestamp {
        try Self.read(.pausedUntil, line) { () throws(PreferenceError) in try PreferenceText.time(text, in: zone) }
    }

    static func checked(_ reference: String, _ line: ParticipantLine) throws(ProtocolError) -> String {
        guard isIdentifier(reference) else {
            throw wrong(
                .id, "\"\(reference.readable(80))\" is not valid: use 1 to 64 letters, digits, '.', '_' or '-'", line)
        }
        return reference
    }

    /// What it says of wishes, and of opting out.
    ///
    /// - Throws: All that is wrong with it.
    mutating func fill(_ edit: inout ParticipantEdit, _ line: ParticipantLine) throws(ProtocolError) {
        var mistakes = Mistakes()
        fill(&edit, line, &mistakes)
        try mistakes.check()
    }

    private mutating func fill(_ edit: inout ParticipantEdit, _ line: ParticipantLine, _ mistakes: inout Mistakes) {
        let wishes = preferences(line, &mistakes)
        if line[.channels] != nil { edit.channels = .some(wishes.channels) }
        if line[.languages] != nil { edit.languages = .some(wishes.languages) }
        if line[.calls] != nil { edit.callTimes = .some(wishes.callTimes) }
        if line[.sms] != nil { edit.smsTimes = .some(wishes.smsTimes) }
        if line[.caps] != nil { edit.caps = wishes.caps }
        if line[.pausedUntil] != nil { edit.pausedUntil = .some(wishes.pausedUntil) }
        if let text = line[.optedOut] {
            edit.optOuts = mistakes.attempt { () throws(ProtocolError) in
                .replaces(
                    try Self.read(.optedOut, line) { () throws(PreferenceError) in try PreferenceText.optOuts(text) })
            }
        }
        if let text = line[.population] {
            edit.population = mistakes.attempt { () throws(ProtocolError) in try population(text, line) }
        }
        if let text = line[.test] {
            edit.isTestNumber = mistakes.attempt { () throws(ProtocolError) in
                try Self.read(.test, line) { () throws(PreferenceError) in try PreferenceText.flag(text) }
            }
        }
    }

    private func population(_ text: String, _ line: ParticipantLine) throws(ProtocolError) -> String {
        guard text.isEmpty || isIdentifier(text) else {
            throw Self.wrong(.population, "\"\(text.readable(80))\" is no name of a population", line)
        }
        let key = PopulationName.key(text)
        if let populations, !populations.contains(key) {
            let hint = Suggestion.hint(for: text, among: populations.map(PopulationName.name))
            throw Self.wrong(.population, "there is no [Population \(text)]\(hint)", line)
        }
        return key
    }

    /// All that is wrong with one line: whoever mends it should have to look once.
    private struct Mistakes {
        private var all: [ProtocolError] = []

        mutating func attempt<Value>(_ body: () throws(ProtocolError) -> Value) -> Value? {
            do {
                return try body()
            } catch {
                all.append(error)
                return nil
            }
        }

        /// nil: nothing is wrong.
        var error: ProtocolError? {
            guard var first = all.first else { return nil }
            first.message = all.map(\.message).joined(separator: "; ")
            return first
        }

        func check() throws(ProtocolError) { if let error { throw error } }
    }

    private mutating func channels(_ text: String, _ line: ParticipantLine) throws(ProtocolError) -> [Channel]? {
        if let known = channels[text] { return known }
        let read = try Self.read(.channels, line) { () throws(PreferenceError) in try PreferenceText.channels(text) }
        channels[text] = .some(read.isEmpty ? nil : read)
        return read.isEmpty ? nil : read
    }

    private mutating func times(
        _ text: String, _ column: ParticipantLine.Column, _ line: ParticipantLine
    ) throws(ProtocolError) -> WelcomeTimes? {
        if text.isEmpty { return nil }
        if let known = times[text] { return known }
        let read = try Self.read(column, line) { () throws(PreferenceError) in try WelcomeTimes(text: text) }
        times[text] = .some(read)
        return read
    }

    private mutating func caps(
        _ text: String, _ line: ParticipantLine
    ) throws(ProtocolError) -> [ActionPriority: ActionCap] {
        if let known = caps[text] { return known }
        let read = try Self.read(.caps, line) { () throws(PreferenceError) in try PreferenceText.caps(text) }
        caps[text] = read
        return read
    }

    private static func read<Value>(
        _ column: ParticipantLine.Column, _ line: ParticipantLine, _ body: () throws(PreferenceError) -> Value
    ) throws(ProtocolError) -> Value {
        do {
            return try body()
        } catch {
            throw wrong(column, error.description, line)
        }
    }

    static func wrong(_ column: ParticipantLine.Column, _ text: String, _ line: ParticipantLine) -> ProtocolError {
        ProtocolError(.invalidValue, "\"\(column.rawValue)\": \(text)", field: column.rawValue, line: line.line)
    }
}

extension ParticipantLine {
    /// As an import would say it.
    init(_ person: Participant) {
        self.init(line: nil)
        let wishes = person.preferences
        self[.id] = person.reference ?? ""
        self[.number] = person.number.e164
        self[.channels] = wishes.channels.map(PreferenceText.text) ?? ""
        self[.languages] = wishes.languages.map(PreferenceText.text) ?? ""
        self[.calls] = wishes.callTimes?.text ?? ""
        self[.sms] = wishes.smsTimes?.text ?? ""
        self[.caps] = PreferenceText.text(wishes.caps)
        self[.pausedUntil] = wishes.pausedUntil?.description ?? ""
        self[.optedOut] = PreferenceText.text(person.optOuts)
        self[.population] = person.population
        self[.test] = person.isTestNumber ? "yes" : ""
    }

    /// As an import would say it, in the words of a Dutch list.
    init(dutch person: Participant, zone: LocalZone = .dutch) {
        self.init(person)
        let wishes = person.preferences
        self[.channels] = wishes.channels.map(PreferenceText.dutch) ?? ""
        self[.calls] = wishes.callTimes?.text(.dutch) ?? ""
        self[.sms] = wishes.smsTimes?.text(.dutch) ?? ""
        self[.caps] = PreferenceText.dutch(wishes.caps)
        self[.pausedUntil] = wishes.pausedUntil.map { PreferenceText.dutch($0, in: zone) } ?? ""
        self[.optedOut] = PreferenceText.dutch(person.optOuts)
        self[.test] = person.isTestNumber ? "ja" : ""
    }

    /// `calls: mon-fri 08:00-22:00 (before: nothing)`, of what differs; without the number.
    func differences(from before: ParticipantLine?) -> String {
        Column.allCases.compactMap { column in
            let (now, then) = (self[column] ?? "", before?[column] ?? "")
            guard column != .number, now != then else { return nil }
            func shown(_ text: String) -> String { text.isEmpty ? "nothing" : text }
            return "\(column.rawValue): \(shown(now)) (before: \(shown(then)))"
        }.joined(separator: "; ")
    }
}
