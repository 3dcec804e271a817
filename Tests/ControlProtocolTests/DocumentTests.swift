// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import Foundation
import Testing

/// docs/protocol.md is the contract: it names every verb, error, key of a reply and default.
@Suite struct DocumentTests {
    private func document() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("docs/protocol.md"), encoding: .utf8)
    }

    @Test func errors() throws {
        let document = try document()
        for code in ErrorCode.all { #expect(document.contains("| `\(code)` |"), "\(code)") }
        #expect(Set(ErrorCode.all).count == ErrorCode.all.count)
    }

    @Test func verbs() throws {
        let document = try document()
        for verb in Verb.allCases { #expect(document.contains("### `\(verb.rawValue)`"), "\(verb.rawValue)") }
    }

    @Test func keysOfReplies() throws {
        let document = try document()
        for (_, line) in ReplyTests.golden + MessagingReplyTests.golden {
            for match in line.matches(of: /"([a-z0-9-]+)":/) {
                #expect(document.contains("\(match.1)"), "\(match.1)")
            }
        }
    }

    @Test("Every key of a submission has its row") func keysOfSubmissions() throws {
        let document = try document()
        let line = Request.submit(try DocumentSamples.everything(), skipInvalid: false).encode()
        let keys = String(decoding: line, as: UTF8.self).matches(of: /"([a-z-]+)":/).map { String($0.1) }
        #expect(keys.count > 20)
        // Those of the request itself, and of the pieces of a message, stand in the text.
        for key in keys where key != "verb" && key != "action" { #expect(document.contains("`\(key)`"), "\(key)") }
    }

    @Test("Every outcome is explained") func outcomes() throws {
        let document = try document()
        for name in ActionSummary.outcomeNames { #expect(document.contains("`\(name)`"), "\(name)") }
    }

    @Test("Everything that an action can wait for is explained") func limits() throws {
        let document = try document()
        for name in PlanReport.limitNames { #expect(document.contains("`\(name)`"), "\(name)") }
    }

    @Test("The requests that it shows are requests") func examples() throws {
        var count = 0
        for line in try document().split(separator: "\n") where line.hasPrefix("-> ") {
            #expect(throws: Never.self, "\(line)") { try TaggedRequest.decode(line.dropFirst(3).utf8) }
            count += 1
        }
        #expect(count >= Verb.allCases.count)
    }

    @Test("The replies that it shows are replies") func replies() throws {
        var count = 0
        for line in try document().split(separator: "\n") where line.hasPrefix("<- ") {
            let reply = try Reply.decode(line.dropFirst(3).utf8)
            #expect(reply.body != .unknown, "\(line)")
            count += 1
        }
        #expect(count >= Verb.allCases.count)
    }

    @Test func suggestions() {
        let words = ["list", "show", "pause", "resume", "cancel", "status", "trunks"]
        #expect(closest(to: "lst", in: words) == "list")
        #expect(closest(to: "STATSU", in: words) == "status")
        #expect(closest(to: "resumer", in: words) == "resume")
        #expect(closest(to: "export", in: words) == nil)
        #expect(closest(to: "", in: words) == nil)
        #expect(closest(to: "x", in: []) == nil)
    }
}
