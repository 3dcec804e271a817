// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import Testing

@testable import Configuration

@Suite("Accounts in the configuration") struct ConfigurationAccountTests {
    @Test("An account has a name and inhabitants; drop-ins add to it")
    func accounts() {
        let reader = readConfiguration(
            someTrunk + """

                [Account GM0513]
                Name=Gouda
                [Account GM0627]
                Name="Waddinxveen"
                [Account GM0513]
                Inhabitants=75000
                [Statement]
                Issuer=Politie, eenheid Den Haag
                Details="Postbus 264" "2501 CG Den Haag"
                """)
        #expect(reader.complaints.isEmpty)
        #expect(
            reader.configuration.accounts == [
                .init(code: "GM0513", name: "Gouda", inhabitants: 75_000), .init(code: "GM0627", name: "Waddinxveen"),
            ])
        #expect(reader.configuration.statement.issuer == "Politie, eenheid Den Haag")
        #expect(reader.configuration.statement.details == ["Postbus 264", "2501 CG Den Haag"])
    }

    @Test("A bad code, a bad number and an unknown key are complained about by line")
    func complaints() {
        let reader = readConfiguration(
            "[Account]\nName=x\n[Account GM/5]\n[Account GM0513]\nInhabitants=many\nNam=Gouda\n" + someTrunk)
        #expect(
            reader.complaints.map { "\($0.location.line) \($0.message)" } == [
                "1 the account's code is missing: write [Account GM0513], with letters, digits, '.', '_' or '-'",
                "3 the account's code is not valid: write [Account GM0513], with letters, digits, '.', '_' or '-'",
                "5 \"many\" is no whole number",
                "6 unknown key; did you mean Name=?",
            ])
    }

    @Test(
        "A code that is a known one in another writing is told",
        arguments: [
            ("gm0513", "GM0513"), ("Gm0513", "GM0513"), ("GM513", "GM0513"), ("GM00513", "GM0513"), ("0513", "GM0513"),
            ("513", "GM0513"), ("GM-0513", "GM0513"), ("gouda", "GM0513"), ("politie", "Politie"), ("gm0627", "GM0627"),
            ("GM0513", nil), ("GM0599", nil), ("GM5130", nil), ("Politie", nil), ("GM0627", nil), ("", nil),
        ] as [(String, String?)])
    func mistaken(code: String, known: String?) throws {
        var configuration = GatewayConfiguration()
        configuration.accounts = [.init(code: "GM0513", name: "Gouda"), .init(code: "Politie")]
        var charge = Tariff(name: "t", validFrom: try #require(TariffDate("2026-01-01")))
        charge.subjects = ["GM0627"]
        configuration.tariffs = [charge]
        #expect(AccountCodes(configuration).known(insteadOf: code) == known)
        #expect(AccountCodes(GatewayConfiguration()).known(insteadOf: code) == nil)
    }

    @Test("A reload tells what changed")
    func changes() {
        var old = GatewayConfiguration()
        old.accounts = [.init(code: "GM0513", name: "Gouda"), .init(code: "GM0627")]
        var new = GatewayConfiguration()
        new.accounts = [.init(code: "GM0513", name: "Gouda", inhabitants: 75_000)]
        #expect(
            new.changes(since: old).map(\.description) == [
                "[Account GM0513] Inhabitants: (none) -> 75000", "[Account GM0627]: removed",
            ])
    }
}
