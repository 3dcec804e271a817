// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// The arithmetic of a record in words: what `burgernetctl explain` prints.
package struct Explanation: Sendable {
    private let rater: Rater

    package init(_ rater: Rater) { self.rater = rater }

    /// Lines without line ends.
    package func lines(for cdr: CallDetailRecord) -> [String] {
        let usage = Usage(cdr)
        var lines = ["Record \(cdr.sequence): \(Self.subject(cdr)), action \(cdr.action), account \(cdr.account)."]
        switch cdr.ledger.kind {
        case .usage: break
        case .correction, .credit:
            let what = cdr.ledger.kind == .correction ? "corrects" : "is a credit for"
            lines.append("It \(what) record \(cdr.ledger.corrects ?? 0): \(cdr.ledger.note)")
            for (name, amount) in [("Cost", cdr.ledger.cost), ("Charge", cdr.ledger.charge)] {
                guard let amount else { continue }
                let vat = TariffSchema.write(basisPoints: amount.vatBasisPoints)
                lines.append(
                    "\(name): a difference of \(amount.amount.decimal) with VAT of \(vat), by \(amount.tariff).")
            }
            return lines
        }
        lines.append(Self.event(usage))
        if cdr.recovered {
            lines.append(
                "The process died during it (recovered): it counts as far as the journal knew, and no further.")
        }
        lines += side(.cost, usage, cdr.trunk, recorded: cdr.ledger.cost)
        lines += side(.charge, usage, cdr.account, recorded: cdr.ledger.charge)
        return lines
    }

    private func side(_ side: Tariff.Side, _ usage: Usage, _ subject: String, recorded: RatedAmount?) -> [String] {
        let title =
            switch side {
            case .cost: "Cost (what \(subject) charges us)"
            case .charge: "Charge (what account \(subject.isEmpty ? "(none)" : subject) is charged)"
            }
        guard let recorded else {
            switch rater.explain(side, usage) {
            case .unrated(let reason): return ["\(title): not rated; \(reason)."]
            case .rated(let rating):
                return [
                    "\(title): not rated when it was written; today's tariff \(rating.version) would say "
                        + "\(rating.amount.amount.decimal)."
                ]
            }
        }
        switch rater.explain(side, usage, version: recorded.tariff) {
        case .unrated(let reason):
            return ["\(title): \(recorded.amount.decimal) by \(recorded.tariff). How cannot be shown: \(reason)."]
        case .rated(let rating):
            return ["\(title), by tariff \(rating.version):"] + Self.steps(rating, usage).map { "  \($0)" }
                + Self.verdict(rating, recorded).map { "  \($0)" }
        }
    }

    // MARK: Words

    static func steps(_ rating: Rating, _ usage: Usage) -> [String] {
        let currency = rating.tariff.currency
        func name(_ index: Int) -> String { rating.tariff.rates[index].name }
        var lines = ["Destination \(rating.prefix), the longest prefix that matches."]
        if rating.parts.isEmpty {
            switch usage.quantity {
            case .call(nil, _): lines.append("Not answered: nothing is charged.")
            case .call: lines.append("Of no length: no increment has begun.")
            case .sms: lines.append("No segment was taken over: nothing is charged.")
            }
        }
        for part in rating.parts {
            switch part {
            case .connectFee(_, let fee, _):
                lines.append("Connect fee, due with the answer: \(currency) \(fee.decimal)")
            case .time(let rate, let from, let increments, let seconds, let perMinute, let sixtieths):
                let total = increments * seconds
                let clock = String("\(DutchTime(from))".dropFirst(11)) + (DutchTime.isSummer(from) ? " CEST" : " CET")
                lines.append(
                    "From \(clock), \(name(rate)): \(increments) x \(seconds) s = \(total) s at \(perMinute.decimal) "
                        + "a minute: \(currency) \(exact(sixtieths))")
            case .minimumCharge(_, let minimum, let sixtieths):
                lines.append(
                    "Up to the minimum of \(minimum.decimal): \(currency) \(exact(sixtieths))")
            case .segments(let rate, let count, let each, let sixtieths):
                lines.append(
                    "\(name(rate)): \(count) \(count == 1 ? "segment" : "segments") taken over, \(each.decimal) each: "
                        + "\(currency) \(exact(sixtieths))")
            }
        }
        return lines
    }

    private static func verdict(_ rating: Rating, _ recorded: RatedAmount) -> [String] {
        let currency = rating.tariff.currency
        let vat = rating.amount.amount.vat(basisPoints: rating.amount.vatBasisPoints)
        var lines = [
            "Sum \(exact(rating.sixtieths)), rounded once, \(rating.tariff.rounding): "
                + "\(currency) \(rating.amount.amount.decimal)",
            "VAT apart, \(TariffSchema.write(basisPoints: rating.amount.vatBasisPoints)): \(currency) \(vat.decimal)",
        ]
        if recorded.amount != rating.amount.amount {
            lines.append(
                "The ledger says \(recorded.amount.decimal): this does not agree, which should not happen.")
        }
        return lines
    }

    /// A fraction of a micro-euro is told apart: `0.001483 1/3`.
    static func exact(_ sixtieths: Int64) -> String {
        let (whole, rest) = sixtieths.quotientAndRemainder(dividingBy: 60)
        let amount = Money(microEuros: whole).decimal
        return rest == 0 ? amount : "\(amount) and \(rest)/60 of a millionth"
    }

    private static func subject(_ cdr: CallDetailRecord) -> String {
        let number = PhoneNumber(e164: cdr.callee)?.redacted ?? "a number that was purged"
        return "\(cdr.message == nil ? "call" : "SMS") to \(number) over \(cdr.trunk)"
    }

    private static func event(_ usage: Usage) -> String {
        switch usage.quantity {
        case .call(nil, _): return "Begun \(DutchTime(usage.start)), not answered."
        case .call(let answer?, let milliseconds):
            let fraction = String(1000 + milliseconds % 1000).dropFirst()
            return "Answered \(DutchTime(answer)), \(milliseconds / 1000).\(fraction) s to its end."
        case .sms(let segments):
            return "Sent \(DutchTime(usage.start)); the SMSC took over \(segments) "
                + "\(segments == 1 ? "segment" : "segments")."
        }
    }
}
