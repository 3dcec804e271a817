// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// How lists, requests and the journal write what somebody wishes. Lists of words are parted by commas, semicolons, bars
/// or blanks.
package enum PreferenceText {
    /// `voice,sms`; in Dutch too, `telefoon sms`.
    package static func channels(_ text: String) throws(PreferenceError) -> [Channel] {
        try words(text, "a channel: voice or sms") { $0 == "call" || $0 == "calls" ? .voice : Channel(listed: $0) }
    }

    /// `nl,en`
    package static func languages(_ text: String) throws(PreferenceError) -> [Language] {
        try words(text, "a language: \(Language.words.joined(separator: " or "))") { Language(word: $0) }
    }

    /// `calls`, `sms`, `all`, `none`; in Dutch too.
    package static func optOuts(_ text: String) throws(PreferenceError) -> OptOuts {
        let kinds: [OptOuts] = try words(text, "calls, sms, all or none") { word in
            switch word {
            case "calls", "call", "voice", "telefoon", "bellen": .calls
            case "sms": .sms
            case "all", "alles": .all
            case "none", "geen", "niets": []
            default: nil
            }
        }
        return kinds.reduce(into: []) { $0.formUnion($1) }
    }

    /// `normal=1/month, urgent=7d`; ``ActionCap/init(text:)`` reads what is behind the sign.
    package static func caps(_ text: String) throws(PreferenceError) -> [ActionPriority: ActionCap] {
        var caps: [ActionPriority: ActionCap] = [:]
        for part in text.split(whereSeparator: { $0 == "," || $0 == ";" || $0 == "|" }) {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(sides[0]).trimmedBlanks.lowercased()
            guard sides.count == 2 else {
                throw PreferenceError("\"\(text.readable(40))\" names no class; write normal=1/month")
            }
            guard let actionClass = ActionPriority(word: name) ?? dutchClasses[name] else {
                throw PreferenceError(
                    "\"\(name.readable(40))\" is no class of actions: \(ActionPriority.words.joined(separator: ", "))")
            }
            caps[actionClass] = try ActionCap(text: String(sides[1]))
        }
        return caps
    }

    private static let dutchClasses: [String: ActionPriority] = [
        "levensgevaar": .lifeThreat, "spoed": .urgent, "normaal": .normal,
    ]

    /// `yes`, `no`, `ja`, `nee`, `true`, `false`, `1`, `0`
    package static func flag(_ text: String) throws(PreferenceError) -> Bool {
        switch text.trimmedBlanks.lowercased() {
        case "yes", "ja", "true", "1", "x": true
        case "", "no", "nee", "false", "0": false
        default: throw PreferenceError("\"\(text.readable(40))\" is neither yes nor no")
        }
    }

    /// `2026-12-24` is the beginning of that day in local time; `2026-12-24T08:00` likewise; with Z or such as +01:00 in
    /// that zone.
    package static func time(_ text: String, in zone: LocalZone) throws(PreferenceError) -> Timestamp {
        guard let time = Timestamp(iso8601: text.trimmedBlanks) else {
            throw PreferenceError("\"\(text.readable(40))\" is no day or time; write 2026-12-24 or 2026-12-24T08:00")
        }
        let clock = text.utf8.dropFirst(10)
        let hasZone = clock.contains { [UInt8(ascii: "Z"), UInt8(ascii: "z"), 43, 45].contains($0) }
        return hasZone ? time : zone.moment(local: time)
    }

    private static func words<Value>(
        _ text: String, _ expected: String, _ read: (String) -> Value?
    ) throws(PreferenceError) -> [Value] {
        var values: [Value] = []
        for word in text.lowercased().split(whereSeparator: { ",;| +".contains($0) }) {
            guard let value = read(String(word)) else {
                throw PreferenceError("\"\(String(word).readable(40))\" is not \(expected)")
            }
            values.append(value)
        }
        return values
    }

    // MARK: - Writing

    package static func text(_ channels: [Channel]) -> String { channels.map(\.word).joined(separator: ",") }

    package static func text(_ languages: [Language]) -> String { languages.map(\.word).joined(separator: ",") }

    package static func text(_ caps: [ActionPriority: ActionCap]) -> String {
        caps.sorted { $0.key < $1.key }.map { "\($0.key.word)=\($0.value.text)" }.joined(separator: ", ")
    }

    package static func text(_ optOuts: OptOuts) -> String {
        if optOuts == .all { return "all" }
        return optOuts.contains(.calls) ? "calls" : optOuts.contains(.sms) ? "sms" : ""
    }

    // MARK: - Writing for Dutch lists, whose words are read as well

    package static func dutch(_ channels: [Channel]) -> String {
        channels.map { $0 == .voice ? "telefoon" : $0.word }.joined(separator: ",")
    }

    package static func dutch(_ caps: [ActionPriority: ActionCap]) -> String {
        caps.sorted { $0.key < $1.key }.map { actionClass, cap in
            let name = dutchClasses.first { $0.value == actionClass }?.key ?? actionClass.word
            let limit = cap.text.replacing("/month", with: "/maand").replacing("never", with: "nooit")
            return "\(name)=\(limit)"
        }.joined(separator: ", ")
    }

    package static func dutch(_ optOuts: OptOuts) -> String {
        if optOuts == .all { return "alles" }
        return optOuts.contains(.calls) ? "bellen" : optOuts.contains(.sms) ? "sms" : ""
    }

    /// The local day and time, where that names no other moment too; else with its zone.
    package static func dutch(_ time: Timestamp, in zone: LocalZone) -> String {
        let text = String(zone.local(time).description.prefix(16))
        return (try? Self.time(text, in: zone)) == time ? text : time.description
    }
}
