// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import Foundation
import GatewayCore
import TestSupport
import Testing

@testable import Configuration

@Suite("Tariffs and budgets in the configuration") struct TariffConfigurationTests {
    private let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private static let tariff = """
        [Tariff all]
        Account=*
        ValidFrom=2026-01-01
        [Voice v]
        Prefix=+31
        PerMinute=0.06
        Increment=60/1
        """

    private func load(_ more: String = "") throws -> Result<LoadedConfiguration, ConfigurationError> {
        try directory.write(
            "burgernetd.conf",
            """
            [Trunk noord]
            Host=sip.example.nl
            CallsPerSecond=10
            Channels=100
            [Call]
            CallerNumber=+31182588444
            [Billing]
            TariffDirectory=\(directory.path)/tariffs
            \(more)
            """)
        return ConfigurationLoader(path: directory.path + "/burgernetd.conf", environment: [:]).load()
    }

    @Test("Files are read in the order of their names, and other files are none") func read() throws {
        try directory.write("tariffs/b.tariff", Self.tariff)
        try directory.write("tariffs/a.tariff.sample", "nonsense")
        let loaded = try load().get()
        #expect(loaded.configuration.tariffs.map(\.name) == ["all"])
    }

    @Test("What is wrong in a tariff is wrong in the configuration, with its file and line") func faults() throws {
        try directory.write("tariffs/a.tariff", Self.tariff + "\nConectFee=1\n")
        guard case .failure(let error) = try load() else {
            Issue.record("it was taken")
            return
        }
        #expect(
            error.complaints.map(\.description) == [
                "\(directory.path)/tariffs/a.tariff:8: [Voice v] ConectFee: unknown key; did you mean ConnectFee=?"
            ])
    }

    @Test("A directory that is named must be there; the standard one need not") func missing() throws {
        guard case .failure(let error) = try load() else {
            Issue.record("it was taken")
            return
        }
        #expect(error.complaints.first?.subject == "[Billing] TariffDirectory")
    }

    @Test("A trunk that is not there, with what was meant") func strangers() throws {
        try directory.write("tariffs/a.tariff", Self.tariff.replacing("Account=*", with: "Trunk=nord"))
        let warnings = try load().get().warnings.map(\.message)
        #expect(warnings == ["there is no [Trunk nord] or [SMSC nord]; did you mean noord?"])
    }

    @Test("Budgets by amount and by inhabitants") func budgets() throws {
        try directory.write("tariffs/a.tariff", Self.tariff)
        let configuration = try load(
            """
            YearBudgetPerInhabitant=0.24
            [Account GM0513]
            Inhabitants=73000
            MonthBudget=2500.50
            WhenSpent=refuse
            [Account GM0599]
            Inhabitants=600000
            YearBudget=100
            [Account GM0001]
            Name=Nergens
            """
        ).get().configuration
        #expect(
            configuration.budgets == [
                "GM0513": Budget(
                    year: Money(microEuros: 17_520_000_000), month: Money(microEuros: 2_500_500_000), policy: .refuse),
                "GM0599": Budget(year: Money(microEuros: 100_000_000)),
            ])
    }
}
