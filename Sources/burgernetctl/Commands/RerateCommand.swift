// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import GatewayCore

/// `cdr rerate`: a corrected tariff, for calls and SMS that were billed already.
enum RerateCommand {
    static let command = Command(
        words: ["cdr", "rerate"],
        summary: "rate calls and SMS again by today's tariffs; what differs becomes correction rows",
        details: """
            Nothing in the ledger is edited: for each call or SMS that today's tariffs rate differently a row with
            the difference is appended, of today's date. A second run finds nothing more to correct. Load the
            corrected tariff first (systemctl reload burgernetd), and look at --dry-run before.

            Times select by the start of the call or SMS, as in "cdr export": a date alone is a whole day.
            --period takes a day or a month of the Dutch calendar instead.
            """,
        options: [
            Option(name: "from", value: "TIME", help: "2026-11-24, 2026-11-24T13:30 or with a zone"),
            Option(name: "to", value: "TIME", help: "likewise; a date includes that day; default: until now"),
            Option(name: "period", value: "PERIOD", help: "a day or a month, in place of --from and --to"),
            Option(name: "account", value: "NAME", help: "of this account alone, such as GM0513"),
            Option(name: "action", value: "ACTION", help: "of this action alone"),
            Option(name: "note", value: "TEXT", help: "why; it stands in the ledger and on statements"),
            Option(name: "dry-run", value: nil, help: "show what would change, and write nothing"),
        ],
        examples: [
            "cdr rerate --period 2026-10 --dry-run",
            "cdr rerate --period 2026-10 --note 'noord-voice: price of October corrected'",
        ],
        run: run)

    private static func run(_ invocation: Invocation) throws {
        let selection = try selection(invocation)
        try invocation.perform(.rerate(selection)) { body in
            switch body {
            case .change(let change):
                let rows = change.corrections.map(String.init).joined(separator: ", ")
                try invocation.output.line(
                    "row \(change.sequence), \(change.account.isEmpty ? "(none)" : change.account): "
                        + [("cost", change.cost), ("charge", change.charge), ("VAT", change.vat)]
                        .compactMap { name, amount in amount.map { "\(name) \(signed($0))" } }.joined(separator: ", ")
                        + " by \(printable(change.chargeTariff ?? change.costTariff ?? "-"))"
                        + (rows.isEmpty ? "" : "; row \(rows)"))
            case .rerated(let report):
                try invocation.output.line(
                    "\(counted(report.rows, "record")) looked at, \(report.changed) differ, "
                        + "\(counted(report.corrections, "correction")) "
                        + (report.dryRun ? "would be written" : "written")
                        + (report.purged > 0
                            ? "; \(counted(report.purged, "record")) with a purged number cannot be rated" : ""))
                var table = Table(["ACCOUNT", ">CHANGED", ">COST", ">CHARGE", ">VAT"])
                for account in report.accounts {
                    table.add([
                        account.account.isEmpty ? "(none)" : account.account, "\(account.changed)",
                        signed(account.cost), signed(account.charge), signed(account.vat),
                    ])
                }
                guard !report.accounts.isEmpty else { return }
                for line in table.lines() { try invocation.output.line(line) }
            case .error, .invalid, .duplicate, .accepted, .aborted, .action, .recipient, .inbound, .progress, .count,
                .lines, .rows, .budget, .quote, .plan, .totals, .verified, .appended, .trunk, .prefix, .smsc, .status,
                .audio, .rendered, .unknown:
                break
            }
        }
    }

    /// A difference says its direction.
    private static func signed(_ amount: String) -> String { amount.hasPrefix("-") ? amount : "+" + amount }

    private static func selection(_ invocation: Invocation) throws -> RerateSelection {
        let isDryRun = invocation.has("dry-run")
        let note = invocation.value("note") ?? ""
        guard isDryRun || !note.isEmpty else {
            throw invocation.usage("--note TEXT is missing: it says why (or --dry-run, which writes nothing)")
        }
        var (from, to) = (
            try invocation.time("from", endOfDay: false), try invocation.time("to", endOfDay: true)
        )
        if let text = invocation.value("period") {
            guard from == nil, to == nil else {
                throw invocation.usage("--period takes the place of --from and --to")
            }
            guard let periods = ExportPeriod.read(text, now: currentTime()), let first = periods.first,
                let last = periods.last
            else {
                throw invocation.usage(
                    "--period must be yesterday, last-month, last-7-days, a day or a month, "
                        + "not \"\(printable(text))\"")
            }
            (from, to) = (first.start, last.end)
        }
        guard let from else {
            throw invocation.usage("--from TIME or --period PERIOD is missing: nobody rates everything by accident")
        }
        if let to, to <= from { throw invocation.usage("--to must be later than --from") }
        return RerateSelection(
            from: from, to: to, account: invocation.value("account"),
            action: try invocation.value("action").map { try invocation.actionID(named: $0) }, note: note,
            isDryRun: isDryRun)
    }
}
