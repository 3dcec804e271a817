// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Participants

/// What the engine needs to know of one population.
package struct PopulationSettings: Equatable, Sendable {
    /// As records have it; "": the citizens.
    package var key: String
    /// Names of trunks that call these people and nobody else; empty: those that are nobody's.
    package var trunks: [String]
    /// Likewise of SMSCs.
    package var smscs: [String]
    /// Of all calls to these people; nil: as fast as the trunks allow.
    package var callsPerSecond: Double?
    package var channels: Int?
    /// Number shown when the action names none; nil: the trunk's.
    package var callerNumber: String?
    package var callerName: String?
    /// Of SMS when the text names none; nil: the SMSC's.
    package var sender: String?
    /// What holds for those who wish nothing else.
    package var preferences: Preferences

    package init(
        key: String, trunks: [String] = [], smscs: [String] = [], callsPerSecond: Double? = nil, channels: Int? = nil,
        callerNumber: String? = nil, callerName: String? = nil, sender: String? = nil, preferences: Preferences = .none
    ) {
        self.key = key
        self.trunks = trunks
        self.smscs = smscs
        self.callsPerSecond = callsPerSecond
        self.channels = channels
        self.callerNumber = callerNumber
        self.callerName = callerName
        self.sender = sender
        self.preferences = preferences
    }
}

/// Which ways out, trunks or SMSCs, are whose: one that a population names is nobody else's, the others are for those
/// populations that name none.
package struct PopulationRoutes: Equatable, Sendable {
    private var own: [String: Set<String>] = [:]
    private var owned: Set<String> = []

    package init() {}

    package init(_ populations: [PopulationSettings], _ names: KeyPath<PopulationSettings, [String]>) {
        for population in populations {
            own[population.key] = Set(population[keyPath: names])
            owned.formUnion(population[keyPath: names])
        }
    }

    /// Nobody has anything to themselves.
    package var isEmpty: Bool { own.isEmpty }

    /// Whether a way out may be used for a population. For one that is not configured any more none is.
    package func mayUse(_ name: String, for population: String) -> Bool {
        guard let names = own[population], !names.isEmpty else {
            return (own[population] != nil || population.isEmpty) && !owned.contains(name)
        }
        return names.contains(name)
    }

    /// Whether it may be used for one of them.
    package func mayUse(_ name: String, forAnyOf populations: [String]) -> Bool {
        populations.contains { mayUse(name, for: $0) }
    }
}
