// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

// The ledger's proof, and what is given back.

extension Verbs.VerifyLedger: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["cdr", "verify"],
            details: """
                Every row bears the hash of the one before. The first row that does not follow is named, and the
                exit status is 1. --manifest compares with the hash that the manifest of an export noted, so that
                a ledger that was written anew as a whole is found too.
                """,
            options: [
                option("from", "SEQUENCE"), option("to", "SEQUENCE"),
                Option(name: "manifest", value: "FILE", help: "manifest of an export, kept elsewhere"),
            ],
            examples: ["cdr verify", "cdr verify --manifest cdr-native-2026-10.csv.manifest.json"], run: verify)
    ]

    private static func verify(_ invocation: Invocation) throws {
        let from = try invocation.sequence(invocation.value("from"), "--from")
        let to = try invocation.sequence(invocation.value("to"), "--to")
        let noted = try invocation.value("manifest").map { try ExportManifest.ledgerPoint(inFile: $0) }
        var verdict: LedgerVerdict?
        try invocation.connect().exchange(Self(from: from, to: to, noted: noted)) { reply, line in
            if let found = reply.content(of: Replies.verified) { verdict = found }
            try invocation.deliver(reply, line) { _ in }
        }
        guard let verdict else { return }
        if let fault = verdict.fault { throw Failure.refused(invocation.isJSON ? nil : fault.message) }
        guard !invocation.isJSON else { return }
        try invocation.output.line(
            "\(counted(Int(verdict.rows), "row")) proved, the last is \(verdict.last.sequence) with \(verdict.last.hash)"
        )
        if let to, to > verdict.last.sequence {
            invocation.output.note("the ledger ends with row \(verdict.last.sequence): there is no row \(to) yet")
        }
    }
}

extension Verbs.Credit: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["cdr", "credit"], arguments: ["SEQUENCE"],
            options: [
                Option(
                    name: "amount", value: "EUROS", help: "above 0, without VAT, such as 0.25", isRequired: true),
                option("note", "TEXT", isRequired: true),
            ],
            examples: ["cdr credit 4711 --amount 0.25 --note 'complaint 2026-118'"], run: credit)
    ]

    private static func credit(_ invocation: Invocation) throws {
        guard let row = try invocation.sequence(invocation.argument(0), "SEQUENCE") else { return }
        let text = invocation.value("amount") ?? ""
        guard let amount = Money(decimalText: text.replacing(",", with: ".")), amount > .zero else {
            throw invocation.usage("--amount must be euros above 0 such as 0.25, not \"\(printable(text))\"")
        }
        let request = Self(sequence: row, amount: amount, note: invocation.value("note") ?? "")
        try invocation.perform(request) { reply in
            guard let appendix = reply.content(of: Replies.appended) else { return }
            try invocation.output.line(
                "row \(appendix.sequence): EUR \(amount.decimalText) given back to \(appendix.account) for row "
                    + "\(appendix.corrects), which is charged with EUR \(appendix.charge) now")
        }
    }
}

extension Invocation {
    /// A place in the ledger; nil: it was not given. `name`: of the option or argument.
    fileprivate func sequence(_ text: String?, _ name: String) throws -> Int64? {
        guard let text else { return nil }
        guard let number = Int64(text), number > 0 else {
            throw usage("\(name) must be a number of the ledger from 1 on, not \"\(printable(text))\"")
        }
        return number
    }
}
