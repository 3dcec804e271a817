// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

@Suite("Receipt matcher: how ids are written")
struct ReceiptMatcherFormTests {
    private let ada = "31612345678"

    /// How an SMSC writes message number `n` in the response and in the receipt.
    struct Dialect: Sendable, CustomStringConvertible {
        var form: MessageIdentifierForm
        var response: @Sendable (UInt64) -> String
        var receipt: @Sendable (UInt64) -> String
        var description: String { "\(form)" }

        static func hex(_ n: UInt64) -> String { String(n, radix: 16) }
        static func padded(_ text: String) -> String { String(repeating: "0", count: max(0, 12 - text.count)) + text }

        static let all: [Dialect] = [
            Dialect(form: .verbatim, response: { "\($0)" }, receipt: { "\($0)" }),
            Dialect(form: .caseFolded, response: { hex($0) }, receipt: { hex($0).uppercased() }),
            Dialect(form: .zerosTrimmed, response: { padded("\($0)") }, receipt: { "\($0)" }),
            Dialect(form: .zerosTrimmed, response: { hex($0).uppercased() }, receipt: { padded(hex($0)) }),
            Dialect(form: .responseHexReceiptDecimal, response: { hex($0).uppercased() }, receipt: { padded("\($0)") }),
            Dialect(form: .responseDecimalReceiptHex, response: { "\($0)" }, receipt: { hex($0) }),
        ]
    }

    @Test("One message, nothing learned yet", arguments: Dialect.all)
    func one(dialect: Dialect) {
        var matcher = ReceiptMatcher()
        let number: UInt64 = 0x2B3C_4D5E
        matcher.add(1, dialect.response(number), to: ada)
        #expect(
            matcher.match(receipt(dialect.receipt(number)), source: ada, at: 0)
                == .matched(1, .identifier(dialect.form, numberAgrees: true)))
    }

    @Test("Beyond 64 bits in two bases") func huge() {
        var matcher = ReceiptMatcher()
        matcher.add(1, "DA86D4610CE0C0D23B0165A278EC0C43", to: ada)
        #expect(matcher.handle(receipt("290471778420108595306906224522687155267"), from: ada) == 1)
    }

    /// Dense counters, so that a number in one base is another message's in the other; few telephones, so that the
    /// number does not help always.
    @Test(
        "Two thousand messages with receipts in any order: no receipt leads to another message", arguments: Dialect.all)
    func dense(dialect: Dialect) {
        var random = LCG(state: 5)
        var matcher = ReceiptMatcher()
        var numbers: [UInt64: UInt64] = [:]
        func telephone(_ handle: UInt64) -> String { "316000000\(10 + handle % 40)" }
        for handle in UInt64(1)...2000 {
            numbers[handle] = 300_000 + handle
            matcher.add(handle, dialect.response(300_000 + handle), to: telephone(handle))
        }
        var waiting = Array(UInt64(1)...2000)
        var found = 0
        while !waiting.isEmpty {
            let handle = waiting.remove(at: random.next(below: waiting.count))
            let told = matcher.match(receipt(dialect.receipt(300_000 + handle)), source: telephone(handle), at: 0)
            switch told {
            case .matched(handle, _): found += 1
            case .ambiguous(let several): #expect(several.contains(handle))
            default: Issue.record("\(handle): \(told)")
            }
        }
        #expect(found >= 1990)
        #expect(matcher.learner.form == dialect.form)
        #expect(matcher.takeReports().contains(.formSettled(dialect.form)))
        #expect(!matcher.identifiersAreUnreliable)
    }

    /// Every receipt has the same source: the SMSC does not swap the addresses.
    @Test(
        "Small ids and a source that is nobody's: in another base it is ambiguous until it is clear, never wrong",
        arguments: [
            Dialect(form: .responseHexReceiptDecimal, response: { Dialect.hex($0) }, receipt: { "\($0)" }),
            Dialect(form: .responseDecimalReceiptHex, response: { "\($0)" }, receipt: { Dialect.hex($0) }),
        ], ["31880001122", "1010", "Burgernet"])
    func unswapped(dialect: Dialect, source: String) {
        for delay in [1, 20, 400] {
            var matcher = ReceiptMatcher()
            var wrong = 0
            for step in 1...(400 + delay) {
                if step <= 400 {
                    matcher.add(UInt64(step), dialect.response(UInt64(step)), to: "3161000\(1000 + step)")
                }
                guard step > delay else { continue }
                let handle = UInt64(step - delay)
                let told = matcher.match(receipt(dialect.receipt(handle)), source: source, at: 0)
                if case .matched(let found, _) = told, found != handle { wrong += 1 }
            }
            #expect(wrong == 0, "delay \(delay)")
        }
    }

    @Test(
        "Small ids that are written alike are found, whatever the source", arguments: ["31880001122", "1010"],
        [true, false])
    func unswappedAlike(source: String, isHexadecimal: Bool) {
        var matcher = ReceiptMatcher()
        var found = 0
        for step in 1...420 {
            if step <= 400 {
                matcher.add(
                    UInt64(step), isHexadecimal ? Dialect.hex(UInt64(step)) : "\(step)", to: "3161000\(1000 + step)")
            }
            guard step > 20 else { continue }
            let handle = UInt64(step - 20)
            let id = isHexadecimal ? Dialect.hex(handle) : "\(handle)"
            switch matcher.match(receipt(id), source: source, at: 0) {
            case .matched(let told, _):
                #expect(told == handle)
                found += 1
            case .ambiguous, .early, .unknown, .duplicate: break
            }
        }
        #expect(found >= 390)
    }

    @Test("A form that is configured lets no other pass") func fixed() {
        var configuration = ReceiptMatcher.Configuration()
        configuration.fixedForm = .verbatim
        var matcher = ReceiptMatcher(configuration: configuration)
        matcher.add(1, "ab", to: "")
        #expect(matcher.match(receipt("AB"), source: "", at: 0) == .early(displaced: nil))
        #expect(matcher.match(receipt("171"), source: "", at: 0) == .early(displaced: nil))
        #expect(matcher.handle(receipt("ab"), from: "") == 1)
        configuration.fixedForm = .responseHexReceiptDecimal
        var hexadecimal = ReceiptMatcher(configuration: configuration)
        hexadecimal.add(1, "10", to: "")
        hexadecimal.add(2, "16", to: "")
        #expect(hexadecimal.handle(receipt("16"), from: "") == 1)
    }

    @Test("Ids that differ in case alone are two, where the SMSC counts so") func base62() {
        var matcher = ReceiptMatcher()
        matcher.add(1, "aB1x", to: ada)
        matcher.add(2, "Ab1x", to: ada)
        #expect(matcher.handle(receipt("Ab1x"), from: ada) == 2)
        #expect(matcher.handle(receipt("aB1x"), from: ada) == 1)
    }

    @Test("An id that is two messages' in two bases: the number decides, else it is ambiguous") func twoReadings() {
        let bea = "31687654321"
        for (source, expected) in [(ada, UInt64(1)), (bea, 2)] {
            var matcher = ReceiptMatcher()
            matcher.add(1, "10", to: ada)
            matcher.add(2, "16", to: bea)
            #expect(matcher.handle(receipt("16"), from: source) == expected)
        }
        var configuration = ReceiptMatcher.Configuration()
        configuration.receiptsCarryDestination = false
        var matcher = ReceiptMatcher(configuration: configuration)
        matcher.add(1, "10", to: ada)
        matcher.add(2, "16", to: bea)
        guard case .ambiguous(let both) = matcher.match(receipt("16"), source: ada, at: 0) else {
            Issue.record("it was guessed")
            return
        }
        #expect(Set(both) == [1, 2])
    }

    @Test("A settled form that no longer holds is reported, and learning begins anew") func contradicted() {
        var configuration = ReceiptMatcher.Configuration()
        configuration.settleAfter = 3
        var matcher = ReceiptMatcher(configuration: configuration)
        for handle in UInt64(1)...6 { matcher.add(handle, "\(500_000 + handle * 1000)", to: "3160000000\(handle)") }
        for handle in UInt64(1)...3 {
            #expect(matcher.handle(receipt("\(500_000 + handle * 1000)"), from: "3160000000\(handle)") == handle)
        }
        #expect(matcher.takeReports() == [.formSettled(.verbatim)])
        let hex = String(504_000, radix: 16)
        #expect(matcher.handle(receipt(hex), from: "31600000004") == 4)
        #expect(
            matcher.takeReports() == [.formContradicted(was: .verbatim, seen: .responseDecimalReceiptHex)])
        #expect(matcher.learner.form == nil)
    }
}
