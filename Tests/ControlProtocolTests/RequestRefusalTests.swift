// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore
import Testing

/// What an operator reads when a request is wrong: the exact text, the code and the field.
@Suite struct RequestRefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var line: String
        var code: ErrorCode
        var field: String?
        var message: String

        init(_ line: String, _ code: ErrorCode, _ field: String?, _ message: String) {
            self.line = line
            self.code = code
            self.field = field
            self.message = message
        }
        var testDescription: String { line }
    }

    /// An action with one more member.
    private static func action(_ member: String) -> String {
        #"{"verb":"submit","action":{"id":"a","message":[{"text":"x"}],\#(member)}}"#
    }
    private static func message(_ list: String) -> String {
        #"{"verb":"submit","action":{"id":"a","message":\#(list)}}"#
    }

    static let notJSON: [Case] = [
        Case("{", .invalidJSON, nil, "not valid JSON: a key in double quotes was expected (column 2)"),
        Case("", .invalidJSON, nil, "not valid JSON: the text ends where a value was expected (column 1)"),
        Case("list", .invalidJSON, nil, "not valid JSON: a value cannot start with 'l' (column 1)"),
        Case(#"{"verb":}"#, .invalidJSON, nil, "not valid JSON: a value cannot start with '}' (column 9)"),
        Case(
            #"{"verb":"list",}"#, .invalidJSON, nil, "not valid JSON: a key in double quotes was expected (column 16)"),
        Case(
            #"{"verb" "list"}"#, .invalidJSON, nil,
            #"not valid JSON: a ":" was expected after the key "verb" (column 9)"#),
        Case(#"{"verb":"list" "id":1}"#, .invalidJSON, nil, #"not valid JSON: a "," or "}" was expected (column 16)"#),
        Case(
            #"{"verb":"list"} x"#, .invalidJSON, nil,
            "not valid JSON: there is more after the end of the value (column 17)"),
        Case(#"{"verb":"li"#, .invalidJSON, nil, "not valid JSON: this string has no end (column 9)"),
        Case(#"{"verb":"\x"}"#, .invalidJSON, nil, #"not valid JSON: "\x" is no escape in JSON (column 11)"#),
        Case(
            "{\"verb\":\"a\tb\"}", .invalidJSON, nil,
            "not valid JSON: the control character 0x09 in a string must be escaped (column 11)"),
        Case(#"{"verb":"\ud800"}"#, .invalidJSON, nil, "not valid JSON: half a surrogate pair (column 16)"),
        Case(
            #"{"recipient":{"number":0612345678}}"#, .invalidJSON, nil,
            "not valid JSON: a number cannot start with 0; if it is a text, put it in double quotes (column 24)"),
        Case(
            #"{"verb":"list","verb":"show"}"#, .invalidJSON, nil,
            #"not valid JSON: the key "verb" is there twice (column 16)"#),
        Case(#"{"verb":nul}"#, .invalidJSON, nil, "not valid JSON: a value cannot start with 'n' (column 9)"),
        Case(#"{"a":1e999}"#, .invalidJSON, nil, "not valid JSON: the number 1e999 is too large (column 6)"),
        Case(
            String(repeating: "[", count: 100_00), .nestingTooDeep, nil,
            "lists and objects are nested more than 16 deep (column 17)"),
        Case("[]", .wrongType, nil, #"a request is an object: {"verb": ...}, not a list"#),
    ]

    static let requests: [Case] = [
        Case("{}", .missingKey, "verb", #""verb" is missing"#),
        Case(#"{"verb":7}"#, .wrongType, "verb", #""verb" must be a string, not a whole number"#),
        Case(#"{"verb":"lst"}"#, .unknownVerb, "verb", #"there is no verb "lst"; did you mean "list"?"#),
        Case(#"{"verb":"sip-capture"}"#, .unknownVerb, "verb", #"there is no verb "sip-capture""#),
        Case(#"{"verb":"list","acton":"a"}"#, .unknownKey, "acton", #"unknown key "acton""#),
        Case(#"{"verb":"list","id":7}"#, .wrongType, "id", #""id" must be a string of at most 128 characters"#),
        Case(#"{"verb":"show"}"#, .missingKey, "action", #""action" is missing"#),
        Case(#"{"verb":"show","acton":"a"}"#, .unknownKey, "acton", #"unknown key "acton"; did you mean "action"?"#),
        Case(#"{"verb":"show","action":null}"#, .wrongType, "action", #""action" must be a string, not null"#),
        Case(
            #"{"verb":"show","action":"a b"}"#, .invalidValue, "action",
            #""action" "a b" is not valid: use 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit"#),
        Case(
            #"{"verb":"show","action":"a","recipients":1}"#, .wrongType, "recipients",
            #""recipients" must be true or false, not a whole number"#),
        Case(#"{"verb":"retry","action":"a"}"#, .missingKey, "interrupted", #""interrupted" is missing"#),
        Case(
            #"{"verb":"retry","action":"a","interrupted":false}"#, .invalidValue, "interrupted",
            #""interrupted" must be true"#),
        Case(
            #"{"verb":"watch","interval-ms":5}"#, .invalidValue, "interval-ms",
            #""interval-ms" must be 100 to 60000 milliseconds, not 5"#),
        Case(#"{"verb":"cdr-export"}"#, .missingKey, "format", #""format" is missing"#),
        Case(
            #"{"verb":"cdr-export","format":"csv"}"#, .invalidValue, "format",
            #""format" must be "native", "asterisk", "freeswitch" or "ledger", not "csv""#),
        Case(
            #"{"verb":"cdr-export","format":"native","from":"2026-11-24T10:00"}"#, .invalidValue, "from",
            #""from" must end with its time zone: Z for UTC, or such as +01:00"#),
        Case(
            #"{"verb":"cdr-export","format":"native","from":"2026-11-24T10:00Z","to":"2026-11-24T10:00Z"}"#,
            .invalidValue,
            "to", #""to" must be later than "from""#),
        Case(#"{"verb":"statement","month":"2026-10"}"#, .missingKey, "account", #""account" is missing"#),
        Case(#"{"verb":"report"}"#, .missingKey, "month", #""month" is missing"#),
        Case(
            #"{"verb":"report","month":"2026-13"}"#, .invalidValue, "month",
            #""month" must be a month such as 2026-10, not "2026-13""#),
        Case(
            #"{"verb":"statement","account":"GM0513","month":"2026-10","locale":"nl"}"#, .invalidValue, "locale",
            #""locale" goes with "format" "csv" alone"#),
        Case(
            #"{"verb":"report","month":"2026-10","account":"GM0513"}"#, .unknownKey, "account",
            #"unknown key "account""#),
        Case(#"{"verb":"trunk-up","trunk":["kpn"]}"#, .wrongType, "trunk", #""trunk" must be a string, not a list"#),
        Case(#"{"verb":"smsc-up"}"#, .missingKey, "smsc", #""smsc" is missing"#),
        Case(
            #"{"verb":"smsc-down","smsc":1}"#, .wrongType, "smsc", #""smsc" must be a string, not a whole number"#),
        Case(#"{"verb":"smsc-up","trunk":"noord"}"#, .unknownKey, "trunk", #"unknown key "trunk""#),
        Case(#"{"verb":"smsc","smsc":"noord"}"#, .unknownKey, "smsc", #"unknown key "smsc""#),
        Case(#"{"verb":"smsc-dwn"}"#, .unknownVerb, "verb", #"there is no verb "smsc-dwn"; did you mean "smsc-down"?"#),
        Case(
            #"{"verb":"show","action":"a","messages":"yes"}"#, .wrongType, "messages",
            #""messages" must be true or false, not a string"#),
        Case(#"{"commit":false}"#, .invalidValue, "commit", #""commit" must be true"#),
        Case(#"{"commit":true,"verb":"list"}"#, .unknownKey, "commit", #"unknown key "commit""#),
        Case(
            #"{"verb":"prompt-render","message":[]}"#, .invalidValue, "message",
            #""message" must have at least one piece"#),
    ]

    static let recipients: [Case] = [
        Case(#"{"recipient":"06"}"#, .wrongType, "recipient", #""recipient" must be an object"#),
        Case(#"{"recipient":{}}"#, .missingKey, "recipient.number", #""recipient.number" is missing"#),
        Case(
            #"{"recipient":{"number":612345678}}"#, .wrongType, "recipient.number",
            #""recipient.number" must be a string: a number without quotes loses its 0 or +"#),
        Case(
            #"{"recipient":{"nummer":"06"}}"#, .unknownKey, "recipient.nummer",
            #"unknown key "recipient.nummer"; did you mean "number"?"#),
        Case(#"{"recipient":{"number":"06"},"line":3}"#, .unknownKey, "line", #"unknown key "line""#),
        Case(
            #"{"recipient":{"number":"06","channel":true}}"#, .wrongType, "recipient.channel",
            #""recipient.channel" must be a string, not true"#),
        Case(
            #"{"recipient":{"number":"06","chanel":"sms"}}"#, .unknownKey, "recipient.chanel",
            #"unknown key "recipient.chanel"; did you mean "channel"?"#),
        Case(
            #"{"recipient":{"number":"06","line":0}}"#, .invalidValue, "recipient.line",
            #""recipient.line" must be 1 to 2147483647, not 0"#),
    ]

    static let actions: [Case] = [
        Case(#"{"verb":"submit"}"#, .missingKey, "action", #""action" is missing"#),
        Case(#"{"verb":"submit","action":{}}"#, .missingKey, "action.id", #""action.id" is missing"#),
        Case(#"{"verb":"submit","action":{"id":"a"}}"#, .missingKey, "action.message", #""action.message" is missing"#),
        Case(
            #"{"verb":"submit","action":{"id":"../x","message":[{"text":"x"}]}}"#, .invalidAction, "action.id",
            #""action.id" "../x" is not valid: use 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit"#
        ),
        Case(
            action(#""titel":"x""#), .unknownKey, "action.titel", #"unknown key "action.titel"; did you mean "title"?"#),
        Case(
            action(#""title":"a\u001b[31m""#), .invalidAction, "action.title",
            #""action.title" contains the control character U+001B"#),
        Case(
            action(#""title":"\#(String(repeating: "x", count: 201))""#), .invalidAction, "action.title",
            #""action.title" is 201 characters long; at most 200 are allowed"#),
        Case(
            action(#""priority":"high""#), .invalidAction, "action.priority",
            #""action.priority" must be "life-threat", "urgent", "normal", "closing" or "test", not "high""#),
        Case(
            action(#""override":{"officer":"J. de Vries","reason":"x"}"#), .invalidAction, "action.override",
            #""action.override" is for actions of priority "life-threat" only"#),
        Case(
            action(#""priority":"life-threat","override":{"officer":" ","reason":"x"}"#), .invalidAction,
            "action.override.officer", #""action.override.officer" must be given"#),
        Case(
            action(#""stop-when":{"confirmed":0}"#), .invalidAction, "action.stop-when.confirmed",
            #""action.stop-when.confirmed" must be 1 to 1000000, not 0"#),
        Case(action(#""weight":101"#), .invalidAction, "action.weight", #""action.weight" must be 1 to 100, not 101"#),
        Case(
            action(#""language":"xx""#), .invalidAction, "action.language",
            #""action.language" must be "nl" or "en", not "xx""#),
        Case(action(#""plays":9"#), .invalidAction, "action.plays", #""action.plays" must be 1 to 5, not 9"#),
        Case(
            action(#""plays":1.5"#), .wrongType, "action.plays", #""action.plays" must be a whole number, not 1.5"#
        ),
        Case(
            action(#""plays":true"#), .wrongType, "action.plays", #""action.plays" must be a whole number, not true"#),
        Case(
            action(#""keys":{"1":"explode"}"#), .invalidAction, "action.keys.1",
            #""action.keys.1" must be "repeat" or "confirm", not "explode""#),
        Case(action(#""keys":{"10":"repeat"}"#), .unknownKey, "action.keys.10", #"unknown key "action.keys.10""#),
        Case(
            action(#""expires":"tomorrow""#), .invalidAction, "action.expires",
            #""action.expires" must be a time such as 2026-11-24T13:30:00+01:00 (ISO 8601), not "tomorrow""#),
        Case(
            action(#""starts":"2026-11-24""#), .invalidAction, "action.starts",
            #""action.starts" must end with its time zone: Z for UTC, or such as +01:00"#),
        Case(
            action(#""starts":"2026-11-24T13:00Z","expires":"2026-11-24T13:59+01:00""#), .invalidAction,
            "action.expires",
            #""action.expires" must be later than "action.starts""#),
        Case(
            action(#""account":"Gouda zuid""#), .invalidAction, "action.account",
            #""action.account" "Gouda zuid" is not valid: use 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit"#
        ),
        Case(message("{}"), .wrongType, "action.message", #""action.message" must be a list, not an object"#),
        Case(message(#"["x"]"#), .wrongType, "action.message[0]", #""action.message[0]" must be an object"#),
        Case(
            message(#"[{"text":"x"},{"pause":10,"text":"x"}]"#), .invalidAction, "action.message[1]",
            #""action.message[1]" must have exactly one of "text", "recording" and "pause""#),
        Case(
            message(#"[{"text":"a"},{"text":"b"},{"pause":"long"}]"#), .wrongType, "action.message[2].pause",
            #""action.message[2].pause" must be a whole number, not a string"#),
        Case(
            message(#"[{"text":"a"},{"pause":-3}]"#), .invalidAction, "action.message[1].pause",
            #""action.message[1].pause" must be 1 to 60000 milliseconds, not -3"#),
        Case(
            message(#"[{"txt":"a"}]"#), .unknownKey, "action.message[0].txt",
            #"unknown key "action.message[0].txt"; did you mean "text"?"#),
        Case(
            message(#"[{"text":"a"},{"pause":3,"language":"en"}]"#), .invalidAction, "action.message[1].language",
            #""action.message[1].language" goes with "text" alone"#),
        Case(
            message(#"[{"text":"a","language":"de"}]"#), .invalidAction, "action.message[0].language",
            #""action.message[0].language" must be "nl" or "en", not "de""#),
        Case(message(#"[{"pause":5}]"#), .invalidAction, "action.message", #""action.message" has nothing but pauses"#),
        Case(
            message(#"[{"text":" ... "}]"#), .invalidAction, "action.message[0].text",
            #""action.message[0].text" has nothing that can be spoken"#),
    ]

    @Test(arguments: notJSON + requests + recipients + actions) func refused(_ sample: Case) {
        let error = refusal(sample.line)
        #expect(error?.code == sample.code)
        #expect(error?.field == sample.field)
        #expect(error?.message == sample.message)
    }

    @Test func badUTF8() {
        let bytes = Array(#"{"verb":"caf"#.utf8) + [0xe9] + Array(#""}"#.utf8)
        #expect(
            throws: ProtocolError(.invalidUTF8, "not UTF-8: the byte 0xe9 is not UTF-8 (column 13)")
        ) { try Request.decode(bytes) }
    }

    @Test("A file may have many lines and a byte-order mark") func actionFile() throws {
        let good = "\u{feff}{\n  \"id\": \"a\",\n  \"message\": [{\"text\": \"x\"}]\n}\n"
        #expect(try ActionDocument.decode(good.utf8).id.text == "a")
        let bad = "{\n  \"id\": \"a\"\n  \"message\": [{\"text\": \"x\"}]\n}\n"
        #expect(
            throws: ProtocolError(.invalidJSON, "not valid JSON: a \",\" or \"}\" was expected (line 3, column 3)")
        ) { try ActionDocument.decode(bad.utf8) }
    }

    @Test("A bad recipient keeps the line that its client gave it") func recipientLine() {
        #expect(refusal(#"{"recipient":{"line":17,"nummer":"06"}}"#)?.line == 17)
        #expect(refusal(#"{"recipient":{"nummer":"06"}}"#)?.line == nil)
    }
}
