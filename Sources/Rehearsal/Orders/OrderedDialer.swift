// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Pacing

/// Calls a list over one trunk without trouble by a fixed order, at the contract's pace and by the engine's retry rules,
/// without losing a moment.
package struct OrderedDialer {
    private struct Call {
        var citizen: Int
        var end: CallEnd?
    }

    private let network: ModelNetwork
    private let order: FixedOrder
    /// Who can be called, by ``FixedOrder/key(_:)``; retries apart where they take turns with first tries.
    private var waiting = DeadlineHeap<Int>()
    private var retries = DeadlineHeap<Int>()
    private var due = DeadlineHeap<Int>()
    private var ends = DeadlineHeap<Call>()
    private var active = 0
    private var slot = Interval.zero
    private var isRetrysTurn = false
    private var histories: [AttemptHistory]
    private var lasts: [FailureClass?]
    private var reach = Reach()
    private var now = Interval.zero

    private init(_ network: ModelNetwork, _ order: FixedOrder) {
        self.network = network
        self.order = order
        histories = network.citizens.map { _ in AttemptHistory() }
        lasts = network.citizens.map { _ in nil }
        reach.answersByCitizen = network.citizens.map { _ in nil }
    }

    /// - Precondition: The network has a trunk; its first is used.
    package static func run(_ network: ModelNetwork, by order: FixedOrder) -> Reach {
        var dialer = OrderedDialer(network, order)
        return dialer.go(over: network.trunks[0])
    }

    private mutating func go(over trunk: ModelTrunk) -> Reach {
        for citizen in network.citizens.indices { enqueue(citizen, due: .zero) }
        let gap = Interval.microseconds(Int64(1e6 / trunk.limits.callsPerSecond))
        while true {
            while let (_, call) = ends.popDue(now: now.microseconds) { ended(call) }
            while let (time, citizen) = due.popDue(now: now.microseconds) {
                enqueue(citizen, due: .microseconds(time))
            }
            if slot <= now, active < trunk.limits.channels, let citizen = next() {
                slot = now + gap
                call(citizen, over: trunk)
            }
            var times = [ends.earliest, due.earliest].compactMap { $0 }
            if !waiting.isEmpty || !retries.isEmpty { times.append(slot.microseconds) }
            guard let time = times.filter({ $0 > now.microseconds }).min() else { break }
            now = .microseconds(time)
        }
        reach.answers.sort()
        return reach
    }

    private mutating func enqueue(_ citizen: Int, due: Interval) {
        let one = FixedOrder.Waiting(
            position: citizen, due: due, tries: histories[citizen].attempts, last: lasts[citizen])
        if order == .alternating, one.last != nil {
            retries.insert(citizen, at: order.key(one))
        } else {
            waiting.insert(citizen, at: order.key(one))
        }
    }

    private mutating func next() -> Int? {
        defer { isRetrysTurn.toggle() }
        let first = isRetrysTurn ? retries.popDue(now: .max) : waiting.popDue(now: .max)
        return (first ?? (isRetrysTurn ? waiting.popDue(now: .max) : retries.popDue(now: .max)))?.payload
    }

    private mutating func call(_ citizen: Int, over trunk: ModelTrunk) {
        reach.calls += 1
        active += 1
        let call = network.citizens[citizen].fate(histories[citizen].attempts)
        histories[citizen].attempts += 1
        var end: CallEnd?
        let length: Interval
        switch call {
        case .answers(let ring, let stays):
            length = trunk.roundTrip + ring + min(stays, ReachOracle.longestStay)
            reach.answers.append(now + trunk.roundTrip + ring)
            reach.answersByCitizen[citizen] = now + trunk.roundTrip + ring
        case .busy: (end, length) = (CallEnd(sipCode: 486), trunk.roundTrip)
        case .rings: (end, length) = (ReachRun.ringsOut, ReachRun.ringTimeout)
        case .unavailable: (end, length) = (CallEnd(sipCode: 480), trunk.roundTrip)
        case .unknownNumber: (end, length) = (CallEnd(sipCode: 404), trunk.roundTrip)
        case .refuses(let refusal, let ring): (end, length) = (refusal.end, trunk.roundTrip + ring)
        }
        ends.insert(Call(citizen: citizen, end: end), at: (now + length).microseconds)
    }

    private mutating func ended(_ call: Call) {
        active -= 1
        guard let end = call.end, let failure = CallTermination.classify(end, answered: false).failure else { return }
        lasts[call.citizen] = failure
        let next = histories[call.citizen].callFailed(failure, trunk: "t", network.retry) { _ in .none }
        guard case .again(let delay) = next else { return }
        let wait = max(delay, failure.isRefusal ? end.retryAfter ?? .zero : .zero)
        due.insert(call.citizen, at: (now + wait).microseconds)
    }
}
