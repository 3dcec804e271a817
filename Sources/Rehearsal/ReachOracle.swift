// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

/// Who knows the network and calls the same list: at the pace that each trunk takes, first tries first, and over a trunk
/// only whom it passes on. Nobody can be faster by more than luck.
package struct ReachOracle {
    private let network: ModelNetwork
    private var fresh: Fifo<Int>
    private var due = DeadlineHeap<Int>()
    private var again = Fifo<Int>()
    private var slots: [Interval]
    private var ends: [DeadlineHeap<Int>]
    private var active: [Int]
    private var passed: [Int]
    private var tries: [Int]
    private var reach = Reach()

    private init(_ network: ModelNetwork) {
        self.network = network
        fresh = Fifo()
        for index in network.citizens.indices { fresh.append(index) }
        slots = network.trunks.map { _ in .zero }
        ends = network.trunks.map { _ in DeadlineHeap() }
        active = network.trunks.map { _ in 0 }
        passed = network.citizens.map { _ in 0 }
        tries = network.citizens.map { _ in 0 }
    }

    /// The prompt, and the time for keys after it.
    static let longestStay = Interval.seconds(16)

    package static func run(_ network: ModelNetwork, atMost limit: Interval = .minutes(120)) -> Reach {
        var oracle = ReachOracle(network)
        return oracle.go(atMost: limit)
    }

    private mutating func go(atMost limit: Interval) -> Reach {
        var now = Interval.zero
        while now < limit {
            for trunk in network.trunks.indices {
                while ends[trunk].popDue(now: now.microseconds) != nil { active[trunk] -= 1 }
            }
            while let (_, citizen) = due.popDue(now: now.microseconds) { again.append(citizen) }
            var isBusy = true
            while isBusy {
                isBusy = false
                for trunk in usable(at: now) where call(over: trunk, at: now) { isBusy = true }
            }
            guard let next = next(after: now) else { break }
            now = next
        }
        reach.answers.sort()
        return reach
    }

    /// Of the best priority that has one, those that can take a call now.
    private func usable(at now: Interval) -> [Int] {
        let open = network.trunks.indices.filter { !isOut($0, at: now) && active[$0] < channels($0, at: now) }
        let best = open.map { network.trunks[$0].limits.priority }.min()
        return open.filter { network.trunks[$0].limits.priority == best && slots[$0] <= now }
    }

    private func isOut(_ trunk: Int, at now: Interval) -> Bool {
        network.trunks[trunk].outages.contains { $0.prefix == nil && $0.from <= now && now < $0.to }
    }

    private func channels(_ trunk: Int, at now: Interval) -> Int {
        min(network.trunks[trunk].limits.channels, network.trunks[trunk].capacity(at: now).channels ?? .max)
    }

    private mutating func call(over trunk: Int, at now: Interval) -> Bool {
        let model = network.trunks[trunk]
        guard slots[trunk] <= now, active[trunk] < channels(trunk, at: now) else { return false }
        guard let citizen = take(over: trunk, at: now) else { return false }
        let rate = min(model.limits.callsPerSecond, model.capacity(at: now).perSecond)
        slots[trunk] = now + .microseconds(Int64(1e6 / rate))
        reach.calls += 1
        let one = network.citizens[citizen]
        if one.refusals.count == network.trunks.count {
            // It costs its slot, and shows that nothing helps.
            reach.refused += 1
            return true
        }
        let fate = one.fate(passed[citizen])
        passed[citizen] += 1
        tries[citizen] += 1
        let length: Interval
        switch fate {
        case .answers(let ring, let stays):
            reach.answers.append(now + model.roundTrip + ring)
            length = ring + min(stays, Self.longestStay)
        case .busy:
            length = model.roundTrip
            later(citizen, network.retry.busy, now + length)
        case .rings:
            length = .seconds(30)
            later(citizen, network.retry.noAnswer, now + length)
        case .unavailable:
            length = model.roundTrip
            later(citizen, network.retry.unavailable, now + length)
        case .unknownNumber:
            length = model.roundTrip
        case .refuses(let refusal, let ring):
            length = model.roundTrip + ring
            if CallTermination.classify(refusal.end, answered: false).failure == .congestion {
                later(citizen, network.retry.congestion, now + length)
            }
        }
        active[trunk] += 1
        ends[trunk].insert(citizen, at: (now + length).microseconds)
        return true
    }

    private mutating func later(_ citizen: Int, _ delays: [Interval], _ now: Interval) {
        guard tries[citizen] <= delays.count else { return }
        due.insert(citizen, at: (now + delays[tries[citizen] - 1] * network.retry.timeScale).microseconds)
    }

    /// The first who can be called over the trunk now.
    private mutating func take(over trunk: Int, at now: Interval) -> Int? {
        let network = network
        func isPossible(_ citizen: Int) -> Bool {
            let one = network.citizens[citizen]
            let isRefused = one.refusals[trunk] != nil && one.refusals.count < network.trunks.count
            return !isRefused && network.trunks[trunk].outage(at: now, one.number) == nil
        }
        if let citizen = fresh.removeFirst(where: isPossible) { return citizen }
        return again.removeFirst(where: isPossible)
    }

    private func next(after now: Interval) -> Interval? {
        var times: [Interval] = []
        if let earliest = due.earliest { times.append(.microseconds(earliest)) }
        let hasWork = !fresh.isEmpty || !again.isEmpty
        for trunk in network.trunks.indices {
            if let earliest = ends[trunk].earliest { times.append(.microseconds(earliest)) }
            guard hasWork else { continue }
            times.append(slots[trunk])
            times += network.trunks[trunk].outages.flatMap { [$0.from, $0.to] }
            times += network.trunks[trunk].capacities.map(\.from)
        }
        return times.filter { $0 > now }.min()
    }
}

extension Fifo {
    fileprivate mutating func removeFirst(where isPossible: (Element) -> Bool) -> Element? {
        var passedOver: [Element] = []
        defer { for element in passedOver.reversed() { putBack(element) } }
        while let element = popFirst() {
            if isPossible(element) { return element }
            passedOver.append(element)
        }
        return nil
    }
}
