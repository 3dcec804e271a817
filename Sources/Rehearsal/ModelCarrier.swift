// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// A carrier's switch at work: takes a call, or says why not.
struct ModelCarrier {
    let trunk: ModelTrunk
    private(set) var active = 0
    private var tokens = Double.infinity
    private var filled = Interval.zero
    private var second: Int64 = -1
    private var taken = 0

    init(_ trunk: ModelTrunk) { self.trunk = trunk }

    /// nil: it passes the call on; a channel is taken until ``release()``.
    mutating func refusal(of citizen: ModelCitizen, over index: Int, at time: Interval) -> ModelRefusal? {
        if let outage = trunk.outage(at: time, citizen.number) { return outage.refusal }
        let capacity = trunk.capacity(at: time)
        if let channels = capacity.channels, active >= channels { return capacity.refusal }
        switch capacity.rate {
        case .unlimited: break
        case .bucket(let rate, let depth):
            tokens = min(depth, tokens + (time - filled).seconds * rate)
            filled = time
            guard tokens >= 1 else { return capacity.refusal }
            tokens -= 1
        case .second(let count):
            let now = time.microseconds / 1_000_000
            if now != second { (second, taken) = (now, 0) }
            guard taken < count else { return capacity.refusal }
            taken += 1
        }
        if let own = citizen.refusals[index] { return own }
        active += 1
        return nil
    }

    mutating func release() { active -= 1 }
}
