// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import ControlProtocol

/// The quick way must read what the parser reads, or leave it to the parser.
@Suite struct RecipientScannerTests {
    private func parsed(_ text: String) -> RecipientLine? {
        guard case .recipient(let line)? = try? Request.decode(Array(text.utf8)) else { return nil }
        return line
    }

    @Test(
        "Plain lines are read without the parser",
        arguments: [
            #"{"recipient":{"number":"0612345678"}}"#,
            #"{"recipient":{"number":"0612345678","id":"P-1","account":"GM0513","channel":"sms","line":12}}"#,
            #"{ "recipient" : { "line" : 999999999 , "id" : "" , "number" : "+31 (0)6 12345678" } } "#,
            "{\t\"recipient\": {\"number\": \"x y\", \"id\": \"~ !#\"}}",
        ])
    func plain(text: String) throws {
        let line = try #require(RecipientScanner.scan(Array(text.utf8)))
        #expect(line == parsed(text))
    }

    @Test(
        "Everything else is left to the parser",
        arguments: [
            "", "{", "{}", "[]", "null", #"{"recipient":{}}"#, #"{"recipient":{"id":"P-1"}}"#,
            #"{"recipient":{"number":612345678}}"#, #"{"recipient":{"number":null}}"#,
            #"{"recipient":{"number":"06","number":"07"}}"#, #"{"recipient":{"number":"06","nummer":"07"}}"#,
            #"{"recipient":{"number":"06","id":"P\u0031"}}"#, #"{"recipient":{"number":"06","id":"Zo\"n"}}"#,
            #"{"recipient":{"number":"06","id":"é"}}"#, #"{"recipient":{"number":"06","line":0}}"#,
            #"{"recipient":{"number":"06","line":07}}"#, #"{"recipient":{"number":"06","line":1.0}}"#,
            #"{"recipient":{"number":"06","line":1e3}}"#, #"{"recipient":{"number":"06","line":-1}}"#,
            #"{"recipient":{"number":"06","line":}}"#, #"{"recipient":{"number":"06","line":10000000000}}"#,
            #"{"recipient":{"number":"06"}} x"#, #"{"recipient":{"number":"06"},"id":"t"}"#,
            #"{"recipient":{"number":"06",}}"#, #"{"recipient":{"number":"06"}"#, #"{"recipient":{"number":"06}}"#,
            #"{"recipient":{"number":"06","id":null}}"#, #"{"commit":true}"#, #"{"verb":"list"}"#,
            "{\"recipient\":{\"number\":\"0\u{1}6\"}}", "{\"recipient\":{\"number\":\"0\u{7f}6\"}}",
        ])
    func other(text: String) {
        #expect(RecipientScanner.scan(Array(text.utf8)) == nil)
    }

    @Test("Whatever is broken off, swapped or doubled in a line, both say the same of it")
    func broken() {
        let whole = Array(#"{"recipient": {"number":"0612345678","id":"P-1","line":3}}"#.utf8)
        let others = Array("\"{}:,0x\\ é".utf8)
        for position in whole.indices {
            for replacement in others.map({ [$0] }) + [[], [whole[position], whole[position]]] {
                var line = whole
                line.replaceSubrange(position...position, with: replacement)
                guard let scanned = RecipientScanner.scan(line) else { continue }
                #expect(scanned == parsed(String(decoding: line, as: UTF8.self)))
            }
        }
    }
}
