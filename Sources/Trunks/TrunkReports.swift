// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Pacing

/// What was said of trunks: each thing is said once.
struct TrunkReports {
    /// Those that were said to be down, and why.
    private var down: [Int: String] = [:]
    /// Those that were said to be up.
    private var up: Set<Int> = []
    /// Those whose pace was reported as lowered.
    private var slow: Set<Int> = []

    /// Another trunk is in this place.
    mutating func forget(_ index: Int) {
        down[index] = nil
        up.remove(index)
        slow.remove(index)
    }

    /// Says once when a trunk goes down or comes up. One that is only tried again is not up: first it has to work.
    mutating func report(_ group: inout TrunkGroup, to outbox: Outbox, now: Timestamp) {
        for index in group.trunks.indices {
            let name = group.trunks[index].name
            switch group.trunks[index].standing(now: now) {
            case .down(let fault):
                let reason = fault.kind
                guard reason != down[index] else { continue }
                down[index] = reason
                up.remove(index)
                group.trunks[index].pacer.fell()
                outbox.say(.trunkDown(name, reason: fault.description))
            case .up:
                guard up.insert(index).inserted else { continue }
                down[index] = nil
                group.trunks[index].pacer.cameUp()
                outbox.say(.trunkUp(name))
            case .notYetTried:
                continue
            }
        }
    }

    /// Says once when a trunk is used at less than its contract, and when it no longer is.
    mutating func reportPace(_ index: Int, of group: TrunkGroup, to outbox: Outbox, now: Timestamp) {
        let reason = group.trunks[index].pacer.reason(now: now)
        guard let reason, reason != .rampUp else {
            if slow.remove(index) != nil {
                let pace = group.trunks[index].pacer.pace(now: now)
                outbox.say(.trunkPace(group.trunks[index].name, pace: pace, reason: nil))
            }
            return
        }
        if slow.insert(index).inserted {
            let pace = group.trunks[index].pacer.pace(now: now)
            outbox.say(.trunkPace(group.trunks[index].name, pace: pace, reason: reason))
        }
    }
}
