// SPDX-License-Identifier: GPL-3.0-or-later

/// Something about a text that whoever sends it should know before.
package struct Finding: Hashable, Sendable {
    package enum Severity: String, Sendable, CaseIterable {
        /// The action is refused.
        case error
        case warning
        /// Of style; never more.
        case hint
    }

    /// What was looked at.
    package enum Check: String, Sendable, CaseIterable {
        case number, link, date, part
        case abbreviation, sentence, word, capitals
    }

    package var severity: Severity
    package var check: Check
    /// `message[1]` or `sms`; "" for the texts as a whole.
    package var place: String
    /// For people.
    package var text: String

    package init(_ severity: Severity, _ check: Check, _ place: String, _ text: String) {
        self.severity = severity
        self.check = check
        self.place = place
        self.text = text
    }
}

/// What follows from what a check finds.
package enum Verdict: String, Sendable, CaseIterable {
    case ignore, warn, refuse

    var severity: Finding.Severity? {
        switch self {
        case .ignore: nil
        case .warn: .warning
        case .refuse: .error
        }
    }
}

/// `[Gate]`: what may stand in texts.
package struct GateRules: Equatable, Sendable {
    /// As people write them.
    package var allowedNumbers = ["112", "0900-8844", "0800-6070", "0800-0011"]
    /// Hosts; what stands below them is allowed too.
    package var allowedLinks = ["burgernet.nl", "politie.nl"]
    package var numbers = Verdict.warn
    package var links = Verdict.warn
    package var dates = Verdict.warn
    package var parts = Verdict.warn
    /// Whether hints of style are given.
    package var givesHints = true

    package init() {}
}

/// A text of an action, where it stands.
package struct PlacedText: Equatable, Sendable {
    /// `message[1]` or `sms`.
    package var place: String
    package var text: String
    /// What a recording says: it is no text that somebody could mend now, but it says who sends, or which number to call.
    package var isRecording: Bool

    package init(_ place: String, _ text: String, isRecording: Bool = false) {
        self.place = place
        self.text = text
        self.isRecording = isRecording
    }
}
