// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Participants

extension GatewayConfiguration {
    /// `[Population profinet]`: people with ways out, rules and an account of their own.
    package struct Population: Equatable, Sendable {
        /// As it is written; `citizens` are all who are in no other one.
        package var name: String
        /// Names of `[Trunk]` that call these people and nobody else; empty: those that are nobody's.
        package var trunks: [String] = []
        /// Likewise of `[SMSC]`.
        package var smscs: [String] = []
        /// Of all calls to these people; nil: as fast as the trunks allow.
        package var callsPerSecond: Double?
        /// Simultaneous calls; nil: as many as the trunks allow.
        package var channels: Int?
        /// Number shown when the action names none, E.164; nil: the trunk's.
        package var callerNumber: String?
        package var callerName: String?
        /// Of SMS, when the text names none; nil: the SMSC's.
        package var sender: String?
        /// Who pays for recipients when neither they nor the action say so; "": nobody.
        package var account = ""
        /// What holds for those who wish nothing else.
        package var callTimes: WelcomeTimes?
        package var smsTimes: WelcomeTimes?
        package var caps: [ActionPriority: ActionCap] = [:]

        package init(name: String) { self.name = name }

        /// As records have it.
        package var key: String { PopulationName.key(name) }
    }

    /// nil: there is none of this name; for the citizens, whom nobody has to name, an empty one.
    package func population(_ key: String) -> Population? {
        populations.first { $0.key == key } ?? (key.isEmpty ? Population(name: PopulationName.citizens) : nil)
    }

    /// Names of all populations, as records have them.
    package var populationKeys: Set<String> { Set(populations.map(\.key)).union([""]) }

    /// Trunks that call a population.
    package func trunks(of population: Population) -> [Trunk] {
        let owned = Set(populations.flatMap(\.trunks))
        return trunks.filter {
            population.trunks.isEmpty ? !owned.contains($0.name) : population.trunks.contains($0.name)
        }
    }

    /// SMSCs by which a population is sent SMS.
    package func smscs(of population: Population) -> [SMSC] {
        let owned = Set(populations.flatMap(\.smscs))
        return smscs.filter { population.smscs.isEmpty ? !owned.contains($0.name) : population.smscs.contains($0.name) }
    }
}

extension ConfigurationSchema {
    static var population: ConfigurationSection<GatewayConfiguration.Population> {
        ConfigurationSection(
            kind: "Population",
            home: .named(
                NamedSections(
                    rule: .identifier("population's name", example: "[Population profinet]"), list: \.populations,
                    name: \.name, blank: { name, _ in GatewayConfiguration.Population(name: name) })),
            keys: [
                .list("Trunks", \.trunks, .text(maximum: 64)),
                .list("SMSCs", \.smscs, .text(maximum: 64)),
                .value("CallsPerSecond", \.callsPerSecond, ValueReader<Double>.number(0.01...10_000).optional),
                .value("Channels", \.channels, ValueReader<Int>.integer(1...16_384).optional),
                .value("CallerNumber", \.callerNumber, ValueReader<String>.text(maximum: 32).optional),
                .value("CallerName", \.callerName, ValueReader<String>.text(maximum: 64).optional),
                .value("Sender", \.sender, ValueReader<String>.text(maximum: 20).optional),
                .value("Account", \.account, .text(maximum: 64)),
                .value("CallTimes", \.callTimes, ValueReader<WelcomeTimes>.welcomeTimes.optional),
                .value("SMSTimes", \.smsTimes, ValueReader<WelcomeTimes>.welcomeTimes.optional),
                .value("Caps", \.caps, .caps),
            ],
            check: { population, section, reader in reader.check(&population, section) })
    }
}

extension ValueReader where Value == WelcomeTimes {
    /// As in the register: `mon-fri 08:00-22:00, sat,sun 10:00-20:00`.
    static var welcomeTimes: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                do throws(PreferenceError) { return try WelcomeTimes(text: text) } catch {
                    throw ValueError(error.description)
                }
            },
            write: \.text)
    }
}

extension ValueReader where Value == [ActionPriority: ActionCap] {
    /// As in the register: `normal=1/month, urgent=7d`.
    static var caps: ValueReader {
        ValueReader(
            read: { text throws(ValueError) in
                do throws(PreferenceError) { return try PreferenceText.caps(text) } catch {
                    throw ValueError(error.description)
                }
            },
            write: PreferenceText.text)
    }
}
