// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
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
        #expect(splitter.waiting == 10)
        #expect(splitter.consume([10]) == [line("unfinished")])
        #expect(!splitter.isMidLine)
    }

    @Test("Exactly the limit is a line; one more is not") func limit() {
        var splitter = LineSplitter(limit: 4)
        #expect(splitter.consume(Array("abcd\nabcde\nabc\n".utf8)) == [line("abcd"), .tooLong, line("abc")])
    }

    @Test("An endless line holds nothing") func endless() {
        var splitter = LineSplitter(limit: 100)
        for round in 0..<1000 {
            // Said once, as soon as it is certain.
            #expect(splitter.consume([UInt8](repeating: 97, count: 100)) == (round == 1 ? [.tooLong] : []))
            #expect(splitter.waiting <= 100)
            #expect(splitter.isMidLine)
        }
        #expect(splitter.consume(Array("\nok\n".utf8)) == [line("ok")])
        #expect(!splitter.isMidLine)
    }

    @Test("Lines wait until they are taken, blank ones too") func waiting() {
        var splitter = LineSplitter(limit: 10)
        splitter.append(Array("one\n\r\ntwo\nth".utf8))
        #expect(splitter.next() == line("one"))
        #expect(splitter.waiting == 8)
        splitter.append(Array("ree\n".utf8))
        #expect(splitter.next() == line(""))
        #expect(splitter.next() == line("two"))
        #expect(splitter.next() == line("three"))
        #expect(splitter.next() == nil)
        #expect(splitter.waiting == 0)
    }

    @Test("What stands behind the last LF is a line where a stream may end so") func finish() {
        var splitter = LineSplitter(limit: 10)
        #expect(splitter.consume(Array("one\ntwo".utf8)) == [line("one")])
        #expect(splitter.finish() == line("two"))
        #expect(splitter.finish() == nil)
        #expect(!splitter.isMidLine)
        // What was reported as too long is not reported again.
        #expect(splitter.consume(Array("long-long-long".utf8)) == [.tooLong])
        #expect(splitter.finish() == nil)
        #expect(!splitter.isMidLine)
    }
}
