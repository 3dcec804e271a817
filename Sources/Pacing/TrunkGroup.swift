// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Trunks that one recipient must not be called over (any more), as bits of trunk indexes.
package struct TrunkMask: Hashable, Sendable {
    package var bits: UInt64
    /// So many trunks can be told apart.
    package static let places = 64
    package init(bits: UInt64 = 0) { self.bits = bits }
    package static let none = TrunkMask()
    package func contains(_ index: Int) -> Bool { index < 64 && bits & (1 << UInt64(index)) != 0 }
    package func union(_ other: TrunkMask) -> TrunkMask { TrunkMask(bits: bits | other.bits) }
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
    /// Every trunk that is not excluded is down; the first that is tried again may take a call then.
    case stranded(until: Timestamp?)
}

/// Chooses the trunk of each call by priority, cost, weight, pace and health.
package struct TrunkGroup: Sendable {
    /// A trunk's index never changes while a call of it is under way; removed ones are retired.
    package var trunks: [TrunkState] = []

    package init() {}

    package func index(of name: String) -> Int? { trunks.firstIndex { $0.name == name } }

    /// Excluded trunks by name; names that no longer exist are passed over.
    package func mask(of names: [String]) -> TrunkMask {
        names.reduce(.none) { mask, name in index(of: name).map(mask.inserting) ?? mask }
    }

    /// Whether a trunk remains beside the excluded ones that is not down.
    package func hasOther(than mask: TrunkMask) -> Bool {
        trunks.indices.contains { !mask.contains($0) && !trunks[$0].isDown }
    }

    /// Whether one remains that may come back by itself.
    package func hasHope(beside mask: TrunkMask) -> Bool {
        trunks.indices.contains { !mask.contains($0) && !trunks[$0].isRetired && !trunks[$0].disabledByOperator }
    }

    /// Chooses among the trunks outside `mask`. Better priorities first; within one, the cheapest that can take a
    /// call now, and among those by weight.
    /// A pace that asks to wait is waited for, unless those who cannot wait would do so for longer than ``longestWait``; a
    /// full, blocked or dead priority is passed over.
    ///
    /// - Parameters:
    ///   - barred: Those of other populations: for these recipients they are not there.
    ///   - isPressing: The call cannot wait, see ``TrunkPacer/availability(isPressing:now:)``.
    ///   - waiting: How many such calls wait, this one counted; asked for only where a better priority is waited for.
    package func choose(
        excluding mask: TrunkMask, barred: TrunkMask = .none, isPressing: Bool = true,
        waiting: @autoclosure () -> Int = 0, now: Timestamp
    ) -> TrunkChoice {
        let closed = mask.union(barred)
        var best: Int?
        var pacedUntil: (priority: Int, time: Timestamp)?
        var paced = TrunkMask.none
        var soonest: (trunk: Int, time: Timestamp)?
        var blockedUntil: Timestamp?
        var exists = false
        var hasHope = mask == .none
        for index in trunks.indices where !closed.contains(index) && !trunks[index].isRetired {
            exists = true
            if !hasHope, !trunks[index].isDown { hasHope = true }
            guard trunks[index].mayBeCalled(now: now) else { continue }
            let priority = trunks[index].pacer.limits.priority
            switch trunks[index].pacer.availability(isPressing: isPressing, now: now) {
            case .ready:
                if best.map({ isBetter(index, than: $0) }) ?? true { best = index }
            case .paced(let until):
                paced = paced.inserting(index)
                if soonest.map({ until < $0.time }) ?? true { soonest = (index, until) }
                if let known = pacedUntil, (known.priority, known.time) <= (priority, until) { continue }
                pacedUntil = (priority, until)
            case .blocked(let until):
                blockedUntil = min(blockedUntil ?? until, until)
            case .full:
                continue
            }
        }
        if let first = pacedUntil, let soonest {
            let other = best ?? soonest.trunk
            let isWorse = trunks[other].pacer.limits.priority > first.priority
            if isWorse, !isPressing || !isTooLong(waiting(), for: paced, before: other, now: now) {
                return .wait(until: first.time)
            }
            return best.map { .trunk($0) } ?? .wait(until: soonest.time)
        }
        if let best { return .trunk(best) }
        guard exists else { return .exhausted }
        guard hasHope else { return .stranded(until: blockedUntil) }
        return blockedUntil.map { .wait(until: $0) } ?? .noneFree
    }

    /// So long calls that cannot wait do so for trunks of a better priority while another one is free.
    package static let longestWait = Interval.seconds(30)

    /// Whether so many take the trunks that are better than another one longer than ``longestWait``, at the pace that
    /// each is believed to take.
    private func isTooLong(_ waiting: Int, for paced: TrunkMask, before other: Int, now: Timestamp) -> Bool {
        let pace = trunks.indices.reduce(0.0) { sum, index in
            let isBetter = trunks[index].pacer.limits.priority < trunks[other].pacer.limits.priority
            return isBetter && paced.contains(index) ? sum + trunks[index].pacer.pressingPace(now: now) : sum
        }
        return Double(waiting) > pace * Self.longestWait.seconds
    }

    private func isBetter(_ one: Int, than other: Int) -> Bool {
        let (limits, others) = (trunks[one].pacer.limits, trunks[other].pacer.limits)
        return (limits.priority, limits.cost, trunks[one].virtualTime)
            < (others.priority, others.cost, trunks[other].virtualTime)
    }

    /// The call goes over this trunk: takes its channel and slot.
    ///
    /// - Parameters:
    ///   - number: Its digits; 0: unknown.
    ///   - isSuspect: Refused so often that its refusals tell nothing of the trunk.
    /// - Returns: The target to send to, and by which the trunk knows the call; nil: no target works.
    package mutating func admit(
        _ index: Int, _ number: UInt64 = 0, isSuspect: Bool = false, isPressing: Bool = true, now: Timestamp
    ) -> (target: Target, serial: Int)? {
        guard let target = trunks[index].targets.choose(now: now) else { return nil }
        // One that stood idle, was down, or was not there must not make up for it, nor must one pay for having worked alone:
        // it is a call behind the others at most.
        if let ahead = leader(beside: index) { trunks[index].virtualTime = max(trunks[index].virtualTime, ahead) }
        let isSuspect = isSuspect || number > 0 && trunks.contains { $0.pacer.evidence.isSuspect(number) }
        let serial = trunks[index].pacer.admit(number, isSuspect: isSuspect, isPressing: isPressing, now: now)
        trunks[index].virtualTime += 1 / Double(max(1, trunks[index].pacer.limits.weight))
        return (target, serial)
    }

    /// A call less than what the furthest has had by weight of those between which a call could have been shared; nil: it
    /// is alone.
    private func leader(beside index: Int) -> Double? {
        let limits = trunks[index].pacer.limits
        var (most, step) = (-Double.infinity, 0.0)
        for (other, trunk) in trunks.enumerated() where other != index && !trunk.isRetired {
            let others = trunk.pacer.limits
            guard (others.priority, others.cost) == (limits.priority, limits.cost) else { continue }
            most = max(most, trunk.virtualTime)
            step = max(step, 1 / Double(max(1, others.weight)))
        }
        return step > 0 ? most - step : nil
    }

    /// When a trunk that is down is tried again by time alone; nil: none is.
    package func nextDeadline(now: Timestamp) -> Timestamp? {
        trunks.compactMap { $0.isRetired ? nil : $0.targets.nextDeadline(now: now) }.min()
    }
}
