// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import GatewayCore
import Pacing

/// An action of the engine over a model network, in simulated time.
package struct ReachRun {
    private enum Event {
        case ended(AttemptID, CallEnd)
        case rings(AttemptID)
        case answers(AttemptID)
        case hangsUp(AttemptID)
        case promptEnds(AttemptID)
        case frees(trunk: Int)
        case listens(trunk: Int)
    }

    /// What the voice module notices of a target to which nothing comes back.
    private struct Listening {
        var unheard = 0
        var since = Timestamp.epoch
        var isSilent = false
    }

    private struct Call {
        var trunk: Int
        var citizen: Int
        var holdsChannel = false
        var isAnswered = false
    }

    private let network: ModelNetwork
    private let engine: Engine
    private var carriers: [ModelCarrier]
    private var events = DeadlineHeap<Event>()
    private var calls: [AttemptID: Call] = [:]
    private var positions: [String: Int] = [:]
    private var passed: [Int]
    private var isReached: [Bool]
    private var sentTimes: [[Timestamp]]
    private var heldUntil: [Timestamp]
    private var listening: [Listening]
    private var reach = Reach()
    private var explanation: ReachExplanation?
    private var now = ReachRun.start

    private static let start = Timestamp(milliseconds: 1_000_000_000)
    private static let prompt = Interval.seconds(12)
    private static let silence = Interval.seconds(3)
    private static let silentCalls = 3
    private static let noResponse = Interval.seconds(5)
    static let ringTimeout = Interval.seconds(30)
    static let ringsOut = CallEnd(sipCode: 487, fromWire: false, ownReason: .ringTimeout)

    private init(_ network: ModelNetwork) {
        self.network = network
        engine = Engine(
            configuration: EngineConfiguration(
                trunks: network.trunks.map { TrunkSettings(limits: $0.limits) }, retry: network.retry),
            instanceKey: [1, 2, 3])
        carriers = network.trunks.map { ModelCarrier($0) }
        passed = network.citizens.map { _ in 0 }
        isReached = network.citizens.map { _ in false }
        reach.answersByCitizen = network.citizens.map { _ in nil }
        sentTimes = network.trunks.map { _ in [] }
        heldUntil = network.trunks.map { _ in .epoch }
        listening = network.trunks.map { _ in Listening() }
        for (index, citizen) in network.citizens.enumerated() { positions[citizen.number.e164] = index }
        for trunk in network.trunks {
            engine.trunkResolved(trunk.limits.name, [TargetAddress(address: "192.0.2.1", port: 5060)])
        }
    }

    /// Runs the action to its end, or for so long.
    package static func run(
        _ network: ModelNetwork, priority: ActionPriority = .lifeThreat, atMost limit: Interval = .minutes(120)
    ) -> Reach {
        var run = ReachRun(network)
        return run.go(priority, atMost: limit)
    }

    static func explained(_ network: ModelNetwork) -> ReachExplanation {
        var run = ReachRun(network)
        let explanation = ReachExplanation(network)
        run.explanation = explanation
        _ = run.go(.lifeThreat, atMost: .minutes(120))
        return run.explanation ?? explanation
    }

    private mutating func go(_ priority: ActionPriority, atMost limit: Interval) -> Reach {
        guard let id = try? ActionID("reach"),
            let key = try? engine.stage(
                id, ActionDefinition(priority: priority, prompt: [.text("x")], account: "GM0513"), now: now)
        else { preconditionFailure("a fixed action is well formed") }
        engine.stageRecipients(network.citizens.map { StagedRecipient(number: $0.number) }, of: key, now: now)
        engine.commitStaged(
            key, contentHash: "h", promptHash: "p", promptMilliseconds: Int(Self.prompt.milliseconds), now: now)
        turn()
        while engine.action(named: "reach")?.record.phase == .running {
            let next = [engine.nextDeadline(now: now), events.earliest.map { Timestamp(microseconds: $0) }].compactMap {
                $0
            }.min()
            guard let next, next < Self.start + limit else { break }
            now = max(now, next)
            while let (_, event) = events.popDue(now: now.microseconds) { handle(event) }
            turn()
        }
        for times in sentTimes.indices { count(sentTimes[times], network.trunks[times].limits.callsPerSecond) }
        reach.answers.sort()
        return reach
    }

    private mutating func schedule(_ event: Event, at time: Timestamp) { events.insert(event, at: time.microseconds) }

    private mutating func turn() {
        explanation?.turn(
            at: now - Self.start, trunks: engine.trunks.trunks, reached: reach.answers.count, now: now)
        engine.advance(now: now)
        for effect in engine.takeOutput().effects {
            switch effect {
            case .placeCall(let order): place(order)
            case .startPrompt(let attempt, _), .repeatPrompt(let attempt, _):
                schedule(.promptEnds(attempt), at: now + Self.prompt)
            case .hangUp(let attempt): end(attempt, CallEnd(sipCode: 200, by: .gateway, ownReason: .requested))
            case .holdFormer, .endDialog, .submit, .acknowledge: break
            }
        }
    }

    private mutating func place(_ order: CallOrder) {
        guard let trunk = network.trunks.firstIndex(where: { $0.limits.name == order.trunk }),
            let index = positions[order.callee.e164]
        else { return }
        let citizen = network.citizens[index]
        engine.callSent(order.attempt, at: now, now: now)
        reach.calls += 1
        sentTimes[trunk].append(now)
        if now < heldUntil[trunk] { reach.insideRetryAfter += 1 }
        if listening[trunk].unheard == 0 {
            listening[trunk].since = now
            schedule(.listens(trunk: trunk), at: now + Self.silence)
        }
        listening[trunk].unheard += 1
        var call = Call(trunk: trunk, citizen: index)
        let trip = network.trunks[trunk].roundTrip
        let arrival = now - Self.start + trip * 0.5
        let refusal = carriers[trunk].refusal(of: citizen, over: trunk, at: arrival)
        explanation?.called(over: trunk, isRefused: refusal != nil)
        if let refusal {
            calls[order.attempt] = call
            reach.refused += 1
            let silence = CallEnd(sipCode: 408, fromWire: false, ownReason: .noResponse)
            let isSilent = refusal == .silence
            schedule(
                .ended(order.attempt, isSilent ? silence : refusal.end), at: now + (isSilent ? Self.noResponse : trip))
            return
        }
        call.holdsChannel = true
        calls[order.attempt] = call
        let fate = citizen.fate(passed[index])
        passed[index] += 1
        switch fate {
        case .answers(let ring, _):
            schedule(.rings(order.attempt), at: now + trip)
            schedule(.answers(order.attempt), at: now + trip + ring)
        case .rings:
            schedule(.rings(order.attempt), at: now + trip)
            schedule(.ended(order.attempt, Self.ringsOut), at: now + Self.ringTimeout)
        case .busy: schedule(.ended(order.attempt, CallEnd(sipCode: 486)), at: now + trip)
        case .unavailable: schedule(.ended(order.attempt, CallEnd(sipCode: 480)), at: now + trip)
        case .unknownNumber: schedule(.ended(order.attempt, CallEnd(sipCode: 404)), at: now + trip)
        case .refuses(let refusal, let ring):
            if ring > .zero { schedule(.rings(order.attempt), at: now + trip) }
            schedule(.ended(order.attempt, refusal.end), at: now + trip + ring)
        }
    }

    /// Something comes back from a trunk.
    private mutating func heard(_ attempt: AttemptID) {
        guard let trunk = calls[attempt]?.trunk else { return }
        listening[trunk].unheard = 0
        guard listening[trunk].isSilent else { return }
        listening[trunk].isSilent = false
        engine.targetListened(network.trunks[trunk].limits.name, target: 1, isSilent: false, now: now)
    }

    private mutating func handle(_ event: Event) {
        switch event {
        case .ended(let attempt, let callEnd):
            if callEnd.fromWire { heard(attempt) }
            if let wait = callEnd.retryAfter, let trunk = calls[attempt]?.trunk {
                heldUntil[trunk] = max(heldUntil[trunk], now + min(wait, TrunkEvidence.longestBlock))
            }
            end(attempt, callEnd)
        case .rings(let attempt):
            heard(attempt)
            engine.callRinging(attempt, at: now)
        case .answers(let attempt): answered(attempt)
        case .hangsUp(let attempt): end(attempt, CallEnd(sipCode: 200, by: .callee))
        case .promptEnds(let attempt):
            guard calls[attempt] != nil else { return }
            engine.promptEnded(attempt, heardMilliseconds: Int(Self.prompt.milliseconds), at: now, now: now)
        case .frees(let trunk): carriers[trunk].release()
        case .listens(let trunk):
            let known = listening[trunk]
            guard !known.isSilent, known.unheard >= Self.silentCalls else { return }
            guard now - known.since >= Self.silence else {
                return schedule(.listens(trunk: trunk), at: known.since + Self.silence)
            }
            listening[trunk].isSilent = true
            engine.targetListened(network.trunks[trunk].limits.name, target: 1, isSilent: true, now: now)
        }
    }

    private mutating func answered(_ attempt: AttemptID) {
        guard let call = calls[attempt] else { return }
        calls[attempt]?.isAnswered = true
        if !isReached[call.citizen] {
            isReached[call.citizen] = true
            reach.answers.append(now - Self.start)
            reach.answersByCitizen[call.citizen] = now - Self.start
        }
        engine.callAnswered(attempt, codec: .pcma, dialog: "{}", at: now)
        let fate = network.citizens[call.citizen].fate(passed[call.citizen] - 1)
        if case .answers(_, let stays) = fate { schedule(.hangsUp(attempt), at: now + stays) }
    }

    private mutating func end(_ attempt: AttemptID, _ callEnd: CallEnd) {
        guard let call = calls.removeValue(forKey: attempt) else { return }
        // The carrier frees its channel when our BYE, or its own final answer, is on the way.
        if call.holdsChannel {
            if callEnd.ownReason == .none {
                carriers[call.trunk].release()
            } else {
                schedule(.frees(trunk: call.trunk), at: now + network.trunks[call.trunk].roundTrip * 0.5)
            }
        }
        engine.callEnded(attempt, callEnd, at: now, now: now)
    }

    private mutating func count(_ times: [Timestamp], _ contract: Double) {
        let most = Int(contract.rounded(.up))
        for index in times.indices.dropFirst(most) where times[index] - times[index - most] < .seconds(1) {
            reach.beyondContract += 1
        }
    }
}
