// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// All tariffs, arranged so that a price is found in a few look-ups. Never changes; a reload makes another.
package final class TariffBook: Sendable {
    package let tariffs: [Tariff]
    private let series: [SeriesKey: [CompiledTariff]]
    private let byVersion: [String: CompiledTariff]

    private struct SeriesKey: Hashable {
        var side: Tariff.Side
        var direction: Tariff.Direction
        var channel: Channel
        /// "": all that are not named.
        var subject: String
    }

    /// `archive`: versions that are valid no longer, or were corrected, for whoever asks for them by name.
    package init(_ tariffs: [Tariff], archive: [Tariff] = []) {
        self.tariffs = tariffs
        let compiled = tariffs.map { tariff in
            let next = tariffs.filter { $0.name == tariff.name && $0.validFrom > tariff.validFrom }
                .map(\.validFrom.start).min()
            return CompiledTariff(tariff, end: tariff.validTo?.end ?? next ?? .distantFuture)
        }
        var series: [SeriesKey: [CompiledTariff]] = [:]
        for entry in compiled {
            let tariff = entry.tariff
            for channel in Set(tariff.rates.map(\.channel)) {
                for subject in tariff.subjects.isEmpty ? [""] : tariff.subjects {
                    let key = SeriesKey(
                        side: tariff.side, direction: tariff.direction, channel: channel, subject: subject)
                    series[key, default: []].append(entry)
                }
            }
        }
        self.series = series.mapValues { $0.sorted { $0.start > $1.start } }
        let old = archive.map { CompiledTariff($0, end: $0.validTo?.end ?? .distantFuture) }
        byVersion = Dictionary((compiled + old).map { ($0.version, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package var isEmpty: Bool { tariffs.isEmpty }

    package func tariff(version: String) -> Tariff? { byVersion[version]?.tariff }

    func compiled(version: String) -> CompiledTariff? { byVersion[version] }

    /// One that names the trunk or account goes before one for all.
    func find(_ side: Tariff.Side, for usage: Usage) -> CompiledTariff? {
        let subject = side == .cost ? usage.trunk : usage.account
        var key = SeriesKey(side: side, direction: usage.direction, channel: usage.channel, subject: subject)
        let time = usage.tariffTime
        if !subject.isEmpty, let entry = series[key]?.first(where: { $0.start <= time && time < $0.end }) {
            return entry
        }
        key.subject = ""
        return series[key]?.first { $0.start <= time && time < $0.end }
    }
}

extension TariffBook {
    /// All that may hold for it from its start until then: those that name its subject, and those for all.
    func candidates(_ side: Tariff.Side, for usage: Usage, until: Timestamp) -> [CompiledTariff] {
        let subject = side == .cost ? usage.trunk : usage.account
        return (subject.isEmpty ? [""] : [subject, ""]).flatMap { subject in
            let key = SeriesKey(side: side, direction: usage.direction, channel: usage.channel, subject: subject)
            return (series[key] ?? []).filter { $0.start <= until && usage.start < $0.end }
        }
    }
}

/// A tariff with its prices by prefix.
final class CompiledTariff: Sendable {
    let tariff: Tariff
    let version: String
    let start: Timestamp
    let end: Timestamp
    private let voice: PrefixTable
    private let sms: PrefixTable

    init(_ tariff: Tariff, end: Timestamp) {
        self.tariff = tariff
        version = tariff.version
        start = tariff.validFrom.start
        self.end = end
        voice = PrefixTable(tariff.rates, .voice)
        sms = PrefixTable(tariff.rates, .sms)
    }

    func schedule(_ channel: Channel, number: String) -> (prefix: String, schedule: RateSchedule)? {
        switch channel {
        case .voice: voice.longestMatch(number)
        case .sms: sms.longestMatch(number)
        }
    }
}

/// Longest match over E.164 prefixes, one look-up for each length that occurs.
struct PrefixTable: Sendable {
    private var schedules: [UInt64: (prefix: String, schedule: RateSchedule)] = [:]
    /// Bit n: there is a prefix of n digits.
    private var lengths: UInt32 = 0

    init(_ rates: [Rate], _ channel: Channel) {
        var byPrefix: [String: [Int]] = [:]
        for (index, rate) in rates.enumerated() where rate.channel == channel {
            for prefix in rate.prefixes { byPrefix[prefix, default: []].append(index) }
        }
        for (prefix, indices) in byPrefix {
            var (key, length) = (UInt64(0), UInt64(0))
            for digit in prefix.utf8.dropFirst() { (key, length) = (key * 10 + UInt64(digit & 15), length + 1) }
            schedules[key << 4 | length] = (prefix, RateSchedule(rates, indices))
            lengths |= 1 << UInt32(length)
        }
    }

    /// nil: no prefix matches, or it is no number (any more).
    func longestMatch(_ number: String) -> (prefix: String, schedule: RateSchedule)? {
        guard number.utf8.first == 43 else { return nil }
        var (key, length) = (UInt64(0), UInt64(0))
        var best: (prefix: String, schedule: RateSchedule)?
        for digit in number.utf8.dropFirst() {
            guard (48...57).contains(digit), length < 15 else { break }
            (key, length) = (key * 10 + UInt64(digit - 48), length + 1)
            if lengths & 1 << UInt32(length) != 0, let found = schedules[key << 4 | length] { best = found }
        }
        return best
    }
}

/// Which rate of one prefix holds when.
struct RateSchedule: Sendable {
    /// Without hours, or with the only ones there are.
    private let single: Int?
    /// Minutes of the week at which another rate begins, and that rate; nil: none.
    private var changes: [(minute: Int, rate: Int?)] = []

    init(_ rates: [Rate], _ indices: [Int]) {
        let rest = indices.first { rates[$0].hours == nil }
        guard indices.contains(where: { rates[$0].hours != nil }) else {
            single = rest
            return
        }
        single = nil
        let starts = Set(indices.flatMap { rates[$0].hours?.ranges.flatMap { [$0.lowerBound, $0.upperBound] } ?? [] })
            .union([0]).filter { $0 < WeeklyHours.minutesInWeek }
        for minute in starts.sorted() {
            let banded = indices.first { rates[$0].hours?.ranges.contains { $0.contains(minute) } ?? false }
            let rate = banded ?? rest
            if let last = changes.last, last.rate == rate { continue }
            changes.append((minute, rate))
        }
    }

    /// All that may hold at some hour.
    var rates: [Int] { single.map { [$0] } ?? changes.compactMap(\.rate) }

    /// The rate of that moment, and until when it holds at least.
    func rate(at time: Timestamp) -> (rate: Int?, until: Timestamp) {
        if let single { return (single, .distantFuture) }
        let perMinute: Int64 = 60_000_000
        let perWeek = perMinute * Int64(WeeklyHours.minutesInWeek)
        let local = time + DutchTime.offset(at: time)
        // 1 January 1970 was a Thursday.
        let sinceMonday = (local.microseconds + 3 * 1440 * perMinute) % perWeek
        let intoWeek = sinceMonday < 0 ? sinceMonday + perWeek : sinceMonday
        let minute = Int(intoWeek / perMinute)
        let position = (changes.firstIndex { $0.minute > minute } ?? changes.count) - 1
        let next = position + 1 < changes.count ? Int64(changes[position + 1].minute) * perMinute : perWeek
        let boundary = time + .microseconds(next - intoWeek)
        let clockChange = DutchTime.nextChange(after: time)
        return (changes[position].rate, min(boundary, clockChange))
    }
}
