// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// Whether the values of one `[Population NAME]` go together, and with the other populations.
extension ConfigurationReader {
    mutating func check(_ population: inout GatewayConfiguration.Population, _ section: UnitSection) {
        if let text = population.callerNumber {
            do throws(PhoneNumberError) {
                population.callerNumber = try configuration.numbers.parse(text).e164
            } catch {
                complain(section, "CallerNumber", error.description)
            }
        }
        if let sender = population.sender, Address(sender: sender) == nil {
            complain(
                section, "Sender", "\(quoted(sender)) is neither a number, a short code nor 1 to 11 letters and digits")
        }
        if !population.account.isEmpty, !isIdentifier(population.account) {
            complain(section, "Account", "\(quoted(population.account)) is no account's code, such as GM0513")
        }
        let (key, name) = (population.key, population.name)
        if configuration.populations.contains(where: { $0.key == key && $0.name != name }) {
            complain(section, "", "stands twice, under two names")
        }
        checkOwned(population.trunks, among: configuration.trunks.map(\.name), "Trunk", \.trunks, name, section)
        checkOwned(population.smscs, among: configuration.smscs.map(\.name), "SMSC", \.smscs, name, section)
    }

    /// Ways out that a population names: they are there, and nobody else's.
    private mutating func checkOwned(
        _ names: [String], among known: [String], _ kind: String,
        _ list: KeyPath<GatewayConfiguration.Population, [String]>, _ population: String, _ section: UnitSection
    ) {
        for name in names where !known.contains(name) {
            complain(
                section, "\(kind)s",
                "there is no [\(kind) \(name)]" + Suggestion.hint(for: name, among: known))
        }
        for other in configuration.populations where other.name != population {
            // Said once, at the second of them.
            guard let place = configuration.populations.firstIndex(where: { $0.name == population }),
                let first = configuration.populations.firstIndex(where: { $0.name == other.name }), first < place
            else { continue }
            for name in names where other[keyPath: list].contains(name) {
                complain(
                    section, "\(kind)s",
                    "[\(kind) \(name)] is that of [Population \(other.name)] already, and calls nobody else")
            }
        }
    }

    /// Who is in no population must not be left without a way out by an oversight.
    mutating func checkPopulations(_ whole: ConfigurationLocation) {
        guard !configuration.populations.isEmpty else { return }
        for key in configuration.populationKeys.sorted() {
            guard let population = configuration.population(key) else { continue }
            let hasTrunk = configuration.trunks.isEmpty || !configuration.trunks(of: population).isEmpty
            let hasSMSC = configuration.smscs.isEmpty || !configuration.smscs(of: population).isEmpty
            guard !hasTrunk || !hasSMSC else { continue }
            let what = hasTrunk ? "SMSC" : "trunk"
            let section = UnitSection(kind: ConfigurationSchema.population.kind, name: population.name)
            warn(
                location(section, "") ?? whole, section.description,
                "every \(what) is another population's: by \(hasTrunk ? "SMS" : "voice") nobody of it is reached")
        }
    }
}
