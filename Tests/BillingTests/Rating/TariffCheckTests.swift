// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Billing

@Suite("What is wrong with tariffs, with file and line") struct TariffCheckTests {
    private func complaints(_ text: String, refused: [String] = []) -> [String] {
        var reader = TariffReader()
        reader.read(Array(text.utf8), file: "t")
        return (reader.complaints + TariffChecks(reader.tariffs, allowed: ["+31"], refused: refused).complaints)
            .map(\.description)
    }

    private let head = "[Tariff t]\nAccount=*\nValidFrom=2026-01-01\n"
    private let voice = "[Voice v]\nPrefix=+31\nPerMinute=0.1\nIncrement=1/1\n"

    @Test("Nothing is wrong with a plain one") func plain() { #expect(complaints(head + voice) == []) }

    @Test(
        "Syntax",
        arguments: [
            ("PerMinut=1", "t:8: [Voice v] PerMinut: unknown key; did you mean PerMinute=?"),
            (
                "ConnectFee=0,05",
                "t:8: [Voice v] ConnectFee: \"0,05\" is no amount: write 0.0425, with at most six decimals; the decimal sign is a point"
            ),
            (
                "ConnectFee=0.1234567",
                "t:8: [Voice v] ConnectFee: \"0.1234567\" is no amount: write 0.0425, with at most six decimals"
            ),
            ("MinimumDuration=1m", "t:8: [Voice v] MinimumDuration: \"1m\" is no whole number"),
            ("Increment=60/1", "t:8: [Voice v] Increment: stands in line 7 already"),
            (
                "Hours=mon-fry 08:00-18:00",
                "t:8: [Voice v] Hours: \"fry\" is no day: mon, tue, wed, thu, fri, sat, sun; did you mean fri?"
            ),
            ("Hours=mon 08:00-25:00", "t:8: [Voice v] Hours: \"08:00-25:00\" are no hours: write 08:00-18:00"),
            ("[Voic w]", "t:8: [Voic w]: unknown section; did you mean Voice?"),
        ])
    func syntax(_ line: String, _ expected: String) { #expect(complaints(head + voice + line).first == expected) }

    @Test("Impossible increments", arguments: ["0/1", "1/0", "60/0", "3601/1"]) func increments(_ value: String) {
        let text = head + "[Voice v]\nPrefix=+31\nPerMinute=0.1\nIncrement=\(value)\n"
        #expect(complaints(text).first?.hasPrefix("t:7: [Voice v] Increment: ") == true)
        #expect(complaints(text).first?.contains("is impossible: 1 to 3600") == true)
    }

    @Test("Missing keys and sides") func missing() {
        #expect(
            complaints("[Tariff t]\n[Voice v]\n") == [
                "t:1: [Tariff t]: ValidFrom= is missing",
                "t:1: [Tariff t]: either Trunk= (what a carrier charges us) or Account= (what an account is charged) is "
                    + "needed; * stands for all",
                "t:2: [Voice v]: Prefix=, PerMinute=, Increment= are missing",
            ])
        #expect(complaints(head) == ["t:1: [Tariff t]: no [Voice name] or [SMS name] follows: it has no price"])
    }

    @Test("Two prices for one prefix") func overlaps() {
        let second = "[Voice w]\nPrefix=+31\nPerMinute=0.2\nIncrement=1/1\n"
        #expect(
            complaints(head + voice + second)
                == ["t:8: [Tariff t] [Voice w]: overlaps line 4: both are for +31 at any hour"])
        let banded = voice + "Hours=mon-fri 08:00-18:00\n" + second + "Hours=wed 17:30-20:00\n"
        #expect(
            complaints(head + banded).first
                == "t:9: [Tariff t] [Voice w]: overlaps line 4: both are for +31 on wed 17:30")
    }

    @Test("Hours without a price") func hourGaps() {
        let second = "[Voice w]\nPrefix=+31\nPerMinute=0.2\nIncrement=1/1\nHours=daily 18:00-07:00\n"
        #expect(
            complaints(head + voice + "Hours=daily 08:00-18:00\n" + second) == [
                "t:9: [Tariff t] [Voice w]: leaves a gap: nothing is said of +31 on mon 07:00; a rate of that prefix "
                    + "without Hours= holds for the rest of the week"
            ])
    }

    @Test("Numbers without a price") func destinationGaps() {
        let text = head + "[SMS s]\nPrefix=+316 +3110 +3111\nPerSegment=0.04\n"
        #expect(
            complaints(text).first
                == "t:1: [Tariff t]: leaves a gap: no SMS to +310, +3112, +3113, +3114, +3115 and 11 more has a price")
        let refused = (0...9).filter { $0 != 6 }.map { "+31\($0)" }
        #expect(complaints(text, refused: refused) == [])
    }

    @Test("Versions follow each other") func versions() {
        let next = "[Tariff t]\nAccount=*\nValidFrom=2026-07-01\n"
        #expect(complaints(head + voice + next + voice) == [])
        #expect(
            complaints(head + "ValidTo=2026-07-01\n" + voice + next + voice)
                == ["t:9: [Tariff t]: overlaps t:1, which is valid to 2026-07-01"])
        #expect(
            complaints(head + "ValidTo=2026-06-29\n" + voice + next + voice)
                == ["t:9: [Tariff t]: leaves a gap: t:1 is valid to 2026-06-29, this one from 2026-07-01"])
        #expect(complaints(head + "ValidTo=2026-06-30\n" + voice + next + voice) == [])
        #expect(
            complaints(head + voice + head + voice) == ["t:8: [Tariff t]: overlaps t:1: both are valid from 2026-01-01"]
        )
    }

    @Test("One account, one price") func subjects() {
        let other = "[Tariff u]\nAccount=*\nValidFrom=2026-03-01\n"
        #expect(
            complaints(head + voice + other + voice) == [
                "t:8: [Tariff u]: overlaps [Tariff t] of t:1: both are for all that nothing else names from 2026-03-01 on"
            ])
        let gouda = "[Tariff u]\nAccount=GM0513\nValidFrom=2026-03-01\nCurrency=USD\n"
        #expect(
            complaints(head + voice + gouda + voice) == [
                "t:8: [Tariff u] Currency: USD is another currency than the EUR of t:1: all tariffs have the same"
            ])
    }
}
