// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

@Suite("Reassembler")
struct ReassemblerTests {
    private typealias Words = Reassembler<String>
    private let ada = "31612345678"

    private func part(
        _ sequence: UInt8, of total: UInt8, reference: UInt16 = 42, _ scheme: Concatenation.Scheme = .reference8
    ) -> Concatenation? {
        Concatenation(scheme: scheme, reference: reference, total: total, sequence: sequence)
    }

    /// Adds a segment of Ada's to the service number.
    private func add(
        _ words: inout Words, _ text: String, _ part: Concatenation?, from source: String = "31612345678", at: Int64 = 0
    ) -> [Words.Message] {
        words.add(text, source: source, destination: "1403", concatenation: part, at: at)
    }

    @Test("In any order", arguments: [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]])
    func order(sequences: [UInt8]) {
        var words = Words()
        for (index, sequence) in sequences.enumerated() {
            let out = add(&words, "deel \(sequence)", part(sequence, of: 3), at: Int64(index))
            if index < 2 {
                #expect(out.isEmpty)
                #expect(words.openCount == 1 && words.fragmentCount == index + 1)
            } else {
                #expect(out.map(\.fragments) == [["deel 1", "deel 2", "deel 3"]])
                #expect(out[0].reason == .complete && out[0].missing.isEmpty)
                #expect(out[0].source == ada && out[0].destination == "1403" && out[0].firstAt == 0)
            }
        }
        #expect(words.openCount == 0 && words.fragmentCount == 0)
    }

    @Test("One by itself, and a total of one") func single() {
        var words = Words()
        for concatenation in [nil, part(1, of: 1)] {
            let out = add(&words, "STOP", concatenation, at: 3)
            #expect(out.map(\.present) == [["STOP"]] && out[0].reason == .complete && out[0].firstAt == 3)
        }
        #expect(words.openCount == 0)
    }

    @Test("The same segment again, before and after the message is complete") func duplicates() {
        var words = Words()
        #expect(add(&words, "a", part(1, of: 2)).isEmpty)
        #expect(add(&words, "a", part(1, of: 2)).isEmpty)
        #expect(words.repeatedCount == 1 && words.fragmentCount == 1)
        #expect(add(&words, "b", part(2, of: 2)).count == 1)
        #expect(add(&words, "b", part(2, of: 2)).isEmpty)
        #expect(add(&words, "a", part(1, of: 2)).isEmpty)
        #expect(words.repeatedCount == 3 && words.openCount == 0)
    }

    @Test("Another message under the same reference") func sameReference() {
        var words = Words()
        #expect(add(&words, "oud 1", part(1, of: 2), at: 1).isEmpty)
        let out = add(&words, "nieuw 1", part(1, of: 2), at: 2)
        #expect(out.map(\.reason) == [.superseded] && out[0].fragments == ["oud 1", nil] && out[0].missing == [2])
        #expect(add(&words, "nieuw 2", part(2, of: 2), at: 3).map(\.fragments) == [["nieuw 1", "nieuw 2"]])
        // After it is complete too.
        #expect(add(&words, "nieuwer 2", part(2, of: 2), at: 4).isEmpty)
        #expect(add(&words, "nieuwer 1", part(1, of: 2), at: 5).map(\.fragments) == [["nieuwer 1", "nieuwer 2"]])
    }

    @Test("References do not mix: other senders, numbers, schemes, totals") func mixed() {
        var words = Words()
        let parts: [(String, Concatenation?, Concatenation?)] = [
            ("31600000001", part(1, of: 2), part(2, of: 2)), ("31600000002", part(1, of: 2), part(2, of: 2)),
            ("31600000001", part(1, of: 2, reference: 43), part(2, of: 2, reference: 43)),
            ("31600000001", part(1, of: 2, .reference16), part(2, of: 2, .reference16)),
            ("31600000001", part(1, of: 2, .sar), part(2, of: 2, .sar)),
            ("31600000001", part(1, of: 2, reference: 0xFF2A, .sar), part(2, of: 2, reference: 0xFF2A, .sar)),
        ]
        for (index, (source, first, _)) in parts.enumerated() {
            #expect(add(&words, "\(index), 1", first, from: source).isEmpty)
        }
        #expect(words.openCount == parts.count)
        for (index, (source, _, second)) in parts.enumerated().reversed() {
            let out = add(&words, "\(index), 2", second, from: source)
            #expect(out.map(\.fragments) == [["\(index), 1", "\(index), 2"]])
        }
        #expect(add(&words, "1", part(1, of: 2)).isEmpty)
        #expect(add(&words, "1", part(1, of: 3)).isEmpty)
        #expect(words.openCount == 2)
    }

    @Test("Missing segments: what there is goes out when the time is over") func expiry() {
        var configuration = Words.Configuration()
        configuration.timeout = 100
        var words = Words(configuration: configuration)
        #expect(add(&words, "a3", part(3, of: 3, reference: 1), at: 0).isEmpty)
        #expect(add(&words, "b1", part(1, of: 2, reference: 2), at: 50).isEmpty)
        #expect(add(&words, "a1", part(1, of: 3, reference: 1), at: 99).isEmpty)
        #expect(words.expire(at: 99).isEmpty)
        let out = words.expire(at: 100)
        #expect(out.map(\.fragments) == [["a1", nil, "a3"]])
        #expect(out[0].reason == .timedOut && out[0].missing == [2] && out[0].present == ["a1", "a3"])
        #expect(words.openCount == 1 && words.fragmentCount == 1)
        #expect(words.expire(at: 150).map(\.fragments) == [["b1", nil]])
        #expect(words.expire(at: 1000).isEmpty)
        // What comes after that is a message of its own.
        #expect(add(&words, "a2", part(2, of: 3, reference: 1), at: 1001).isEmpty)
        #expect(words.openCount == 1)
    }

    @Test("A complete message is remembered as long as its segments are waited for, no longer") func remembered() {
        var configuration = Words.Configuration()
        configuration.timeout = 100
        var words = Words(configuration: configuration)
        _ = add(&words, "a", part(1, of: 2), at: 0)
        #expect(add(&words, "b", part(2, of: 2), at: 0).count == 1)
        #expect(add(&words, "a", part(1, of: 2), at: 100).isEmpty && words.openCount == 0)
        #expect(words.expire(at: 101).isEmpty)
        #expect(add(&words, "a", part(1, of: 2), at: 102).isEmpty && words.openCount == 1)
    }

    @Test("Bounded: the oldest goes out first") func bounded() {
        var configuration = Words.Configuration()
        configuration.maximumOpen = 3
        configuration.maximumFragments = 5
        var words = Words(configuration: configuration)
        for reference in UInt16(1)...3 {
            #expect(add(&words, "\(reference)", part(1, of: 9, reference: reference)).isEmpty)
        }
        let out = add(&words, "4", part(1, of: 9, reference: 4))
        #expect(out.map(\.reason) == [.displaced] && out.map(\.present) == [["1"]])
        _ = add(&words, "4b", part(2, of: 9, reference: 4))
        _ = add(&words, "4c", part(3, of: 9, reference: 4))
        #expect(words.fragmentCount == 5)
        let more = add(&words, "4d", part(4, of: 9, reference: 4))
        #expect(more.map(\.present) == [["2"]] && words.fragmentCount == 5 && words.openCount == 2)
    }

    @Test("Ten thousand messages in a muddle: each comes out once, whole") func muddle() {
        var random = LCG(state: 3)
        var words = Words()
        var segments: [(String, Concatenation?, String)] = []
        var complete = 0
        for message in 0..<10_000 {
            let total = UInt8(2 + random.next(below: 3))
            let source = "316\(message / 256)"
            for sequence in 1...total {
                segments.append(
                    ("\(message):\(sequence)", part(sequence, of: total, reference: UInt16(message % 256)), source))
            }
            guard message % 100 == 99 else { continue }
            while !segments.isEmpty {
                let (text, part, source) = segments.remove(at: random.next(below: segments.count))
                for again in 0..<(random.next(below: 10) == 0 ? 2 : 1) {
                    for out in add(&words, text, part, from: source, at: Int64(message)) {
                        complete += 1
                        let own = out.present.map { $0.split(separator: ":")[0] }
                        if Set(own).count != 1 || !out.missing.isEmpty || again > 0 { Issue.record("\(out)") }
                    }
                }
            }
        }
        #expect(complete == 10_000 && words.openCount == 0 && words.fragmentCount == 0)
        #expect(words.repeatedCount > 1000)
    }
}
