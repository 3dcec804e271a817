// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

/// The recipients of one action who can be called now, as positions in its list.
///
/// Whose prefix has no room when the turn comes is *parked* at it, once, and waits in its queue: others pass, and a
/// turn never looks at those who wait.
struct CallQueue {
    /// Never tried yet, in the order of submission.
    private var fresh = Fifo<Int>()
    /// To be tried again now, by the trunks that they must not use.
    private var again: [TrunkMask: Fifo<Int>] = [:]
    /// By the trunks that they must not use: those whose prefix had no room, fresh or to be tried again.
    private var parked: [TrunkMask: ParkedRecipients] = [:]

    private static let everybody = [TrunkMask.none]

    var isEmpty: Bool { fresh.isEmpty && parked.isEmpty && again.values.allSatisfy(\.isEmpty) }

    mutating func append(_ index: Int) { fresh.append(index) }
    mutating func append(_ index: Int, barredFrom mask: TrunkMask) { again[mask, default: Fifo()].append(index) }
    /// In front of all others who were never tried.
    mutating func putBack(_ index: Int) { fresh.putBack(index) }

    /// Those who must not be called over certain trunks (any more), and all others: everybody who can be called.
    var masks: [TrunkMask] {
        // Nearly always.
        guard again.keys.contains(where: { $0 != .none }) || parked.keys.contains(where: { $0 != .none }) else {
            return Self.everybody
        }
        var masks = Set(again.keys)
        masks.formUnion(parked.keys)
        masks.remove(.none)
        // Those who wait for a certain trunk first: their round is under way already.
        return masks.sorted { $0.bits < $1.bits } + [.none]
    }

    func hasReady(_ mask: TrunkMask) -> Bool {
        again[mask].map { !$0.isEmpty } ?? false || parked[mask] != nil || (mask == .none && !fresh.isEmpty)
    }

    /// The next whose prefix was not looked at yet.
    mutating func popReady(_ mask: TrunkMask) -> Int? {
        if let index = again[mask]?.popFirst() {
            if again[mask]?.isEmpty == true { again[mask] = nil }
            return index
        }
        return mask == .none ? fresh.popFirst() : nil
    }

    /// The next who is parked at a prefix that has room.
    mutating func popParked(_ mask: TrunkMask, where isReady: (Int) -> Bool) -> (recipient: Int, prefix: Int)? {
        let first = parked[mask]?.popFirst(where: isReady)
        if parked[mask]?.isEmpty == true { parked[mask] = nil }
        return first
    }

    mutating func park(_ index: Int, barredFrom mask: TrunkMask, at prefix: Int) {
        parked[mask, default: ParkedRecipients()].park(index, at: prefix)
    }

    func parkedCount(at prefix: Int) -> Int { parked.values.reduce(0) { $0 + $1.count(of: prefix) } }

    /// Everybody who is parked is looked at again.
    mutating func unpark() {
        for mask in Array(parked.keys) {
            while let first = popParked(mask, where: { _ in true }) { append(first.recipient, barredFrom: mask) }
        }
    }

    /// All but the parked ones; they do not wait here any more.
    mutating func takeUnparked() -> [Int] {
        var waiting: [Int] = []
        while let index = fresh.popFirst() { waiting.append(index) }
        for mask in again.keys { while let index = again[mask]?.popFirst() { waiting.append(index) } }
        again = [:]
        return waiting
    }
}

/// Recipients whose turn it was and whose prefix had no room, by prefix: each goes there once and waits at the head
/// of its own queue.
struct ParkedRecipients {
    private var queues: [Int: Fifo<Int>] = [:]
    /// The prefixes in turn; the one at `next` comes first.
    private var order: [Int] = []
    private var next = 0

    var isEmpty: Bool { queues.isEmpty }

    func count(of prefix: Int) -> Int { queues[prefix]?.count ?? 0 }

    mutating func park(_ recipient: Int, at prefix: Int) {
        if queues[prefix] == nil { order.append(prefix) }
        queues[prefix, default: Fifo()].append(recipient)
    }

    /// The head of the next queue that `isReady`.
    mutating func popFirst(where isReady: (Int) -> Bool) -> (recipient: Int, prefix: Int)? {
        for step in order.indices {
            let position = (next + step) % order.count
            let prefix = order[position]
            guard isReady(prefix), let recipient = queues[prefix]?.popFirst() else { continue }
            next = position + 1
            if queues[prefix]?.isEmpty == true {
                queues[prefix] = nil
                order.remove(at: position)
                next = position
            }
            return (recipient, prefix)
        }
        return nil
    }
}
