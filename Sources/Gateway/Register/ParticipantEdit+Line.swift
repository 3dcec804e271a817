// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore
import Participants

/// Reads what lists and requests say of participants. Keeps what it read: a hundred thousand lines say a few things.
struct ParticipantReader {
    private let plan: NumberingPlan
    private let zone: LocalZone
    private var times: [String: WelcomeTimes?] = [:]
    private var caps: [String: [ActionPriority: ActionCap]] = [:]
    private var channels: [String: [Channel]?] = [:]

    init(_ plan: NumberingPlan, zone: LocalZone = .dutch) {
        self.plan = plan
        self.zone = zone
    }

    /// A whole line of a list: with a number and a reference.
    mutating func edit(_ line: ParticipantLine) throws(ProtocolError) -> ParticipantEdit {
        guard let text = line[.number], !text.isEmpty else { throw Self.wrong(.number, "is missing", line) }
        guard let reference = line[.id], !reference.isEmpty else { throw Self.wrong(.id, "is missing", line) }
        let number: PhoneNumber
        do {
            number = try plan.parse(text)
        } catch {
            throw Self.wrong(.number, error.description, line)
        }
        var edit = ParticipantEdit(number: number, reference: try Self.checked(reference, line))
        try fill(&edit, line)
        // A list may opt somebody out; back in comes only who says so.
        if case .replaces(let kinds)? = edit.optOuts { edit.optOuts = .adds(kinds) }
        return edit
    }

    /// What a submission says of a recipient.
    mutating func preferences(_ line: ParticipantLine) throws(ProtocolError) -> Preferences {
        var wishes = Preferences()
        if let text = line[.channels] { wishes.channels = try channels(text, line) }
        if let text = line[.languages] {
            let languages = try Self.read(.languages, line) { () throws(PreferenceError) in
                try PreferenceText.languages(text)
            }
            wishes.languages = languages.isEmpty ? nil : languages
        }
        if let text = line[.calls] { wishes.callTimes = try times(text, .calls, line) }
        if let text = line[.sms] { wishes.smsTimes = try times(text, .sms, line) }
        if let text = line[.caps] { wishes.caps = try caps(text, line) }
        if let text = line[.pausedUntil], !text.isEmpty { wishes.pausedUntil = try pause(text, line) }
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
    mutating func fill(_ edit: inout ParticipantEdit, _ line: ParticipantLine) throws(ProtocolError) {
        let wishes = try preferences(line)
        if line[.channels] != nil { edit.channels = .some(wishes.channels) }
        if line[.languages] != nil { edit.languages = .some(wishes.languages) }
        if line[.calls] != nil { edit.callTimes = .some(wishes.callTimes) }
        if line[.sms] != nil { edit.smsTimes = .some(wishes.smsTimes) }
        if line[.caps] != nil { edit.caps = wishes.caps }
        if line[.pausedUntil] != nil { edit.pausedUntil = .some(wishes.pausedUntil) }
        if let text = line[.optedOut] {
            edit.optOuts = .replaces(
                try Self.read(.optedOut, line) { () throws(PreferenceError) in try PreferenceText.optOuts(text) })
        }
        if let text = line[.population] {
            guard text.isEmpty || isIdentifier(text) else {
                throw Self.wrong(.population, "\"\(text.readable(80))\" is no name of a population", line)
            }
            edit.population = text
        }
        if let text = line[.test] {
            edit.isTestNumber = try Self.read(.test, line) { () throws(PreferenceError) in
                try PreferenceText.flag(text)
            }
        }
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
