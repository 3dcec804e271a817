// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore
import Testing

/// The error that a line is refused with; nil when it is taken.
func refusal(_ line: String) -> ProtocolError? {
    do throws(ProtocolError) {
        _ = try Request.decode(line.utf8)
        return nil
    } catch {
        return error
    }
}

@Suite struct RequestDecodingTests {
    @Test func submitWithEverything() throws {
        let line = """
            {"verb":"submit","id":"t1","skip-invalid":true,"action":{"id":"2026-0042","title":"Vermist kind",\
            "priority":"life-threat","language":"en","message":[{"recording":"opening"},{"pause":500},\
            {"text":"Wilt u uitkijken naar \\u00e9\\u00e9n kind?\\nBel 0800-0011."}],"caller-number":"088 000 01 12",\
            "caller-name":"Burgernet","starts":"2026-11-24T13:30:00+01:00","expires":"2026-11-24T14:30:00Z","plays":2,\
            "keys":{"1":"repeat","2":"confirm"},"account":"GM0513"}}
            """
        let request = try Request.decode(line.utf8)
        let action = ActionDocument(
            id: try ActionID("2026-0042"), title: "Vermist kind", priority: .lifeThreat, language: .english,
            prompt: [
                .recording("opening"), .pause(500), .text("Wilt u uitkijken naar één kind?\nBel 0800-0011."),
            ], callerNumber: "088 000 01 12", callerName: "Burgernet",
            starts: Timestamp(iso8601: "2026-11-24T12:30:00Z"),
            expires: Timestamp(iso8601: "2026-11-24T14:30:00Z"), plays: 2,
            keys: ["1": .repeat, "2": .confirm], account: "GM0513")
        #expect(
            request
                == Request(Verbs.Submit(action: action, leniency: SubmissionLeniency(skipsInvalid: true)), tag: "t1"))
    }

    @Test func submitWithLittle() throws {
        let request = try Request.decode(#"{"verb":"submit","action":{"id":"a","message":[{"text":"Hallo"}]}}"#.utf8)
        let action = ActionDocument(id: try ActionID("a"), prompt: [.text("Hallo")])
        #expect(request == Request(Verbs.Submit(action: action)))
        #expect(action.priority == .normal)
        #expect(action.language == .dutch)
        #expect(action.plays == 1)
        #expect(action.keys == ["1": .repeat])
        #expect(action.account.isEmpty)
    }

    @Test("null is the same as left out")
    func null() throws {
        let line = #"{"verb":"watch","action":null,"interval-ms":null,"id":null}"#
        // The tag alone has to be a string: it is echoed.
        #expect(throws: ProtocolError.self) { try Request.decode(line.utf8) }
        let request = try Request.decode(#"{"verb":"watch","action":null,"interval-ms":null}"#.utf8)
        #expect(request == Request(Verbs.Watch(action: nil, intervalMilliseconds: 1000)))
    }

    static func samples() throws -> [Request] {
        let verbs = try submissions() + actions() + records() + ledger() + others()
        let lines: [Request] = [
            .recipient(RecipientLine(number: "0612345678")),
            .recipient(RecipientLine(number: "06\u{0}\u{7f}é", reference: "P-1", account: "GM0513", line: 17)),
            .recipient(RecipientLine(number: "06", channel: "sms", line: 3)), .participant(wishes),
            .recipient(RecipientLine(number: "", reference: "P-1")),
            .recipient(RecipientLine(number: "06", reference: "P-1", account: "GM0513", preferences: wishes, line: 4)),
            .commit, .abort,
        ]
        return verbs.map { Request($0) } + verbs.map { Request($0, tag: "tag \"1\"") } + lines
    }

    private static func submissions() throws -> [any Verb] {
        let time = try #require(Timestamp(iso8601: "2026-11-01T00:00:00Z"))
        let document = ActionDocument(
            id: try ActionID("2026-0042"), title: "\"quoted\" \\ title",
            prompt: [.text("a\tb\nc \u{1F6A8}"), .pause(1)], starts: time, keys: [:])
        return [
            Verbs.Submit(action: document),
            Verbs.Submit(action: document, leniency: SubmissionLeniency(skipsInvalid: true)),
            Verbs.Submit(action: try DocumentSamples.smsAlone()),
            Verbs.Submit(action: document, leniency: SubmissionLeniency(assumesLostZero: true)),
            Verbs.Submit(action: document, isDryRun: true),
            Verbs.Plan(action: document, leniency: SubmissionLeniency(allowsUnknownAccounts: true)),
            Verbs.Submit(
                action: ActionDocument(
                    id: try ActionID("a"), priority: .lifeThreat, prompt: [.text("Hallo")], weight: 7,
                    override: OverrideDocument(officer: "J. de Vries", reason: "dijkdoorbraak"),
                    stopWhen: StopDocument(confirmed: 12))),
            Verbs.Submit(action: try DocumentSamples.everything(), leniency: SubmissionLeniency(skipsInvalid: true)),
            Verbs.Plan(action: document),
            Verbs.Submit(action: document, confirm: 3700, officer: try OfficerName("J. Jansen")),
            Verbs.Plan(action: try DocumentSamples.everything(), leniency: SubmissionLeniency(skipsInvalid: true)),
        ]
    }

    private static func actions() throws -> [any Verb] {
        let action = try ActionID("2026-0042")
        let officer = try OfficerName("A. de Vries")
        return [
            Verbs.List(), Verbs.Show(action: action), Verbs.Show(action: action, recipients: true),
            Verbs.Show(action: action, recipients: true, messages: true), Verbs.Show(action: action, messages: true),
            Verbs.Pause(action: action), Verbs.Resume(action: action), Verbs.Cancel(action: action, finishCalls: true),
            Verbs.Cancel(action: action, finishCalls: false), Verbs.Retry(action: action),
            Verbs.Watch(action: action, intervalMilliseconds: 250), Verbs.Watch(action: nil),
            Verbs.Pause(action: action, officer: officer), Verbs.Resume(action: action, officer: officer),
            Verbs.Cancel(action: action, officer: officer), Verbs.Retry(action: action, officer: officer),
            Verbs.Approve(action: action, officer: officer), Verbs.Approve(action: action, officer: nil),
            Verbs.Stop(action: action, officer: officer),
            Verbs.Correct(action: action, text: "Bel 0800-0011.", officer: officer),
            Verbs.Correct(action: action, text: "a", sms: "b", officer: nil),
            Verbs.Close(action: action, text: "Gevonden.", sms: "b", result: "found", officer: officer),
            Verbs.Close(action: action, none: "rehearsal", officer: officer),
            Verbs.Stop(action: action, say: "De jongen\nis gevonden.", isSwitch: true, officer: officer),
        ]
    }

    private static func records() throws -> [any Verb] {
        let time = try #require(Timestamp(iso8601: "2026-11-01T00:00:00Z"))
        let (october, december) = (try #require(DutchMonth("2026-10")), try #require(DutchMonth("2026-12")))
        return [
            Verbs.ExportCDRs(format: .asterisk), Verbs.ExportCDRs(format: .native, locale: .dutch),
            Verbs.ExportCDRs(format: .ledger),
            Verbs.ExportCDRs(
                format: .native, from: time, to: time + .seconds(1), account: "GM0513",
                action: try ActionID("2026-0042")),
            Verbs.Explain(.sequence(4711)), Verbs.Explain(.callID("sms-7")), Verbs.Budgets(),
            Verbs.Statement(account: "GM0513", StatementOptions(month: october)),
            Verbs.Statement(
                account: "GM0513",
                StatementOptions(month: december, format: .csv, language: .english, locale: .dutch)),
            Verbs.Report(StatementOptions(month: october, format: .csv)),
            Verbs.Evaluate(action: try ActionID("a")),
            Verbs.Evaluate(
                action: try ActionID("a"), format: .html, language: .english, isBriefing: true, account: "GM0513"),
        ]
    }

    private static func ledger() throws -> [any Verb] {
        let time = Timestamp(milliseconds: 1_795_523_400_000)
        return [
            Verbs.VerifyLedger(),
            Verbs.VerifyLedger(
                from: 2, to: 9, noted: LedgerPoint(sequence: 4, hash: String(repeating: "0a", count: 32))),
            Verbs.Rerate(
                from: time, to: time + .seconds(100), account: "GM0513", action: try ActionID("a"), note: "corrected",
                isDryRun: false),
            Verbs.Rerate(from: time, note: "", isDryRun: true),
            Verbs.Credit(sequence: 7, amount: Money(microEuros: 250_000), note: "as agreed"),
            Verbs.ForgetParticipant(number: "0612345678"),
            Verbs.ForgetParticipant(number: "0612345678", keepsNumber: true),
            Verbs.ImportParticipants(), Verbs.ImportParticipants(replaces: true, isDryRun: true, skipsInvalid: true),
            Verbs.ExportParticipants(), Verbs.ExportParticipants(format: .jsonLines),
            Verbs.ExportParticipants(format: .csv, locale: .dutch),
            Verbs.ShowParticipant(participant: "P-1041"),
            Verbs.SetParticipant(participant: "P-1041", to: Self.wishes),
            Verbs.PauseParticipant(participant: "P-1041", until: "2026-12-24"),
            Verbs.Why(participant: "0612345678"),
            Verbs.Why(participant: "P-1041", action: try ActionID("2026-0042"), language: .dutch),
            Verbs.Hygiene(since: time), Verbs.Hygiene(since: time, locale: .dutch),
        ]
    }

    private static var wishes: ParticipantLine {
        var line = ParticipantLine()
        line[.calls] = "mon-fri 08:00-22:00"
        line[.caps] = ""
        return line
    }

    private static func others() throws -> [any Verb] {
        [
            Verbs.Trunks(), Verbs.TrunkUp(trunk: "kpn"), Verbs.TrunkDown(trunk: "kpn"), Verbs.TrunkForget(trunk: "kpn"),
            Verbs.SMSCs(),
            Verbs.SMSCUp(smsc: "noord"), Verbs.SMSCDown(smsc: "noord"), Verbs.Status(),
            Verbs.RenderPrompt(
                prompt: [.recording("opening"), .text("x"), .text("y", language: .dutch)], language: .english),
            Verbs.Reload(), Verbs.ShowConfiguration(), Verbs.CompareConfiguration(),
        ]
    }

    @Test("What is encoded is one line that decodes to the same") func roundTrip() throws {
        for sample in try Self.samples() {
            let line = sample.encode()
            #expect(line.last == 10)
            #expect(line.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7f })
            #expect(try Request.decode(line.dropLast()) == sample)
        }
    }

    @Test func everyVerbIsSampled() throws {
        let verbs = try Self.samples().compactMap { sample in
            if case .verb(let request) = sample { type(of: request.verb).name } else { nil }
        }
        #expect(Set(verbs) == Set(Verbs.all.map { $0.name }))
    }

    @Test func goldenBytes() throws {
        func line(_ verb: any Verb, tag: String? = nil) -> String {
            String(decoding: verb.encode(tag: tag), as: UTF8.self)
        }
        let action = try ActionID("a")
        #expect(
            line(Verbs.Show(action: action, recipients: true), tag: "7")
                == #"{"verb":"show","id":"7","action":"a","recipients":true}"# + "\n")
        #expect(
            line(Verbs.Show(action: action, messages: true)) == #"{"verb":"show","action":"a","messages":true}"# + "\n")
        #expect(line(Verbs.SMSCs()) == #"{"verb":"smsc"}"# + "\n")
        #expect(line(Verbs.SMSCDown(smsc: "noord")) == #"{"verb":"smsc-down","smsc":"noord"}"# + "\n")
        let recipient = Request.recipient(
            RecipientLine(number: "06", reference: "P", account: "G", channel: "sms", line: 2))
        #expect(
            String(decoding: recipient.encode(), as: UTF8.self)
                == #"{"recipient":{"number":"06","id":"P","account":"G","channel":"sms","line":2}}"# + "\n")
    }

    @Test func lengthIsBounded() throws {
        let text = String(repeating: "a", count: 70_000)
        let error = refusal(#"{"verb":"show","action":"\#(text)"}"#)
        #expect(error == ProtocolError(.lineTooLong, "the line is longer than 65536 bytes"))
    }

    @Test("Never a trap, whatever one byte does to a line") func mutations() throws {
        let lines = try Self.samples().map { Array($0.encode().dropLast()) }
        for line in lines {
            for index in line.indices {
                for byte: UInt8 in [0, 9, 34, 44, 45, 48, 91, 92, 93, 123, 125, 0x80, 0xc3, 0xff] {
                    var changed = line
                    changed[index] = byte
                    _ = try? Request.decode(changed)
                }
                _ = try? Request.decode(line[..<index])
            }
        }
    }
}
