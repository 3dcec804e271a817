// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import TestSupport
import Testing

@testable import Configuration

/// docs/configuration.md, the sample files and the schema say the same.
@Suite("Documents of the configuration") struct ConfigurationDocumentTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    private func lines(_ path: String) throws -> [String] {
        try String(contentsOfFile: Self.root + "/" + path, encoding: .utf8).components(separatedBy: "\n")
    }

    @Test("Every key stands in docs/configuration.md with its default and effect, and no other does")
    func document() throws {
        var section = ""
        var found: [String: String] = [:]
        for line in try lines("docs/configuration.md") {
            if line.hasPrefix("## ") {
                section = line.dropFirst(4).prefix { $0 != " " && $0 != "]" }.description
            }
            let cells = line.components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count >= 6, cells[1].hasPrefix("`"), cells[1].hasSuffix("=`") else { continue }
            let key = cells[1].dropFirst().dropLast(2)
            let standard = cells[2].trimmingCharacters(in: CharacterSet(charactersIn: "`"))
            found["\(section).\(key)"] = "\(standard) (\(cells[3]))"
            #expect(!cells[4].isEmpty)
        }
        var expected: [String: String] = [:]
        for entry in ConfigurationSchema.listing {
            // `nl` and `en` have a command.
            let isRequired = entry.isRequired && entry.section != "Language"
            let effect = entry.effect == .live ? "reload" : "restart"
            expected["\(entry.section).\(entry.key)"] = "\(isRequired ? "required" : entry.standard) (\(effect))"
        }
        #expect(found == expected)
    }

    @Test("Every key stands in the sample with its default, behind a #")
    func sample() throws {
        var section = ""
        var found: [String: String] = [:]
        for line in try lines("etc/burgernetd.conf") {
            let bare = line.hasPrefix("#") ? line.dropFirst() : line[...]
            if bare.hasPrefix("["), bare.hasSuffix("]") {
                section = String(bare.dropFirst().dropLast().split(separator: " ").first ?? "")
            } else if let equals = bare.firstIndex(of: "="), !bare.hasPrefix(" ") {
                #expect(line.hasPrefix("#"), "only comments: \(line)")
                found["\(section).\(bare[..<equals])"] = String(bare[bare.index(after: equals)...])
            }
        }
        var expected: [String: String] = [:]
        for entry in ConfigurationSchema.listing { expected["\(entry.section).\(entry.key)"] = entry.standard }
        expected["Language.Command"] = GatewayConfiguration().speech.commands["nl"]?.joined(separator: " ")
        #expect(found == expected)
    }

    @Test("The samples load without a complaint")
    func samplesLoad() throws {
        let directory = try TemporaryDirectory()
        try directory.write("burgernetd.conf", try lines("etc/burgernetd.conf").joined(separator: "\n"))
        let folder = Self.root + "/etc/burgernetd.conf.d"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let text = try lines("etc/burgernetd.conf.d/" + name).joined(separator: "\n")
            try directory.write("burgernetd.conf.d/" + name.replacing(".sample", with: ""), text)
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: Self.root + "/etc/tariffs") {
            let text = try lines("etc/tariffs/" + name).joined(separator: "\n")
            try directory.write("tariffs/" + name.replacing(".sample", with: ""), text)
        }
        try directory.write(
            "burgernetd.conf.d/99-tariffs.conf", "[Billing]\nTariffDirectory=\(directory.path)/tariffs\n")
        try directory.write("credentials/zuid", "secret\n")
        try directory.write("credentials/smsc-noord", "secret\n")
        let environment = ["CREDENTIALS_DIRECTORY": directory.path + "/credentials"]
        let loaded = try ConfigurationLoader(path: directory.path + "/burgernetd.conf", environment: environment)
            .load().get()
        #expect(loaded.configuration.trunks.map(\.name) == ["noord", "zuid"])
        #expect(loaded.configuration.trunks.last?.credentials?.username == "burgernet-gouda")
        #expect(loaded.configuration.trunks.map(\.callerNumber) == ["+318000011", "+318000011"])
        let smsc = try #require(loaded.configuration.smscs.first)
        #expect(loaded.configuration.smscs.count == 1)
        #expect(smsc.name == "smsc-noord" && smsc.systemID == "burgernet" && smsc.password?.text == "secret")
        #expect(loaded.configuration.tariffs.map(\.name).sorted() == ["municipalities", "noord-sms", "noord-voice"])
        #expect(smsc.tls && smsc.binds == 2 && smsc.messagesPerSecond == 50)
        #expect(loaded.warnings.filter { !$0.subject.hasPrefix("[Language") } == [])
    }

    @Test("Without the samples nothing but the trunk is missing")
    func bareSample() throws {
        let text = try lines("etc/burgernetd.conf").joined(separator: "\n")
        #expect(
            readConfiguration(text).complaints.map(\.message) == [
                "no trunk is configured: at least one [Trunk name] or [SMSC name] is needed"
            ])
    }

    @Test("Texts of defaults are read back as the defaults")
    func defaults() {
        var text = ""
        for section in ConfigurationSchema.plainSections {
            text += "[\(section.kind)]\n"
            for key in section.keys { text += "\(key.name)=\n\(key.name)=\(key.text(GatewayConfiguration()))\n" }
        }
        let reader = readConfiguration(text + someTrunk)
        var expected = GatewayConfiguration()
        expected.trunks = [.init(name: "t", host: "sip.example.nl", callsPerSecond: 10, channels: 100)]
        #expect(reader.complaints.isEmpty)
        #expect(reader.configuration == expected)
    }
}
