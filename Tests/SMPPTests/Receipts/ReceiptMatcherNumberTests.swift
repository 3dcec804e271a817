// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

@Suite("Receipt matcher: where ids do not help")
struct ReceiptMatcherNumberTests {
    private let ada = "31612345678"

    @Test("All messages have the same id: that is reported, and the numbers decide") func sameIdentifier() {
        var matcher = ReceiptMatcher()
        func telephone(_ handle: UInt64) -> String { "3161000\(1000 + handle)" }
        for handle in UInt64(1)...200 { matcher.add(handle, "0", to: telephone(handle), at: Int64(handle)) }
        #expect(matcher.takeReports() == [.identifiersUnreliable])
        #expect(matcher.identifiersAreUnreliable)
        for handle in (UInt64(1)...200).reversed() {
            #expect(matcher.handle(receipt("0"), from: telephone(handle)) == handle)
        }
    }

    @Test("A repeated receipt of an id that all share does not become another message's") func sameIdentifierAgain() {
        var matcher = ReceiptMatcher()
        func telephone(_ handle: UInt64) -> String { "3161000\(1000 + handle)" }
        for handle in UInt64(1)...200 { matcher.add(handle, "0", to: telephone(handle)) }
        for handle in UInt64(1)...199 { #expect(matcher.handle(receipt("0"), from: telephone(handle)) == handle) }
        // 200 alone is open.
        #expect(matcher.handle(receipt("0", "UNDELIV"), from: telephone(7)) == nil)
        for handle in UInt64(1)...199 { matcher.forget(handle) }
        #expect(matcher.handle(receipt("0", "UNDELIV"), from: telephone(7)) == nil)
        #expect(matcher.handle(receipt("0"), from: telephone(200)) == 200)
    }

    @Test("An id given again after its message is done is an ordinary one") func reused() {
        var matcher = ReceiptMatcher()
        for handle in UInt64(1)...50 {
            matcher.add(handle, "5", to: "3161000\(1000 + handle)")
            #expect(matcher.handle(receipt("5"), from: "3161000\(1000 + handle)") == handle)
        }
        #expect(!matcher.identifiersAreUnreliable && matcher.takeReports().isEmpty)
    }

    @Test("No ids at all: by number, the oldest first", arguments: [nil, "", "  \0"])
    func noIdentifiers(id: String?) {
        var matcher = ReceiptMatcher()
        matcher.add(1, id, to: ada, at: 10)
        matcher.add(2, id, to: "31687654321", at: 11)
        matcher.add(3, id, to: ada, at: 12)
        #expect(matcher.match(receipt(nil), source: ada, at: 20) == .matched(1, .number))
        #expect(matcher.match(receipt(nil), source: ada, at: 21) == .matched(3, .number))
        #expect(matcher.match(receipt(nil), source: ada, at: 22) == .early(displaced: nil))
        #expect(matcher.match(receipt(nil), source: "31687654321", at: 23) == .matched(2, .number))
    }

    @Test("No id in the receipt before there is a response: by number when it comes") func earlyWithoutIdentifier() {
        var matcher = ReceiptMatcher()
        #expect(matcher.match(receipt(nil), source: ada, at: 1) == .early(displaced: nil))
        let replays = matcher.register(1, id: nil, destination: ada, submittedAt: 0)
        #expect(replays.map(\.match) == [.matched(1, .number)])
    }

    @Test(
        "A number in any writing",
        arguments: ["31612345678", "+31612345678", "0031612345678", "0612345678", "612345678", "+31 6 1234-5678"])
    func writings(source: String) {
        var matcher = ReceiptMatcher()
        matcher.add(1, nil, to: ada)
        matcher.add(2, nil, to: "31612345679")
        #expect(matcher.match(receipt(nil), source: source, at: 0) == .matched(1, .number))
    }

    @Test("Two countries' numbers of the same last digits: the whole number decides, a national one does not")
    func twoCountries() {
        var matcher = ReceiptMatcher()
        matcher.add(1, nil, to: "31612345678")
        matcher.add(2, nil, to: "32612345678")
        #expect(matcher.match(receipt(nil), source: "612345678", at: 0) == .ambiguous([1, 2]))
        #expect(matcher.match(receipt(nil), source: "32612345678", at: 0) == .matched(2, .number))
        #expect(matcher.match(receipt(nil), source: "31612345678", at: 0) == .matched(1, .number))
    }

    @Test("An unknown id is not matched by number while ids can be relied on") func strangersIdentifier() {
        var matcher = ReceiptMatcher()
        matcher.add(1, "A1", to: ada)
        #expect(matcher.match(receipt("Z9"), source: ada, at: 0) == .early(displaced: nil))
        #expect(
            matcher.match(receipt("A1"), source: ada, at: 0) == .matched(1, .identifier(.verbatim, numberAgrees: true)))
    }

    @Test("One damaged receipt without its id, of several messages to one number, is not guessed") func damaged() {
        var matcher = ReceiptMatcher()
        for handle in UInt64(1)...3 { matcher.add(handle, "A\(handle)", to: ada) }
        #expect(matcher.handle(receipt("A1"), from: ada) == 1)
        #expect(matcher.match(receipt(nil), source: ada, at: 0) == .ambiguous([2, 3]))
    }

    @Test("One id for two messages under way, two telephones: the number tells them apart") func sharedIdentifier() {
        var matcher = ReceiptMatcher()
        for handle in UInt64(1)...40 { matcher.add(handle, "A\(handle)", to: ada) }
        matcher.add(50, "X", to: "31600000001")
        matcher.add(51, "X", to: "31600000002")
        #expect(!matcher.identifiersAreUnreliable)
        #expect(matcher.handle(receipt("X"), from: "31600000002") == 51)
        // 51 has its outcome: 50 alone is open.
        #expect(
            matcher.match(receipt("X"), source: "NL-Alert", at: 0)
                == .matched(50, .identifier(.verbatim, numberAgrees: nil)))
        #expect(matcher.match(receipt("X"), source: "31600000002", at: 0) == .duplicate(51))
        #expect(matcher.match(receipt("X"), source: "NL-Alert", at: 0) == .ambiguous([51, 50]))
    }

    @Test("A million messages") func million() {
        let count: UInt64 = 1_000_000
        var matcher = ReceiptMatcher(expecting: Int(count))
        for handle in 0..<count {
            let waiting = matcher.register(
                handle, id: String(handle &* 7919 + 1_000_000_007), destination: String(31_600_000_000 + handle),
                submittedAt: Int64(handle))
            if !waiting.isEmpty { Issue.record("\(handle)") }
        }
        #expect(matcher.count == Int(count))
        #expect(matcher.footprint < 130 * Int(count))
        var wrong = 0
        for step in 0..<count / 20 {
            // 999,983 is prime: every message at most once, all over the table.
            let handle = step &* 999_983 % count
            let text = receipt(String(handle &* 7919 + 1_000_000_007))
            guard
                case .matched(handle, .identifier(.verbatim, numberAgrees: true)) = matcher.match(
                    text, source: String(31_600_000_000 + handle), at: 0)
            else {
                wrong += 1
                continue
            }
            if matcher.match(text, source: "", at: 0) != .duplicate(handle) { wrong += 1 }
        }
        #expect(wrong == 0)
        for handle in stride(from: 0, to: count, by: 2) { matcher.forget(handle) }
        #expect(matcher.count == Int(count) / 2)
        #expect(matcher.match(receipt("1000000007"), source: "", at: 0) == .early(displaced: nil))
        #expect(matcher.match(receipt(String(7919 + 1_000_000_007)), source: "", at: 0) != .unknown)
    }
}
