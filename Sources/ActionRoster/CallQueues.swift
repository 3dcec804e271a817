// SPDX-License-Identifier: GPL-3.0-or-later
import Pacing

/// The recipients of one action who can be called now, each population in a queue of its own: they go over different
/// trunks, and one that has to wait must not keep the others.
struct CallQueues {
    /// By the position of the population among the action's.
    private var queues: [CallQueue]

    init(populations: Int) { queues = Array(repeating: CallQueue(), count: max(1, populations)) }

    var isEmpty: Bool { queues.allSatisfy(\.isEmpty) }

    var readyCount: Int { queues.reduce(0) { $0 + $1.readyCount } }

    /// Everybody who can be called, in the order in which they are to be within a population.
    var lanes: [CallLane] {
        guard queues.count > 1 else { return queues[0].lanes }
        return queues.indices.flatMap { population in queues[population].lanes.map { $0.of(population) } }
    }

    mutating func append(_ index: Int, of population: Int) { queues[population].append(index) }

    mutating func append(_ index: Int, of population: Int, barredFrom mask: TrunkMask, rank: Int) {
        queues[population].append(index, barredFrom: mask, rank: rank)
    }

    mutating func appendFirst(_ index: Int, of population: Int, barredFrom mask: TrunkMask) {
        queues[population].appendFirst(index, barredFrom: mask)
    }

    mutating func putBack(_ index: Int, of population: Int) { queues[population].putBack(index) }

    func hasReady(_ lane: CallLane) -> Bool { queues[lane.population].hasReady(lane.of(0)) }

    mutating func popReady(_ lane: CallLane, fromEnd: Bool) -> Int? {
        queues[lane.population].popReady(lane.of(0), fromEnd: fromEnd)
    }

    mutating func popParked(_ lane: CallLane, where isOpen: (CallGate) -> Bool) -> Int? {
        queues[lane.population].popParked(lane.of(0), where: isOpen)
    }

    mutating func park(_ index: Int, of lane: CallLane, at gate: CallGate) {
        queues[lane.population].park(index, of: lane.of(0), at: gate)
    }

    func parkedCount(at gate: CallGate) -> Int { queues.reduce(0) { $0 + $1.parkedCount(at: gate) } }

    mutating func unpark() { for population in queues.indices { queues[population].unpark() } }

    mutating func takeBarred() -> [Int] {
        var waiting: [Int] = []
        for population in queues.indices { waiting += queues[population].takeBarred() }
        return waiting
    }

    mutating func takeAll(_ lane: CallLane) -> [Int] { queues[lane.population].takeAll(lane.of(0)) }

    mutating func takeWaiting() -> [Int] {
        var waiting: [Int] = []
        for population in queues.indices { waiting += queues[population].takeWaiting() }
        return waiting
    }
}
