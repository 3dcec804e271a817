// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

/// SplitMix64 (Steele, Lea, Flood 2014): a stream that depends on nothing but its seed.
struct ModelGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &self) < share }

    mutating func seconds(_ range: ClosedRange<Double>) -> Interval { .seconds(.random(in: range, using: &self)) }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &self)]
    }
}

extension ModelNetwork {
    private static let exchanges = ["182", "348", "30", "172", "495", "6123", "6512", "6204", "6281", "6397"]

    /// Citizens, trunks and troubles by chance: shares and kinds of refusals, capacities in calls per second and channels
    /// that change, one to four trunks, prefixes that die and come back, silence, everybody refused for a while.
    package static func random(seed: UInt64) -> ModelNetwork {
        var generator = ModelGenerator(seed: seed)
        let trunkCount = generator.pick([1, 1, 1, 2, 2, 3, 4])
        let rates = (0..<trunkCount).map { _ in generator.pick([5.0, 10, 20, 20, 33, 50]) }
        let count = Int(rates.reduce(0, +) * .random(in: 15...60, using: &generator))
        var citizens = citizens(count: count, &generator)
        let hasPriorities = trunkCount > 1 && generator.chance(0.3)
        var trunks: [ModelTrunk] = []
        for (index, rate) in rates.enumerated() {
            let limits = TrunkLimits(
                name: "t\(index)", callsPerSecond: rate, channels: Int(rate * .random(in: 10...40, using: &generator)),
                priority: hasPriorities ? index % 2 + 1 : 1)
            trunks.append(ModelTrunk(limits: limits, roundTrip: .milliseconds(.random(in: 5...300, using: &generator))))
        }
        for _ in 0..<generator.pick([0, 1, 1, 1, 2, 2, 3]) {
            add(Int.random(in: 0..<8, using: &generator), &citizens, &trunks, &generator)
        }
        return ModelNetwork("seed \(seed)", citizens: citizens, trunks: trunks)
    }

    /// An evening in a Dutch town.
    static func citizens(count: Int, _ generator: inout ModelGenerator, isOrdered: Bool? = nil) -> [ModelCitizen] {
        var numbers: Set<String> = []
        while numbers.count < count {
            let exchange = generator.pick(exchanges)
            var digits = exchange
            while digits.count < 9 { digits += String(Int.random(in: 0...9, using: &generator)) }
            numbers.insert("+31" + digits)
        }
        var list = numbers.sorted()
        if !(isOrdered ?? generator.chance(0.3)) { list.shuffle(using: &generator) }
        return list.compactMap(PhoneNumber.init(e164:)).map { number in
            let answer = ModelFate.answers(ring: generator.seconds(2...14), stays: generator.seconds(2...25))
            let fates: [ModelFate]
            switch Double.random(in: 0..<1, using: &generator) {
            case ..<0.72: fates = [answer]
            case ..<0.80: fates = [.busy, answer]
            case ..<0.82: fates = [.busy]
            case ..<0.86: fates = [.rings, answer]
            case ..<0.95: fates = [.rings]
            case ..<0.98: fates = [.unavailable, answer]
            default: fates = [.unknownNumber]
            }
            return ModelCitizen(number: number, fates: fates)
        }
    }

    private static let refusals = [
        ModelRefusal(503), ModelRefusal(503, retryAfter: .seconds(5)), ModelRefusal(503, retryAfter: .seconds(30)),
        ModelRefusal(503, retryAfter: .seconds(600)), ModelRefusal(500), ModelRefusal(502), ModelRefusal(403),
        ModelRefusal(403, phrase: "Subscriber limit exceeded"), ModelRefusal(407), ModelRefusal(401),
        ModelRefusal(504), ModelRefusal(400),
    ]

    /// A switch that has no room says so for seconds: minutes are said of numbers and of outages.
    private static let fullRefusals = refusals.filter { ($0.retryAfter ?? .zero) < .minutes(1) }

    private static func add(
        _ kind: Int, _ citizens: inout [ModelCitizen], _ trunks: inout [ModelTrunk], _ generator: inout ModelGenerator
    ) {
        let trunk = Int.random(in: trunks.indices, using: &generator)
        let limits = trunks[trunk].limits
        let from = generator.seconds(0...25)
        let to = from + generator.seconds(3...40)
        switch kind {
        case 0, 1:
            // Numbers that are refused, over one trunk or all.
            let share = generator.pick([0.001, 0.01, 0.03, 0.1, 0.2, 0.3])
            let refusal = generator.pick(refusals)
            let all = kind == 0
            for index in citizens.indices where generator.chance(share) {
                for other in trunks.indices where all || other == trunk { citizens[index].refusals[other] = refusal }
            }
        case 2:
            // A prefix that dies, perhaps for the time being.
            let prefix = "+31" + generator.pick(exchanges)
            let end = generator.chance(0.5) ? Interval.minutes(600) : to
            for index in trunks.indices where generator.chance(0.7) || index == trunk {
                trunks[index].outages.append(
                    ModelTrunk.Outage(from: from, to: end, generator.pick(refusals), prefix: prefix))
            }
        case 3:
            let rate = limits.callsPerSecond * .random(in: 0.3...0.9, using: &generator)
            let limit: ModelCapacity.Rate =
                generator.chance(0.5) ? .second(max(1, Int(rate))) : .bucket(perSecond: rate, depth: max(1, rate / 4))
            trunks[trunk].capacities.append((.zero, ModelCapacity(rate: limit, refusal: generator.pick(fullRefusals))))
        case 4:
            let channels = max(3, Int(limits.callsPerSecond * .random(in: 2...8, using: &generator)))
            trunks[trunk].capacities.append(
                (.zero, ModelCapacity(channels: channels, refusal: generator.pick(fullRefusals))))
        case 5:
            // A capacity that changes.
            let rate = limits.callsPerSecond * .random(in: 0.3...0.8, using: &generator)
            trunks[trunk].capacities += [
                (from, ModelCapacity(rate: .bucket(perSecond: rate, depth: max(1, rate / 4)))), (to, ModelCapacity()),
            ]
        case 6:
            trunks[trunk].outages.append(ModelTrunk.Outage(from: from, to: to, generator.pick(refusals)))
        default:
            trunks[trunk].outages.append(ModelTrunk.Outage(from: from, to: to, .silence))
        }
        trunks[trunk].capacities.sort { $0.from < $1.from }
    }
}
