// SPDX-License-Identifier: GPL-3.0-or-later
import Configuration
import ControlProtocol
import Foundation
import GatewayCore
import Testing
import Wording

@testable import Gateway

/// The gate over a whole action, on 24 November 2026.
@Suite struct TextGateTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let now = DutchTime(year: 2026, month: 11, day: 24, hour: 12).timestamp()

    func configuration(_ change: (inout GatewayConfiguration) -> Void = { _ in }) -> GatewayConfiguration {
        var configuration = GatewayConfiguration()
        configuration.general.soundsDirectory = Self.root.appendingPathComponent("Sounds").path
        change(&configuration)
        return configuration
    }

    func action(_ prompt: [PromptPiece], sms: String? = nil, kind: ActionKind? = nil) throws -> ActionDocument {
        ActionDocument(
            id: try ActionID("2026-1"), prompt: prompt, sms: sms.map { TextDocument(text: $0) }, kind: kind)
    }

    func refusal(_ gate: TextGate) -> ProtocolError? {
        do throws(ProtocolError) {
            try gate.check(now: Self.now)
            return nil
        } catch {
            return error
        }
    }

    @Test("What is configured to refuse refuses, and says where; else it is a warning")
    func refuses() throws {
        let action = try action([.recording("opening"), .text("Bel 0800-6071 op ma 24/11.")])
        let lenient = TextGate(action, configuration())
        #expect(refusal(lenient) == nil)
        #expect(lenient.warnings(now: Self.now).count == 2)
        let strict = TextGate(action, configuration { $0.textRules.numbers = .refuse })
        let error = try #require(refusal(strict))
        #expect(error.code == .textRefused)
        #expect(error.field == "action.message[1]")
        #expect(error.message.hasPrefix("message[1]: \"0800-6071\" is not among"))
        #expect(strict.warnings(now: Self.now).count == 1)
    }

    @Test("The numbers that citizens see may be named: the action's, the configuration's, and the trunks'")
    func callers() throws {
        var document = try action([.text("Bel 0182-111111, 0182-222222.")])
        document.callerNumber = "0182111111"
        let gate = TextGate(document, configuration { $0.call.callerNumber = "+31182222222" })
        #expect(gate.warnings(now: Self.now) == [])
    }

    @Test("The report has each text as it is sent and spoken, and what recordings say")
    func report() throws {
        let document = try action(
            [.recording("opening"), .pause(300), .text("Bel 112."), .recording("eigen.wav")], sms: "Bel 112.")
        let report = TextGate(document, configuration())
            .report(now: Self.now, promptMilliseconds: 4000, segments: 1, channels: [.voice: 3])
        #expect(
            report.pieces == [
                .init(place: "message[0]", spoken: "Hier volgt een oproep van Burgernet.", recording: "opening"),
                .init(place: "message[1]", pause: 300),
                .init(place: "message[2]", text: "Bel 112.", spoken: "Bel één één twee."),
                .init(place: "message[3]", recording: "eigen.wav"), .init(place: "sms", text: "Bel 112."),
            ])
        #expect(report.channels == ["voice": 3])
        #expect(report.findings == [])
        let untouched = configuration { $0.speech.languages[0].writesOut = false }
        #expect(
            TextGate(document, untouched).report(now: Self.now, promptMilliseconds: 0, segments: nil, channels: [:])
                .pieces[2].spoken == "Bel 112.")
    }

    @Test("Every template that is shipped passes the gate with its own examples, without a warning")
    func templates() throws {
        let folder = Self.root.appendingPathComponent("etc/templates")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        for name in names {
            let template = try ActionTemplate(decoding: Array(Data(contentsOf: folder.appendingPathComponent(name))))
            let values = Dictionary(uniqueKeysWithValues: template.fields.map { ($0.name, $0.example) })
            let gate = TextGate(try template.fill(values), configuration())
            #expect(gate.warnings(now: Self.now) == [], "\(name)")
        }
    }
}
