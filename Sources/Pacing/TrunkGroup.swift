// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Trunks that one recipient must not be called over (any more), as bits of trunk indexes.
package struct TrunkMask: Hashable, Sendable {
    package var bits: UInt64
    package init(bits: UInt64 = 0) { self.bits = bits }
    package static let none = TrunkMask()
    package func contains(_ index: Int) -> Bool { index < 64 && bits & (1 << UInt64(index)) != 0 }
    package func inserting(_ index: Int) -> TrunkMask { TrunkMask(bits: index < 64 ? bits | 1 << UInt64(index) : bits) }
}

package enum TrunkChoice: Equatable, Sendable {
    case trunk(Int)
    /// A slot comes then.
    case wait(until: Timestamp)
    /// A call must end, or a trunk come up, first.
    case noneFree
    /// Every trunk is excluded.
    case exhausted
}

/// One trunk with all that decides whether it is used.
package struct TrunkState: Sendable {
    package var pacer: TrunkPacer
    package var targets: TrunkTargets
    /// Taken out by the operator.
    package var disabledByOperator = false
    /// Why the registration fails; nil when registered or not required.
    package var registrationFailure: String?
    /// Wrong credentials: out until then, or until the configuration is loaded again.
    package var authenticationFailure: String?
    package var authenticationRetry = Timestamp.epoch
    /// No longer in the configuration; calls under way go on.
    package var isRetired = false
    var virtualTime = 0.0
    /// Unbroken row of 403 answers: an alarm for the operator.
    package var forbiddenInARow = 0

    package init(limits: TrunkLimits, isProbed: Bool, mustRegister: Bool) {
        pacer = TrunkPacer(limits: limits)
        targets = TrunkTargets(isProbed: isProbed)
        if mustRegister { registrationFailure = "not registered yet" }
    }

    package var name: String { pacer.limits.name }

    /// nil: the trunk is up.
    package func downReason(now: Timestamp) -> String? {
        if isRetired { return "removed from the configuration" }
        if disabledByOperator { return "taken down by the operator" }
        if let authenticationFailure, now < authenticationRetry { return authenticationFailure }
        if let registrationFailure { return registrationFailure }
        return targets.reason(now: now)
    }
}

/// Chooses the trunk of each call by priority, cost, weight, pace and health.
package struct TrunkGroup: Sendable {
    /// A trunk's index never changes while the process lives; removed ones are retired.
    package var trunks: [TrunkState] = []

    package init() {}

    package func index(of name: String) -> Int? { trunks.firstIndex { $0.name == name } }

    /// Excluded trunks by name; names that no longer exist are passed over.
    package func mask(of names: [String]) -> TrunkMask {
        names.reduce(.none) { mask, name in index(of: name).map(mask.inserting) ?? mask }
    }

    /// Whether a trunk remains beside the excluded ones, up or not.
    package func hasOther(than mask: TrunkMask) -> Bool {
        trunks.indices.contains { !trunks[$0].isRetired && !mask.contains($0) }
    }

    /// Chooses among the trunks outside `mask`. Better priorities first; within one, the cheapest that can take a
    /// call now, and among those by weight.
    /// A pace that asks to wait is waited for; a full, blocked or dead priority is passed over.
    package mutating func choose(excluding mask: TrunkMask, now: Timestamp) -> TrunkChoice {
        var best: Int?
        var pacedUntil: (priority: Int, time: Timestamp)?
        var blockedUntil: Timestamp?
        var exists = false
        for index in trunks.indices where !mask.contains(index) && !trunks[index].isRetired {
            exists = true
            let trunk = trunks[index]
            guard trunk.downReason(now: now) == nil else { continue }
            let priority = trunk.pacer.limits.priority
            switch trunk.pacer.availability(now: now) {
            case .ready:
                if let current = best {
                    let other = trunks[current]
                    let isBetter =
                        (priority, trunk.pacer.limits.cost, trunk.virtualTime)
                        < (other.pacer.limits.priority, other.pacer.limits.cost, other.virtualTime)
                    if isBetter { best = index }
                } else {
                    best = index
                }
            case .paced(let until):
                if let known = pacedUntil, (known.priority, known.time) <= (priority, until) { continue }
                pacedUntil = (priority, until)
            case .blocked(let until):
                blockedUntil = min(blockedUntil ?? until, until)
            case .full, .down:
                continue
            }
        }
        if let paced = pacedUntil, best.map({ trunks[$0].pacer.limits.priority > paced.priority }) ?? true {
            return .wait(until: paced.time)
        }
        if let best { return .trunk(best) }
        if let blockedUntil { return .wait(until: blockedUntil) }
        return exists ? .noneFree : .exhausted
    }

    /// The call goes over this trunk: takes its channel and slot, returns the target to send to.
    package mutating func admit(_ index: Int, now: Timestamp) -> Target? {
        guard let target = trunks[index].targets.choose(now: now) else { return nil }
        // A trunk that stood idle must not make up for it: it joins at the lowest current time.
        if trunks[index].pacer.activeCalls == 0 {
            let busy = trunks.filter { $0.pacer.activeCalls > 0 }.map(\.virtualTime)
            trunks[index].virtualTime = max(trunks[index].virtualTime, busy.min() ?? 0)
        }
        trunks[index].pacer.admit(now: now)
        trunks[index].virtualTime += 1 / Double(max(1, trunks[index].pacer.limits.weight))
        return target
    }

    /// When a trunk that is down comes back by itself; nil: not by time alone.
    package func nextDeadline(now: Timestamp) -> Timestamp? {
        var deadline: Timestamp?
        for trunk in trunks where !trunk.isRetired {
            var candidates: [Timestamp] = []
            if trunk.authenticationFailure != nil, trunk.authenticationRetry > now {
                candidates.append(trunk.authenticationRetry)
            }
            if let rest = trunk.targets.nextDeadline(now: now) { candidates.append(rest) }
            for candidate in candidates { deadline = min(deadline ?? candidate, candidate) }
        }
        return deadline
    }
}
