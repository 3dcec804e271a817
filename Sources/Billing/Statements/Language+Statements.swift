// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// How statements and reports write texts and figures in a language.
extension Language {
    /// One of two texts.
    package func callAsFunction(_ dutch: String, _ english: String) -> String {
        switch self {
        case .dutch: dutch
        case .english: english
        }
    }

    private var decimalSign: String { self(",", ".") }
    private var groupSign: String { self(".", ",") }
    /// Keeps a sign and its figure on one line.
    private static let unbroken = "\u{A0}"

    /// `1.234`, `1,234`
    package func count(_ number: some BinaryInteger) -> String {
        let digits = String(number.magnitude)
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.utf8.count - index) % 3 == 0 { grouped += groupSign }
            grouped.append(digit)
        }
        return number < 0 ? "\u{2212}" + grouped : grouped
    }

    /// `€ 1.234,56`, `€ 1,234.56`; with a minus sign in front of the figure.
    package func amount(_ cents: Int64) -> String {
        let fraction = cents.magnitude % 100
        return (cents < 0 ? "\u{2212}" : "") + "€" + Self.unbroken + count(cents.magnitude / 100) + decimalSign
            + (fraction < 10 ? "0" : "") + String(fraction)
    }

    /// `12,3`
    package func tenths(_ tenths: Int64) -> String {
        (tenths < 0 ? "\u{2212}" : "") + count(tenths.magnitude / 10) + decimalSign + String(tenths.magnitude % 10)
    }

    /// `21%`, `5,5%`
    package func percent(basisPoints: Int) -> String {
        let whole = "\(basisPoints / 100)"
        let rest = basisPoints % 100
        guard rest > 0 else { return whole + "%" }
        let digits = rest % 10 == 0 ? "\(rest / 10)" : (rest < 10 ? "0\(rest)" : "\(rest)")
        return whole + decimalSign + digits + "%"
    }

    /// `24-10-2026`, `24 Oct 2026`
    package func date(_ time: Timestamp) -> String {
        let local = DutchTime(time)
        switch self {
        case .dutch: return "\(twoDigits(local.day))-\(twoDigits(local.month))-\(local.year)"
        case .english: return "\(local.day) \(monthName(local.month).prefix(3)) \(local.year)"
        }
    }

    /// `oktober 2026`, `October 2026`
    func month(_ month: DutchMonth) -> String { "\(monthName(month.month)) \(month.year)" }

    /// First and last day: `1 t/m 31 oktober 2026`.
    func period(_ month: DutchMonth) -> String {
        let last = DutchTime(month.end - .milliseconds(1)).day
        return self("1 t/m \(last) \(self.month(month))", "1 to \(last) \(self.month(month))")
    }

    private func monthName(_ month: Int) -> String {
        let dutch = [
            "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
            "november", "december",
        ]
        let english = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ]
        let names = self == .dutch ? dutch : english
        return names.indices.contains(month - 1) ? names[month - 1] : "\(month)"
    }

    private func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
