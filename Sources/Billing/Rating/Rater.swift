// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Says what a call or an SMS costs and what is charged for it. docs/tariffs.md has the rules.
package struct Rater: Sendable, Equatable {
    package let book: TariffBook

    package init(_ book: TariffBook) { self.book = book }

    package static func == (left: Rater, right: Rater) -> Bool {
        left.book === right.book || left.book.tariffs == right.book.tariffs
    }

    /// The amounts for the ledger; nil where no tariff says anything.
    package func rate(_ usage: Usage) -> (cost: RatedAmount?, charge: RatedAmount?) {
        (amount(.cost, usage), amount(.charge, usage))
    }

    /// The record with its amounts.
    package func rated(_ cdr: CallDetailRecord) -> CallDetailRecord {
        guard !book.isEmpty else { return cdr }
        var result = cdr
        (result.ledger.cost, result.ledger.charge) = rate(Usage(cdr))
        return result
    }

    private func amount(_ side: Tariff.Side, _ usage: Usage) -> RatedAmount? {
        guard let tariff = book.find(side, for: usage), let found = tariff.schedule(usage.channel, number: usage.number)
        else { return nil }
        var parts: [RatedPart]?
        guard let sixtieths = Self.sixtieths(usage, tariff.tariff, found.schedule, &parts) else { return nil }
        return RatedAmount(
            amount: tariff.tariff.rounding.round(sixtieths: sixtieths), vatBasisPoints: tariff.tariff.vatBasisPoints,
            tariff: tariff.version)
    }

    /// What a record costs or is charged, with every step of the arithmetic.
    ///
    /// - Parameter version: By that tariff instead of the one that holds.
    package func explain(_ side: Tariff.Side, _ usage: Usage, version: String? = nil) -> RatingOutcome {
        guard let tariff = version.map(book.compiled(version:)) ?? book.find(side, for: usage) else {
            return .unrated(version.map { .versionUnknown($0) } ?? .noTariff)
        }
        guard usage.number.utf8.first == 43 else { return .unrated(.numberPurged) }
        guard let found = tariff.schedule(usage.channel, number: usage.number) else {
            return .unrated(.noDestination(tariff: tariff.version))
        }
        var parts: [RatedPart]? = []
        guard let sixtieths = Self.sixtieths(usage, tariff.tariff, found.schedule, &parts) else {
            return .unrated(.noHours(tariff: tariff.version, prefix: found.prefix))
        }
        let rounded = tariff.tariff.rounding.round(sixtieths: sixtieths)
        return .rated(
            Rating(
                tariff: tariff.tariff, version: tariff.version, prefix: found.prefix, parts: parts ?? [],
                sixtieths: sixtieths,
                amount: RatedAmount(
                    amount: rounded, vatBasisPoints: tariff.tariff.vatBasisPoints, tariff: tariff.version)))
    }

    // MARK: Arithmetic

    /// The exact amount in sixtieths of a micro-euro; nil: no rate at an hour that is asked for.
    /// `parts`: takes every step, when there is room for it.
    private static func sixtieths(
        _ usage: Usage, _ tariff: Tariff, _ schedule: RateSchedule, _ parts: inout [RatedPart]?
    ) -> Int64? {
        switch usage.quantity {
        case .sms(let segments):
            guard segments > 0 else { return 0 }
            guard let index = schedule.rate(at: usage.start).rate, case .sms(let each) = tariff.rates[index].price
            else { return nil }
            let sixtieths = each.microEuros * Int64(segments) * 60
            parts?.append(.segments(rate: index, count: segments, each: each, sixtieths: sixtieths))
            return sixtieths
        case .call(nil, _):
            return 0
        case .call(let answer?, let milliseconds):
            return call(from: answer, milliseconds, tariff, schedule, &parts)
        }
    }

    /// An increment has the price of the moment in which it begins, to its end.
    private static func call(
        from answer: Timestamp, _ milliseconds: Int64, _ tariff: Tariff, _ schedule: RateSchedule,
        _ parts: inout [RatedPart]?
    ) -> Int64? {
        guard let index = schedule.rate(at: answer).rate, case .voice(let price) = tariff.rates[index].price else {
            return nil
        }
        var total = price.connectFee.microEuros * 60
        if total > 0 { parts?.append(.connectFee(rate: index, price.connectFee, sixtieths: total)) }
        let billed = max(milliseconds, Int64(price.minimumDuration) * 1000)
        if billed > 0 {
            var amount = Int64(price.firstIncrement) * price.perMinute.microEuros
            total += amount
            parts?.append(
                .time(
                    rate: index, from: answer, increments: 1, of: price.firstIncrement, price.perMinute,
                    sixtieths: amount))
            var position = answer + .microseconds(Int64(price.firstIncrement) * 1_000_000)
            let end = answer + .microseconds(billed * 1000)
            while position < end {
                let (rate, until) = schedule.rate(at: position)
                guard let rate, case .voice(let price) = tariff.rates[rate].price else { return nil }
                let step = Int64(price.nextIncrement) * 1_000_000
                // Those that begin before the rate's hours are over.
                let count = ((min(until, end) - position).microseconds + step - 1) / step
                amount = count * Int64(price.nextIncrement) * price.perMinute.microEuros
                total += amount
                parts?.append(
                    .time(
                        rate: rate, from: position, increments: Int(count), of: price.nextIncrement, price.perMinute,
                        sixtieths: amount))
                position = position + .microseconds(count * step)
            }
        }
        let missing = price.minimumCharge.microEuros * 60 - total
        if missing > 0 {
            total += missing
            parts?.append(.minimumCharge(rate: index, price.minimumCharge, sixtieths: missing))
        }
        return total
    }
}
