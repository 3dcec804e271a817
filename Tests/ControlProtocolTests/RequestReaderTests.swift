// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore
import Testing

/// A connection as the daemon sees it.
@Suite struct RequestReaderTests {
    private let submit = #"{"verb":"submit","id":"s","action":{"id":"a","message":[{"text":"x"}]}}"#

    private func events(_ lines: [String], _ reader: inout RequestReader) -> [RequestReader.Event] {
        reader.consume(Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    @Test func submission() throws {
        var reader = RequestReader()
        let found = events(
            [
                submit, #"{"recipient":{"number":"0612345678","id":"P-1"}}"#,
                #"{"recipient":{"number":"0687654321","line":40}}"#, #"{"recipient":{"nummer":"06"}}"#, "garbage",
                #"{"recipient":{"number":"0611111111"}}"#, #"{"commit":true}"#, #"{"verb":"list"}"#,
            ], &reader)
        let action = ActionDocument(id: try ActionID("a"), prompt: [.text("x")])
        let expected: [RequestReader.Event] = [
            .request(VerbRequest(Verbs.Submit(action: action), tag: "s")),
            .recipient(RecipientLine(number: "0612345678", reference: "P-1", line: 1)),
            .recipient(RecipientLine(number: "0687654321", line: 40)),
            .unreadableRecipient(
                ProtocolError(
                    .unknownKey, "unknown key \"recipient.nummer\"; did you mean \"number\"?",
                    field: "recipient.nummer",
                    line: 3)),
            .unreadableRecipient(
                ProtocolError(.invalidJSON, "not valid JSON: a value cannot start with 'g' (column 1)", line: 4)),
            .recipient(RecipientLine(number: "0611111111", line: 5)),
            .commit(tag: "s"), .request(VerbRequest(Verbs.List())),
        ]
        #expect(found == expected)
    }

    @Test func anImportTakesParticipants() {
        var reader = RequestReader()
        let found = events(
            [
                #"{"verb":"participants-import","id":"i"}"#, #"{"participant":{"id":"P-1","calls":null}}"#,
                #"{"recipient":{"number":"0612345678"}}"#, #"{"participant":{"id":7}}"#,
                #"{"participant":{"id":"P-2","channels":["sms","voice"],"caps":{"normal":"1/month"},"test":true,"line":40}}"#,
                #"{"verb":"list"}"#, #"{"abort":true}"#, #"{"participant":{"id":"P-3"}}"#,
            ], &reader)
        var (first, second) = (ParticipantLine(line: 1), ParticipantLine(line: 40))
        (first[.id], first[.calls]) = ("P-1", "")
        (second[.id], second[.channels], second[.caps], second[.test]) = ("P-2", "sms,voice", "normal=1/month", "yes")
        #expect(found.count == 8)
        #expect(found.first == .request(VerbRequest(Verbs.ImportParticipants(), tag: "i")))
        #expect(found[1] == .participant(first) && found[4] == .participant(second))
        for (place, line) in [(2, 2), (3, 3)] {
            guard case .unreadableRecipient(let error) = found[place] else {
                Issue.record("\(found[place])")
                continue
            }
            #expect(error.line == line)
        }
        guard case .refused(_, let open) = found[5], case .refused(_, let closed) = found[7] else {
            return #expect(Bool(false), "\(found)")
        }
        #expect(open.code == .submissionOpen && found[6] == .abort(tag: "i") && closed.code == .noSubmission)
    }

    @Test func abortEndsTheSubmission() {
        var reader = RequestReader()
        let found = events([submit, #"{"abort":true}"#, #"{"abort":true}"#], &reader)
        #expect(found.dropFirst().first == .abort(tag: "s"))
        #expect(
            found.last
                == .refused(tag: nil, ProtocolError(.noSubmission, "no submission is open: a \"submit\" comes first")))
    }

    @Test("A verb within a submission is refused, and the submission goes on") func verbWithin() {
        var reader = RequestReader()
        let found = events([submit, #"{"verb":"list","id":"l"}"#, #"{"commit":true}"#], &reader)
        guard case .refused(tag: "l", let error) = found[1] else { return #expect(Bool(false)) }
        #expect(error.code == .submissionOpen)
        #expect(found[2] == .commit(tag: "s"))
    }

    @Test("A commit that cannot be read is no recipient") func badCommit() {
        var reader = RequestReader()
        let found = events([submit, #"{"commit":1}"#, #"{"commit":true}"#], &reader)
        guard case .refused(tag: "s", let error) = found[1] else { return #expect(Bool(false)) }
        #expect(error.code == .wrongType)
        #expect(found[2] == .commit(tag: "s"))
    }

    @Test("What follows a refused submit is read and forgotten until its end", arguments: ["commit", "abort"])
    func refusedFirstLine(end: String) {
        var reader = RequestReader()
        let found = events(
            [
                #"{"verb":"submit","id":"s","action":{}}"#, #"{"recipient":{"number":"06"}}"#, "garbage",
                "{\"\(end)\":true}", #"{"verb":"status"}"#,
            ], &reader)
        #expect(found.count == 2)
        guard case .refused(tag: "s", let error) = found[0] else { return #expect(Bool(false)) }
        #expect(error.field == "action.id")
        #expect(found[1] == .request(VerbRequest(Verbs.Status())))
    }

    @Test("A plan is a stream like a submission") func plan() {
        var reader = RequestReader()
        let open = submit.replacing("submit", with: "plan")
        let found = events([open, #"{"recipient":{"number":"06"}}"#, #"{"commit":true}"#], &reader)
        guard case .request(let request) = found[0] else { return #expect(Bool(false)) }
        #expect(request.verb is Verbs.Plan)
        #expect(found[1...] == [.recipient(RecipientLine(number: "06", line: 1)), .commit(tag: "s")])
        let refused = events(
            [#"{"verb":"plan","action":{}}"#, "garbage", #"{"commit":true}"#, #"{"verb":"status"}"#], &reader)
        #expect(refused.count == 2)
        #expect(refused.last == .request(VerbRequest(Verbs.Status())))
    }

    @Test("Likewise when the daemon refuses it") func refusedByDaemon() {
        var reader = RequestReader()
        #expect(events([submit], &reader).count == 1)
        #expect(reader.isSubmissionOpen)
        reader.submissionRefused()
        #expect(!reader.isSubmissionOpen)
        #expect(events([#"{"recipient":{"number":"06"}}"#, #"{"commit":true}"#], &reader).isEmpty)
        #expect(events([submit], &reader).count == 1)
    }

    @Test func longLines() {
        var reader = RequestReader(limit: 100)
        let long = String(repeating: "x", count: 101)
        let error = ProtocolError(.lineTooLong, "the line is longer than 100 bytes")
        #expect(events([long], &reader) == [.refused(tag: nil, error)])
        let found = events([submit, long], &reader)
        var numbered = error
        numbered.line = 1
        #expect(found.last == .unreadableRecipient(numbered))
        #expect(reader.take(.line([])) == nil)
    }
}
