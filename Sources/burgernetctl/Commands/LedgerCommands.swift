// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

/// `cdr verify`, `cdr credit` and `participants forget`: the ledger's proof, what is given back, and whose number goes.
enum LedgerCommands {
    static let verify = Command(
        words: ["cdr", "verify"], summary: "prove that no row of the ledger was changed, removed or reordered",
        details: """
            Every row bears the hash of the one before. The first row that does not follow is named, and the
            exit status is 1. --manifest compares with the hash that the manifest of an export noted, so that
            a ledger that was written anew as a whole is found too.
            """,
        options: [
            Option(name: "from", value: "SEQUENCE", help: "the first row; default: 1"),
            Option(name: "to", value: "SEQUENCE", help: "the last row; default: the newest"),
            Option(name: "manifest", value: "FILE", help: "manifest of an export, kept elsewhere"),
        ],
        examples: ["cdr verify", "cdr verify --manifest cdr-native-2026-10.csv.manifest.json"],
        run: { try verify($0) })

    static let credit = Command(
        words: ["cdr", "credit"], arguments: ["SEQUENCE"],
        summary: "give back an amount that was charged for a call or SMS, as a row of its own",
        options: [
            Option(name: "amount", value: "EUROS", help: "above 0, without VAT, such as 0.25", isRequired: true),
            Option(name: "note", value: "TEXT", help: "why; it stands in the ledger", isRequired: true),
        ],
        examples: ["cdr credit 4711 --amount 0.25 --note 'complaint 2026-118'"],
        run: { try credit($0) })

    static let forget = Command(
        words: ["participants", "forget"], arguments: ["NUMBER"],
        summary: "purge a citizen's number at once; a pseudonym takes its place",
        details: """
            In recipients of actions that have ended, call detail records, messages of citizens and the list
            of those who want no SMS. The ledger's proof stays valid.
            """,
        examples: ["participants forget 0612345678"],
        run: { try forget($0) })

    private static func verify(_ invocation: Invocation) throws {
        let from = try sequence(invocation.value("from"), "--from", invocation)
        let to = try sequence(invocation.value("to"), "--to", invocation)
        let noted = try invocation.value("manifest").map { try ExportManifest.ledgerPoint(inFile: $0) }
        var verdict: LedgerVerdict?
        try invocation.connect().exchange(.verifyLedger(from: from, to: to, noted: noted)) { reply, line in
            if case .verified(let found) = reply.body { verdict = found }
            try invocation.deliver(reply, line) { _ in }
        }
        guard let verdict else { return }
        if let fault = verdict.fault { throw Failure.refused(invocation.isJSON ? nil : fault.message) }
        guard !invocation.isJSON else { return }
        try invocation.output.line(
            "\(counted(Int(verdict.rows), "row")) proved, the last is \(verdict.last.sequence) with \(verdict.last.hash)"
        )
    }

    private static func credit(_ invocation: Invocation) throws {
        guard let row = try sequence(invocation.argument(0), "SEQUENCE", invocation) else { return }
        let text = invocation.value("amount") ?? ""
        guard let amount = Money(decimalText: text.replacing(",", with: ".")), amount > .zero else {
            throw invocation.usage("--amount must be euros above 0 such as 0.25, not \"\(printable(text))\"")
        }
        try invocation.perform(.credit(sequence: row, amount: amount, note: invocation.value("note") ?? "")) { body in
            guard case .appended(let appendix) = body else { return }
            try invocation.output.line(
                "row \(appendix.sequence): EUR \(amount.decimalText) given back to \(appendix.account) for row "
                    + "\(appendix.corrects), which is charged with EUR \(appendix.charge) now")
        }
    }

    private static func forget(_ invocation: Invocation) throws {
        try invocation.perform(.forgetParticipant(invocation.argument(0) ?? "")) { body in
            guard case .count(let rows) = body else { return }
            try invocation.output.line("the number is purged from \(counted(rows, "row"))")
        }
    }

    private static func sequence(_ text: String?, _ name: String, _ invocation: Invocation) throws -> Int64? {
        guard let text else { return nil }
        guard let number = Int64(text), number > 0 else {
            throw invocation.usage("\(name) must be a number of the ledger from 1 on, not \"\(printable(text))\"")
        }
        return number
    }
}
