// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What no single key of a tariff can show: whether prices overlap or leave gaps.
package struct TariffChecks {
    package private(set) var complaints: [ConfigurationComplaint] = []
    package private(set) var warnings: [ConfigurationComplaint] = []
    private let tariffs: [ReadTariff]
    /// E.164 prefixes that may be dialled, and those of them that may not.
    private let allowed: [String]
    private let refused: [String]

    /// `allowed` and `refused`: as in `[Numbers]`; for what may be dialled there must be a price.
    package init(_ tariffs: [ReadTariff], allowed: [String], refused: [String]) {
        self.tariffs = tariffs
        self.allowed = allowed
        self.refused = refused
        for tariff in tariffs {
            checkPrices(tariff)
            for channel in Channel.allCases {
                checkHours(tariff, channel)
                checkDestinations(tariff, channel)
            }
        }
        checkVersions()
        checkSubjects()
        checkCurrencies()
    }

    private mutating func complain(_ location: ConfigurationLocation, _ subject: String, _ message: String) {
        complaints.append(ConfigurationComplaint(location: location, subject: subject, message: message))
    }

    private mutating func warn(_ location: ConfigurationLocation, _ subject: String, _ message: String) {
        warnings.append(ConfigurationComplaint(location: location, subject: subject, message: message))
    }

    private mutating func checkPrices(_ read: ReadTariff) {
        for (index, rate) in read.tariff.rates.enumerated() {
            guard case .voice(let price) = rate.price else { continue }
            let (location, subject) = (read.rateLocations[index], read.subject(ofRate: index))
            if price.firstIncrement < price.nextIncrement {
                warn(
                    location, "\(subject) Increment",
                    "the first increment is shorter than the next ones: are they exchanged?")
            }
            if price.minimumCharge > .zero, price.minimumCharge <= price.connectFee {
                warn(location, "\(subject) MinimumCharge", "has no effect: ConnectFee= alone is as much")
            }
            if price.minimumDuration > 0, price.minimumDuration <= price.firstIncrement {
                warn(location, "\(subject) MinimumDuration", "has effect only for calls of no length at all")
            }
        }
    }

    // MARK: Within one tariff

    /// Each prefix has one price at any minute of the week.
    private mutating func checkHours(_ read: ReadTariff, _ channel: Channel) {
        var byPrefix: [String: [Int]] = [:]
        for (index, rate) in read.tariff.rates.enumerated() where rate.channel == channel {
            for prefix in rate.prefixes { byPrefix[prefix, default: []].append(index) }
        }
        for (prefix, indices) in byPrefix.sorted(by: { $0.key < $1.key }) {
            let whole = indices.filter { read.tariff.rates[$0].hours == nil }
            if whole.count > 1 {
                complain(
                    read.rateLocations[whole[1]], read.subject(ofRate: whole[1]),
                    "overlaps line \(read.rateLocations[whole[0]].line): both are for \(prefix) at any hour")
            }
            let banded = indices.filter { read.tariff.rates[$0].hours != nil }
            for (position, index) in banded.enumerated() {
                guard let hours = read.tariff.rates[index].hours else { continue }
                for earlier in banded[..<position] {
                    guard let minute = read.tariff.rates[earlier].hours?.firstShared(with: hours) else { continue }
                    complain(
                        read.rateLocations[index], read.subject(ofRate: index),
                        "overlaps line \(read.rateLocations[earlier].line): both are for \(prefix) on "
                            + WeeklyHours.name(ofMinute: minute))
                }
            }
            if whole.isEmpty, let last = banded.last { checkGap(read, prefix, banded, reportAt: last) }
        }
    }

    private mutating func checkGap(_ read: ReadTariff, _ prefix: String, _ banded: [Int], reportAt index: Int) {
        let ranges = banded.flatMap { read.tariff.rates[$0].hours?.ranges ?? [] }
            .sorted { $0.lowerBound < $1.lowerBound }
        var covered = 0
        for range in ranges {
            if range.lowerBound > covered { break }
            covered = max(covered, range.upperBound)
        }
        guard covered < WeeklyHours.minutesInWeek else { return }
        complain(
            read.rateLocations[index], read.subject(ofRate: index),
            "leaves a gap: nothing is said of \(prefix) on \(WeeklyHours.name(ofMinute: covered)); "
                + "a rate of that prefix without Hours= holds for the rest of the week")
    }

    /// Every number that may be dialled has a price.
    private mutating func checkDestinations(_ read: ReadTariff, _ channel: Channel) {
        let prefixes = Set(read.tariff.rates.filter { $0.channel == channel }.flatMap(\.prefixes))
        guard !prefixes.isEmpty, read.tariff.direction == .outgoing else { return }
        var gaps: [String] = []
        for prefix in allowed { findGaps(below: prefix, prefixes, &gaps) }
        guard !gaps.isEmpty else { return }
        let shown = gaps.prefix(5).joined(separator: ", ") + (gaps.count > 5 ? " and \(gaps.count - 5) more" : "")
        complain(
            read.location, "[Tariff \(read.tariff.name)]",
            "leaves a gap: no \(channel == .voice ? "call" : "SMS") to \(shown) has a price")
    }

    private func findGaps(below prefix: String, _ prefixes: Set<String>, _ gaps: inout [String]) {
        if prefixes.contains(where: { prefix.hasPrefix($0) }) || refused.contains(where: { prefix.hasPrefix($0) }) {
            return
        }
        guard prefixes.contains(where: { $0.hasPrefix(prefix) }) || refused.contains(where: { $0.hasPrefix(prefix) })
        else { return gaps.append(prefix) }
        for digit in 0...9 { findGaps(below: "\(prefix)\(digit)", prefixes, &gaps) }
    }

    // MARK: Between tariffs

    /// The versions of a name follow each other day by day.
    private mutating func checkVersions() {
        for (name, versions) in Dictionary(grouping: tariffs, by: \.tariff.name).sorted(by: { $0.key < $1.key }) {
            let sorted = versions.sorted { $0.tariff.validFrom < $1.tariff.validFrom }
            for (earlier, later) in zip(sorted, sorted.dropFirst()) {
                let (old, new) = (earlier.tariff, later.tariff)
                let place = "\(earlier.location.file):\(earlier.location.line)"
                if old.validFrom == new.validFrom {
                    complain(
                        later.location, "[Tariff \(name)]", "overlaps \(place): both are valid from \(old.validFrom)")
                } else if let last = old.validTo, last.end > new.validFrom.start {
                    complain(
                        later.location, "[Tariff \(name)]", "overlaps \(place), which is valid to \(last)")
                } else if let last = old.validTo, last.end < new.validFrom.start {
                    complain(
                        later.location, "[Tariff \(name)]",
                        "leaves a gap: \(place) is valid to \(last), this one from \(new.validFrom)")
                }
                if (old.side, old.direction) != (new.side, new.direction) {
                    complain(
                        later.location, "[Tariff \(name)]",
                        "is for something else than \(place): another tariff needs another name")
                }
            }
            if let last = sorted.last, let end = last.tariff.validTo {
                warn(last.location, "[Tariff \(name)]", "nothing follows: after \(end) it has no price")
            }
        }
    }

    /// No trunk and no account has two prices for the same on one day.
    private mutating func checkSubjects() {
        for (position, later) in tariffs.enumerated() {
            for earlier in tariffs[..<position] where earlier.tariff.name != later.tariff.name {
                let (old, new) = (earlier.tariff, later.tariff)
                guard old.side == new.side, old.direction == new.direction,
                    !Set(old.rates.map(\.channel)).isDisjoint(with: new.rates.map(\.channel)),
                    end(of: earlier) > new.validFrom.start, end(of: later) > old.validFrom.start
                else { continue }
                let shared = old.subjects.filter(new.subjects.contains)
                guard !shared.isEmpty || old.subjects.isEmpty && new.subjects.isEmpty else { continue }
                let what = shared.isEmpty ? "all that nothing else names" : shared.joined(separator: ", ")
                let day = max(old.validFrom, new.validFrom)
                complain(
                    later.location, "[Tariff \(new.name)]",
                    "overlaps [Tariff \(old.name)] of \(earlier.location.file):\(earlier.location.line): "
                        + "both are for \(what) from \(day) on")
            }
        }
    }

    /// A later version of the same name ends one that names no last day.
    private func end(of read: ReadTariff) -> Timestamp {
        if let last = read.tariff.validTo { return last.end }
        return tariffs.filter { $0.tariff.name == read.tariff.name && $0.tariff.validFrom > read.tariff.validFrom }
            .map(\.tariff.validFrom.start).min() ?? .distantFuture
    }

    /// The ledger has one currency, else no sum in it would mean anything.
    private mutating func checkCurrencies() {
        guard let first = tariffs.first else { return }
        for read in tariffs where read.tariff.currency != first.tariff.currency {
            complain(
                read.location, "[Tariff \(read.tariff.name)] Currency",
                "\(read.tariff.currency) is another currency than the \(first.tariff.currency) of "
                    + "\(first.location.file):\(first.location.line): all tariffs have the same")
        }
    }
}
