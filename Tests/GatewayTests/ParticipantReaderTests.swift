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
