// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore
import Participants
import Testing

@testable import Gateway

@Suite("What lists say of participants") struct ParticipantReaderTests {
    private func line(_ cells: [ParticipantLine.Column: String]) -> ParticipantLine {
        var line = ParticipantLine(line: 7)
        line[.id] = "P-1"
        line[.number] = "0612345678"
        for (column, text) in cells { line[column] = text }
        return line
    }

    @Test("Every column is read, in Dutch too")
    func read() throws {
        var reader = ParticipantReader(NumberingPlan())
        let edit = try reader.edit(
            line([
                .channels: "SMS telefoon", .languages: "nl,en", .calls: "ma-vr 8:00-22:00", .sms: "altijd",
                .caps: "normaal=1/maand", .pausedUntil: "2026-12-24", .optedOut: "bellen", .population: "profinet",
                .test: "ja",
            ]))
        let person = edit.applied(to: nil, note: OptOutNote(since: .epoch, source: .list))
        #expect(person.number.e164 == "+31612345678" && person.reference == "P-1")
        let wishes = person.preferences
        #expect(wishes.channels == [.sms, .voice] && wishes.languages == [.dutch, .english])
        #expect(wishes.callTimes?.text == "mon-fri 08:00-22:00" && wishes.smsTimes == .always)
        #expect(wishes.caps == [.normal: ActionCap(perMonth: 1)])
        #expect(wishes.pausedUntil == Timestamp(iso8601: "2026-12-24T00:00+01:00"))
        #expect(person.optOuts == .calls && person.population == "profinet" && person.isTestNumber)
        // And is written so that it is read again as the same.
        let again = try reader.edit(ParticipantLine(person))
        #expect(again.applied(to: nil, note: OptOutNote(since: .epoch, source: .list)) == person)
    }

    @Test(
        "What is wrong is named with its line and column",
        arguments: [
            (.number, "06123", "digits"), (.number, "", "missing"), (.id, "", "missing"),
            (.id, "Jan de Vries", "not valid"),
            (.channels, "fax", "fax"), (.languages, "fr", "fr"), (.calls, "8-22", "day of the week"),
            (.sms, "25:00-26:00", "range of times"), (.caps, "1/month", "class"), (.caps, "hourly=1/month", "hourly"),
            (.pausedUntil, "tomorrow", "no day"), (.optedOut, "everything", "everything"),
            (.population, "a b", "population"),
            (.test, "perhaps", "neither"),
        ] as [(ParticipantLine.Column, String, String)])
    func wrong(column: ParticipantLine.Column, text: String, complaint: String) {
        var reader = ParticipantReader(NumberingPlan())
        let line = line([column: text])
        let error = #expect(throws: ProtocolError.self) { try reader.edit(line) }
        #expect(error?.line == 7 && error?.field == column.rawValue, "\(String(describing: error))")
        #expect(error?.message.contains(complaint) == true, "\(error?.message ?? "")")
    }

    @Test("All that is wrong with a row is named at once")
    func allAtOnce() {
        var reader = ParticipantReader(NumberingPlan(), populations: ["", "profinet"])
        let line = line([
            .number: "06123", .id: "Jan de Vries", .calls: "8-22", .caps: "1/month", .population: "profinett",
        ])
        let error = #expect(throws: ProtocolError.self) { try reader.edit(line) }
        for words in ["digits", "not valid", "day of the week", "names no class"] {
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
        let known = self.line([.calls: "8-22", .population: "profinett"])
        let other = #expect(throws: ProtocolError.self) { try reader.edit(known) }
        #expect(other?.message.contains("did you mean profinet?") == true, "\(other?.message ?? "")")
    }

    @Test("What is written for a Dutch list is Dutch, and is read again as the same")
    func dutch() throws {
        var reader = ParticipantReader(NumberingPlan())
        var person = Participant(
            reference: "P-1", number: try #require(PhoneNumber(e164: "+31612345678")),
            preferences: Preferences(
                channels: [.sms, .voice], languages: [.dutch], callTimes: try WelcomeTimes(text: "mon-fri 08:00-22:00"),
                smsTimes: .never, caps: [.normal: try ActionCap(text: "1/month 7d"), .urgent: ActionCap(perMonth: 0)],
                pausedUntil: Timestamp(iso8601: "2027-01-03T23:00Z")),
            optOuts: .all, population: "profinet", isTestNumber: true)
        let line = ParticipantLine(dutch: person)
        let cells: [ParticipantLine.Column] = [
            .channels, .calls, .sms, .caps, .pausedUntil, .optedOut, .test,
        ]
        #expect(
            cells.map { line[$0] } == [
                "sms,telefoon", "ma-vr 08:00-22:00", "nooit", "spoed=nooit, normaal=1/maand 7d", "2027-01-04T00:00",
                "alles", "ja",
            ])
        // The hour that comes twice needs its zone.
        person.optOutNote = OptOutNote(since: .epoch, source: .list)
        for time in ["2027-01-03T23:00Z", "2026-10-25T00:30Z", "2026-10-25T01:30Z", "2026-12-01T12:00:30Z"] {
            person.preferences.pausedUntil = Timestamp(iso8601: time)
            let again = try reader.edit(ParticipantLine(dutch: person))
            #expect(again.applied(to: nil, note: OptOutNote(since: .epoch, source: .list)) == person)
        }
    }

    @Test("What differs is said, without the number")
    func differences() {
        var (before, after) = (line([.calls: "never"]), line([.caps: "normal=1/month"]))
        before[.number] = "+31612345678"
        after[.calls] = ""
        #expect(
            after.differences(from: before)
                == "calls: nothing (before: never); caps: normal=1/month (before: nothing)")
    }
}
