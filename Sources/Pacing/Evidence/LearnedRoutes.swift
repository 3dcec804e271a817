// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// The digits with which numbers begin.
package struct RoutePrefix: Hashable, Sendable, CustomStringConvertible {
    /// With a leading 1, which keeps `31` and `031` apart.
    let key: UInt64

    /// All digits of a number.
    package init(number: UInt64) {
        var unit: UInt64 = 1
        while unit <= number { unit *= 10 }
        key = unit + number
    }

    private init(key: UInt64) { self.key = key }

    /// One digit less; nil: there is none.
    var shorter: RoutePrefix? { key < 10 ? nil : RoutePrefix(key: key / 10) }

    var length: Int {
        var (rest, length) = (key, 0)
        while rest >= 10 {
            rest /= 10
            length += 1
        }
        return length
    }

    func covers(_ other: RoutePrefix) -> Bool {
        var other = other
        while other.key > key, let shorter = other.shorter { other = shorter }
        return other == self
    }

    package var description: String { "+" + String(key).dropFirst() }
}

/// A route that refuses every number.
package struct LearnedRoute: Sendable {
    package let prefix: RoutePrefix
    package let since: Timestamp
    /// Different numbers that were refused, and how the last one was.
    package internal(set) var refused: Int
    package internal(set) var sipCode: Int
    var trials: TrialSchedule
}

/// Finds prefixes all of whose numbers a trunk refuses: a dead exchange, a range that was ported into nowhere.
///
/// Only prefixes of numbers that were refused are kept, so that a trunk without trouble costs nothing.
struct LearnedRoutes: Sendable {
    private(set) var believed: [LearnedRoute] = []
    /// By prefix, different numbers refused one after the other, with none that came through in between.
    private var rows: [RoutePrefix: Int] = [:]
    /// Digits of a prefix: fewer are a country's, or all that there is.
    private static let shortest = 4
    private static let rowLimit = 20_000
    private static let routeLimit = 200
    private static let firstGap = Interval.milliseconds(500)
    private static let growth = 1.3
    static let longestGap = Interval.seconds(15)
    /// Of a route that refused so many numbers, one that comes through may be an exception.
    private static let firmly = 20
    private static let passesNeeded = 2

    /// The believed route of a number.
    func index(of number: UInt64) -> Int? { believed.isEmpty ? nil : index(of: RoutePrefix(number: number)) }

    func index(of prefix: RoutePrefix) -> Int? { believed.firstIndex { $0.prefix.covers(prefix) } }

    /// A number came through: whatever it begins with is no dead route.
    ///
    /// - Returns: The route that is believed no more.
    mutating func passed(_ number: UInt64, now: Timestamp) -> LearnedRoute? {
        guard !rows.isEmpty || !believed.isEmpty else { return nil }
        forEachPrefix(of: number) { rows[$0] = nil }
        guard let index = index(of: number) else { return nil }
        believed[index].trials.passed(now: now)
        let isOver = believed[index].trials.passes >= Self.passesNeeded || believed[index].refused < Self.firmly
        return isOver ? believed.remove(at: index) : nil
    }

    /// A number was refused that was not refused before.
    ///
    /// - Parameter needed: So many of one prefix in a row are no accident.
    /// - Returns: The route that is believed to be dead from now on.
    mutating func refused(_ number: UInt64, sipCode: Int, needed: Int, now: Timestamp) -> RoutePrefix? {
        guard number > 0 else { return nil }
        // The narrowest: that others of a wider one are refused as well has to be seen.
        var narrowest: RoutePrefix?
        forEachPrefix(of: number) { prefix in
            let row = (rows[prefix] ?? 0) + 1
            rows[prefix] = row
            if row >= needed, narrowest == nil { narrowest = prefix }
        }
        if rows.count > Self.rowLimit { rows = rows.filter { $0.value > 1 } }
        if rows.count > Self.rowLimit { rows = [:] }
        guard let route = narrowest, believed.count < Self.routeLimit else { return nil }
        believed.removeAll { route.covers($0.prefix) }
        believed.append(
            LearnedRoute(
                prefix: route, since: now, refused: rows[route] ?? needed, sipCode: sipCode,
                trials: Self.trials(from: now)))
        return route
    }

    mutating func trialBegan(_ index: Int, now: Timestamp) { believed[index].trials.began(now: now) }

    mutating func trialRefused(_ index: Int, sipCode: Int, isOther: Bool, now: Timestamp) {
        believed[index].trials.refused(now: now)
        believed[index].sipCode = sipCode
        if isOther { believed[index].refused += 1 }
    }

    mutating func trialAbandoned(_ index: Int, now: Timestamp) { believed[index].trials.abandoned(now: now) }

    /// They were believed while the whole trunk refused, which has come back.
    mutating func doubt(since time: Timestamp, now: Timestamp) {
        rows = [:]
        for index in believed.indices where believed[index].since >= time {
            believed[index].trials = Self.trials(from: now - Self.firstGap)
        }
    }

    private static func trials(from now: Timestamp) -> TrialSchedule {
        TrialSchedule(first: firstGap, growth: growth, longest: longestGap, now: now)
    }

    mutating func forget() { self = LearnedRoutes() }

    /// From the number itself to its first digits.
    private func forEachPrefix(of number: UInt64, _ body: (RoutePrefix) -> Void) {
        var prefix: RoutePrefix? = RoutePrefix(number: number).shorter
        while let one = prefix, one.length >= Self.shortest {
            body(one)
            prefix = one.shorter
        }
    }
}
