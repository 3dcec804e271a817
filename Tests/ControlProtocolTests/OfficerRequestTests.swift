// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore
import Testing

/// What officers may ask, and how it is refused.
@Suite("Requests of officers") struct OfficerRequestTests {
    @Test(
        "What does not go together, or is no name, is refused at its key",
        arguments: [
            (#"{"verb":"stop","action":"a","switch":true}"#, ErrorCode.invalidValue, "switch"),
            (#"{"verb":"stop","action":"a","officer":"A\u0007"}"#, .invalidValue, "officer"),
            (#"{"verb":"pause","action":"a","officer":"42"}"#, .invalidValue, "officer"),
            (#"{"verb":"pause","action":"a","officer":7}"#, .wrongType, "officer"),
            (#"{"verb":"correct","action":"a"}"#, .missingKey, "text"),
            (#"{"verb":"correct","action":"a","text":null}"#, .wrongType, "text"),
            (#"{"verb":"correct","action":"a","text":"x","alert":"-"}"#, .invalidValue, "alert"),
            (#"{"verb":"close","action":"a"}"#, .invalidValue, "text"),
            (#"{"verb":"close","action":"a","text":"x","none":"y"}"#, .invalidValue, "text"),
            (#"{"verb":"close","action":"a","none":"  "}"#, .invalidValue, "none"),
            (#"{"verb":"close","action":"a","none":"y","sms":"x"}"#, .invalidValue, "sms"),
            (#"{"verb":"close","action":"a","text":"x","result":"not found"}"#, .invalidValue, "result"),
            (#"{"verb":"submit","confirm":0,"action":{"id":"a","message":[{"text":"x"}]}}"#, .invalidValue, "confirm"),
        ])
    func refused(line: String, code: ErrorCode, field: String) {
        let error = refusal(line)
        #expect(error?.code == code, "\(line)")
        #expect(error?.field == field, "\(line)")
    }

    @Test(
        "A text with which something is wrong is none the less a request to stop, and refused behind the stop",
        arguments: ["", " ", "...", "a\\u0007", String(repeating: "x", count: 5001)])
    func texts(text: String) throws {
        for line in [
            #"{"verb":"stop","action":"a","say":"TEXT"}"#, #"{"verb":"correct","action":"a","text":"TEXT"}"#,
            #"{"verb":"correct","action":"a","text":"x","sms":"TEXT"}"#,
            #"{"verb":"close","action":"a","text":"TEXT"}"#,
        ] {
            #expect(throws: Never.self) { try Request.decode(line.replacing("TEXT", with: text).utf8) }
        }
        let read = text.replacing("\\u0007", with: "\u{7}")
        #expect(throws: ProtocolError.self) { try checkSpokenText(read, field: "text") }
        do throws(ProtocolError) {
            try checkSpokenText(read, field: "sms")
        } catch {
            #expect(error.code == .invalidValue && error.field == "sms" && error.message.hasPrefix("\"sms\" "))
        }
        #expect(throws: Never.self) { try checkSpokenText("Bel 112.\nNu.", field: "text") }
    }

    @Test("What officers did stands in the reply as it is written, and is left out where nobody is known")
    func deeds() throws {
        var action = ActionSummary(
            id: "a", title: "", phase: .awaitingApproval, priority: .normal, account: "", caller: "",
            promptMilliseconds: 0, promptHash: "", recipients: 0, waiting: 0, calling: 0, outcomes: [:], attempts: 0,
            heard: 0, accepted: .epoch)
        let bare = String(decoding: Reply.final(Replies.action, action).encodeLine(), as: UTF8.self)
        #expect(!bare.contains("deeds") && !bare.contains("approve-by") && !bare.contains("corrects"))
        action.deeds = [
            DeedReport(deed: .submitted, at: .epoch, user: "dispatch", officer: "J. Jansen"),
            DeedReport(deed: .corrected, at: .epoch, user: "root", note: "n", action: "a.correction", alert: "cap-2"),
        ]
        action.corrects = "b"
        let line = Reply.final(Replies.action, action).encodeLine()
        #expect(
            String(decoding: line, as: UTF8.self).contains(
                #""corrects":"b","deeds":[{"at":"1970-01-01T00:00:00.000Z","deed":"submitted","officer":"J. Jansen","#
                    + #""user":"dispatch"},{"action":"a.correction","alert":"cap-2","at":"1970-01-01T00:00:00.000Z","#
                    + #""deed":"corrected","note":"n","user":"root"}]"#))
        #expect(try Reply.decode(line.dropLast()).content(of: Replies.action) == action)
    }
}
