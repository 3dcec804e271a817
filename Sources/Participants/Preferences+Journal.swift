// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What a submission says of a recipient, as the journal keeps it: a word and its text in each line. Words that were ever
/// used never mean anything else.
extension Preferences {
    package var journalText: String {
        var lines: [String] = []
        if let channels { lines.append("channels \(PreferenceText.text(channels))") }
        if let languages { lines.append("languages \(PreferenceText.text(languages))") }
        if let callTimes { lines.append("calls \(callTimes.text)") }
        if let smsTimes { lines.append("sms \(smsTimes.text)") }
        if !caps.isEmpty { lines.append("caps \(PreferenceText.text(caps))") }
        if let pausedUntil { lines.append("paused-until \(pausedUntil.microseconds)") }
        return lines.joined(separator: "\n")
    }

    /// Throws what is wrong, in words.
    package init(journalText text: String) throws(PreferenceError) {
        self.init()
        for line in text.split(separator: "\n") {
            let value = String(line.drop { $0 != " " }.dropFirst())
            switch line.prefix(while: { $0 != " " }) {
            case "channels": channels = try PreferenceText.channels(value)
            case "languages": languages = try PreferenceText.languages(value)
            case "calls": callTimes = try WelcomeTimes(text: value)
            case "sms": smsTimes = try WelcomeTimes(text: value)
            case "caps": caps = try PreferenceText.caps(value)
            case "paused-until":
                guard let time = Int64(value) else { throw PreferenceError("\"\(value.readable(40))\" is no time") }
                pausedUntil = Timestamp(microseconds: time)
            default: throw PreferenceError("\"\(String(line).readable(40))\" is no preference")
            }
        }
    }
}
