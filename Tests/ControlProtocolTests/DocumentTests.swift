// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import Foundation
import GatewayCore
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

    /// The sections of verbs; neighbours without a text between them share the next one.
    private func sections() throws -> [(verbs: [String], text: Substring)] {
        let document = try document()
        var sections: [(verbs: [String], text: Substring)] = []
        var waiting: [String] = []
        for part in document.split(separator: "\n### ").dropFirst() {
            let text = part.prefix { $0 != "\n" }
            guard let match = text.wholeMatch(of: /`([a-z-]+)`/) else { continue }
            waiting.append(String(match.1))
            let rest = part.dropFirst(text.count).prefix(upTo: part.range(of: "\n## ")?.lowerBound ?? part.endIndex)
            if rest.allSatisfy(\.isWhitespace) { continue }
            sections.append((waiting, rest))
            waiting = []
        }
        return sections
    }

    @Test("Each verb has its section, and each section its verb") func verbs() throws {
        let described = try sections().flatMap(\.verbs)
        #expect(described.sorted() == Verbs.all.map { $0.name }.sorted())
    }

    @Test("The keys of each verb stand in its section") func keys() throws {
        for section in try sections() {
            for verb in section.verbs.compactMap(Verbs.named) {
                for key in verb.keys.map(\.name) {
                    let isNamed = section.text.contains("`\(key)`") || section.text.contains("\"\(key)\":")
                    #expect(isNamed, "\(key) of \(verb.name)")
                }
            }
        }
    }

    @Test("The keys of a table are those of its verb") func tables() throws {
        var rows = 0
        for section in try sections() {
            let known = section.verbs.compactMap(Verbs.named).flatMap { $0.keys.map(\.name) }
            let table = section.text.split(separator: "| key | | value |\n|---|---|---|\n").dropFirst().first ?? ""
            for row in table.split(separator: "\n", omittingEmptySubsequences: false) {
                guard let match = row.prefixMatch(of: /\| `([a-z-]+)` \|/) else { break }
                #expect(known.contains(String(match.1)), "\(match.1) of \(section.verbs)")
                rows += 1
            }
        }
        #expect(rows >= 5)
    }

    @Test("Each reply of a verb is shown or named") func replyKinds() throws {
        let document = try document()
        for kind in Verbs.all.flatMap({ $0.replies }) {
            #expect(document.contains("`\(kind.name)`") || document.contains("\"\(kind.name)\":"), "\(kind.name)")
        }
    }

    @Test("A word stands for one kind of reply") func oneKind() {
        var contents: [String: Set<String>] = [:]
        for kind in Verbs.all.flatMap({ $0.replies }) { contents[kind.name, default: []].insert("\(type(of: kind))") }
        for (name, types) in contents { #expect(types.count == 1, "\(name): \(types)") }
        #expect(["id", "ok", "final", "error"].allSatisfy { contents[$0] == nil })
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
        let line = Verbs.Submit(action: try DocumentSamples.everything()).encode()
        let keys = String(decoding: line, as: UTF8.self).matches(of: /"([a-z-]+)":/).map { String($0.1) }
        #expect(keys.count > 20)
        // Those of the request itself, and of the pieces of a message, stand in the text.
        for key in keys where key != "verb" && key != "action" { #expect(document.contains("`\(key)`"), "\(key)") }
    }

    @Test("Every outcome is explained") func outcomes() throws {
        let document = try document()
        for name in Outcome.words { #expect(document.contains("`\(name)`"), "\(name)") }
    }

    @Test("Everything that an action can wait for is explained") func limits() throws {
        let document = try document()
        for name in ForecastLimit.words { #expect(document.contains("`\(name)`"), "\(name)") }
    }

    @Test("The requests that it shows are requests") func examples() throws {
        var count = 0
        for line in try document().split(separator: "\n") where line.hasPrefix("-> ") {
            #expect(throws: Never.self, "\(line)") { try Request.decode(line.dropFirst(3).utf8) }
            count += 1
        }
        #expect(count >= Verbs.all.count)
    }

    @Test("The replies that it shows are replies, each to its verb") func replies() throws {
        var count = 0
        for section in try sections() {
            let kinds = section.verbs.compactMap(Verbs.named).flatMap { $0.replies.map(\.name) }
            for line in section.text.split(separator: "\n") where line.hasPrefix("<- ") {
                let kind = try #require(try Reply.decode(line.dropFirst(3).utf8).kind, "\(line)")
                #expect(kinds.contains(kind), "\(kind) of \(section.verbs)")
                count += 1
            }
        }
        #expect(count >= Verbs.all.count)
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
