// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import Testing

@Suite struct ParticipantFileTests {
    private func read(_ text: String) -> [ListFileEvent<ParticipantLine>] {
        var reader = ListFileReader<ParticipantLine>()
        return reader.consume(Array(text.utf8)) + reader.finish()
    }

    /// The same person in each of the ways in which lists are kept.
    @Test(arguments: [
        "id,number,channels,calls,test\nP-1,0612345678,\"sms,voice\",mon-fri 08:00-22:00,yes\n",
        "\u{feff}Kenmerk;Telefoonnummer;Kanalen;Beltijden;Testnummer\r\nP-1;0612345678;sms,voice;mon-fri 08:00-22:00;yes\r\n",
        #"{"id":"P-1","number":"0612345678","channels":["sms","voice"],"calls":"mon-fri 08:00-22:00","test":true}"#,
    ]) func people(text: String) throws {
        guard case .row(let line)? = read(text).first else { return #expect(Bool(false), "\(read(text))") }
        #expect(line[.id] == "P-1" && line[.number] == "0612345678" && line[.channels] == "sms,voice")
        #expect(line[.calls] == "mon-fri 08:00-22:00" && line[.test] == "yes")
        #expect(line[.sms] == nil && line[.caps] == nil)
        #expect(line.columns == [.id, .number, .channels, .calls, .test])
    }

    @Test func anEmptyCellIsSaidAndAMissingColumnIsNot() {
        guard case .row(let line)? = read("id,number,calls\nP-1,0612345678,\n").first else {
            return #expect(Bool(false))
        }
        #expect(line[.calls] == "" && line[.sms] == nil && line.line == 2)
    }

    @Test(arguments: [
        ("number,calls\n06,x\n", "there is no column \"id\" (or reference, referentie, kenmerk)"),
        ("id,calls\n1,x\n", "there is no column \"number\""), ("id,number,colour\n", "unknown column \"colour\""),
        ("id,number,kenmerk\n", "two columns mean \"id\""),
    ]) func headers(text: String, complaint: String) {
        guard case .unreadable(let error)? = read(text).last else { return #expect(Bool(false), "\(read(text))") }
        #expect(error.message.contains(complaint), "\(error.message)")
    }
}
