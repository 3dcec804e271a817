// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Requests about the ledger.
extension Request {
    private static let sequences = 1...Int(Int64.max)
    private static let noteLength = 200

    init(verification object: ObjectReader) throws(ProtocolError) {
        let from = try object.integer("from", Self.sequences)
        let to = try object.integer("to", Self.sequences)
        if let from, let to, to < from { throw object.notAllowed("to", "must not be less than \"from\"") }
        var noted: LedgerPoint?
        if let sequence = try object.integer("noted-sequence", Self.sequences) {
            let hash = try object.string("noted-hash")
            guard SHA256.Digest(hexadecimal: hash) != nil else {
                throw object.notAllowed("noted-hash", "must be 64 hexadecimal digits")
            }
            noted = LedgerPoint(sequence: Int64(sequence), hash: hash)
        }
        self = .verifyLedger(from: from.map(Int64.init), to: to.map(Int64.init), noted: noted)
    }

    init(credit object: ObjectReader) throws(ProtocolError) {
        _ = try object.required("sequence")
        let sequence = try object.integer("sequence", Self.sequences) ?? 1
        let text = try object.string("amount")
        guard let amount = Money(decimalText: text), amount > .zero else {
            throw object.notAllowed(
                "amount", "must be an amount in euros above 0 such as \"1.25\", not \"\(excerpt(text))\"")
        }
        self = .credit(sequence: Int64(sequence), amount: amount, note: try Self.note(in: object))
    }

    init(rerating object: ObjectReader) throws(ProtocolError) {
        _ = try object.required("from")
        guard let from = try object.time("from") else { throw object.notAllowed("from", "must be a time") }
        let to = try object.time("to")
        if let to, to <= from { throw object.notAllowed("to", "must be later than \"from\"") }
        let isDryRun = try object.flag("dry-run", default: false)
        self = .rerate(
            RerateSelection(
                from: from, to: to, account: try object.identifier("account"),
                action: try object.optionalActionID("action"),
                note: isDryRun && !object.has("note") ? "" : try Self.note(in: object), isDryRun: isDryRun))
    }

    private static func note(in object: ObjectReader) throws(ProtocolError) -> String {
        _ = try object.required("note")
        guard let note = try object.line("note", maximum: noteLength), !note.isEmpty else {
            throw object.notAllowed("note", "must say why")
        }
        return note
    }
}
