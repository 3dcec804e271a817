// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Why somebody is not called, or sent no SMS, now or at all. Its word is its stable code.
package enum ContactReason: String, Vocabulary {
    case optedOut = "opted-out"
    /// The action is for others.
    case otherPopulation = "other-population"
    /// An action of the class `test`, and no test number.
    case noTestNumber = "no-test-number"
    case channelNotWanted = "channel-not-wanted"
    case classNotWanted = "class-not-wanted"
    case paused = "paused"
    case capped = "capped"
    /// Not at this time of the week.
    case notWelcome = "not-welcome"
    /// At no time of the week.
    case neverWelcome = "never-welcome"

    /// How it ended for somebody who is not contacted in an action.
    package var outcome: Outcome {
        switch self {
        case .optedOut: .optedOut
        case .capped, .classNotWanted: .capped
        case .otherPopulation, .noTestNumber, .channelNotWanted, .paused, .notWelcome, .neverWelcome: .notWelcome
        }
    }

    /// What the help desk can say, after "not called: ".
    package func words(_ language: Language, _ channel: Channel) -> String {
        switch (language, self) {
        case (.english, .optedOut): "opted out of \(channel == .voice ? "calls" : "SMS")"
        case (.dutch, .optedOut): "heeft zich afgemeld voor \(channel == .voice ? "oproepen" : "sms")"
        case (.english, .otherPopulation): "the action is for another population"
        case (.dutch, .otherPopulation): "de actie is voor een andere populatie"
        case (.english, .noTestNumber): "the action is a test and this is no test number"
        case (.dutch, .noTestNumber): "de actie is een test en dit is geen testnummer"
        case (.english, .channelNotWanted): "did not choose \(channel == .voice ? "calls" : "SMS")"
        case (.dutch, .channelNotWanted): "heeft niet voor \(channel == .voice ? "bellen" : "sms") gekozen"
        case (.english, .classNotWanted): "wants no actions of this class"
        case (.dutch, .classNotWanted): "wil geen acties van deze soort"
        case (.english, .paused): "paused taking part"
        case (.dutch, .paused): "heeft de deelname onderbroken"
        case (.english, .capped): "took part as often as wanted"
        case (.dutch, .capped): "heeft zo vaak meegedaan als gewenst"
        case (.english, .notWelcome):
            channel == .voice ? "asked not to be called at this time" : "asked for no SMS at this time"
        case (.dutch, .notWelcome):
            "wil op dit tijdstip \(channel == .voice ? "niet gebeld worden" : "geen sms krijgen")"
        case (.english, .neverWelcome): channel == .voice ? "asked never to be called" : "asked for no SMS at any time"
        case (.dutch, .neverWelcome): "wil nooit \(channel == .voice ? "gebeld worden" : "een sms krijgen")"
        }
    }
}
