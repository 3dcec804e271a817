// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Pacing

/// Even draws without chance: each result comes as often as its share says, as soon as that can be.
struct EvenDraw {
    private let shares: [Double]
    private var owed: [Double]

    init(_ shares: [Double]) {
        self.shares = shares
        owed = Array(repeating: 0, count: shares.count)
    }

    mutating func next() -> Int {
        var best = 0
        for index in shares.indices {
            owed[index] += shares[index]
            if owed[index] > owed[best] { best = index }
        }
        owed[best] -= 1
        return best
    }
}

/// Values of a distribution, its quantiles in an order that is even from the first on (the golden ratio's).
struct EvenValues {
    private let quantiles: [Int]
    private var position = 0.5

    init(_ quantiles: [Int]) { self.quantiles = quantiles }

    mutating func next() -> Int64 {
        position += 0.618_033_988_749_895
        if position >= 1 { position -= 1 }
        guard !quantiles.isEmpty else { return 0 }
        return Int64(quantiles[min(quantiles.count - 1, Int(position * Double(quantiles.count)))]) * 1000
    }
}

/// Lets calls go at a pace, as ``CallSlots`` does on the whole. Microseconds.
struct ForecastSlots {
    /// Beside the contract's second there is the time that calls need to leave, and its margin.
    static let slowness = 1.005
    private(set) var next: Int64 = 0

    mutating func letGo(_ calls: Int, pace: Double, now: Int64) {
        next = max(next, now) + Int64(Double(calls) / max(pace, 0.001) * 1e6 * Self.slowness)
    }
}

/// One trunk in a forecast.
struct ForecastTrunk {
    let limits: TrunkLimits
    let pace: Double
    var slots = ForecastSlots()
    var active = 0
    var virtualTime = 0.0
    private var rampStart: Int64
    private var lastCall: Int64

    private static let idle = TrunkPacer.idle.microseconds

    init(_ trunk: ForecastInput.Trunk) {
        limits = trunk.limits
        pace = trunk.pace
        rampStart = trunk.rampElapsed.map { -$0.microseconds } ?? 0
        lastCall = trunk.rampElapsed == nil ? -2 * Self.idle : 0
    }

    var isFull: Bool { active >= limits.channels }

    func isRamping(now: Int64) -> Bool { limits.rampUp > .zero && now - rampStart < limits.rampUp.microseconds }

    mutating func admit(_ calls: Int, now: Int64) {
        if now - lastCall > Self.idle { rampStart = now }
        lastCall = now
        active += calls
        virtualTime += Double(calls) / Double(max(1, limits.weight))
        var pace = pace
        if isRamping(now: now) {
            let elapsed = Double(now - rampStart) / Double(limits.rampUp.microseconds)
            pace = min(pace, limits.callsPerSecond * (TrunkPacer.rampBegin + (1 - TrunkPacer.rampBegin) * elapsed))
        }
        slots.letGo(calls, pace: pace, now: now)
    }
}

/// One limited prefix in a forecast.
struct ForecastPrefix {
    let limits: PrefixLimits
    var slots = ForecastSlots()
    var active = 0

    /// nil: not before a call to it ends.
    func ready() -> Int64? {
        if let channels = limits.channels, active >= channels { return nil }
        return limits.callsPerSecond == nil ? 0 : slots.next
    }

    mutating func admit(_ calls: Int, now: Int64) {
        active += calls
        if let pace = limits.callsPerSecond { slots.letGo(calls, pace: pace, now: now) }
    }
}

/// Money of an account whose budget is a limit.
struct ForecastBudget {
    var left: Int64
    var reserved: Int64 = 0
    var waiters = Fifo<Int32>()
}

/// Those of an action who can be called now, and must not be called over the same trunks.
struct ForecastLane {
    let mask: UInt64
    var again = RankedQueue<Int32>(ranks: AttemptHistory.ranks)
    private(set) var parked: [Fifo<Int32>]
    private(set) var parkedCount = 0
    private var next = 0

    /// - Parameter gates: What can keep somebody from being called while others can be, so many.
    init(mask: UInt64, gates: Int) {
        self.mask = mask
        parked = Array(repeating: Fifo(), count: gates)
    }

    mutating func park(_ person: Int32, at gate: Int) {
        parked[gate].append(person)
        parkedCount += 1
    }

    /// Somebody waits at one of the first so many gates.
    func hasParked(below gate: Int) -> Bool { parked.prefix(gate).contains { !$0.isEmpty } }

    /// The first whose gate is open, the gates in turn.
    mutating func popParked(where isReady: (Int) -> Bool) -> Int32? {
        guard parkedCount > 0 else { return nil }
        for step in parked.indices {
            let gate = (next + step) % parked.count
            guard !parked[gate].isEmpty, isReady(gate), let person = parked[gate].popFirst() else { continue }
            next = (gate + 1) % parked.count
            parkedCount -= 1
            return person
        }
        return nil
    }
}
