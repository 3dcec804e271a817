// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import GatewayCore
import Participants

/// The rules again, as somebody would write them who has all the time in the world: a moment is welcome or it is not,
/// and when it is next is found by trying one quarter of an hour after the other. Knows the calendar by Foundation and
/// shares no arithmetic with the product.
struct NaiveContactModel {
    /// Windows in words, by weekday 1 (Monday) to 7, each in whole quarters of hours.
    struct Window {
        var weekday: Int
        var startQuarter: Int
        var endQuarter: Int
    }
    struct Person {
        var optsOut: [Channel] = []
        var channels: [Channel]?
        var windows: [Channel: [Window]] = [:]
        var perMonth: Int?
        var hoursApart: Int?
        /// Quarters since 1970.
        var pausedUntil: Int?
    }

    enum Answer: Equatable {
        case allowed, never
        /// Quarters since 1970.
        case waits(until: Int)
    }

    private let calendar: Calendar
    private var offsets: [Int: Int] = [:]

    init() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: "Europe/Amsterdam") ?? .gmt
        self.calendar = calendar
    }

    /// - Parameters:
    ///   - layers: The submission's word first, the population's last.
    ///   - limit: How many quarters it looks ahead before it says never.
    mutating func decide(
        _ layers: [Person], by channel: Channel, isOverridden: Bool, at quarter: Int, former: [Int], limit: Int
    ) -> Answer {
        for layer in layers where layer.optsOut.contains(channel) { return .never }
        if let channels = layers.compactMap(\.channels).first, !channels.contains(channel) { return .never }
        let windows = layers.compactMap { $0.windows[channel] }.first
        let cap = layers.first { $0.perMonth != nil || $0.hoursApart != nil }
        let pausedUntil = layers.compactMap(\.pausedUntil).first
        let formerMonths = former.map { month($0) }
        for candidate in quarter..<(quarter + limit) {
            if let pausedUntil, candidate < pausedUntil { continue }
            if !isOverridden {
                if let hours = cap?.hoursApart, former.contains(where: { candidate < $0 + hours * 4 }) { continue }
                if let perMonth = cap?.perMonth {
                    if perMonth == 0 { return .never }
                    // The month is asked for only where it can matter, for it is what takes time.
                    if former.count >= perMonth {
                        let current = month(candidate)
                        if formerMonths.filter({ $0 == current }).count >= perMonth { continue }
                    }
                }
                if let windows, !windows.contains(where: { isWithin($0, candidate) }) { continue }
            }
            return candidate == quarter ? .allowed : .waits(until: candidate)
        }
        return .never
    }

    /// Quarters that the clock on the wall shows; it is changed at whole hours.
    private mutating func local(_ quarter: Int) -> Int {
        let hour = quarter / 4
        if let offset = offsets[hour] { return quarter + offset }
        let date = Date(timeIntervalSince1970: Double(quarter * 900))
        let offset = calendar.timeZone.secondsFromGMT(for: date) / 900
        offsets[hour] = offset
        return quarter + offset
    }

    private mutating func isWithin(_ window: Window, _ quarter: Int) -> Bool {
        let local = local(quarter)
        // 1 January 1970 was a Thursday.
        let weekday = (local / 96 + 3) % 7 + 1
        let time = local % 96
        guard window.endQuarter <= window.startQuarter else {
            return weekday == window.weekday && time >= window.startQuarter && time < window.endQuarter
        }
        if weekday == window.weekday { return time >= window.startQuarter }
        return weekday == window.weekday % 7 + 1 && time < window.endQuarter
    }

    private var months: [Int: Int] = [:]

    /// Of the day that the calendar shows.
    private mutating func month(_ quarter: Int) -> Int {
        let day = local(quarter) / 96
        if let month = months[day] { return month }
        let parts = calendar.dateComponents([.year, .month], from: Date(timeIntervalSince1970: Double(quarter * 900)))
        let month = (parts.year ?? 0) * 12 + (parts.month ?? 0)
        months[day] = month
        return month
    }
}
