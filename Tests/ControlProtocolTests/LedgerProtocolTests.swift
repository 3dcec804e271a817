// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore
import Testing

@Suite("The ledger on the wire") struct LedgerProtocolTests {
    @Test(
        "What is refused",
        arguments: [
            #"{"verb":"cdr-verify","from":9,"to":2}"#, #"{"verb":"cdr-verify","noted-sequence":1,"noted-hash":"x"}"#,
            #"{"verb":"cdr-verify","from":0}"#, #"{"verb":"cdr-credit","sequence":1,"amount":"-1","note":"x"}"#,
            #"{"verb":"cdr-credit","sequence":1,"amount":1,"note":"x"}"#,
            #"{"verb":"cdr-credit","sequence":1,"amount":"1","note":""}"#,
            #"{"verb":"cdr-rerate","note":"x"}"#, #"{"verb":"cdr-rerate","from":"2026-11-01T00:00:00Z"}"#,
            #"{"verb":"cdr-rerate","from":"2026-11-01","note":"x"}"#, #"{"verb":"cdr-rerate","from":null,"note":"x"}"#,
            #"{"verb":"cdr-rerate","from":"2026-11-01T00:00:00Z","note":""}"#,
            #"{"verb":"cdr-rerate","from":"2026-11-01T00:00:00Z","dry-run":true,"note":"a\u0007"}"#,
            #"{"verb":"cdr-rerate","from":"2026-11-02T00:00:00Z","to":"2026-11-01T00:00:00Z","note":"x"}"#,
            #"{"verb":"cdr-export","format":"ledger","account":"GM0513"}"#,
            #"{"verb":"cdr-export","format":"native","locale":"de"}"#,
        ])
    func refused(line: String) {
        #expect(throws: ProtocolError.self) { try Request.decode(Array(line.utf8)) }
    }

    @Test("Lines of an export as bytes are those of the general encoder, and are read either way")
    func lines() throws {
        let lines = [
            "plain", "", "\"quoted\"", "back\\slash", "tab\tline\nbreak\r", "caf\u{e9} \u{1f600}", "bell\u{7}\u{7f}",
        ]
        for tag in [nil, "t\"1"] {
            var reply = LinesReply(tag: tag)
            for line in lines { reply.append(Array(line.utf8)) }
            let bytes = reply.encodeLine()
            #expect(bytes.last == 10)
            #expect(try Reply.decode(bytes.dropLast()) == .part(Replies.lines, lines, tag: tag))
        }
        var reply = LinesReply()
        for line in lines.dropLast() { reply.append(Array(line.utf8)) }
        var output = Array("before".utf8)
        #expect(LinesReply.append(linesOf: reply.encodeLine().dropLast(), lineEnd: [13, 10], to: &output) == 6)
        #expect(
            String(decoding: output, as: UTF8.self)
                == "before" + lines.dropLast().map { $0 + "\r\n" }.joined())
    }

    @Test(
        "Other replies are left to the general decoder",
        arguments: [
            #"{"final":true,"ok":true,"rows":1}"#, #"{"id":"1","lines":["x"]}"#, #"{"lines":["\u0007"]}"#,
            #"{"lines":["x""y"]}"#, #"{"lines":["x]}"#, #"{"lines":[1]}"#, #"{"lines":["\"]}"#,
        ])
    func others(line: String) {
        var output: [UInt8] = [1]
        #expect(LinesReply.append(linesOf: Array(line.utf8), lineEnd: [10], to: &output) == nil)
        #expect(output == [1])
    }

    @Test("Rating again on the wire") func rerated() throws {
        let golden: [(Reply, String)] = [
            (
                .part(
                    Replies.change,
                    RatingChange(
                        sequence: 7, corrections: [12], account: "GM0513", action: "a", cost: nil,
                        charge: "-0.020000", vat: "-0.004200", costTariff: nil, chargeTariff: "t@2026-01-01/1")),
                #"{"change":{"account":"GM0513","action":"a","charge":"-0.020000","charge-tariff":"t@2026-01-01/1","#
                    + #""corrections":[12],"sequence":7,"vat":"-0.004200"}}"#
            ),
            (
                .final(
                    Replies.rerated,
                    RerateReport(
                        rows: 9, changed: 1, corrections: 1, purged: 2, dryRun: false,
                        accounts: [
                            RerateReport.Account(
                                account: "GM0513", changed: 1, cost: "0.000000", charge: "-0.020000",
                                vat: "-0.004200")
                        ])),
                #"{"final":true,"ok":true,"rerated":{"accounts":[{"account":"GM0513","changed":1,"charge":"-0.020000","#
                    + #""cost":"0.000000","vat":"-0.004200"}],"changed":1,"corrections":1,"dry-run":false,"#
                    + #""purged":2,"rows":9}}"#
            ),
        ]
        for (reply, line) in golden {
            #expect(String(decoding: reply.encodeLine(), as: UTF8.self) == line + "\n")
            #expect(try Reply.decode(line.utf8) == reply)
        }
    }
}
