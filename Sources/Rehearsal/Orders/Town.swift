// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

/// Who lives in a town, as `burgernetsim` deals its citizens out (docs/simulator.md, "Behaviours"): weights.
package struct Town: Sendable {
    package var name: String
    var answer = 61.0
    var hangUpEarly = 4.0
    var later = 6.0
    var voicemail = 12.0
    var ringOut = 9.0
    var busy = 5.0
    var unavailable = 3.0
    var reject = 2.0
    var notExisting = 1.0
    var congestion = 1.0
    package var callsPerSecond = 6.0
    var channels = 300

    package static let all: [Town] = {
        let usual = Town(name: "the simulator's citizens")
        var (busy, away, evening, narrow) = (usual, usual, usual, usual)
        busy.name = "a third busy"
        busy.busy = 45
        away.name = "a third do not answer"
        (away.later, away.ringOut) = (30, 20)
        evening.name = "many unavailable and busy"
        (evening.unavailable, evening.busy, evening.later) = (25, 15, 15)
        narrow.name = "too few channels"
        narrow.channels = 60
        return [usual, busy, away, evening, narrow]
    }()

    /// A list that takes longer than the first retries wait, over one trunk without trouble.
    package func network(seed: UInt64, count: Int = 2400) -> ModelNetwork {
        var generator = ModelGenerator(seed: seed)
        let citizens = ModelNetwork.citizens(count: count, &generator, isOrdered: false).map {
            ModelCitizen(number: $0.number, fates: fates(&generator))
        }
        let limits = TrunkLimits(name: "t0", callsPerSecond: callsPerSecond, channels: channels)
        return ModelNetwork("\(name), seed \(seed)", citizens: citizens, trunks: [ModelTrunk(limits: limits)])
    }

    /// By the calls that come through; the shares of those whom a later call reaches are the simulator's.
    private func fates(_ generator: inout ModelGenerator) -> [ModelFate] {
        let person = ModelFate.answers(ring: generator.seconds(2...15), stays: .minutes(5))
        let kinds: [(weight: Double, fates: [ModelFate])] = [
            (answer, [person]),
            (hangUpEarly, [.answers(ring: generator.seconds(2...15), stays: generator.seconds(1...8))]),
            (later, generator.chance(0.5) ? [.rings, person] : [.rings, .rings, person]),
            (voicemail, [.answers(ring: generator.seconds(18...25), stays: .minutes(1))]),
            (ringOut, [.rings]),
            (busy, generator.chance(0.7) ? [.busy, person] : [.busy]),
            (unavailable, generator.chance(0.3) ? [.unavailable, person] : [.unavailable]),
            (reject, [.refuses(ModelRefusal(603), after: generator.seconds(2...15))]),
            (notExisting, [.unknownNumber]),
            (congestion, congested(generator.chance(0.8) ? person : nil, &generator)),
        ]
        var point = Double.random(in: 0..<kinds.reduce(0) { $0 + $1.weight }, using: &generator)
        for kind in kinds {
            if point < kind.weight { return kind.fates }
            point -= kind.weight
        }
        return [person]
    }

    private func congested(_ later: ModelFate?, _ generator: inout ModelGenerator) -> [ModelFate] {
        let refusal = ModelRefusal(503, retryAfter: generator.seconds(2...10))
        return [.refuses(refusal, after: .zero)] + [later].compactMap { $0 }
    }
}
