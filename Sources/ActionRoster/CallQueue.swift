// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Pacing

/// Who is looked for: those who were never tried, or those to be tried again who must not use certain trunks.
package struct CallLane: Hashable, Sendable {
    package let mask: TrunkMask
    package let isFresh: Bool
    /// Position among the populations of the action.
    package var population = 0

    func of(_ population: Int) -> CallLane { CallLane(mask: mask, isFresh: isFresh, population: population) }
}

/// The recipients of one action who can be called now, as positions in its list.
///
/// First tries go first. Among those to be tried again, whoever is likelier to be reached goes first, and whoever was
/// refused again goes last (docs/pace.md). Nobody waits for ever: first tries are as many as there are recipients, and
/// everybody has a limited number of others.
///
/// Who meets a closed gate when the turn comes (a prefix without room, a route that is believed to refuse everybody) is
/// *parked* at it, once, and waits in its queue: others pass, and a turn never looks at those who wait.
struct CallQueue {
    /// Never tried yet, in the order of submission.
    private var fresh = Fifo<Int>()
    /// To be tried again now, by the trunks that they must not use.
    private var again: [TrunkMask: RankedQueue<Int>] = [:]
    /// Those who met a closed gate.
    private var parked: [CallLane: ParkedRecipients] = [:]

    static let freshLane = CallLane(mask: .none, isFresh: true)
    private static let onlyFresh = [freshLane]

    var isEmpty: Bool { fresh.isEmpty && parked.isEmpty && again.values.allSatisfy(\.isEmpty) }

    /// How many can be called, those who are parked left out.
    var readyCount: Int { again.values.reduce(fresh.count) { $0 + $1.count } }

    mutating func append(_ index: Int) { fresh.append(index) }

    /// - Parameter rank: See ``AttemptHistory/rank(likelihood:isSuspect:)``.
    mutating func append(_ index: Int, barredFrom mask: TrunkMask, rank: Int) {
        again[mask, default: RankedQueue(ranks: Self.ranks)].append(index, rank: rank)
    }

    /// Before everybody: whose call never got anywhere, through no fault of the number.
    mutating func appendFirst(_ index: Int, barredFrom mask: TrunkMask) {
        append(index, barredFrom: mask, rank: Self.ranks - 1)
    }

    private static let ranks = AttemptHistory.ranks + 1

    /// In front of all others who were never tried.
    mutating func putBack(_ index: Int) { fresh.putBack(index) }

    /// Everybody who can be called, in the order in which they are to be.
    var lanes: [CallLane] {
        // Nearly always.
        guard !again.isEmpty || parked.keys.contains(where: { !$0.isFresh }) else { return Self.onlyFresh }
        let masks = Set(again.keys).union(parked.keys.lazy.filter { !$0.isFresh }.map(\.mask))
        let sorted = masks.sorted {
            ((again[$1]?.highest ?? 0), $0.bits) < ((again[$0]?.highest ?? 0), $1.bits)
        }
        let lanes = sorted.map { CallLane(mask: $0, isFresh: false) }
        let first = lanes.prefix { again[$0.mask]?.highest == Self.ranks - 1 }
        return first + Self.onlyFresh + lanes.dropFirst(first.count)
    }

    func hasReady(_ lane: CallLane) -> Bool {
        (lane.isFresh ? !fresh.isEmpty : again[lane.mask] != nil) || parked[lane] != nil
    }

    /// The next whose gates were not looked at yet.
    ///
    /// - Parameter fromEnd: Of those who were never tried, the last: who come first are next to those who were refused.
    mutating func popReady(_ lane: CallLane, fromEnd: Bool = false) -> Int? {
        guard !lane.isFresh else { return fromEnd ? fresh.popLast() : fresh.popFirst() }
        guard let index = again[lane.mask]?.popFirst() else { return nil }
        if again[lane.mask]?.isEmpty == true { again[lane.mask] = nil }
        return index
    }

    /// The next who is parked at a gate that is open.
    mutating func popParked(_ lane: CallLane, where isOpen: (CallGate) -> Bool) -> Int? {
        guard parked[lane] != nil else { return nil }
        let first = parked[lane]?.popFirst(where: isOpen)
        if parked[lane]?.isEmpty == true { parked[lane] = nil }
        return first
    }

    mutating func park(_ index: Int, of lane: CallLane, at gate: CallGate) {
        parked[lane, default: ParkedRecipients()].park(index, at: gate)
    }

    func parkedCount(at gate: CallGate) -> Int { parked.values.reduce(0) { $0 + $1.count(of: gate) } }

    private var parkedLanes: [CallLane] {
        parked.keys.sorted { ($0.mask.bits, $0.isFresh ? 0 : 1) < ($1.mask.bits, $1.isFresh ? 0 : 1) }
    }

    /// Everybody who is parked is looked at again.
    mutating func unpark() {
        for lane in parkedLanes {
            while let index = popParked(lane, where: { _ in true }) {
                append(index, barredFrom: lane.mask, rank: AttemptHistory.ranks - 1)
            }
        }
    }

    /// Everybody but those who were never tried and wait for nothing; they do not wait here any more.
    mutating func takeBarred() -> [Int] {
        takeAgain() + takeParked { _ in true }
    }

    /// Everybody of a lane, parked or not; they do not wait here any more.
    mutating func takeAll(_ lane: CallLane) -> [Int] {
        var waiting: [Int] = []
        while let index = popReady(lane) { waiting.append(index) }
        while let index = popParked(lane, where: { _ in true }) { waiting.append(index) }
        return waiting
    }

    /// All but those parked at a prefix; they do not wait here any more.
    mutating func takeWaiting() -> [Int] {
        var waiting: [Int] = []
        while let index = fresh.popFirst() { waiting.append(index) }
        return waiting + takeAgain() + takeParked { if case .prefix = $0 { false } else { true } }
    }

    private mutating func takeAgain() -> [Int] {
        var waiting: [Int] = []
        for mask in again.keys.sorted(by: { $0.bits < $1.bits }) {
            while let index = again[mask]?.popFirst() { waiting.append(index) }
        }
        again = [:]
        return waiting
    }

    private mutating func takeParked(at isMeant: (CallGate) -> Bool) -> [Int] {
        var waiting: [Int] = []
        for lane in parkedLanes { while let index = popParked(lane, where: isMeant) { waiting.append(index) } }
        return waiting
    }
}

/// What can keep a recipient from being called, while others can be.
enum CallGate: Hashable {
    /// A limited prefix of the configuration, by its index.
    case prefix(Int)
    /// A route that was learned.
    case route(RoutePrefix)
    /// A number that was refused before goes slowly.
    case secondTry
}

/// Recipients whose turn it was and who met a closed gate, by gate: each goes there once and waits at the head of its
/// own queue.
struct ParkedRecipients {
    private var queues: [CallGate: Fifo<Int>] = [:]
    /// The gates in turn; the one at `next` comes first.
    private var order: [CallGate] = []
    private var next = 0

    var isEmpty: Bool { queues.isEmpty }

    func count(of gate: CallGate) -> Int { queues[gate]?.count ?? 0 }

    mutating func park(_ recipient: Int, at gate: CallGate) {
        if queues[gate] == nil { order.append(gate) }
        queues[gate, default: Fifo()].append(recipient)
    }

    /// At a prefix the first who came. Over a route that refuses, the last: the first are next to those who were refused.
    private mutating func pop(_ gate: CallGate) -> Int? {
        switch gate {
        case .prefix, .secondTry: queues[gate]?.popFirst()
        case .route: queues[gate]?.popLast()
        }
    }

    /// One of the next queue whose gate is open.
    mutating func popFirst(where isOpen: (CallGate) -> Bool) -> Int? {
        for step in order.indices {
            let position = (next + step) % order.count
            let gate = order[position]
            guard isOpen(gate), let recipient = pop(gate) else { continue }
            next = position + 1
            if queues[gate]?.isEmpty == true {
                queues[gate] = nil
                order.remove(at: position)
                next = position
            }
            return recipient
        }
        return nil
    }
}
