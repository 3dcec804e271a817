// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

/// Differences between ledger and carrier for a terminal; numbers are redacted, as everywhere there.
enum ReconciliationText {
    /// `zone`: in which times are shown.
    static func lines(_ reconciliation: Reconciliation, carrier: Int, zone: CarrierTimeFormat.Zone) -> [String] {
        let total = reconciliation.total
        var lines = [
            "\(counted(carrier, "row")) of the carrier, \(reconciliation.matched) of them in the ledger; "
                + counted(total.count, "difference")
        ]
        guard total.count > 0 else { return lines }
        var list = Table([
            "DIFFERENCE", "ACCOUNT", "NUMBER", "TIME (\(zone))", ">LEDGER", ">CARRIER", ">COST", ">CHARGED",
            ">DISPUTED", ">ROW",
            ">LINE",
        ])
        for difference in reconciliation.differences {
            let (ledger, carrier) = (difference.ledger, difference.carrier)
            list.add([
                difference.kind.rawValue, account(difference.account),
                PhoneNumber(e164: "+\(difference.number)")?.redacted ?? "", zone.clock(difference.time),
                ledger.map { $0.segments > 0 ? "\($0.segments)" : seconds($0.milliseconds) } ?? "-",
                carrier.map { call in call.segments.map { "\($0)" } ?? call.milliseconds.map(seconds) ?? "" } ?? "-",
                ledger?.cost.map(amount) ?? "-", carrier?.amount.map(amount) ?? "-", amount(difference.disputed),
                ledger.map { "\($0.sequence)" } ?? "-", carrier.map { "\($0.line)" } ?? "-",
            ])
        }
        lines += [""] + list.lines() + [""]
        var sums = Table([
            "ACCOUNT", ">MISSING", ">EXTRA", ">DURATION", ">SEGMENTS", ">AMOUNT", ">TOO MUCH", ">TOO LITTLE",
        ])
        func add(_ name: String, _ tally: ReconciliationTally) {
            let counts = ReconciliationDifference.Kind.allCases.map { "\(tally.counts[$0] ?? 0)" }
            sums.add([name] + counts + [amount(tally.over), amount(tally.under)])
        }
        for (code, tally) in reconciliation.byAccount { add(account(code), tally) }
        add("all", total)
        return lines + sums.lines()
    }

    private static func account(_ code: String) -> String { code.isEmpty ? "(unknown)" : code }

    private static func seconds(_ milliseconds: Int64) -> String {
        "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
    }

    /// `-1.2345`: four decimals, as carriers bill.
    private static func amount(_ money: Money) -> String {
        let units = (money.microEuros.magnitude + 50) / 100
        let fraction = String(units % 10_000)
        return (money < .zero ? "-" : "") + "\(units / 10_000)."
            + String(repeating: "0", count: 4 - fraction.utf8.count)
            + fraction
    }
}
