// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

/// Recipients whose turn it was and whose prefix had no room, by prefix: each goes there once and waits at the head
/// of its own queue, so that others pass and a turn never looks at those who wait.
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

extension Engine {
    /// So many are parked in one turn at most; then others have theirs.
    static let mostParked = 2048

    /// The next recipient of these who can be called now, with the prefix that limits it: those who have waited for
    /// their prefix first.
    func popCallable(_ mask: TrunkMask, of action: LiveAction, now: Timestamp) -> (index: Int, prefix: Int?)? {
        func isReady(_ prefix: Int) -> Bool {
            switch prefixes.availability(prefix, now: now) {
            case .ready: return true
            case .paced(let until): wake = min(wake ?? until, until)
            case .full: break
            }
            return false
        }
        if let first = action.popParked(mask, where: isReady) { return (first.recipient, first.prefix) }
        while let index = action.popReady(mask) {
            let number = action.recipients[index].number
            guard let prefix = prefixes.index(of: number) else { return (index, nil) }
            if isReady(prefix) { return (index, prefix) }
            action.parked[mask, default: ParkedRecipients()].park(index, at: prefix)
            parkedInTurn += 1
            if parkedInTurn >= Self.mostParked {
                wake = now
                return nil
            }
        }
        return nil
    }

    /// Other prefixes: whoever waits for one is looked at again.
    func applyPrefixes() {
        guard prefixes.configure(configuration.prefixes) else { return }
        for action in actions.values {
            for mask in Array(action.parked.keys) {
                while let first = action.popParked(mask, where: { _ in true }) {
                    action.again[mask, default: Fifo()].append(first.recipient)
                }
            }
        }
    }

    /// How many wait for room at each prefix.
    package func waiting(at prefix: Int) -> Int {
        actions.values.reduce(0) { sum, action in
            action.parked.values.reduce(sum) { $0 + $1.count(of: prefix) }
        }
    }
}

extension LiveAction {
    private static let everybody = [TrunkMask.none]

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

    /// Of those whose prefix was not looked at yet.
    func popReady(_ mask: TrunkMask) -> Int? {
        if let index = again[mask]?.popFirst() {
            if again[mask]?.isEmpty == true { again[mask] = nil }
            return index
        }
        return mask == .none ? fresh.popFirst() : nil
    }

    func popParked(_ mask: TrunkMask, where isReady: (Int) -> Bool) -> (recipient: Int, prefix: Int)? {
        let first = parked[mask]?.popFirst(where: isReady)
        if parked[mask]?.isEmpty == true { parked[mask] = nil }
        return first
    }
}
