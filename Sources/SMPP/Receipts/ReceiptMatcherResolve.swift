// SPDX-License-Identifier: GPL-3.0-or-later

extension ReceiptMatcher {
    /// Where a receipt leads, before anything is changed.
    enum Resolution {
        case found(UInt32, Evidence, teaches: Bool)
        case ambiguous([UInt32])
        case nothing
    }

    /// The messages to which one reading of an id leads.
    private struct Reading {
        var form: MessageIdentifierForm
        var slots: [UInt32]
    }

    /// The keys under which a receipt waits for its submit response.
    func waitingKeys(_ receipt: DeliveryReceipt, number: ReceiptNumber?) -> [UInt64] {
        var keys: [UInt64] = []
        for id in receipt.messageIDs {
            for candidate in learner.candidates(forReceiptID: id) {
                keys.append(HeldReceipts.identifierKey(SlotIndex.key(candidate.key)))
            }
        }
        if let number { keys.append(HeldReceipts.numberKey(number)) }
        return keys
    }

    func resolve(_ receipt: DeliveryReceipt, number: ReceiptNumber?) -> Resolution {
        let ids = receipt.messageIDs
        if let reference = receipt.userMessageReference,
            let slot = byReference(reference, ids: ids, number: number)
        {
            return .found(slot, .reference, teaches: false)
        }
        for id in ids {
            let resolution = byIdentifier(id, number: number)
            if case .nothing = resolution { continue }
            return resolution
        }
        guard let number else { return .nothing }
        return byNumber(number, hasID: !ids.isEmpty)
    }

    /// References have sixteen bits and come round again, so one that belongs to another number, or without a
    /// number to another id, is an old one and not this message's.
    private func byReference(_ reference: UInt16, ids: [String], number: ReceiptNumber?) -> UInt32? {
        let all = slots.few(\.references, UInt64(reference))
        guard !all.isEmpty else { return nil }
        if let number {
            let same = agreeing(all.filter { slots.number(of: $0) != nil }, number)
            return open(same).first ?? same.first
        }
        let keys = Set(ids.flatMap { learner.candidates(forReceiptID: $0).map { SlotIndex.key($0.key) } })
        let fitting = all.filter {
            keys.isEmpty || !slots.hasIdentifier($0) || keys.contains(slots.identifiers.key(of: $0))
        }
        let best = open(fitting).isEmpty ? fitting : open(fitting)
        return best.count == 1 ? best[0] : nil
    }

    private func byIdentifier(_ id: String, number: ReceiptNumber?) -> Resolution {
        let octets = Array(id.utf8)
        let exact = SlotIndex.key(octets)
        var readings: [Reading] = []
        var rivals: [Reading] = []
        for candidate in learner.candidates(forReceiptID: id) {
            var hits = slots.few(\.identifiers, SlotIndex.key(candidate.key))
            guard !hits.isEmpty else { continue }
            var form = candidate.form
            if form.keepsBase {
                // Ids that differ in case alone are two ids where the SMSC counts in base 62.
                let same = hits.filter { slots.exact[Int($0)] == exact }
                if !same.isEmpty { hits = same }
                form = slots.closest(hits[0], exact: exact, length: octets.count)
                guard learner.admits(form) else { continue }
            }
            // Where very many share an id, the one that went to this number may lie beyond reach.
            if hits.count == Slots.reach, let number {
                let key = SlotIndex.key(candidate.key)
                hits += slots.few(\.numbers, number.lastNine).filter {
                    slots.hasIdentifier($0) && slots.identifiers.key(of: $0) == key && !hits.contains($0)
                }
            }
            if isCredible(hits, form, number) {
                readings.append(Reading(form: form, slots: hits))
            } else {
                rivals.append(Reading(form: form, slots: hits))
            }
        }
        if let number, learner.form == nil, !sawNumberAgree,
            !readings.contains(where: { !agreeing($0.slots, number).isEmpty })
        {
            // No source has been a citizen's yet, so the SMSC may not swap the addresses: then the number cannot speak
            // against a reading in another base.
            let possible = rivals.filter { isPossible($0.form) }
            if !possible.isEmpty { return .ambiguous((readings + possible).flatMap(\.slots)) }
        }
        switch readings.count {
        case 0: return .nothing
        case 1: return pick(readings[0], number: number, telling: MessageIdentifierLearner.isTelling(id))
        default: return choose(among: readings, number: number)
        }
    }

    /// A reading in another base, or against what is settled, may be chance: the ids of other messages are numbers
    /// too. It counts only if the number does not speak against it, and against a settled form only if the number
    /// speaks for it.
    private func isCredible(_ hits: [UInt32], _ form: MessageIdentifierForm, _ number: ReceiptNumber?) -> Bool {
        if let known = learner.form {
            if MessageIdentifierLearner.sameFamily(known, form) { return true }
            guard let number else { return false }
            return hits.contains { slots.number(of: $0)?.lastNine == number.lastNine }
        }
        guard !form.keepsBase, let number else { return true }
        return hits.contains { slot in slots.number(of: slot).map { $0.lastNine == number.lastNine } ?? true }
    }

    /// Whether what was seen of the SMSC's ids lets them be written in another base in receipts than in responses: where
    /// both have letters, or neither, they are most likely written alike.
    private func isPossible(_ form: MessageIdentifierForm) -> Bool {
        switch form {
        case .verbatim, .caseFolded, .zerosTrimmed: true
        case .responseHexReceiptDecimal: sawHexadecimalResponse && !sawHexadecimalReceipt
        case .responseDecimalReceiptHex: sawHexadecimalReceipt && !sawHexadecimalResponse
        }
    }

    /// One reading, with one message or with several of the same id.
    private func pick(_ reading: Reading, number: ReceiptNumber?, telling: Bool) -> Resolution {
        let candidates = open(reading.slots).isEmpty ? reading.slots : open(reading.slots)
        if candidates.count == 1 && reading.slots.count == 1 {
            let slot = candidates[0]
            let agrees = agreement(slot, number)
            if identifiersAreUnreliable, agrees == false { return .ambiguous(candidates) }
            let teaches = telling && !identifiersAreUnreliable && agrees != false
            return .found(slot, .identifier(reading.form, numberAgrees: agrees), teaches: teaches)
        }
        if let number {
            let same = agreeing(candidates, number)
            if !same.isEmpty {
                guard isOneNumber(same) else { return .ambiguous(same) }
                return .found(oldest(same), .identifier(reading.form, numberAgrees: true), teaches: false)
            }
            // Nothing open went there: a repeated receipt of one that did?
            let done = agreeing(reading.slots, number)
            if done.count == 1 {
                return .found(done[0], .identifier(reading.form, numberAgrees: true), teaches: false)
            }
        }
        // The only open one of several with this id: not if the receipt came from somebody else's telephone, for it
        // may be a repeated one of a message that is done and out of reach.
        if candidates.count == 1, agreement(candidates[0], number) != false {
            return .found(
                candidates[0], .identifier(reading.form, numberAgrees: agreement(candidates[0], number)),
                teaches: false)
        }
        return .ambiguous(candidates)
    }

    /// Several readings lead to messages: the settled one counts unless the number speaks for another; then the
    /// number; then what has been learned so far.
    private func choose(among readings: [Reading], number: ReceiptNumber?) -> Resolution {
        let all = readings.flatMap(\.slots)
        let fitting = number.map { number in readings.filter { !agreeing($0.slots, number).isEmpty } } ?? []
        func known(_ form: MessageIdentifierForm) -> Reading? {
            readings.first { MessageIdentifierLearner.sameFamily($0.form, form) }
        }
        if let form = learner.form, let reading = known(form) {
            let against = !fitting.isEmpty && !fitting.contains { $0.form == reading.form }
            return against ? .ambiguous(all) : pick(reading, number: number, telling: false)
        }
        if fitting.count == 1 { return pick(fitting[0], number: number, telling: false) }
        if let form = learner.leaning, let reading = known(form),
            fitting.isEmpty || fitting.contains(where: { $0.form == reading.form })
        {
            return pick(reading, number: number, telling: false)
        }
        return .ambiguous(all)
    }

    /// By number: messages for which the SMSC gave no id, receipts that have none, or ids that are useless.
    private func byNumber(_ number: ReceiptNumber, hasID: Bool) -> Resolution {
        let useless = identifiersAreUnreliable
        let eligible = slots.few(\.numbers, number.lastNine).filter {
            useless || !hasID || !slots.hasIdentifier($0)
        }
        let same = agreeing(eligible, number)
        guard !same.isEmpty else { return .nothing }
        guard isOneNumber(same) else { return .ambiguous(same) }
        // Several messages to one number: the oldest first, but only where there is no id to be had. A single
        // receipt without an id among others that have one is damaged, and does not say which message it means.
        let withoutIDs = useless || same.allSatisfy { !slots.hasIdentifier($0) } || (!hasID && !sawReceiptWithID)
        guard same.count == 1 || withoutIDs else { return .ambiguous(same) }
        return .found(oldest(same), .number, teaches: false)
    }

    private func open(_ candidates: [UInt32]) -> [UInt32] { candidates.filter { !slots.isFinal($0) } }

    /// The messages that went to the number: to exactly it, or else to one with the same last nine digits.
    private func agreeing(_ candidates: [UInt32], _ number: ReceiptNumber) -> [UInt32] {
        let exact = candidates.filter { slots.number(of: $0) == number }
        return exact.isEmpty ? candidates.filter { slots.number(of: $0)?.lastNine == number.lastNine } : exact
    }

    private func agreement(_ slot: UInt32, _ number: ReceiptNumber?) -> Bool? {
        guard let number, let own = slots.number(of: slot) else { return nil }
        return own.lastNine == number.lastNine
    }

    private func isOneNumber(_ candidates: [UInt32]) -> Bool {
        candidates.allSatisfy { slots.number(of: $0) == slots.number(of: candidates[0]) }
    }

    /// The one submitted first; of those at the same time, the one registered first.
    private func oldest(_ candidates: [UInt32]) -> UInt32 {
        candidates.dropFirst().reduce(candidates[0]) {
            slots.submittedAt[Int($1)] < slots.submittedAt[Int($0)] ? $1 : $0
        }
    }
}
