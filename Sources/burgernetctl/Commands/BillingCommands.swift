// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

enum BillingCommands {
    static let explain = Command(
        words: ["explain"], arguments: ["RECORD"],
        summary: "show in words how a call detail record was rated",
        details: """
            RECORD is the record's sequence number, or its Call-ID (of an SMS sms- and a number), as exports have them.
            The tariff's version that rated it is used, whatever today's tariffs say.
            """,
        examples: ["explain 4711", "explain sms-90210"],
        run: { invocation in
            let text = invocation.argument(0) ?? ""
            let isNumber = text.utf8.count <= 18 && text.utf8.allSatisfy { (48...57).contains($0) }
            let sequence = isNumber ? Int64(text) : nil
            var isFirst = true
            try invocation.perform(.explain(sequence.map { .sequence($0) } ?? .callID(text))) { body in
                guard case .lines(let lines) = body else { return }
                if !isFirst { try invocation.output.line("") }
                isFirst = false
                for line in lines { try invocation.output.line(printable(line)) }
            }
        })

    static let budget = Command(
        words: ["budget"], arguments: ["[ACCOUNT]"],
        summary: "show what accounts may spend, have spent, and hold in reserve",
        details: """
            This month and this year, without VAT. RESERVED is what calls and SMS under way may still cost; it is given
            back for what they really cost when they are over.
            """,
        run: { invocation in
            var table = Table(["ACCOUNT", "PERIOD", ">LIMIT", ">SPENT", ">%", ">RESERVED", "WHEN SPENT"])
            try invocation.perform(.budgets) { body in
                guard case .budget(let report) = body,
                    invocation.argument(0).map({ $0 == report.account }) ?? true
                else { return }
                table.add([
                    report.account.isEmpty ? "(none)" : report.account, report.period, report.limit ?? "-",
                    report.spent,
                    report.percent.map { "\($0)" } ?? "-", report.reserved,
                    report.limit == nil ? "-" : report.whenSpent,
                ])
            }
            guard !invocation.isJSON else { return }
            for line in table.lines() { try invocation.output.line(line) }
        })
}
