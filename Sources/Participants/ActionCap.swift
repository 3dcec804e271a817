// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// How often somebody wants to take part in actions of a class: so many in a month of the calendar, so long between two,
/// or both.
package struct ActionCap: Hashable, Sendable {
    /// In a month of local time, 0 to 31; 0: in none at all. nil: as many as there are.
    package var perMonth: Int?
    /// From one to the next, more than nothing, a year at most.
    package var apart: Interval?

    package init(perMonth: Int? = nil, apart: Interval? = nil) {
        self.perMonth = perMonth
        self.apart = apart
    }

    package static let longestApart = Interval.microseconds(366 * 86_400_000_000)

    /// When another action is welcome, from `time` on, civil time.
    ///
    /// - Parameter former: When somebody was in other actions of the class, in any order.
    /// - Returns: nil: never.
    package func opens(from time: Timestamp, in zone: LocalZone, former: [Timestamp]) -> Timestamp? {
        var time = time
        if let apart, let last = former.max() { time = max(time, last + apart) }
        guard let perMonth else { return time }
        guard perMonth > 0 else { return nil }
        guard former.count >= perMonth else { return time }
        // A later month has some only if the clock was ahead and was set back: the search goes on then.
        let months = former.map { CivilMoment.month(local: zone.local($0)) }
        var month = CivilMoment.month(local: zone.local(time))
        while months.lazy.filter({ $0 == month }).count >= perMonth {
            month += 1
            time = CivilMoment.start(ofMonth: month, in: zone)
        }
        return time
    }

    /// Reads `1/month`, `1/maand`, `30d`, `12h`, `never`, or two of them with a blank between.
    package init(text: String) throws(PreferenceError) {
        self.init()
        for word in text.lowercased().split(separator: " ") {
            let amount = Int(word.prefix { $0.isASCII && $0.isNumber })
            switch (amount, word.drop { $0.isASCII && $0.isNumber }) {
            case (nil, "never"), (nil, "nooit"): perMonth = 0
            case (let count?, "/month"), (let count?, "/maand"):
                guard (0...31).contains(count) else {
                    throw PreferenceError("\"\(word)\": in a month there are 0 to 31 actions at most")
                }
                perMonth = count
            case (let days?, "d") where (1...366).contains(days):
                apart = .microseconds(Int64(days) * 86_400_000_000)
            case (let hours?, "h"), (let hours?, "u"):
                guard (1...8784).contains(hours) else {
                    throw PreferenceError("\"\(word)\": two actions lie 1 hour to 366 days apart")
                }
                apart = .microseconds(Int64(hours) * 3_600_000_000)
            default:
                throw PreferenceError(
                    "\"\(text.readable(40))\" is no limit; write 1/month, 30d (days apart), 12h or never")
            }
        }
        guard perMonth != nil || apart != nil else { throw PreferenceError("the limit is empty; write 1/month or 30d") }
    }

    /// ``init(text:)`` reads it.
    package var text: String {
        var words: [String] = []
        if let perMonth { words.append(perMonth == 0 ? "never" : "\(perMonth)/month") }
        if let apart {
            let hours = apart.microseconds / 3_600_000_000
            words.append(hours % 24 == 0 ? "\(hours / 24)d" : "\(hours)h")
        }
        return words.joined(separator: " ")
    }
}
