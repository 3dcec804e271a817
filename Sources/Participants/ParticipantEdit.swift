// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What is said of somebody by a list or an operator. Of the outer optionals nil is: not spoken of, stays as it is; of
/// the inner ones: no wish any more.
package struct ParticipantEdit: Equatable, Sendable {
    package var number: PhoneNumber
    package var reference: String?
    package var channels: [Channel]??
    package var languages: [Language]??
    package var callTimes: WelcomeTimes??
    package var smsTimes: WelcomeTimes??
    package var caps: [ActionPriority: ActionCap]?
    package var pausedUntil: Timestamp??
    package var optOuts: OptOutEdit?
    package var population: String?
    package var isTestNumber: Bool?

    /// A list may opt somebody out; back in comes only who says so.
    package enum OptOutEdit: Equatable, Sendable {
        case adds(OptOuts)
        case replaces(OptOuts)
    }

    package init(number: PhoneNumber, reference: String? = nil) {
        self.number = number
        self.reference = reference
    }

    /// Somebody as said, over what was known.
    ///
    /// - Parameter note: Of opting out of something more.
    package func applied(to known: Participant?, note: OptOutNote) -> Participant {
        var person = known ?? Participant(reference: reference, number: number)
        person.reference = reference ?? person.reference
        if let channels { person.preferences.channels = channels }
        if let languages { person.preferences.languages = languages }
        if let callTimes { person.preferences.callTimes = callTimes }
        if let smsTimes { person.preferences.smsTimes = smsTimes }
        if let caps { person.preferences.caps = caps }
        if let pausedUntil { person.preferences.pausedUntil = pausedUntil }
        if let population { person.population = population }
        if let isTestNumber { person.isTestNumber = isTestNumber }
        let before = person.optOuts
        switch optOuts {
        case .adds(let more)?: person.optOuts.formUnion(more)
        case .replaces(let all)?: person.optOuts = all
        case nil: break
        }
        if !before.isSuperset(of: person.optOuts) { person.optOutNote = note }
        if person.optOuts.isEmpty { person.optOutNote = nil }
        return person
    }
}

/// How somebody opted out last.
package struct OptOutNote: Hashable, Sendable {
    package enum Source: String, Vocabulary {
        /// STOP, in answer to an SMS.
        case sms = "sms"
        /// A key in a call.
        case key = "key"
        /// A list that was imported.
        case list = "list"
        /// Whoever keeps the register, by hand.
        case operatorsHand = "operator"
    }

    /// Civil time.
    package var since: Timestamp
    package var source: Source
    /// That was answered; "": none.
    package var action: String

    package init(since: Timestamp, source: Source, action: String = "") {
        self.since = since
        self.source = source
        self.action = action
    }
}
