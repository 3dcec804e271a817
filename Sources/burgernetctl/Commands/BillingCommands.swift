// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

extension Verbs.Explain: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["explain"], arguments: ["RECORD"],
            details: """
                RECORD is the record's sequence number, or its Call-ID (of an SMS sms- and a number), as exports have them.
                The tariff's version that rated it is used, whatever today's tariffs say.
                """,
            examples: ["explain 4711", "explain sms-90210"], run: explain)
    ]

    private static func explain(_ invocation: Invocation) throws {
        let text = invocation.argument(0) ?? ""
        let isNumber = text.utf8.count <= 18 && text.utf8.allSatisfy { (48...57).contains($0) }
        let sequence = isNumber ? Int64(text) : nil
        var isFirst = true
        try invocation.perform(Self(sequence.map { .sequence($0) } ?? .callID(text))) { reply in
            guard let lines = reply.content(of: Replies.lines) else { return }
            if !isFirst { try invocation.output.line("") }
            isFirst = false
            for line in lines { try invocation.output.line(printable(line)) }
        }
    }
}

extension Verbs.Budgets: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["budget"], arguments: ["[ACCOUNT]"],
            details: """
                This month and this year, without VAT. RESERVED is what calls and SMS under way may still cost; it is given
                back for what they really cost when they are over.
                """,
            run: show)
    ]

    private static func show(_ invocation: Invocation) throws {
        var table = Table(["ACCOUNT", "PERIOD", ">LIMIT", ">SPENT", ">%", ">RESERVED", "WHEN SPENT"])
        let wanted = invocation.argument(0)
        var known: [String] = []
        try invocation.connect().exchange(Self()) { reply, line in
            let report = reply.content(of: Replies.budget)
            if let report, known.last != report.account { known.append(report.account) }
            if let report, let wanted, report.account != wanted { return }
            try invocation.deliver(reply, line) { _ in }
            guard let report else { return }
            table.add([
                report.account.isEmpty ? "(none)" : report.account, report.period, report.limit ?? "-",
                report.spent, report.percent.map { "\($0)" } ?? "-", report.reserved,
                report.limit == nil ? "-" : report.whenSpent,
            ])
        }
        if let wanted, !known.contains(wanted) {
            let others = known.map { $0.isEmpty ? "(none)" : $0 }.joined(separator: ", ")
            let rest = known.isEmpty ? "nor has any other account" : "those that have are \(others)"
            throw Failure.refused(
                "\"\(printable(wanted))\" has neither a budget nor anything spent this year; \(rest)")
        }
        guard !invocation.isJSON else { return }
        for line in table.lines() { try invocation.output.line(line) }
    }
}
