// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import Foundation
import GatewayCore
import Testing

@Suite struct ActionTemplateTests {
    static let text = """
        {"help": "Somebody is missing",
         "fields": [{"name": "id", "help": "the action's id"}, {"name": "place", "help": "where", "example": "Gouda"},
                    {"name": "call", "default": "0800-6070"}],
         "action": {"id": "{{id}}", "kind": "missing-child", "account": "GM0513",
                    "message": [{"recording": "opening"}, {"text": "Vermist in {{place}}. Bel {{call}}, {{call}}."}],
                    "sms": {"text": "{{place}}: {een} accolade}} blijft."}}}
        """

    func template(_ text: String = text) throws -> ActionTemplate { try ActionTemplate(decoding: Array(text.utf8)) }

    func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch {
            return (error as? ProtocolError)?.message ?? "\(error)"
        }
    }

    @Test("Fields are filled in everywhere, and what nobody gives has its default")
    func fill() throws {
        let action = try template().fill(["id": "2026-1", "place": "Den Haag"])
        #expect(action.id.text == "2026-1")
        #expect(action.kind == .missingChild)
        #expect(action.prompt == [.recording("opening"), .text("Vermist in Den Haag. Bel 0800-6070, 0800-6070.")])
        #expect(action.sms?.text == "Den Haag: {een} accolade}} blijft.")
        #expect(try ActionDocument.decode(action.encode()) == action, "what is printed is an action file")
    }

    @Test("What is filled in is text and nothing else: neither JSON, nor a field, nor a line")
    func text() throws {
        let odd = "\", \"recording\": \"x{{call}}"
        let action = try template().fill(["id": "2026-1", "place": odd])
        #expect(action.prompt.last == .text("Vermist in \(odd). Bel 0800-6070, 0800-6070."))
        let lines = message { _ = try template().fill(["id": "2026-1", "place": "a\nb"]) }
        #expect(lines == "the field \"place\" must be one line of at most 500 characters")
        let long = message { _ = try template().fill(["id": "1", "place": String(repeating: "a", count: 501)]) }
        #expect(long == lines)
    }

    @Test("Fields that are not filled in, or unknown, are named")
    func fields() throws {
        #expect(
            message { _ = try template().fill(["place": " "]) }
                == "fields are not filled in: id (the action's id), place (where)")
        #expect(
            message { _ = try template().fill(["id": "1", "plaec": "Gouda"]) }
                == "the template has no field \"plaec\"; did you mean place?")
    }

    @Test("What is wrong with the action is said as of any other one")
    func action() throws {
        #expect(message { _ = try template().fill(["id": "2026 1", "place": "Gouda"]) }.contains("action.id"))
    }

    @Test(
        "A template that cannot be right is refused",
        arguments: [
            (
                #"{"fields":[],"action":{"id":"{{id}}"}}"#,
                "the template cannot be used: \"{{id}}\" is none of its fields"
            ),
            (
                #"{"fields":[{"name":"place"}],"action":{"id":"1"}}"#,
                "the template cannot be used: its field \"place\" stands nowhere in the action"
            ),
            (#"{"fields":[{"name":"a"},{"name":"a"}],"action":{"id":"{{a}}"}}"#, "\"a\" stands there twice"),
            (#"{"fields":[{"name":"A b"}],"action":{"id":"1"}}"#, "is no name"),
            (#"{"fields":[{"name":"a","hlep":"x"}],"action":{"id":"1"}}"#, "hlep"),
            (#"{"fields":[],"action":[]}"#, "an object"), (#"{"action":{}}"#, "fields"), ("{", "JSON"),
        ])
    func broken(text: String, problem: String) {
        let message = message { _ = try template(text) }
        #expect(message.contains(problem), "\(message)")
    }

    @Test("Every template that is shipped becomes an action with its own examples")
    func shipped() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("etc/templates")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.count >= 6)
        for name in names {
            let template = try ActionTemplate(decoding: Array(Data(contentsOf: folder.appendingPathComponent(name))))
            let examples = template.fields.map { ($0.name, $0.example) }
            #expect(template.fields.allSatisfy { !$0.help.isEmpty && !$0.example.isEmpty }, "\(name)")
            let action = try template.fill(Dictionary(uniqueKeysWithValues: examples))
            #expect(action.kind != nil && action.sms != nil && !action.prompt.isEmpty, "\(name)")
        }
    }
}
