// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import Testing

@Suite struct LineSplitterTests {
    private func line(_ text: String) -> LineSplitter.Line { .line(Array(text.utf8)) }

    /// Everything at once, in pieces of every size, and byte by byte give the same.
    @Test(arguments: [1, 2, 3, 5, 7, 100]) func pieces(size: Int) {
        let text = Array("{\"a\":1}\n\r\n  \n{\"b\":2}\r\n\nlong-long-long\nx\nunfinished".utf8)
        var splitter = LineSplitter(limit: 10)
        var lines: [LineSplitter.Line] = []
        for start in stride(from: 0, to: text.count, by: size) {
            lines += splitter.consume(text[start..<min(start + size, text.count)])
        }
        #expect(lines == [line("{\"a\":1}"), line("{\"b\":2}"), .tooLong, line("x")])
        #expect(splitter.isMidLine)
        #expect(splitter.pendingCount == 10)
        #expect(splitter.consume([10]) == [line("unfinished")])
        #expect(!splitter.isMidLine)
    }

    @Test("Exactly the limit is a line; one more is not") func limit() {
        var splitter = LineSplitter(limit: 4)
        #expect(splitter.consume(Array("abcd\nabcde\nabc\n".utf8)) == [line("abcd"), .tooLong, line("abc")])
    }

    @Test("An endless line holds nothing") func endless() {
        var splitter = LineSplitter(limit: 100)
        for _ in 0..<1000 {
            #expect(splitter.consume([UInt8](repeating: 97, count: 100)).isEmpty)
            #expect(splitter.pendingCount <= 100)
        }
        #expect(splitter.consume(Array("\nok\n".utf8)) == [.tooLong, line("ok")])
    }
}
