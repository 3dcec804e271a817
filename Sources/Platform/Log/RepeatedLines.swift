// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Lines of kinds that others can cause by the thousands: the first of a kind is written at once, what follows within a
/// minute is one line with its count.
struct RepeatedLines: Sendable {
    private struct Kind: Sendable {
        var said: Timestamp
        var count = 0
        var level: LogLevel
        /// The last of them.
        var line = ""
    }

    private var kinds: [String: Kind] = [:]

    static let period = Interval.minutes(1)
    /// Others' words make no kinds; should they, the oldest of these go.
    private static let limit = 256

    /// A line of a kind; true: it is to be written now.
    mutating func take(_ kind: String, _ level: LogLevel, _ line: @autoclosure () -> String, now: Timestamp) -> Bool {
        if kinds[kind] != nil {
            kinds[kind]?.count += 1
            kinds[kind]?.line = line()
            return false
        }
        if kinds.count >= Self.limit, let oldest = kinds.min(by: { $0.value.said < $1.value.said })?.key {
            kinds[oldest] = nil
        }
        kinds[kind] = Kind(said: now, level: level)
        return true
    }

    /// What is to be written for the minutes that are over.
    mutating func due(now: Timestamp) -> [(level: LogLevel, line: String)] {
        var lines: [(level: LogLevel, line: String)] = []
        for (name, kind) in kinds.sorted(by: { $0.key < $1.key }) where now - kind.said >= Self.period {
            if kind.count == 0 {
                kinds[name] = nil
            } else {
                lines.append((kind.level, "\(kind.line) times=\(kind.count)"))
                kinds[name] = Kind(said: now, level: kind.level)
            }
        }
        return lines
    }
}
