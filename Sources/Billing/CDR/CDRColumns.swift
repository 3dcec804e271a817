// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// In which version of the ledger a column came. Rows of before have NULL in it, and their hashes do not know of it.
package enum LedgerVersion: Int, Sendable, Comparable, CaseIterable {
    /// Calls alone, without a chain.
    case calls = 1
    /// SMS, without a chain.
    case messages = 2
    /// The chain of hashes, amounts, corrections.
    case chain = 3
    /// How evenly a call's audio left.
    case audio = 4

    package static func < (left: LedgerVersion, right: LedgerVersion) -> Bool { left.rawValue < right.rawValue }
}

/// The columns of call detail records, which all that has to do with them takes from here: the ledger's table, its
/// canonical text, the native format and its header, and the tests of docs/cdr-format.md.
///
/// The order is that of the table and that of the native format. It never changes; a new column goes to the end of
/// both, with a version of the ledger of its own: rows of before have NULL in it and keep their hashes.
enum CDRColumns {
    static func visit<Visitor: CDRColumnVisitor>(_ columns: inout Visitor) throws(Visitor.Failure) {
        if columns.begins(.calls, isOptional: false) { try calls(&columns) }
        if columns.begins(.messages, isOptional: true) { try message(&columns) }
        if columns.begins(.chain, isOptional: false) { try money(&columns) }
        if columns.begins(.audio, isOptional: true) { try audio(&columns) }
    }

    private static func calls<Visitor: CDRColumnVisitor>(_ columns: inout Visitor) throws(Visitor.Failure) {
        try columns.required("sequence", { $0.sequence }, { $0.sequence = $1 })
        try columns.required("attempt", native: .none, { $0.attempt.value }, { $0.attempt = AttemptID($1) })
        try columns.required("action", { $0.action }, { $0.action = $1 })
        try columns.required("recipient", { $0.recipient }, { $0.recipient = $1 })
        try columns.required("account", { $0.account }, { $0.account = $1 })
        try columns.required("callee", { TelephoneNumber(inLedger: $0.callee) }, { $0.callee = $1.inLedger })
        try columns.required("caller", { $0.caller }, { $0.caller = $1 })
        try columns.required("trunk", { $0.trunk }, { $0.trunk = $1 })
        try columns.required("call_id", { $0.callID }, { $0.callID = $1 })
        try columns.required("attempt_number", native: "attempt", { $0.attemptNumber }, { $0.attemptNumber = $1 })
        try columns.required("start", { $0.start }, { $0.start = $1 })
        try columns.optional("ringing", { $0.ringing }, { $0.ringing = $1 })
        try columns.optional("answer", { $0.answer }, { $0.answer = $1 })
        try columns.required("ended", native: "end", { $0.end }, { $0.end = $1 })
        columns.derived("duration", { $0.shownMilliseconds }, field: { $0.seconds(milliseconds: $1) })
        columns.derived("billsec", { $0.shownBillableMilliseconds }, field: { $0.seconds(milliseconds: $1) })
        try columns.required("sip_code", { $0.sipCode }, { $0.sipCode = $1 })
        try columns.required("cause", native: "q850_cause", { $0.cause }, { $0.cause = $1 })
        try columns.required("hangup_by", { $0.hangupBy }, { $0.hangupBy = $1 })
        try columns.required("own_reason", { $0.ownReason }, { $0.ownReason = $1 })
        try columns.required("disposition", { $0.disposition }, { $0.disposition = $1 })
        try columns.optional("codec", { $0.codec }, { $0.codec = $1 })
        try columns.required("prompt_hash", { $0.promptHash }, { $0.promptHash = $1 }, field: { $0.word($1) })
        try columns.required("heard_ms", { $0.heardMilliseconds }, { $0.heardMilliseconds = $1 })
        try columns.required("prompt_ms", { $0.promptMilliseconds }, { $0.promptMilliseconds = $1 })
        columns.derived("heard_percent", { $0.heardPercent }, field: { $0.integer($1) })
        try columns.required("keys", { $0.keys }, { $0.keys = $1 })
        try columns.required("recovered", { $0.recovered }, { $0.recovered = $1 })
        try columns.required("redial", { $0.redial }, { $0.redial = $1 })
        try columns.required("packets_sent", { $0.packetsSent }, { $0.packetsSent = $1 })
        try columns.required("packets_received", { $0.packetsReceived }, { $0.packetsReceived = $1 })
        columns.derived("channel", { $0.message == nil ? Channel.voice : .sms }, field: { $0.word($1.rawValue) })
    }

    /// Of an SMS.
    private static func message<Visitor: CDRColumnVisitor>(_ columns: inout Visitor) throws(Visitor.Failure) {
        try columns.optional("segments", { $0.message?.segments }, { $0.message = MessageDetail(segments: $1) })
        try columns.optional(
            "accepted_segments", native: "segments_accepted", { $0.message?.acceptedSegments },
            { $0.message?.acceptedSegments = $1 })
        try columns.optional("encoding", { $0.message?.encoding }, { $0.message?.encoding = $1 })
        try columns.optional("accepted", { $0.message?.accepted }, { $0.message?.accepted = $1 })
        try columns.optional(
            "message_ids", { $0.message.map { MessageIDs($0.messageIDs) } }, { $0.message?.messageIDs = $1.ids })
        try columns.optional(
            "message_references", { $0.message.map { MessageReferences($0.references) } },
            { $0.message?.references = $1.references })
        try columns.optional("message_state", { $0.message?.state }, { $0.message?.state = $1 })
        try columns.optional(
            "smsc_error", { $0.message?.error }, { $0.message?.error = $1 },
            field: { $0.text(visible($1, blanks: true)) })
        try columns.optional("submits", { $0.message?.submits }, { $0.message?.submits = $1 })
        try columns.optional("doubtful", { $0.message?.doubtful }, { $0.message?.doubtful = $1 })
    }

    private static func money<Visitor: CDRColumnVisitor>(_ columns: inout Visitor) throws(Visitor.Failure) {
        try columns.required("kind", { $0.ledger.kind }, { $0.ledger.kind = $1 })
        try columns.optional("corrects", { $0.ledger.corrects }, { $0.ledger.corrects = $1 })
        try columns.optional("cost", { $0.ledger.cost?.amount }, { $0.ledger.cost = RatedAmount(amount: $1) })
        try columns.optional(
            "cost_vat", { $0.ledger.cost?.vatBasisPoints }, { $0.ledger.cost?.vatBasisPoints = $1 },
            field: { $0.percent(basisPoints: $1) })
        try columns.optional("cost_tariff", { $0.ledger.cost?.tariff }, { $0.ledger.cost?.tariff = $1 })
        try columns.optional("charge", { $0.ledger.charge?.amount }, { $0.ledger.charge = RatedAmount(amount: $1) })
        try columns.optional(
            "charge_vat", { $0.ledger.charge?.vatBasisPoints }, { $0.ledger.charge?.vatBasisPoints = $1 },
            field: { $0.percent(basisPoints: $1) })
        try columns.optional("charge_tariff", { $0.ledger.charge?.tariff }, { $0.ledger.charge?.tariff = $1 })
        try columns.required("note", { $0.ledger.note }, { $0.ledger.note = $1 })
        try columns.hash()
    }

    /// Of a call that sent audio.
    private static func audio<Visitor: CDRColumnVisitor>(_ columns: inout Visitor) throws(Visitor.Failure) {
        try columns.optional("late_mean_us", { $0.audio?.meanLateness }, { $0.audio = AudioTiming(meanLateness: $1) })
        try columns.optional("late_max_us", { $0.audio?.maximumLateness }, { $0.audio?.maximumLateness = $1 })
        try columns.optional("skipped", { $0.audio?.skipped }, { $0.audio?.skipped = $1 })
    }
}
