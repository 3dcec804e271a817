// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Rehearsal
import Testing

/// What trouble of the network costs the reach of an action, beside who knows the network.
@Suite struct ReachTests {
    /// So many who answer after a second, on one trunk of 20 calls a second; one of them is refused.
    private func network(_ refusal: ModelRefusal?, count: Int = 30, at position: Int = 3) throws -> ModelNetwork {
        let citizens = try (0..<count).map { index in
            ModelCitizen(
                number: try #require(PhoneNumber(e164: "+31182\(300_000 + index * 7_919)")),
                fates: [.answers(ring: .seconds(1), stays: .seconds(4))],
                refusals: index == position ? refusal.map { [0: $0] } ?? [:] : [:])
        }
        let limits = TrunkLimits(name: "t", callsPerSecond: 20, channels: 400)
        return ModelNetwork("one", citizens: citizens, trunks: [ModelTrunk(limits: limits)])
    }

    private func expectNobodyHeldUp(_ refusal: ModelRefusal, beside quiet: Reach) throws {
        let reach = ReachRun.run(try network(refusal), atMost: .minutes(30))
        for (index, (ours, usual)) in zip(reach.answersByCitizen, quiet.answersByCitizen).enumerated() where index != 3
        {
            let late = (ours ?? .minutes(60)) - (usual ?? .zero)
            // One slot of 20 a second.
            #expect(late <= .milliseconds(51), "\(refusal): \(index) is \(late.seconds) s late")
        }
    }

    @Test("No refusal of one number delays another by more than one call's slot, whatever its status and Retry-After")
    func everyStatus() throws {
        let quiet = ReachRun.run(try network(nil))
        for code in 300...699 {
            for wait in [nil, Interval.seconds(1), .seconds(600), .minutes(100_000)] {
                try expectNobodyHeldUp(ModelRefusal(code, retryAfter: wait), beside: quiet)
            }
        }
    }

    @Test("Nor whatever its Q.850 cause says, nor its reason phrase")
    func everyCause() throws {
        let quiet = ReachRun.run(try network(nil))
        for cause in 1...127 {
            for code in [403, 480, 500, 503, 603] {
                try expectNobodyHeldUp(ModelRefusal(code, cause: cause), beside: quiet)
            }
        }
        for phrase in ["Subscriber limit exceeded", "Too many channels", "CPS exceeded", "congestion"] {
            try expectNobodyHeldUp(ModelRefusal(403, retryAfter: .seconds(600), phrase: phrase), beside: quiet)
        }
        try expectNobodyHeldUp(.silence, beside: quiet)
    }

    private static let dear = [
        "90 %": (nine: 1.5, all: 1.45), "2 a second": (nine: 1.25, all: 1.25),
        "the first 60 503, s": (nine: 1.25, all: 1.25),
        "10 a second, 10 %": (nine: 1.15, all: 1.4),
    ]

    @Test("Each kind of trouble costs little beside who knows it; few are refused where a carrier has less room")
    func kinds() {
        for network in ModelNetwork.kinds {
            let comparison = ReachComparison(network)
            // What is dear to find out: docs/pace.md, "Known limits".
            let most = Self.dear.first { network.name.hasPrefix($0.key) }?.value ?? (nine: 1.15, all: 1.15)
            #expect(comparison.ratio(0.9) <= most.nine, "\(network.name): \(comparison.ratio(0.9))")
            #expect(comparison.ratio(1) <= most.all, "\(network.name): \(comparison.ratio(1))")
            #expect(comparison.engine.beyondContract == 0)
            if network.name.hasPrefix("10 a second, b") || network.name.hasPrefix("30 channels") {
                let share = Double(comparison.engine.refused) / Double(comparison.engine.calls)
                #expect(share <= 0.05, "\(network.name): \(share)")
            }
        }
    }

    @Test("In random networks the pace follows what they take, and no contract is broken")
    func random() {
        let comparisons = (1...30).map { ReachComparison(.random(seed: UInt64($0))) }
        #expect(comparisons.count { $0.ratio(0.9) <= 1.15 } >= 28)
        #expect(comparisons.allSatisfy { $0.ratio(0.9) <= 1.5 })
        for one in comparisons { #expect(one.engine.beyondContract == 0, "\(one.name)") }
    }

    /// So many on one trunk of 33 a second whose carrier takes 13, of whom a share is refused for their own sake.
    private func narrow(_ code: Int, own: Int, oneIn: Int, _ rate: ModelCapacity.Rate) throws -> ModelNetwork {
        let citizens = try (0..<600).map { index in
            ModelCitizen(
                number: try #require(PhoneNumber(e164: "+31\(610_000_000 + index * 7_919_777 % 89_000_000)")),
                fates: [.answers(ring: .seconds(3), stays: .seconds(5))],
                refusals: index * 7919 % oneIn == 0 ? [0: ModelRefusal(own)] : [:])
        }
        let capacity = ModelCapacity(rate: rate, refusal: ModelRefusal(code))
        let trunk = ModelTrunk(
            limits: TrunkLimits(name: "t", callsPerSecond: 33, channels: 1000), capacities: [(.zero, capacity)],
            roundTrip: .milliseconds(200))
        return ModelNetwork("\(code), own \(own)", citizens: citizens, trunks: [trunk])
    }

    @Test("Nobody is given up for want of room, whatever code says it, be it that of refused numbers too")
    func nobodyIsGivenUp() throws {
        for code in [400, 401, 403, 408, 482, 500, 503, 504] {
            for rate in [ModelCapacity.Rate.second(13), .bucket(perSecond: 13, depth: 3)] {
                for own in [code, 403] {
                    let comparison = ReachComparison(try narrow(code, own: own, oneIn: 10, rate))
                    #expect(comparison.engine.answers.count == comparison.oracle.answers.count, "\(comparison.line)")
                    #expect(comparison.ratio(0.9) <= 1.3, "\(comparison.line)")
                }
            }
        }
    }

    @Test("Networks that took up to 2.2 times as long stay within 1.5", arguments: [252, 363, 401, 457, 493, 631])
    func formerlyWorst(seed: UInt64) {
        let comparison = ReachComparison(.random(seed: seed))
        #expect(comparison.ratio(0.9) <= 1.5, "\(comparison.line)")
    }

    @Test("With a Retry-After obeyed to the letter nothing leaves inside one")
    func strict() {
        for seed in 1...20 {
            var network = ModelNetwork.random(seed: UInt64(seed))
            for trunk in network.trunks.indices { network.trunks[trunk].limits.obeysRetryAfter = true }
            let reach = ReachRun.run(network, atMost: .minutes(20))
            #expect(reach.insideRetryAfter == 0, "\(network.name)")
        }
    }
}
