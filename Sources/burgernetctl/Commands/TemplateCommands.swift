// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import Foundation
import GatewayCore

/// `template list`, `show`, `fill`: templates of actions; the daemon is not asked.
enum TemplateCommands {
    static let standardDirectory = "/etc/burgernetd/templates"

    private static let directory = Option(
        name: "templates", value: "DIRECTORY", help: "where templates are; default \(standardDirectory)")
    private static let field = Option(
        name: "field", value: "NAME=VALUE", help: "fill in this field of the template; may be given several times",
        isRepeatable: true)
    /// Of every command that takes an action.
    static let options = [
        Option(name: "template", value: "NAME", help: "make the action of this template, instead of ACTION.json"),
        field,
        directory,
    ]

    static let list = Command(
        words: ["template", "list"], summary: "list the templates of actions",
        details: "Works without the daemon.", options: [directory],
        run: { invocation in
            let folder = invocation.value("templates") ?? standardDirectory
            let names: [String]
            do {
                names = try FileManager.default.contentsOfDirectory(atPath: folder)
            } catch {
                throw Failure.input("cannot read \(folder): \(error.localizedDescription)")
            }
            var table = Table(["TEMPLATE", "FIELDS", ""])
            for name in names.filter({ $0.hasSuffix(".json") && !$0.hasPrefix(".") }).sorted() {
                let template = try read(name, invocation)
                let fields = template.fields.filter { $0.standard == nil }.map(\.name).joined(separator: ", ")
                table.add([String(name.dropLast(5)), fields, printable(template.help)])
            }
            for line in table.lines() { try invocation.output.line(line) }
        })

    static let show = Command(
        words: ["template", "show"], arguments: ["NAME"], summary: "list the fields of a template",
        details: "Works without the daemon.", options: [directory], examples: ["template show missing-child"],
        run: { invocation in
            let template = try read(invocation.argument(0) ?? "", invocation)
            if !template.help.isEmpty { try invocation.output.line(printable(template.help)) }
            var table = Table(["FIELD", "", "EXAMPLE", "DEFAULT"])
            for field in template.fields {
                table.add([
                    field.name, printable(field.help), printable(field.example), printable(field.standard ?? ""),
                ])
            }
            for line in table.lines() { try invocation.output.line(line) }
        })

    static let fill = Command(
        words: ["template", "fill"], arguments: ["NAME"], summary: "print the action that a template makes",
        details: "Works without the daemon. What is printed is an ACTION.json for submit.",
        options: [field, directory],
        examples: ["template fill missing-child --field place=Gouda --field id=2026-0042 > action.json"],
        run: { invocation in
            try invocation.output.write(try action(invocation, template: invocation.argument(0) ?? "").encode())
        })

    /// The action of a command that takes ACTION.json, or a template with fields.
    static func action(_ invocation: Invocation) throws -> ActionDocument {
        if let name = invocation.value("template") {
            guard invocation.argument(0) == nil else {
                throw invocation.usage("either ACTION.json or --template, not both")
            }
            return try action(invocation, template: name)
        }
        guard let file = invocation.argument(0) else {
            throw invocation.usage("ACTION.json is missing (or --template NAME with --field NAME=VALUE)")
        }
        guard !invocation.has("field") else { throw invocation.usage("--field goes with --template") }
        return try readAction(file)
    }

    private static func action(_ invocation: Invocation, template name: String) throws -> ActionDocument {
        var values: [String: String] = [:]
        for (option, text) in invocation.options where option == "field" {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw invocation.usage("--field must be NAME=VALUE, not \"\(printable(text))\"")
            }
            let field = String(text[..<equals])
            guard values.updateValue(String(text[text.index(after: equals)...]), forKey: field) == nil else {
                throw invocation.usage("--field \(printable(field)) is given twice")
            }
        }
        let template = try read(name, invocation)
        do throws(ProtocolError) {
            return try template.fill(values)
        } catch {
            throw Failure.input("template \(printable(name)): \(error.message)")
        }
    }

    /// A name among the templates, or a path.
    private static func read(_ name: String, _ invocation: Invocation) throws -> ActionTemplate {
        let folder = invocation.value("templates") ?? standardDirectory
        let file = name.hasSuffix(".json") ? name : name + ".json"
        let path = name.contains("/") ? file : "\(folder)/\(file)"
        let bytes = try readFile(path)
        do throws(ProtocolError) {
            return try ActionTemplate(decoding: bytes)
        } catch {
            throw Failure.input("\(path): \(error.message)")
        }
    }
}
