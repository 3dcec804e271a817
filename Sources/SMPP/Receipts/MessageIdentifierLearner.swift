// SPDX-License-Identifier: GPL-3.0-or-later

/// Finds out in which ``MessageIdentifierForm`` an SMSC writes its ids, from the matches that leave no doubt.
///
/// The three forms that keep the base are one family: an SMSC that sends `00AB` and `AB` in turn has settled on the
/// widest of them seen. The two that change the base are a family each. A match counts as evidence only when one
/// family alone leads to an outstanding message; the caller sees to that.
package struct MessageIdentifierLearner: Sendable {
    /// What is known.
    package enum Standing: Sendable, Hashable {
        /// Not enough yet.
        case learning
        /// So many unanimous matches that the form decides alone.
        case settled(MessageIdentifierForm)
        /// Set by configuration.
        case fixed(MessageIdentifierForm)
    }

    /// One reading of a receipt's id.
    package struct Candidate: Sendable, Hashable {
        /// The form under which it is read.
        package let form: MessageIdentifierForm
        /// The response id it then stands for, lower case, without zeros in front.
        package let key: [UInt8]
    }

    /// What a match has taught.
    package enum Finding: Sendable, Hashable {
        /// Nothing: the form is fixed.
        case ignored
        /// One more for its family.
        case counted
        /// The form is now settled, or a wider one of the same family than before.
        case settled(MessageIdentifierForm)
        /// The settled form no longer holds, and learning begins anew.
        case contradicted(was: MessageIdentifierForm, seen: MessageIdentifierForm)
    }

    /// What is known now.
    package private(set) var standing: Standing
    /// How many matches in a row settle the form.
    package let settleAfter: Int
    private var counts: [Int]
    private var run = 0
    private var widest: MessageIdentifierForm?

    /// Begins with nothing known, or with what the configuration says.
    package init(settleAfter: Int = 20, fixed: MessageIdentifierForm? = nil) {
        self.settleAfter = max(1, settleAfter)
        standing = fixed.map { .fixed($0) } ?? .learning
        counts = Array(repeating: 0, count: MessageIdentifierForm.allCases.count)
    }

    /// The matches counted for a form since the last contradiction.
    package func evidence(for form: MessageIdentifierForm) -> Int { counts[Self.index(form)] }

    /// The settled or fixed form.
    package var form: MessageIdentifierForm? {
        switch standing {
        case .learning: nil
        case .settled(let form), .fixed(let form): form
        }
    }

    /// The form in favour while nothing is settled: three matches for its family at least, and none against it.
    package var leaning: MessageIdentifierForm? {
        if let form { return form }
        var leader: MessageIdentifierForm?
        for form in MessageIdentifierForm.allCases where evidence(for: form) > 0 {
            if let leader, !Self.sameFamily(leader, form) { return nil }
            leader = form
        }
        guard let leader, familyEvidence(leader) >= 3 else { return nil }
        return leader
    }

    /// The readings of a receipt's id, the most plausible first; readings that lead to the same response id count
    /// once. With a fixed form there is at most the one.
    package func candidates(forReceiptID id: String) -> [Candidate] {
        let octets = Array(DeliveryReceipt.cleaned(id).utf8)
        var result: [Candidate] = []
        for form in order {
            guard let key = form.responseKey(forReceipt: octets) else { continue }
            if !result.contains(where: { $0.key == key }) { result.append(Candidate(form: form, key: key)) }
        }
        return result
    }

    /// Whether the readings of this id can be told apart: `5` is the same in every base.
    package static func isTelling(_ id: String) -> Bool {
        let octets = Array(DeliveryReceipt.cleaned(id).utf8)
        guard let text = MessageIdentifierForm.zerosTrimmed.responseKey(forReceipt: octets) else { return false }
        return MessageIdentifierForm.responseHexReceiptDecimal.responseKey(forReceipt: octets) != text
            && MessageIdentifierForm.responseDecimalReceiptHex.responseKey(forReceipt: octets) != text
    }

    /// Takes note of a match that left no doubt.
    package mutating func record(_ form: MessageIdentifierForm) -> Finding {
        switch standing {
        case .fixed:
            return .ignored
        case .settled(let settled) where !Self.sameFamily(settled, form):
            counts = counts.map { _ in 0 }
            counts[Self.index(form)] = 1
            run = 1
            widest = form
            standing = .learning
            return .contradicted(was: settled, seen: form)
        case .settled(let settled):
            counts[Self.index(form)] += 1
            guard Self.index(form) > Self.index(settled) else { return .counted }
            widest = form
            standing = .settled(form)
            return .settled(form)
        case .learning:
            counts[Self.index(form)] += 1
            if let known = widest, Self.sameFamily(known, form) {
                run += 1
                if Self.index(form) > Self.index(known) { widest = form }
            } else {
                run = 1
                widest = form
            }
            guard run >= settleAfter, let widest else { return .counted }
            // The family has won; what spoke for others before is of no use any more.
            for other in MessageIdentifierForm.allCases where !Self.sameFamily(other, widest) {
                counts[Self.index(other)] = 0
            }
            standing = .settled(widest)
            return .settled(widest)
        }
    }

    /// Whether a fixed form lets this match pass: `verbatim` does not let another case pass.
    func admits(_ form: MessageIdentifierForm) -> Bool {
        guard case .fixed(let fixed) = standing else { return true }
        return Self.sameFamily(fixed, form) && Self.index(form) <= Self.index(fixed)
    }

    static func sameFamily(_ one: MessageIdentifierForm, _ other: MessageIdentifierForm) -> Bool {
        one == other || (one.keepsBase && other.keepsBase)
    }

    /// One form of each family; the known one first, then by evidence.
    private var order: [MessageIdentifierForm] {
        if case .fixed(let form) = standing { return [form] }
        let families: [MessageIdentifierForm] = [.zerosTrimmed, .responseHexReceiptDecimal, .responseDecimalReceiptHex]
        guard let known = leaning, let index = families.firstIndex(where: { Self.sameFamily($0, known) }), index > 0
        else { return families }
        return [families[index]] + families.filter { $0 != families[index] }
    }

    private func familyEvidence(_ form: MessageIdentifierForm) -> Int {
        MessageIdentifierForm.allCases.reduce(0) { $0 + (Self.sameFamily($1, form) ? evidence(for: $1) : 0) }
    }

    private static func index(_ form: MessageIdentifierForm) -> Int {
        switch form {
        case .verbatim: 0
        case .caseFolded: 1
        case .zerosTrimmed: 2
        case .responseHexReceiptDecimal: 3
        case .responseDecimalReceiptHex: 4
        }
    }
}
