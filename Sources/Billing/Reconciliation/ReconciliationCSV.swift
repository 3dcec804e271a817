// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Writes differences between ledger and carrier as a table, one in each row.
package struct ReconciliationCSV: Sendable {
    package let locale: CSVLocale
    /// In which times are written.
    package let zone: CarrierTimeFormat.Zone

    package init(locale: CSVLocale, zone: CarrierTimeFormat.Zone) {
        self.locale = locale
        self.zone = zone
    }

    /// Lines without their ends.
    package func lines(_ reconciliation: Reconciliation) -> [String] {
        var table = SpreadsheetTable(
            locale,
            headings: [
                "kind", "account", "number", "time", "duration", "carrier_duration", "segments", "carrier_segments",
                "cost", "carrier_amount", "disputed", "sequence", "carrier_line",
            ])
        for difference in reconciliation.differences {
            let (ledger, carrier) = (difference.ledger, difference.carrier)
            func amount(_ money: Money?) -> SpreadsheetField {
                money.map { .decimal($0.microEuros, digits: 6) } ?? .empty
            }
            table.add([
                .text(difference.kind.rawValue), .text(difference.account), .number(difference.number),
                .text(zone.iso8601(difference.time)), ledger.map { .decimal($0.milliseconds, digits: 3) } ?? .empty,
                carrier?.milliseconds.map { .decimal($0, digits: 3) } ?? .empty,
                ledger.map { .count($0.segments) } ?? .empty, carrier?.segments.map { .count($0) } ?? .empty,
                amount(ledger?.cost), amount(carrier?.amount), amount(difference.disputed),
                ledger.map { .count(Int($0.sequence)) } ?? .empty, carrier.map { .count($0.line) } ?? .empty,
            ])
        }
        return table.lines
    }
}
