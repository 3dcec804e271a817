// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

extension ModelNetwork {
    /// The kinds of trouble of docs/pace.md, each on 600 citizens who all answer, on a trunk of 20 calls a second.
    package static var kinds: [ModelNetwork] {
        return [
            kind("nothing odd"),
            kind("one number 503, Retry-After 600", every(at: 40), ModelRefusal(503, retryAfter: .seconds(600))),
            kind("one number 503, Retry-After 5", every(at: 40), ModelRefusal(503, retryAfter: .seconds(5))),
            kind("one number 407", every(at: 40), ModelRefusal(407)),
            kind("10 % 503", share(0.1), ModelRefusal(503)),
            kind("30 % 500", share(0.3), ModelRefusal(500)),
            kind("50 % 502", share(0.5), ModelRefusal(502)),
            kind("90 % 503", share(0.9), ModelRefusal(503)),
            kind("10 % 503, Retry-After 30", share(0.1), ModelRefusal(503, retryAfter: .seconds(30))),
            kind("60 neighbours 503", { (200..<260).contains($0) }, ModelRefusal(503)),
            kind("the first 60 503", { $0 < 60 }, ModelRefusal(503)),
            kind("the first 60 503, scattered", { $0 < 60 }, ModelRefusal(503), isScattered: true),
            kind("10 % 503, scattered", share(0.1), ModelRefusal(503), isScattered: true),
            kind("30 % 503, scattered", share(0.3), ModelRefusal(503), isScattered: true),
            kind(
                "10 a second, 10 % 503", share(0.1), ModelRefusal(503), ModelCapacity(rate: .second(10)),
                isScattered: true),
            kind(
                "one number 403, limit exceeded", every(at: 40), ModelRefusal(403, phrase: "Subscriber limit exceeded")),
            kind("3 % 403", share(0.03), ModelRefusal(403)),
            kind("30 channels of 400", ModelCapacity(channels: 30)),
            kind("all refused for 10 s", outage: ModelTrunk.Outage(from: .zero, to: .seconds(10), ModelRefusal(503))),
            kind(
                "all refused from 8 s to 18 s",
                outage: ModelTrunk.Outage(from: .seconds(8), to: .seconds(18), ModelRefusal(503))),
            kind(
                "silence from 8 s to 18 s",
                outage: ModelTrunk.Outage(from: .seconds(8), to: .seconds(18), .silence)),
            kind("10 a second, bucket", ModelCapacity(rate: .bucket(perSecond: 10, depth: 3))),
            kind("10 a second, deep bucket", ModelCapacity(rate: .bucket(perSecond: 10, depth: 10))),
            kind("10 a second, by the clock", ModelCapacity(rate: .second(10))),
            kind("2 a second, by the clock", ModelCapacity(rate: .second(2))),
        ]
    }

    private static func every(at position: Int) -> (Int) -> Bool { { $0 == position } }

    /// Evenly spread without being periodic.
    private static func share(_ share: Double) -> (Int) -> Bool {
        { Double(($0 &* 7919 &+ 13) % 1000) < share * 1000 }
    }

    private static func kind(
        _ name: String, _ isRefused: (Int) -> Bool = { _ in false }, _ refusal: ModelRefusal = ModelRefusal(503),
        _ capacity: ModelCapacity = ModelCapacity(), outage: ModelTrunk.Outage? = nil, isScattered: Bool = false
    ) -> ModelNetwork {
        let citizens = (0..<600).compactMap { index -> ModelCitizen? in
            // Ten numbers of each hundred: a list as an area gives it.
            let digits = String(
                isScattered
                    ? 610_000_000 + index * 7_919_777 % 89_000_000
                    : 182_300_000 + index / 20 * 10_000 + index % 20 * 37)
            guard let number = PhoneNumber(e164: "+31" + digits) else { return nil }
            return ModelCitizen(
                number: number, fates: [.answers(ring: .seconds(1), stays: .seconds(4.7))],
                refusals: isRefused(index) ? [0: refusal] : [:])
        }
        let trunk = ModelTrunk(
            limits: TrunkLimits(name: "t0", callsPerSecond: 20, channels: 400), capacities: [(.zero, capacity)],
            outages: outage.map { [$0] } ?? [])
        return ModelNetwork(name, citizens: citizens, trunks: [trunk])
    }

    private static func kind(_ name: String, _ capacity: ModelCapacity) -> ModelNetwork {
        kind(name, { _ in false }, ModelRefusal(503), capacity)
    }
}
