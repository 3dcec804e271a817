// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

extension ConfigurationLoader {
    /// Reads and checks the files in `[Billing] TariffDirectory=`. What is wrong with them is wrong with the
    /// configuration.
    func readTariffs(_ reader: inout ConfigurationReader) {
        let folder = reader.configuration.billing.tariffDirectory
        let section = UnitSection(kind: "Billing")
        let names: [String]
        do throws(ValueError) {
            names = try ConfigurationFiles.names(in: folder)
        } catch {
            // Nobody has to have tariffs; whoever names a directory wants them.
            if let location = reader.location(section, "TariffDirectory"), reader.isAssigned(section, "TariffDirectory")
            {
                reader.complain(
                    location, "[Billing] TariffDirectory", "\(folder) cannot be read: \(error.message)")
            }
            return
        }
        var tariffs = TariffReader()
        let files = names.filter { $0.hasSuffix(".tariff") && !$0.hasPrefix(".") }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { "\(folder)/\($0)" }
        for file in files {
            switch ConfigurationFiles.contents(of: file, limit: Self.mostBytes) {
            case .success(let bytes): tariffs.read(bytes, file: file)
            case .failure(let error):
                reader.complain(ConfigurationLocation(file: file, line: 0), "", error.message)
            }
        }
        let numbers = reader.configuration.numbers
        let checks = TariffChecks(tariffs.tariffs, allowed: numbers.allowed, refused: numbers.refused)
        for complaint in tariffs.complaints + checks.complaints {
            reader.complain(complaint.location, complaint.subject, complaint.message)
        }
        for warning in checks.warnings { reader.warn(warning.location, warning.subject, warning.message) }
        warnOfStrangers(tariffs.tariffs, &reader)
        reader.edit { $0.tariffs = tariffs.tariffs.map(\.tariff) }
    }

    /// A carrier's tariff for a trunk that is not there says nothing of anything: a mistyped name.
    private func warnOfStrangers(_ tariffs: [ReadTariff], _ reader: inout ConfigurationReader) {
        let known = reader.configuration.trunks.map(\.name) + reader.configuration.smscs.map(\.name)
        for read in tariffs where read.tariff.side == .cost {
            for name in read.tariff.subjects where !known.contains(name) {
                reader.warn(
                    read.location, "[Tariff \(read.tariff.name)] Trunk",
                    "there is no [Trunk \(name)] or [SMSC \(name)]\(Suggestion.hint(for: name, among: known))")
            }
        }
    }
}
