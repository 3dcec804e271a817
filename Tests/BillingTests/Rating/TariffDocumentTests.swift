// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore
import Testing

@testable import Billing

/// docs/tariffs.md and the samples say the same as the schema.
@Suite("Documents of tariffs") struct TariffDocumentTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    @Test("Every key stands in docs/tariffs.md, and no other does") func keys() throws {
        let text = try String(contentsOfFile: Self.root + "/docs/tariffs.md", encoding: .utf8)
        let found = Set(text.matches(of: /(?m)^\| `([A-Za-z]+)=` \|/).map { String($0.1) })
        let known =
            TariffSchema.tariffKeys.map(\.name) + TariffSchema.voiceKeys.map(\.name) + TariffSchema.smsKeys.map(\.name)
        #expect(found == Set(known))
    }

    @Test("Nothing is wrong with the samples") func samples() throws {
        var reader = TariffReader()
        for name in ["carrier-noord", "municipalities"] {
            let path = "\(Self.root)/etc/tariffs/\(name).tariff.sample"
            let bytes = try #require(FileManager.default.contents(atPath: path))
            reader.read(Array(bytes), file: name)
        }
        let plan = NumberingPlan()
        let checks = TariffChecks(reader.tariffs, allowed: plan.allowed, refused: plan.refused)
        #expect(reader.complaints.map(\.description) + checks.complaints.map(\.description) == [])
        #expect(checks.warnings.map(\.description) == [])
        #expect(reader.tariffs.map(\.tariff.name) == ["noord-voice", "noord-sms", "municipalities"])
    }
}
