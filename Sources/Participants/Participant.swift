// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What somebody wishes. Each is nil, or absent, where nothing was said: then what stands behind it counts.
package struct Preferences: Hashable, Sendable {
    /// In the order in which they are tried; those that are missing are not wanted.
    package var channels: [Channel]?
    /// The one that is understood best first.
    package var languages: [Language]?
    package var callTimes: WelcomeTimes?
    package var smsTimes: WelcomeTimes?
    package var caps: [ActionPriority: ActionCap]
    /// Civil time.
    package var pausedUntil: Timestamp?

    package init(
        channels: [Channel]? = nil, languages: [Language]? = nil, callTimes: WelcomeTimes? = nil,
        smsTimes: WelcomeTimes? = nil, caps: [ActionPriority: ActionCap] = [:], pausedUntil: Timestamp? = nil
    ) {
        self.channels = channels
        self.languages = languages
        self.callTimes = callTimes
        self.smsTimes = smsTimes
        self.caps = caps
        self.pausedUntil = pausedUntil
    }

    package static let none = Preferences()

    package func times(of channel: Channel) -> WelcomeTimes? {
        switch channel {
        case .voice: callTimes
        case .sms: smsTimes
        }
    }

    /// These, and where they say nothing, what `behind` says.
    package func over(_ behind: Preferences) -> Preferences {
        Preferences(
            channels: channels ?? behind.channels, languages: languages ?? behind.languages,
            callTimes: callTimes ?? behind.callTimes, smsTimes: smsTimes ?? behind.smsTimes,
            caps: behind.caps.merging(caps) { $1 }, pausedUntil: pausedUntil ?? behind.pausedUntil)
    }
}

/// Channels by which somebody wants nothing more, whatever else is said.
package struct OptOuts: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let calls = OptOuts(rawValue: 1)
    package static let sms = OptOuts(rawValue: 2)
    package static let all: OptOuts = [.calls, .sms]

    package init(_ channel: Channel) {
        switch channel {
        case .voice: self = .calls
        case .sms: self = .sms
        }
    }
}

/// Somebody in the register: beyond one action, known by a reference that does not tell who it is.
package struct Participant: Hashable, Sendable {
    /// nil: nobody is enrolled by this number; it is kept for what was opted out of.
    package var reference: String?
    package var number: PhoneNumber
    package var preferences: Preferences
    package var optOuts: OptOuts
    /// nil: of nothing.
    package var optOutNote: OptOutNote?
    /// Section `[Population]`; "" is that of all others, the citizens.
    package var population: String
    /// Actions of the class `test` may call it.
    package var isTestNumber: Bool
    /// nil: nobody is enrolled, or a version that did not note it did so.
    package var enrolment: Enrolment?

    /// How somebody came into the register.
    package struct Enrolment: Hashable, Sendable {
        /// Civil time.
        package var at: Timestamp
        /// A name of the machine's users.
        package var by: String

        package init(at: Timestamp, by: String) {
            self.at = at
            self.by = by
        }
    }

    package init(
        reference: String?, number: PhoneNumber, preferences: Preferences = .none, optOuts: OptOuts = [],
        population: String = "", isTestNumber: Bool = false
    ) {
        self.reference = reference
        self.number = number
        self.preferences = preferences
        self.optOuts = optOuts
        self.population = population
        self.isTestNumber = isTestNumber
    }
}
