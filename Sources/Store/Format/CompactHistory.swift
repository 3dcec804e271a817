// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Foundation

/// The JSON of a recipient's history, without the encoder.
extension AttemptHistory {
    private static let counts: [(name: String, path: WritableKeyPath<AttemptHistory, Int> & Sendable)] = [
        (CodingKeys.attempts, \.attempts), (.busy, \.busy), (.unavailable, \.unavailable),
        (.ringTimeout, \.ringTimeout), (.unreachable, \.unreachable), (.congestion, \.congestion),
        (.forbidden, \.forbidden), (.loop, \.loop), (.doubts, \.doubts), (.messages, \.messages), (.step, \.step),
    ].map { (key: CodingKeys, path) in (key.rawValue, path) }
    private static let pcmaOnlyName = CodingKeys.pcmaOnly.rawValue

    /// What stands in most rows, a few counts, without the encoder's cost; nil: it must encode this one.
    func compactJSON() -> String? {
        guard excludedTrunks.isEmpty, excludedSMSCs.isEmpty, stepStarted == nil else { return nil }
        var text = "{"
        func add(_ name: String, _ value: String) {
            text += text.utf8.count > 1 ? ",\"" : "\""
            text += name
            text += "\":"
            text += value
        }
        for (name, path) in Self.counts where self[keyPath: path] != 0 { add(name, String(self[keyPath: path])) }
        if pcmaOnly { add(Self.pcmaOnlyName, "true") }
        return text + "}"
    }

    /// Reads what was written so, without JSON's decoder; nil: it must decode this one.
    init?(compactJSON text: String) {
        self.init()
        guard text.utf8.first == UInt8(ascii: "{"), text.utf8.last == UInt8(ascii: "}") else { return nil }
        for member in text.utf8.dropFirst().dropLast().split(separator: UInt8(ascii: ",")) {
            guard let colon = member.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            let name = Substring(member[..<colon])
            let value = Substring(member[member.index(after: colon)...])
            if name == "\"pcmaOnly\"", value == "true" {
                pcmaOnly = true
            } else if name.utf8.count > 2, name.utf8.first == UInt8(ascii: "\""), let count = Int(value),
                let known = Self.counts.first(where: { $0.name == name.dropFirst().dropLast() })
            {
                self[keyPath: known.path] = count
            } else {
                return nil
            }
        }
    }
}
