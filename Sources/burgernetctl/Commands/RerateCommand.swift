// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import GatewayCore

/// A corrected tariff, for calls and SMS that were billed already.
extension Verbs.Rerate: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["cdr", "rerate"],
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
                option("account", "NAME"), option("action", "ACTION"), option("note", "TEXT"), option("dry-run"),
            ],
            examples: [
                "cdr rerate --period 2026-10 --dry-run",
                "cdr rerate --period 2026-10 --note 'noord-voice: price of October corrected'",
            ],
            run: run)
    ]

    private static func run(_ invocation: Invocation) throws {
        try invocation.perform(try request(invocation)) { reply in
            if let change = reply.content(of: Replies.change) {
                try invocation.output.line(describe(change))
            } else if let report = reply.content(of: Replies.rerated) {
                for line in describe(report) { try invocation.output.line(line) }
            }
        }
    }

    private static func describe(_ change: RatingChange) -> String {
        let rows = change.corrections.map(String.init).joined(separator: ", ")
        return "row \(change.sequence), \(change.account.isEmpty ? "(none)" : change.account): "
            + [("cost", change.cost), ("charge", change.charge), ("VAT", change.vat)]
            .compactMap { name, amount in amount.map { "\(name) \(signed($0))" } }.joined(separator: ", ")
            + " by \(printable(change.chargeTariff ?? change.costTariff ?? "-"))"
            + (rows.isEmpty ? "" : "; row \(rows)")
    }

    private static func describe(_ report: RerateReport) -> [String] {
        let summary =
            "\(counted(report.rows, "record")) looked at, \(report.changed) differ, "
            + "\(counted(report.corrections, "correction")) "
            + (report.dryRun ? "would be written" : "written")
            + (report.purged > 0 ? "; \(counted(report.purged, "record")) with a purged number cannot be rated" : "")
        var table = Table(["ACCOUNT", ">CHANGED", ">COST", ">CHARGE", ">VAT"])
        for account in report.accounts {
            table.add([
                account.account.isEmpty ? "(none)" : account.account, "\(account.changed)",
                signed(account.cost), signed(account.charge), signed(account.vat),
            ])
        }
        return [summary] + (report.accounts.isEmpty ? [] : table.lines())
    }

    /// A difference says its direction.
    private static func signed(_ amount: String) -> String { amount.hasPrefix("-") ? amount : "+" + amount }

    private static func request(_ invocation: Invocation) throws -> Self {
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
        return Self(
            from: from, to: to, account: invocation.value("account"),
            action: try invocation.value("action").map { try invocation.actionID(named: $0) }, note: note,
            isDryRun: isDryRun)
    }
}
