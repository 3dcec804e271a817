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

    func count(of destination: Int) -> Int { queues[destination]?.count ?? 0 }

    mutating func park(_ recipient: Int, at destination: Int) {
        if queues[destination] == nil { order.append(destination) }
        queues[destination, default: Fifo()].append(recipient)
    }

    /// The head of the next queue that `isReady`.
    mutating func popFirst(where isReady: (Int) -> Bool) -> (recipient: Int, destination: Int)? {
        for step in order.indices {
            let position = (next + step) % order.count
            let destination = order[position]
            guard isReady(destination), let recipient = queues[destination]?.popFirst() else { continue }
            next = position + 1
            if queues[destination]?.isEmpty == true {
                queues[destination] = nil
                order.remove(at: position)
                next = position
            }
            return (recipient, destination)
        }
        return nil
    }
}

extension Engine {
    /// So many are parked in one turn at most; then others have theirs.
    static let mostParked = 2048

    /// The next recipient of these who can be called now, with the prefix that limits it: those who have waited for
    /// their prefix first.
    func popCallable(_ mask: TrunkMask, of action: LiveAction, now: Timestamp) -> (index: Int, destination: Int?)? {
        func isReady(_ destination: Int) -> Bool {
            switch destinations.availability(destination, now: now) {
            case .ready: return true
            case .paced(let until): wake = min(wake ?? until, until)
            case .full: break
            }
            return false
        }
        if let first = action.popParked(mask, where: isReady) { return (first.recipient, first.destination) }
        while let index = action.popReady(mask) {
            let number = action.recipients[index].number
            guard let destination = destinations.index(of: number) else { return (index, nil) }
            if isReady(destination) { return (index, destination) }
            action.parked[mask, default: ParkedRecipients()].park(index, at: destination)
            parkedInTurn += 1
            if parkedInTurn >= Self.mostParked {
                wake = now
                return nil
            }
        }
        return nil
    }

    /// Other prefixes: whoever waits for one is looked at again.
    func applyDestinations() {
        guard destinations.configure(configuration.destinations) else { return }
        for action in actions.values {
            for mask in Array(action.parked.keys) {
                while let first = action.popParked(mask, where: { _ in true }) {
                    action.again[mask, default: Fifo()].append(first.recipient)
                }
            }
        }
    }

    /// How many wait for room at each prefix.
    public func waiting(at destination: Int) -> Int {
        actions.values.reduce(0) { sum, action in
            action.parked.values.reduce(sum) { $0 + $1.count(of: destination) }
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

    func popParked(_ mask: TrunkMask, where isReady: (Int) -> Bool) -> (recipient: Int, destination: Int)? {
        let first = parked[mask]?.popFirst(where: isReady)
        if parked[mask]?.isEmpty == true { parked[mask] = nil }
        return first
    }
}
