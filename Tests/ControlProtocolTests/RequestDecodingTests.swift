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
        let tagged = try TaggedRequest.decode(line.utf8)
        let action = ActionDocument(
            id: try ActionID("2026-0042"), title: "Vermist kind", priority: .lifeThreat, language: .english,
            message: [
                .recording("opening"), .pause(500), .text("Wilt u uitkijken naar één kind?\nBel 0800-0011."),
            ], callerNumber: "088 000 01 12", callerName: "Burgernet",
            starts: Timestamp(iso8601: "2026-11-24T12:30:00Z"),
            expires: Timestamp(iso8601: "2026-11-24T14:30:00Z"), plays: 2,
            keys: ["1": .repeat, "2": .confirm], account: "GM0513")
        #expect(tagged == TaggedRequest(.submit(action, skipInvalid: true), tag: "t1"))
    }

    @Test func submitWithLittle() throws {
        let request = try Request.decode(#"{"verb":"submit","action":{"id":"a","message":[{"text":"Hallo"}]}}"#.utf8)
        let action = ActionDocument(id: try ActionID("a"), message: [.text("Hallo")])
        #expect(request == .submit(action, skipInvalid: false))
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
        #expect(request == .watch(nil, intervalMilliseconds: 1000))
    }

    static func samples() throws -> [TaggedRequest] {
        let action = try ActionID("2026-0042")
        let time = try #require(Timestamp(iso8601: "2026-11-01T00:00:00Z"))
        let document = ActionDocument(
            id: action, title: "\"quoted\" \\ title", message: [.text("a\tb\nc \u{1F6A8}"), .pause(1)], starts: time,
            keys: [:])
        let requests: [Request] = [
            .submit(document, skipInvalid: false), .submit(document, skipInvalid: true),
            .recipient(RecipientLine(number: "0612345678")),
            .recipient(RecipientLine(number: "06\u{0}\u{7f}é", reference: "P-1", account: "GM0513", line: 17)), .commit,
            .abort, .list, .show(action, recipients: false), .show(action, recipients: true), .pause(action),
            .resume(action), .cancel(action, finishCalls: true), .cancel(action, finishCalls: false),
            .retryInterrupted(action), .watch(action, intervalMilliseconds: 250),
            .watch(nil, intervalMilliseconds: 1000), .exportCDRs(CDRSelection(format: .asterisk)),
            .exportCDRs(
                CDRSelection(format: .native, from: time, to: time + .seconds(1), account: "GM0513", action: action)),
            .explain(.sequence(4711)), .explain(.callID("sms-7")), .budgets,
            .exportCDRs(CDRSelection(format: .native, locale: .dutch)), .exportCDRs(CDRSelection(format: .ledger)),
            .verifyLedger(from: nil, to: nil, noted: nil),
            .verifyLedger(
                from: 2, to: 9, noted: LedgerPoint(sequence: 4, hash: String(repeating: "0a", count: 32))),
            .rerate(
                RerateSelection(
                    from: Timestamp(milliseconds: 1_795_523_400_000), to: Timestamp(milliseconds: 1_795_523_500_000),
                    account: "GM0513", action: try ActionID("a"), note: "corrected", isDryRun: false)),
            .rerate(RerateSelection(from: Timestamp(milliseconds: 1_795_523_400_000), note: "", isDryRun: true)),
            .credit(sequence: 7, amount: Money(microEuros: 250_000), note: "as agreed"),
            .forgetParticipant("0612345678"), .trunks, .setTrunk("kpn", up: true), .setTrunk("kpn", up: false), .smscs,
            .setSMSC("noord", up: true),
            .setSMSC("noord", up: false), .status, .show(action, recipients: true, messages: true),
            .show(action, recipients: false, messages: true),
            .submit(try DocumentSamples.smsAlone(), skipInvalid: false),
            .submit(try DocumentSamples.everything(), skipInvalid: true),
            .plan(document, skipInvalid: false), .plan(try DocumentSamples.everything(), skipInvalid: true),
            .recipient(RecipientLine(number: "06", channel: "sms", line: 3)),
            .renderPrompt(message: [.recording("opening"), .text("x")], language: .english),
            .statement(account: "GM0513", StatementOptions(month: try #require(DutchMonth("2026-10")))),
            .statement(
                account: "GM0513",
                StatementOptions(
                    month: try #require(DutchMonth("2026-12")), format: .csv, language: .english, locale: .dutch)),
            .report(StatementOptions(month: try #require(DutchMonth("2026-01")), format: .csv)),
        ]
        return requests.map { TaggedRequest($0) }
            + requests.filter { $0.verb != nil }.map { TaggedRequest($0, tag: "tag \"1\"") }
    }

    @Test("What is encoded is one line that decodes to the same") func roundTrip() throws {
        for sample in try Self.samples() {
            let line = sample.encode()
            #expect(line.last == 10)
            #expect(line.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7f })
            #expect(try TaggedRequest.decode(line.dropLast()) == sample)
        }
    }

    @Test func everyVerbIsSampled() throws {
        let verbs = try Set(Self.samples().compactMap(\.request.verb))
        #expect(verbs == Set(Verb.allCases))
    }

    @Test func goldenBytes() throws {
        let show = TaggedRequest(.show(try ActionID("a"), recipients: true), tag: "7")
        #expect(
            String(decoding: show.encode(), as: UTF8.self)
                == #"{"verb":"show","id":"7","action":"a","recipients":true}"# + "\n")
        let recipient = Request.recipient(
            RecipientLine(number: "06", reference: "P", account: "G", channel: "sms", line: 2))
        #expect(
            String(decoding: recipient.encode(), as: UTF8.self)
                == #"{"recipient":{"number":"06","id":"P","account":"G","channel":"sms","line":2}}"# + "\n")
        let messages = Request.show(try ActionID("a"), recipients: false, messages: true)
        #expect(
            String(decoding: messages.encode(), as: UTF8.self)
                == #"{"verb":"show","action":"a","messages":true}"# + "\n")
        #expect(String(decoding: Request.smscs.encode(), as: UTF8.self) == #"{"verb":"smsc"}"# + "\n")
        #expect(
            String(decoding: Request.setSMSC("noord", up: false).encode(), as: UTF8.self)
                == #"{"verb":"smsc-down","smsc":"noord"}"# + "\n")
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
                    _ = try? TaggedRequest.decode(changed)
                }
                _ = try? TaggedRequest.decode(line[..<index])
            }
        }
    }
}
