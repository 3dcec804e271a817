// SPDX-License-Identifier: GPL-3.0-or-later

/// Finds the message that a receipt speaks of, among those outstanding at one SMSC. Pure: the time is a parameter.
///
/// The order of trust: user_message_reference, which the gateway itself gave (SMPP 3.4 §5.3.2.17); the message id
/// in every writing that is still possible (``MessageIdentifierForm``); and the number the message went to, which a
/// receipt has as its source_addr (§4.6.1), only where ids are missing or have shown themselves useless. What
/// cannot be told apart is declared ambiguous, never guessed.
///
/// A message stays registered after its outcome, so that a repeated receipt is known as such, until ``forget(_:)``.
/// All operations take the same time for a million messages as for ten; a message costs about 100 octets.
package struct ReceiptMatcher: Sendable {
    /// What can be set.
    package struct Configuration: Sendable, Hashable {
        /// The form of the ids, where it is known.
        package var fixedForm: MessageIdentifierForm?
        /// How many matches in a row settle the form.
        package var settleAfter = 20
        /// Whether receipts have the destination as their source. Some SMSCs do not swap the addresses.
        package var receiptsCarryDestination = true
        /// How many receipts of unknown messages are held for their submit response.
        package var heldLimit = 4096
        /// How long they are held, in microseconds.
        package var holdFor: Int64 = 120_000_000

        /// The defaults.
        package init() {}
    }

    /// How a match was made.
    package enum Evidence: Sendable, Hashable {
        /// By user_message_reference.
        case reference
        /// By the message id, read in this form; whether the numbers agree too (`nil`: there is none to compare).
        case identifier(MessageIdentifierForm, numberAgrees: Bool?)
        /// By the number alone, the oldest outstanding first.
        case number
    }

    /// What a receipt has led to.
    package enum Match: Sendable, Hashable {
        /// The message, which has a new state now.
        case matched(UInt64, Evidence)
        /// Nothing known yet; held for the submit response. The oldest one held had to go if the buffer was full.
        case early(displaced: HeldReceipt?)
        /// Several messages, or one that too much speaks against; at most eight are named.
        case ambiguous([UInt64])
        /// Nothing known, and nothing by which to know it later.
        case unknown
        /// The message has that state already, or a final one that this does not replace.
        case duplicate(UInt64)
    }

    /// A receipt that came before its submit response.
    package struct HeldReceipt: Sendable, Hashable {
        /// The receipt.
        package let receipt: DeliveryReceipt
        /// Its source_addr.
        package let source: String
        /// When it came, in microseconds.
        package let receivedAt: Int64
    }

    /// A held receipt that has found its message.
    package struct Replay: Sendable, Hashable {
        /// What was held.
        package let held: HeldReceipt
        /// What it has led to.
        package let match: Match
    }

    /// Something the operator should know.
    package enum Report: Sendable, Hashable {
        /// The form of the ids is settled.
        case formSettled(MessageIdentifierForm)
        /// The settled form no longer holds.
        case formContradicted(was: MessageIdentifierForm, seen: MessageIdentifierForm)
        /// The SMSC gives one id to several messages; numbers decide from now on.
        case identifiersUnreliable
    }

    /// The settings.
    package let configuration: Configuration
    /// What is known about the form of the ids.
    package internal(set) var learner: MessageIdentifierLearner
    /// Whether the SMSC has given one id to several outstanding messages so often that ids do not count.
    package private(set) var identifiersAreUnreliable = false
    /// How many messages are registered.
    package private(set) var count = 0
    /// How many receipts are held.
    package var heldCount: Int { held.count }

    var slots = Slots()
    var held = HeldReceipts()
    private var reports: [Report] = []
    private var registrations = 0
    private var repetitions = 0
    var sawReceiptWithID = false
    /// A receipt had the number of its message as its source.
    private(set) var sawNumberAgree = false
    /// Ids were seen that are hexadecimal and not decimal, in responses and in receipts.
    var sawHexadecimalResponse = false
    var sawHexadecimalReceipt = false

    /// An empty matcher for one SMSC. `expecting` reserves room, which spares the growing later.
    package init(configuration: Configuration = Configuration(), expecting: Int = 0) {
        self.configuration = configuration
        learner = MessageIdentifierLearner(settleAfter: configuration.settleAfter, fixed: configuration.fixedForm)
        if expecting > 0 { slots.reserve(expecting) }
    }

    /// Registers a message that the SMSC has accepted, and returns the receipts that were waiting for it.
    ///
    /// - Parameters:
    ///   - handle: the gateway's own name for the message; registering it again replaces what was known.
    ///   - id: message_id of the submit response; `nil` or empty when the SMSC gives none.
    ///   - destination: the number it went to, in any writing.
    ///   - submittedAt: microseconds.
    ///   - reference: the user_message_reference it was sent with.
    ///   - isFoundByNumber: a receipt that nothing but the number leads here may be its own.
    package mutating func register(
        _ handle: UInt64, id: String?, destination: String, submittedAt: Int64, reference: UInt16? = nil,
        isFoundByNumber: Bool = true
    ) -> [Replay] {
        forget(handle)
        let octets = Array(DeliveryReceipt.cleaned(id ?? "").utf8)
        if MessageIdentifierForm.isHexadecimalOnly(octets) { sawHexadecimalResponse = true }
        let slot = slots.add(handle, submittedAt: submittedAt)
        count += 1
        registrations += 1
        var waiting: [UInt64] = []
        if let key = MessageIdentifierForm.zerosTrimmed.responseKey(forReceipt: octets) {
            let hash = SlotIndex.key(key)
            if let other = slots.identifiers.first(hash), !slots.isFinal(other),
                slots.exact[Int(other)] == SlotIndex.key(octets)
            {
                noteRepeatedIdentifier()
            }
            slots.setIdentifier(octets, key: hash, of: slot)
            waiting.append(HeldReceipts.identifierKey(hash))
        }
        if let number = ReceiptNumber(destination) {
            slots.setNumber(number, of: slot, isIndexed: isFoundByNumber)
            waiting.append(HeldReceipts.numberKey(number))
        }
        if let reference { slots.setReference(reference, of: slot) }
        if registrations >= 4096 {
            registrations /= 2
            repetitions /= 2
        }
        return held.isEmpty ? [] : replay(waiting)
    }

    /// Forgets a message: its outcome is known long enough, or nobody waits for it any more.
    package mutating func forget(_ handle: UInt64) {
        guard let slot = slots.handles.first(handle) else { return }
        slots.remove(slot)
        count -= 1
    }

    /// Finds the message of a receipt.
    ///
    /// - Parameters:
    ///   - receipt: the receipt.
    ///   - source: its source_addr, the destination of the message.
    ///   - at: microseconds.
    package mutating func match(_ receipt: DeliveryReceipt, source: String, at: Int64) -> Match {
        if !receipt.messageIDs.isEmpty { sawReceiptWithID = true }
        if receipt.messageIDs.contains(where: { MessageIdentifierForm.isHexadecimalOnly(Array($0.utf8)) }) {
            sawHexadecimalReceipt = true
        }
        let number = configuration.receiptsCarryDestination ? ReceiptNumber(source) : nil
        switch resolve(receipt, number: number) {
        case .found(let slot, let evidence, let teaches):
            return settle(slot, receipt, evidence, teaches: teaches)
        case .ambiguous(let several):
            return .ambiguous(several.prefix(8).map { slots.handle(of: $0) })
        case .nothing:
            let keys = waitingKeys(receipt, number: number)
            guard configuration.heldLimit > 0, !keys.isEmpty else { return .unknown }
            let displaced = held.hold(
                HeldReceipt(receipt: receipt, source: source, receivedAt: at), under: keys,
                limit: configuration.heldLimit)
            return .early(displaced: displaced)
        }
    }

    /// Gives up the receipts that have been held too long: they are of messages this gateway does not know.
    package mutating func expire(at: Int64) -> [HeldReceipt] {
        held.expire(before: at - configuration.holdFor)
    }

    /// What is to be reported since the last call.
    package mutating func takeReports() -> [Report] {
        defer { reports = [] }
        return reports
    }

    /// Octets in use for the messages.
    package var footprint: Int { slots.footprint }

    private mutating func replay(_ keys: [UInt64]) -> [Replay] {
        var replays: [Replay] = []
        for key in keys {
            for ticket in held.tickets(key) {
                guard let waiting = held.peek(ticket) else { continue }
                let number = configuration.receiptsCarryDestination ? ReceiptNumber(waiting.source) : nil
                switch resolve(waiting.receipt, number: number) {
                case .nothing:
                    continue
                case .found(let slot, let evidence, let teaches):
                    replays.append(
                        Replay(held: waiting, match: settle(slot, waiting.receipt, evidence, teaches: teaches)))
                case .ambiguous(let several):
                    let handles = several.prefix(8).map { slots.handle(of: $0) }
                    replays.append(Replay(held: waiting, match: .ambiguous(Array(handles))))
                }
                held.release(ticket)
            }
        }
        return replays
    }

    /// Gives the message its new state, and learns from how it was found.
    private mutating func settle(
        _ slot: UInt32, _ receipt: DeliveryReceipt, _ evidence: Evidence, teaches: Bool
    ) -> Match {
        if case .identifier(_, numberAgrees: true) = evidence { sawNumberAgree = true }
        if teaches, case .identifier(let form, _) = evidence {
            switch learner.record(form) {
            case .ignored, .counted: break
            case .settled(let form): report(.formSettled(form))
            case .contradicted(let was, let seen): report(.formContradicted(was: was, seen: seen))
            }
        }
        let handle = slots.handle(of: slot)
        if let told = receipt.state {
            // An attempt that failed and will be repeated is no outcome.
            let state = receipt.isIntermediate && told.isFinal ? MessageState.enroute : told
            if let known = slots.state(of: slot), !state.advances(over: known) { return .duplicate(handle) }
            slots.setState(state, of: slot)
        } else if slots.isFinal(slot) {
            return .duplicate(handle)
        }
        return .matched(handle, evidence)
    }

    private mutating func noteRepeatedIdentifier() {
        repetitions += 1
        // One id given twice may be a restarted counter. A tenth of all messages is a habit.
        if !identifiersAreUnreliable, repetitions >= 2, repetitions * 10 >= registrations {
            identifiersAreUnreliable = true
            report(.identifiersUnreliable)
        }
    }

    private mutating func report(_ report: Report) {
        if reports.count < 64 { reports.append(report) }
    }
}
