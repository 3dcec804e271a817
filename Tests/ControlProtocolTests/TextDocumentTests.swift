// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore
import Testing

@Suite("The sms, channels and cascade of an action") struct TextDocumentTests {
    typealias Case = RequestRefusalTests.Case

    private static func submit(_ members: String) -> String {
        #"{"verb":"submit","action":{"id":"a",\#(members)}}"#
    }
    /// An SMS with one more member.
    private static func sms(_ member: String) -> String { submit(#""sms":{"text":"x",\#(member)}"#) }
    private static func cascade(_ members: String) -> String {
        submit(#""message":[{"text":"x"}],"sms":{"text":"x"},"cascade":{\#(members)}"#)
    }
    private static func channels(_ list: String, _ members: String = #""message":[{"text":"x"}],"sms":{"text":"x"}"#)
        -> String
    {
        submit(#"\#(members),"channels":\#(list)"#)
    }

    private func action(_ line: String) throws -> ActionDocument {
        guard case .verb(let request) = try Request.decode(line.utf8), let submit = request.verb as? Verbs.Submit else {
            throw ProtocolError(.invalidReply, "no submission")
        }
        return submit.action
    }

    // MARK: - What is taken

    @Test("An SMS needs its text alone; everything else has a default")
    func defaults() throws {
        let action = try action(Self.submit(#""sms":{"text":"Brand in de Kerkstraat."}"#))
        #expect(action == (try DocumentSamples.smsAlone()))
        #expect(action.prompt.isEmpty)
        #expect(action.channels.isEmpty)
        #expect(action.cascade == nil)
        let text = try #require(action.sms)
        #expect(text.sender == nil)
        #expect(text.wantsReceipts)
        #expect(!text.isFlash && !text.mayTransliterate && !text.replacesEarlier)
        #expect(text.priorityFlag == nil && text.validitySeconds == nil && text.deliverAt == nil && text.doubt == nil)
    }

    @Test("Every key is read")
    func everything() throws {
        let line = """
            {"verb":"submit","action":{"id":"a","message":[{"text":"Hallo"}],"channels":["sms","voice"],"sms":{\
            "text":"\\u00c9\\u00e9n \\u20ac5\\n\\ud83d\\udea8","sender":"Burgernet","flash":true,"receipts":false,\
            "transliterate":true,"priority-flag":3,"validity":3600,"deliver-at":"2026-11-24T13:30:00+01:00",\
            "replace":true,"doubt":"hold"},"cascade":{"outcomes":["undelivered","failed"],"after":120}}}
            """
        #expect(try action(line) == (try DocumentSamples.everything()))
    }

    @Test("What is left out is not written, and what is written is read back")
    func encoding() throws {
        let line = Verbs.Submit(action: try DocumentSamples.smsAlone()).encode()
        #expect(
            String(decoding: line, as: UTF8.self)
                == #"{"verb":"submit","action":{"id":"a","priority":"normal","language":"nl","plays":1,"#
                + #""keys":{"1":"repeat"},"sms":{"text":"Brand in de Kerkstraat."}}}"# + "\n")
        var sample = try DocumentSamples.smsAlone()
        for doubt in DoubtPolicy.allCases {
            sample.sms?.doubt = doubt
            sample.cascade = CascadeDocument()
            let request = Request(Verbs.Submit(action: sample))
            #expect(try Request.decode(request.encode().dropLast()) == request)
        }
    }

    @Test("null is the same as left out")
    func null() throws {
        let line = Self.submit(
            #""message":null,"channels":null,"cascade":null,"sms":{"text":"Brand in de Kerkstraat.","sender":null,"#
                + #""flash":null,"receipts":null,"validity":null,"deliver-at":null,"doubt":null}"#)
        #expect(try action(line) == (try DocumentSamples.smsAlone()))
    }

    @Test("The ends of every range are taken")
    func ends() throws {
        #expect(try action(Self.sms(#""priority-flag":0,"validity":60"#)).sms?.validitySeconds == 60)
        #expect(try action(Self.sms(#""priority-flag":3,"validity":5443200"#)).sms?.validitySeconds == 63 * 86_400)
        #expect(try action(Self.cascade(#""after":1"#)).cascade?.afterSeconds == 1)
        #expect(try action(Self.cascade(#""after":86400"#)).cascade?.afterSeconds == 86_400)
        let longest = String(repeating: "a", count: 20_000)
        #expect(try action(Self.submit(#""sms":{"text":"\#(longest)"}"#)).sms?.text == longest)
        let sender = String(repeating: "1", count: 21)
        #expect(try action(Self.sms(#""sender":"\#(sender)""#)).sms?.sender == sender)
    }

    @Test("Every outcome can lead on", arguments: Outcome.allCases)
    func outcomes(outcome: Outcome) throws {
        #expect(try action(Self.cascade(#""outcomes":["\#(outcome.word)"]"#)).cascade?.outcomes == [outcome])
    }

    @Test("An empty list of outcomes is not the default one")
    func noOutcomes() throws {
        #expect(try action(Self.cascade(#""outcomes":[]"#)).cascade == CascadeDocument(outcomes: []))
        #expect(try action(Self.cascade("")).cascade == CascadeDocument())
    }

    @Test("Channels stand in the order in which they are written")
    func order() throws {
        #expect(try action(Self.channels(#"["sms","voice"]"#)).channels == [.sms, .voice])
        #expect(try action(Self.channels(#"["voice"]"#)).channels == [.voice])
        #expect(try action(Self.channels(#"["sms"]"#, #""sms":{"text":"x"}"#)).channels == [.sms])
    }

    // MARK: - What is refused

    static let texts: [Case] = [
        Case(submit(#""sms":"x""#), .wrongType, "action.sms", #""action.sms" must be an object"#),
        Case(submit(#""sms":{}"#), .missingKey, "action.sms.text", #""action.sms.text" is missing"#),
        Case(submit(#""title":"x""#), .missingKey, "action.message", #""action.message" is missing"#),
        Case(
            submit(#""sms":{"text":7}"#), .wrongType, "action.sms.text",
            #""action.sms.text" must be a string, not a whole number"#),
        Case(
            submit(#""sms":{"text":" \n\t "}"#), .invalidAction, "action.sms.text",
            #""action.sms.text" must not be empty"#),
        Case(submit(#""sms":{"text":""}"#), .invalidAction, "action.sms.text", #""action.sms.text" must not be empty"#),
        Case(
            submit(#""sms":{"text":"\#(String(repeating: "a", count: 20_001))"}"#), .invalidAction, "action.sms.text",
            #""action.sms.text" is 20001 characters long; at most 20000 are allowed"#),
        Case(
            submit(#""sms":{"text":"a\u0007"}"#), .invalidAction, "action.sms.text",
            #""action.sms.text" contains the control character U+0007"#),
        Case(sms(#""txt":"x""#), .unknownKey, "action.sms.txt", #"unknown key "action.sms.txt"; did you mean "text"?"#),
        Case(
            sms(#""sender":31612345678"#), .wrongType, "action.sms.sender",
            #""action.sms.sender" must be a string, not a whole number"#),
        Case(
            sms(#""sender":"\#(String(repeating: "1", count: 22))""#), .invalidAction, "action.sms.sender",
            #""action.sms.sender" is 22 characters long; at most 21 are allowed"#),
        Case(
            sms(#""sender":"a\nb""#), .invalidAction, "action.sms.sender",
            #""action.sms.sender" contains the control character U+000A"#),
        Case(
            sms(#""priority-flag":4"#), .invalidAction, "action.sms.priority-flag",
            #""action.sms.priority-flag" must be 0 to 3, not 4"#),
        Case(
            sms(#""priority-flag":-1"#), .invalidAction, "action.sms.priority-flag",
            #""action.sms.priority-flag" must be 0 to 3, not -1"#),
        Case(
            sms(#""priority-flag":"1""#), .wrongType, "action.sms.priority-flag",
            #""action.sms.priority-flag" must be a whole number, not a string"#),
        Case(
            sms(#""validity":59"#), .invalidAction, "action.sms.validity",
            #""action.sms.validity" must be 60 to 5443200 seconds, not 59"#),
        Case(
            sms(#""validity":5443201"#), .invalidAction, "action.sms.validity",
            #""action.sms.validity" must be 60 to 5443200 seconds, not 5443201"#),
        Case(
            sms(#""validity":"1h""#), .wrongType, "action.sms.validity",
            #""action.sms.validity" must be a whole number, not a string"#),
        Case(
            sms(#""deliver-at":"2026-11-24T13:30""#), .invalidAction, "action.sms.deliver-at",
            #""action.sms.deliver-at" must end with its time zone: Z for UTC, or such as +01:00"#),
        Case(
            sms(#""deliver-at":"tonight""#), .invalidAction, "action.sms.deliver-at",
            #""action.sms.deliver-at" must be a time such as 2026-11-24T13:30:00+01:00 (ISO 8601), not "tonight""#),
        Case(
            sms(#""deliver-at":1764000000"#), .wrongType, "action.sms.deliver-at",
            #""action.sms.deliver-at" must be a string, not a whole number"#),
        Case(
            sms(#""doubt":"retry""#), .invalidAction, "action.sms.doubt",
            #""action.sms.doubt" must be "resend" or "hold", not "retry""#),
        Case(
            sms(#""doubt":false"#), .wrongType, "action.sms.doubt",
            #""action.sms.doubt" must be a string, not false"#),
    ]

    /// Keys that are true or false.
    static let flags = ["flash", "receipts", "transliterate", "replace"].map { key in
        Case(
            sms(#""\#(key)":1"#), .wrongType, "action.sms.\(key)",
            #""action.sms.\#(key)" must be true or false, not a whole number"#)
    }

    static let cascades: [Case] = [
        Case(
            submit(#""sms":{"text":"x"},"cascade":[]"#), .wrongType, "action.cascade",
            #""action.cascade" must be an object"#),
        Case(
            cascade(#""outcome":[]"#), .unknownKey, "action.cascade.outcome",
            #"unknown key "action.cascade.outcome"; did you mean "outcomes"?"#),
        Case(
            cascade(#""outcomes":"busy""#), .wrongType, "action.cascade.outcomes",
            #""action.cascade.outcomes" must be a list, not a string"#),
        Case(
            cascade(#""outcomes":["busy",1]"#), .wrongType, "action.cascade.outcomes",
            #""action.cascade.outcomes" must be a list of strings, not a whole number"#),
        Case(
            cascade(#""outcomes":["bussy"]"#), .invalidAction, "action.cascade.outcomes",
            #""action.cascade.outcomes" has "bussy"; allowed are answered, confirmed, busy, no-answer, invalid-number, "#
                + "rejected, failed, congestion, interrupted, delivered, sent, undelivered, opted-out, not-welcome, capped, "
                + "over-budget, cancelled, expired, not-approved"
        ),
        Case(
            cascade(#""after":0"#), .invalidAction, "action.cascade.after",
            #""action.cascade.after" must be 1 to 86400 seconds, not 0"#),
        Case(
            cascade(#""after":86401"#), .invalidAction, "action.cascade.after",
            #""action.cascade.after" must be 1 to 86400 seconds, not 86401"#),
        Case(
            cascade(#""after":"2min""#), .wrongType, "action.cascade.after",
            #""action.cascade.after" must be a whole number, not a string"#),
    ]

    static let lists: [Case] = [
        Case(channels(#""sms""#), .wrongType, "action.channels", #""action.channels" must be a list, not a string"#),
        Case(
            channels(#"["fax"]"#), .invalidAction, "action.channels",
            #""action.channels" may have "voice" and "sms" only"#),
        Case(
            channels("[1]"), .invalidAction, "action.channels", #""action.channels" may have "voice" and "sms" only"#),
        Case(
            channels(#"["sms","sms"]"#), .invalidAction, "action.channels", #""action.channels" has "sms" twice"#),
        Case(
            channels("[]"), .invalidAction, "action.channels",
            #""action.channels" must have at least one channel"#),
        Case(
            channels(#"["voice","sms"]"#, #""message":[{"text":"x"}]"#), .invalidAction, "action.channels",
            #""action.channels" has "sms", but there is no "action.sms""#),
        Case(
            channels(#"["sms","voice"]"#, #""sms":{"text":"x"}"#), .invalidAction, "action.channels",
            #""action.channels" has "voice", but there is no "action.message""#),
        // A text does not make an empty message right.
        Case(
            submit(#""sms":{"text":"x"},"message":[]"#), .invalidAction, "action.message",
            #""action.message" must have at least one piece"#),
    ]

    @Test(arguments: texts + flags + cascades + lists) func refused(_ sample: Case) {
        let error = refusal(sample.line)
        #expect(error?.code == sample.code)
        #expect(error?.field == sample.field)
        #expect(error?.message == sample.message)
    }
}
