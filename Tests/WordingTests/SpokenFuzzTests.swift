// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Testing

@testable import Wording

/// Whatever stands in a text, it is read to its end, in bounded time.
@Suite struct SpokenFuzzTests {
    /// Beginnings, middles and ends of what the rules look for.
    static let pieces = [
        "0", "1", "12", "31", "112", "0800", "6070", "06-", "12345678", "+31", "-", "-", ".", ",", ":", "/", " ", " ",
        " ",
        "\n", "(", ")", "€", "AB", "XX", "c", "A", "N201", "uur", "u", "m", "km/u", "nov", "ma", "Burg.", "dhr", "str.",
        "Kerkstr", "II", "V", "kenteken", "www", "nl", "politie", "@", "http://", "<", "&", "[[", "😀", "é", "e\u{301}",
        "٣",
        "\u{200b}", "\u{1}", "e", "ste", "t/m", "m.b.t.", "EUR", "mln", "24-11-2026", "%", "°", "½", "²", "'s",
        "\u{202e}",
    ]

    /// Numerical Recipes' generator: the same texts everywhere.
    struct Dice {
        var state: UInt64
        mutating func roll(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
    }

    @Test("100,000 random texts are read, and nothing of SSML, phonemes or control characters is left")
    func random() {
        var dice = Dice(state: 20_261_124)
        let forms = [SpokenForm(language: "nl"), SpokenForm(language: "en")]
        for index in 0..<100_000 {
            var text = ""
            for _ in 0..<dice.roll(8) { text += Self.pieces[dice.roll(Self.pieces.count)] }
            let parts = forms[index % 2].parts(of: text)
            let source = parts.map(\.source).joined()
            // Digits of other scripts are read as ours.
            if source != text.replacing("٣", with: "3") { Issue.record("\(text.debugDescription) lost a part") }
            let odd = forms[index % 2].write(text).unicodeScalars.first {
                SymbolRule.isDangerous($0) || $0.value < 0x20 && $0 != "\n"
            }
            if let odd { Issue.record("\(text.debugDescription) kept \(odd)") }
        }
    }

    private func workOfThisThread() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test("Each part is looked at from few places: eight times the text is about eight times the work")
    func linear() {
        let form = SpokenForm(language: "nl")
        for piece in Self.pieces + ["a.", "1-", "06 ", "AB-", "12 ", "a/", "www.", "1.000", "+1", "(0", "kenteken A "] {
            // Of this thread's work: how busy the machine is has no part in it.
            func seconds(_ count: Int) -> Double {
                let text = String(repeating: piece, count: count)
                return (0..<3).map { _ in
                    let before = workOfThisThread()
                    _ = form.write(text)
                    return workOfThisThread() - before
                }.min() ?? 0
            }
            let (short, long) = (seconds(250), seconds(2000))
            // Quadratic would be 64 times; the floor is for what takes no time to speak of.
            #expect(long < max(short, 0.001) * 24, "\(piece.debugDescription): \(short) s, \(long) s")
        }
    }
}
