// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import Billing
import Configuration
import Participants
import Platform
import SMPP

/// What the engine goes by, as the configuration says it.
extension EngineConfiguration {
    /// - Parameter limits: Of this process.
    init(_ configuration: GatewayConfiguration, limits: ProcessLimits = .read()) {
        self.init(
            trunks: configuration.trunks.map {
                TrunkSettings(
                    limits: $0.limits, callerNumber: $0.callerNumber, isProbed: $0.probeInterval != nil,
                    mustRegister: $0.register, place: $0.place, manner: $0.manner)
            },
            capacity: ResourceNeeds(configuration).capacity(limits), prefixes: configuration.prefixes,
            retry: configuration.retry,
            callerNumber: configuration.call.callerNumber,
            callerName: configuration.call.callerName, listenAfterPrompt: configuration.call.listenAfterPrompt,
            maximumRepeats: configuration.call.maximumRepeats,
            maximumActionAge: configuration.general.maximumActionAge, doubtHold: configuration.general.doubtHold,
            drainTimeout: configuration.general.drainTimeout, authenticationRetry: configuration.authenticationRetry,
            messaging: MessagingSettings(
                smscs: configuration.smscs.map(\.settings),
                receiptTimeout: configuration.messaging.receiptTimeout,
                doubtHold: configuration.messaging.doubtHold, retryDelays: configuration.messaging.retry,
                optOutWords: OptOutWords(words: configuration.messaging.optOutWords)),
            countryCode: configuration.numbers.countryCode, rater: Rater(TariffBook(configuration.tariffs)),
            budgets: configuration.budgets,
            maximumCallDuration: configuration.call.maximumDuration,
            pauseBetweenActions: configuration.general.pauseBetweenActions,
            classFloor: configuration.general.classFloor / 100,
            populations: configuration.populations.map(PopulationSettings.init), numbers: configuration.numbers)
    }
}

extension PopulationSettings {
    init(_ population: GatewayConfiguration.Population) {
        self.init(
            key: population.key, trunks: population.trunks, smscs: population.smscs,
            callsPerSecond: population.callsPerSecond, channels: population.channels,
            callerNumber: population.callerNumber, callerName: population.callerName, sender: population.sender,
            preferences: Preferences(
                callTimes: population.callTimes, smsTimes: population.smsTimes, caps: population.caps))
    }
}
