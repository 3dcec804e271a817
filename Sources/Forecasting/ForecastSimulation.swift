// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Pacing

extension Forecast {
    /// How an action will go. Pure; about 0.05 s for a hundred thousand recipients.
    package init(_ input: ForecastInput) {
        var simulation = ForecastSimulation(input)
        self = simulation.run()
    }
}

/// The action played through in small: the engine's order of calls, retry rules and limits, with outcomes and times
/// dealt out evenly by the shares of ``AnswerMix``. In a large action one person stands for several recipients.
///
/// Times are microseconds from now; the action's own start is `start`.
struct ForecastSimulation {
    struct Person {
        var group: Int32
        /// 0: the action itself; others: loads.
        var job: Int16
        /// So many recipients.
        var weight: Int32
        var step: UInt8 = 0
        var condition = CallCondition.first
        /// First attempt of its channel; negative: none yet.
        var stepStarted: Int64 = -1
    }

    struct Job {
        let priority: ActionPriority
        let weight: Int
        /// Calls in a row that it has begun in its turn.
        var turns = 0
        let nominal: Int64
        var lanes: [ForecastLane]
        var fresh = Fifo<Int32>()
        var hasBegun = true
    }

    enum Event: Sendable {
        case begins
        case callEnds(Int32, trunk: Int32, result: Int8)
        case due(Int32, step: UInt8)
        case messageEnds(Int32, step: UInt8, arrives: Bool)
    }

    let input: ForecastInput
    private let start: Int64
    /// Recipients for whom one person stands.
    private let scale: Int
    private let groups: [ForecastInput.Group]
    private var persons: [Person] = []
    private var histories: [Int32: AttemptHistory] = [:]
    private var jobs: [Job] = []
    /// Jobs by priority, in turn within one.
    private var turns: [[Int]] = ActionPriority.allCases.map { _ in [] }
    private var floors = ClassFloors()
    private var trunks: [ForecastTrunk]
    private var prefixes: [ForecastPrefix]
    private var routes: [ForecastRoute]
    private var budgets: [String: ForecastBudget] = [:]
    private var events = DeadlineHeap<Event>()
    private var messageQueue = Fifo<Int32>()
    private var nextMessage: Int64 = 0
    private var now: Int64 = 0
    private var wake: Int64?

    private var results: [CallCondition: EvenDraw] = [:]
    private var setups: [EvenValues]
    private var stays: EvenValues
    private var extras: EvenValues
    private var keys: EvenDraw
    private var arrivals: EvenDraw
    private var receipts: EvenValues

    private var open = 0
    private var underWay = 0
    private var retrying = 0
    private var waitingForMoney = 0
    private var done = 0
    private var total = 0
    private var waits: [ForecastLimit: Int64] = [:]
    private var forecast = Forecast()

    /// More persons make it slower, and hardly better.
    private static let mostPersons = 20_000
    /// A limit on simultaneous calls is at least so many persons.
    private static let leastChannels = 20
    private static let twentieths = 20

    init(_ input: ForecastInput) {
        self.input = input
        start = input.begins.microseconds
        groups = input.groups.filter { $0.count > 0 }
        let all =
            groups.reduce(0) { $0 + $1.count }
            + input.loads.reduce(0) { $0 + $1.waiting + $1.calling + $1.parked.values.reduce(0, +) }
        let channels =
            (input.trunks.map(\.limits.channels) + input.prefixes.compactMap(\.channels)).min() ?? Self.leastChannels
        scale = max(1, min((all + Self.mostPersons - 1) / Self.mostPersons, channels / Self.leastChannels))
        trunks = input.trunks.map(ForecastTrunk.init)
        prefixes = input.prefixes.map { ForecastPrefix(limits: $0) }
        routes = input.routes.map(ForecastRoute.init)
        let mix = input.mix
        setups = CallResult.all.map { EvenValues(mix.setups($0, input.timeouts)) }
        stays = EvenValues(mix.staying)
        extras = EvenValues(mix.repeating)
        keys = EvenDraw([1 - mix.pressing, mix.pressing])
        arrivals = EvenDraw([mix.arriving, 1 - mix.arriving])
        receipts = EvenValues(mix.receiving)
        floors.share = input.classFloor
        if input.priority != .lifeThreat {
            for (account, left) in input.budgets { budgets[account] = ForecastBudget(left: left.microEuros) }
        }
    }

    mutating func run() -> Forecast {
        populate()
        forecast.recipients = total
        guard total > 0 else { return forecast }
        let end = start + input.expires.microseconds
        events.insert(.begins, at: start)
        while open > 0 {
            while let (_, event) = events.popDue(now: now) { handle(event) }
            wake = nil
            startCalls()
            sendMessages()
            guard open > 0 else { break }
            let next = min(events.earliest ?? .max, wake ?? .max, end)
            note(until: next)
            now = next
            if now >= end {
                expire()
                break
            }
        }
        forecast.waits = waits.filter { $0.value > 0 }.map { Forecast.Wait($0.key, Interval(microseconds: $0.value)) }
            .sorted { ($1.time, $0.limit.rawValue) < ($0.time, $1.limit.rawValue) }
        return forecast
    }

    // MARK: - Who there is

    private mutating func populate() {
        addJob(priority: input.priority, weight: input.weight, nominal: input.nominal, hasBegun: false)
        // Evenly mixed, as numbers of a list mostly are.
        var order: [(position: Double, group: Int32, weight: Int32)] = []
        for (index, group) in groups.enumerated() {
            let count = (group.count + scale - 1) / scale
            for one in 0..<count {
                let weight = min(scale, group.count - one * scale)
                order.append(((Double(one) + 0.5) / Double(count), Int32(index), Int32(weight)))
            }
            total += group.count
        }
        order.sort { ($0.position, $0.group) < ($1.position, $1.group) }
        persons.reserveCapacity(order.count)
        for entry in order { persons.append(Person(group: entry.group, job: 0, weight: entry.weight)) }
        open = total
        for load in input.loads {
            let job = addJob(priority: load.priority, weight: load.weight, nominal: load.nominal, hasBegun: true)
            add(load.calling, to: job) { simulation, person in simulation.takeUp(person) }
            add(load.waiting, to: job) { simulation, person in simulation.jobs[job].fresh.append(person) }
            for (prefix, count) in load.parked.sorted(by: { $0.key < $1.key }) where prefixes.indices.contains(prefix) {
                add(count, to: job) { simulation, person in simulation.jobs[job].lanes[0].park(person, at: prefix) }
            }
        }
    }

    /// Of lanes: limited prefixes, then routes.
    private var gates: Int { prefixes.count + routes.count }

    @discardableResult
    private mutating func addJob(priority: ActionPriority, weight: Int, nominal: Interval, hasBegun: Bool) -> Int {
        var job = Job(
            priority: priority, weight: weight, nominal: nominal.microseconds,
            lanes: [ForecastLane(mask: 0, gates: gates)])
        job.hasBegun = hasBegun
        jobs.append(job)
        turns[priority.rawValue].append(jobs.count - 1)
        return jobs.count - 1
    }

    private mutating func add(_ count: Int, to job: Int, _ place: (inout ForecastSimulation, Int32) -> Void) {
        var left = count
        while left > 0 {
            persons.append(Person(group: -1, job: Int16(clamping: job), weight: Int32(min(scale, left))))
            left -= scale
            place(&self, Int32(persons.count - 1))
        }
    }

    /// A call that is under way now: somewhere in its middle.
    private mutating func takeUp(_ person: Int32) {
        guard !trunks.isEmpty else { return }
        let trunk = trunks.indices.min { trunks[$0].active < trunks[$1].active } ?? 0
        trunks[trunk].active += Int(persons[Int(person)].weight)
        let (result, length) = draw(person)
        events.insert(
            .callEnds(person, trunk: Int32(trunk), result: Int8(result)), at: Int64(Double(length) * 0.5))
    }

    // MARK: - Calls

    /// In the order of ``Engine/startCalls(now:)``: pressing actions first, equal ones in turn by weight, and less pressing
    /// ones in the places that their floor gives them.
    private mutating func startCalls() {
        for priority in turns.indices {
            var idle = 0
            while idle < turns[priority].count {
                startOwed(below: priority)
                if startOne(in: priority) {
                    idle = 0
                    for lower in priority + 1..<turns.count where !turns[lower].isEmpty {
                        floors.earn(lower, isWaiting: turns[lower].contains { jobs[$0].hasBegun && hasReady($0) })
                    }
                } else {
                    idle += 1
                }
            }
        }
        guard !routes.isEmpty else { return }
        for job in turns.joined() where jobs[job].hasBegun { while startOne(of: job, isIdle: true) {} }
    }

    private mutating func startOwed(below priority: Int) {
        guard floors.isAnyOwed else { return }
        for lower in priority + 1..<turns.count where floors.isOwed(lower) {
            for _ in turns[lower] {
                guard startOne(in: lower) else { continue }
                floors.pay(lower)
                break
            }
        }
    }

    /// Of the job of this priority whose turn it is; it has as many turns in a row as its weight.
    private mutating func startOne(in priority: Int) -> Bool {
        guard let job = turns[priority].first else { return false }
        let isStarted = jobs[job].hasBegun && startOne(of: job)
        if isStarted {
            jobs[job].turns += 1
            guard jobs[job].turns >= jobs[job].weight else { return true }
            jobs[job].turns = 0
        }
        turns[priority].append(turns[priority].removeFirst())
        return isStarted
    }

    private func hasReady(_ job: Int) -> Bool { jobs[job].lanes.indices.contains { hasReady(job, $0) } }

    /// - Parameter isIdle: Nobody else can use the slot: routes that refuse are tried more often.
    private mutating func startOne(of job: Int, isIdle: Bool = false) -> Bool {
        // First tries go first; of the others those whose first is the likeliest.
        let lanes = jobs[job].lanes.indices.sorted { rank(job, $0) > rank(job, $1) }
        for lane in lanes where hasReady(job, lane) {
            guard let trunk = chooseTrunk(for: job, excluding: jobs[job].lanes[lane].mask) else { continue }
            while let person = popCallable(job, lane, over: trunk, isIdle: isIdle) {
                guard mayAfford(person) else { continue }
                begin(person, over: trunk)
                return true
            }
        }
        return false
    }

    private func rank(_ job: Int, _ lane: Int) -> Int {
        jobs[job].lanes[lane].mask == 0 && !jobs[job].fresh.isEmpty
            ? AttemptHistory.ranks : jobs[job].lanes[lane].again.highest
    }

    private func hasReady(_ job: Int, _ lane: Int) -> Bool {
        let one = jobs[job].lanes[lane]
        return !one.again.isEmpty || one.parkedCount > 0 || (one.mask == 0 && !jobs[job].fresh.isEmpty)
    }

    /// As ``TrunkGroup/choose(excluding:isPressing:waiting:now:)``; sets the time to wake at when one must be waited for.
    private mutating func chooseTrunk(for job: Int, excluding mask: UInt64) -> Int? {
        var best: Int?
        var paced: (priority: Int, time: Int64)?
        var paces: [(trunk: Int, pace: Double)] = []
        for index in trunks.indices where mask & (1 << UInt64(index & 63)) == 0 {
            let trunk = trunks[index]
            if trunk.isFull { continue }
            let limits = trunk.limits
            if trunk.slots.next > now {
                paces.append((index, trunk.pace))
                if let known = paced, known <= (limits.priority, trunk.slots.next) { continue }
                paced = (limits.priority, trunk.slots.next)
            } else if let current = best {
                let other = trunks[current]
                if (limits.priority, limits.cost, trunk.virtualTime)
                    < (other.limits.priority, other.limits.cost, other.virtualTime)
                {
                    best = index
                }
            } else {
                best = index
            }
        }
        guard let paced else { return best }
        let soonest = paces.map(\.trunk).min { trunks[$0].slots.next < trunks[$1].slots.next }
        guard let other = best ?? soonest else { return nil }
        let priority = trunks[other].limits.priority
        let better = paces.reduce(0.0) { trunks[$1.trunk].limits.priority < priority ? $0 + $1.pace : $0 }
        let isTooLong =
            jobs[job].priority == .lifeThreat
            && Double(callsWaiting(.lifeThreat)) > better * TrunkGroup.longestWait.seconds
        let isWaiting = priority > paced.priority && !isTooLong
        if !isWaiting, let best { return best }
        let time = isWaiting ? paced.time : trunks[other].slots.next
        wake = min(wake ?? time, time)
        return nil
    }

    /// Recipients of a class who can be called now, those left out who wait at a closed gate.
    private func callsWaiting(_ priority: ActionPriority) -> Int {
        turns[priority.rawValue].reduce(0) { sum, job in
            jobs[job].lanes.reduce(sum + jobs[job].fresh.count * scale) { $0 + $1.again.count * scale }
        }
    }

    private mutating func popCallable(_ job: Int, _ lane: Int, over trunk: Int, isIdle: Bool) -> Int32? {
        func isReady(_ gate: Int, _ wake: inout Int64?) -> Bool {
            let time: Int64?
            if gate < prefixes.count {
                time = prefixes[gate].ready()
            } else {
                time = routes[gate - prefixes.count].ready(over: trunk, isIdle: isIdle)
            }
            guard let time else { return false }
            if time <= now { return true }
            wake = min(wake ?? time, time)
            return false
        }
        var wake = wake
        defer { self.wake = wake }
        while let person = jobs[job].lanes[lane].popParked(where: { isReady($0, &wake) }) ?? popReady(job, lane) {
            let gates = [prefix(of: person), route(of: person).map { prefixes.count + $0 }]
            guard let closed = gates.compactMap({ $0 }).first(where: { !isReady($0, &wake) }) else { return person }
            jobs[job].lanes[lane].park(person, at: closed)
        }
        return nil
    }

    private mutating func popReady(_ job: Int, _ lane: Int) -> Int32? {
        (jobs[job].lanes[lane].mask == 0 ? jobs[job].fresh.popFirst() : nil) ?? jobs[job].lanes[lane].again.popFirst()
    }

    private func group(of person: Int32) -> ForecastInput.Group? {
        let group = Int(persons[Int(person)].group)
        return group < 0 ? nil : groups[group]
    }

    private func prefix(of person: Int32) -> Int? { group(of: person)?.prefix }

    private func route(of person: Int32) -> Int? { group(of: person)?.route }

    private mutating func begin(_ person: Int32, over trunk: Int) {
        let weight = Int(persons[Int(person)].weight)
        if trunks[trunk].active == 0 {
            let busy = trunks.filter { $0.active > 0 }.map(\.virtualTime)
            trunks[trunk].virtualTime = max(trunks[trunk].virtualTime, busy.min() ?? 0)
        }
        trunks[trunk].admit(weight, now: now)
        if let prefix = prefix(of: person) { prefixes[prefix].admit(weight, now: now) }
        if let route = route(of: person) { routes[route].admit(weight, over: trunk, now: now) }
        if persons[Int(person)].stepStarted < 0 { persons[Int(person)].stepStarted = now }
        if let group = group(of: person) {
            budgets[group.account]?.reserved += group.prices.worstCall.microEuros * Int64(weight)
        }
        if persons[Int(person)].job == 0 {
            underWay += weight
            forecast.calls += weight
        }
        let (result, length) = refusal(of: person, over: trunk) ?? draw(person)
        events.insert(.callEnds(person, trunk: Int32(trunk), result: Int8(result)), at: now + length)
    }

    /// What the trunk answers when it refuses the route.
    private mutating func refusal(of person: Int32, over trunk: Int) -> (result: Int, length: Int64)? {
        guard let route = route(of: person), routes[route].isRefused(by: trunk) else { return nil }
        let result = CallResult.failed(routes[route].failure).index
        return (result, max(1, setups[result].next()))
    }

    /// What becomes of a call, and how long it takes.
    private mutating func draw(_ person: Int32) -> (result: Int, length: Int64) {
        let condition = persons[Int(person)].condition
        let result = results[condition, default: EvenDraw(input.mix.shares(condition))].next()
        var length = setups[result].next()
        let nominal = jobs[Int(persons[Int(person)].job)].nominal
        switch CallResult.all[result] {
        case .heard:
            length += nominal
            if input.canRepeat, keys.next() == 1 { length += extras.next() }
        case .left: length += min(nominal, stays.next())
        case .failed: break
        }
        return (result, max(1, length))
    }

    private mutating func handle(_ event: Event) {
        switch event {
        case .begins: begins()
        case .callEnds(let person, let trunk, let result): callEnded(person, Int(trunk), CallResult.all[Int(result)])
        case .due(let person, let step):
            if persons[Int(person)].job == 0 { retrying -= Int(persons[Int(person)].weight) }
            // Its channel's time may be over by now.
            if step != persons[Int(person)].step {
                nextStep(person)
            } else {
                enqueue(person)
            }
        case .messageEnds(let person, let step, let arrives): messageEnded(person, step, arrives)
        }
    }

    private mutating func begins() {
        jobs[0].hasBegun = true
        for person in persons.indices where persons[person].job == 0 { enqueue(Int32(person)) }
    }

    private mutating func callEnded(_ person: Int32, _ trunk: Int, _ result: CallResult) {
        let weight = Int(persons[Int(person)].weight)
        trunks[trunk].active -= weight
        if let prefix = prefix(of: person) { prefixes[prefix].active -= weight }
        if persons[Int(person)].job == 0 { underWay -= weight }
        if let group = group(of: person) { settle(group, weight, result) }
        switch result {
        case .heard, .left: endStep(person, .answered)
        case .failed(let failure): failed(person, failure, over: trunks[trunk].limits.name)
        }
    }

    private mutating func failed(_ person: Int32, _ failure: FailureClass, over trunk: String) {
        persons[Int(person)].condition = persons[Int(person)].condition.after(failure)
        var history = histories[person] ?? AttemptHistory()
        history.attempts += 1
        let barred = group(of: person)?.barred ?? 0
        let names = trunks.indices.filter { barred & (1 << UInt64($0 & 63)) == 0 }.map { trunks[$0].limits.name }
        let next = history.callFailed(failure, trunk: trunk, input.retry) { excluded in
            names.contains { !excluded.contains($0) } ? .up : .none
        }
        histories[person] = history
        switch next {
        case .over(let outcome): endStep(person, outcome)
        case .again(let delay):
            let due = now + delay.microseconds
            if let over = stepEnd(of: person), due >= over {
                guard over > now else { return endStep(person, .noAnswer) }
                retryLater(person, at: over, step: persons[Int(person)].step + 1)
            } else if delay > .zero {
                retryLater(person, at: due, step: persons[Int(person)].step)
            } else {
                enqueue(person)
            }
        }
    }

    private mutating func retryLater(_ person: Int32, at time: Int64, step: UInt8) {
        if persons[Int(person)].job == 0 { retrying += Int(persons[Int(person)].weight) }
        events.insert(.due(person, step: step), at: time)
    }

    /// When the channel has had its time; nil: it has no limit, or there is none after it.
    private func stepEnd(of person: Int32) -> Int64? {
        let one = persons[Int(person)]
        guard let after = input.cascade.after, one.stepStarted >= 0, let group = group(of: person),
            Int(one.step) + 1 < group.steps.count
        else { return nil }
        return one.stepStarted + after.microseconds
    }

    // MARK: - Money

    private mutating func mayAfford(_ person: Int32) -> Bool {
        guard let group = group(of: person), let budget = budgets[group.account] else { return true }
        let worst = group.prices.worstCall.microEuros
        if worst > max(budget.left, 0) {
            endStep(person, .overBudget)
            return false
        }
        guard worst * Int64(persons[Int(person)].weight) > budget.left - budget.reserved, budget.reserved > 0 else {
            return true
        }
        budgets[group.account]?.waiters.append(person)
        waitingForMoney += Int(persons[Int(person)].weight)
        return false
    }

    private mutating func settle(_ group: ForecastInput.Group, _ weight: Int, _ result: CallResult) {
        let price: Money
        switch result {
        case .heard: price = group.prices.heard
        case .left: price = group.prices.left
        case .failed: price = .zero
        }
        spend(group.account, price, reserved: group.prices.worstCall, weight)
    }

    private mutating func spend(_ account: String, _ price: Money, reserved: Money, _ weight: Int) {
        let amount = price.microEuros * Int64(weight)
        forecast.charge += Money(microEuros: amount)
        guard var budget = budgets[account] else { return }
        budget.left -= amount
        budget.reserved -= reserved.microEuros * Int64(weight)
        // As many as the money is enough for; all when it is for none: they have their outcome then.
        var promised: Int64 = 0
        var freed: [Int32] = []
        while let person = budget.waiters.first {
            let one = persons[Int(person)]
            let worst = group(of: person)?.prices.worstCall.microEuros ?? 0
            let held = budget.reserved + promised
            guard worst > max(budget.left, 0) || held <= 0 || worst * Int64(one.weight) <= budget.left - held else {
                break
            }
            promised += worst * Int64(one.weight)
            waitingForMoney -= Int(one.weight)
            freed.append(person)
            _ = budget.waiters.popFirst()
        }
        budgets[account] = budget
        for person in freed { enqueue(person) }
    }

    // MARK: - SMS

    private mutating func sendMessages() {
        while let person = messageQueue.first {
            guard input.segmentsPerSecond > 0 else { return }
            guard nextMessage <= now else {
                wake = min(wake ?? nextMessage, nextMessage)
                return
            }
            _ = messageQueue.popFirst()
            let weight = Int(persons[Int(person)].weight)
            let load = Double(weight * max(1, input.segments)) / input.segmentsPerSecond
            nextMessage = max(nextMessage, now) + Int64(load * 1e6)
            guard let group = group(of: person) else { continue }
            if let budget = budgets[group.account], group.prices.worstMessage.microEuros > max(budget.left, 0) {
                endStep(person, .overBudget)
                continue
            }
            persons[Int(person)].stepStarted = now
            underWay += weight
            forecast.messages += weight
            spend(group.account, group.prices.message, reserved: .zero, weight)
            let arrives = arrivals.next() == 0
            let end = input.wantsReceipts ? now + receipts.next() : now
            let step = persons[Int(person)].step
            if let over = stepEnd(of: person), end > over {
                // It stays under way beside the next channel.
                events.insert(.messageEnds(person, step: step + 1, arrives: false), at: over)
            } else {
                events.insert(.messageEnds(person, step: step, arrives: arrives), at: end)
            }
        }
    }

    private mutating func messageEnded(_ person: Int32, _ step: UInt8, _ arrives: Bool) {
        underWay -= Int(persons[Int(person)].weight)
        if step != persons[Int(person)].step {
            nextStep(person)
        } else {
            endStep(person, arrives ? .delivered : .undelivered)
        }
    }

    // MARK: - Outcomes

    /// As ``Engine/endStep(with:_:of:now:isJournalled:)``.
    private mutating func endStep(_ person: Int32, _ outcome: Outcome) {
        guard persons[Int(person)].job == 0, let group = group(of: person) else { return }
        if input.cascade.outcomes.contains(outcome), Int(persons[Int(person)].step) + 1 < group.steps.count {
            return nextStep(person)
        }
        let weight = Int(persons[Int(person)].weight)
        finish(weight)
        switch outcome {
        case .answered, .confirmed, .delivered, .sent: reach(weight)
        case .overBudget: forecast.overBudget += weight
        case .busy, .noAnswer, .invalidNumber, .rejected, .failed, .congestion, .interrupted, .undelivered, .optedOut,
            .notWelcome, .capped,
            .cancelled, .expired, .notApproved:
            break
        }
    }

    private mutating func nextStep(_ person: Int32) {
        persons[Int(person)].step += 1
        persons[Int(person)].stepStarted = -1
        histories[person]?.excludedTrunks = []
        enqueue(person)
    }

    private mutating func enqueue(_ person: Int32) {
        let job = Int(persons[Int(person)].job)
        if let group = group(of: person),
            group.steps[min(Int(persons[Int(person)].step), group.steps.count - 1)] == .sms
        {
            messageQueue.append(person)
            return
        }
        var mask = group(of: person)?.barred ?? 0
        let history = histories[person]
        if history == nil, mask == 0 { return jobs[job].fresh.append(person) }
        for (index, trunk) in trunks.enumerated() where history?.excludedTrunks.contains(trunk.limits.name) == true {
            mask |= 1 << UInt64(index & 63)
        }
        let lane = jobs[job].lanes.firstIndex { $0.mask == mask } ?? jobs[job].lanes.count
        if lane == jobs[job].lanes.count { jobs[job].lanes.append(ForecastLane(mask: mask, gates: gates)) }
        let likelihood = input.mix.answering(after: persons[Int(person)].condition)
        let rank = history?.rank(likelihood: likelihood, isSuspect: false) ?? AttemptHistory.ranks - 1
        jobs[job].lanes[lane].again.append(person, rank: rank)
    }

    private mutating func finish(_ weight: Int) {
        done += weight
        open -= weight
        let time = Interval(microseconds: max(0, now - start))
        while forecast.course.count < Self.twentieths, done * Self.twentieths >= total * (forecast.course.count + 1) {
            forecast.course.append(time)
        }
    }

    private mutating func reach(_ weight: Int) {
        forecast.reached += weight
        let time = Interval(microseconds: max(0, now - start))
        if forecast.halfReached == nil, forecast.reached * 2 >= total { forecast.halfReached = time }
        if forecast.mostReached == nil, forecast.reached * 10 >= total * 9 { forecast.mostReached = time }
    }

    private mutating func expire() {
        forecast.expired = open
        finish(open)
    }

    // MARK: - What it waits for

    private mutating func note(until next: Int64) {
        guard jobs[0].hasBegun, next > now else { return }
        waits[limit(), default: 0] += next - now
    }

    private func limit() -> ForecastLimit {
        let job = jobs[0]
        if !job.fresh.isEmpty || job.lanes.contains(where: { !$0.again.isEmpty }) {
            guard !trunks.isEmpty else { return .noWayOut }
            let free = trunks.filter { !$0.isFull }
            if free.isEmpty { return .channels }
            return free.allSatisfy { $0.isRamping(now: now) } ? .rampUp : .callsPerSecond
        }
        if job.lanes.contains(where: { $0.parkedCount > 0 }) {
            guard !trunks.isEmpty else { return .noWayOut }
            let isPrefix = job.lanes.contains { $0.hasParked(below: prefixes.count) }
            return isPrefix ? .prefix : .route
        }
        if !messageQueue.isEmpty { return input.segmentsPerSecond > 0 ? .messagesPerSecond : .noWayOut }
        if waitingForMoney > 0 { return .budget }
        return retrying > 0 ? .retryDelays : .underWay
    }
}
