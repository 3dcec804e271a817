// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// One resolved address of a trunk: a target of its own for probing and failover (RFC 3263 4.3).
package struct TargetAddress: Hashable, Sendable {
    package var address: String
    package var port: UInt16
    /// SRV priority, lower first.
    package var priority: Int
    package var weight: Int

    package init(address: String, port: UInt16, priority: Int = 0, weight: Int = 1) {
        self.address = address
        self.port = port
        self.priority = priority
        self.weight = weight
    }

    /// Of ``text``; nil: it is none.
    package init?(text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        self.init(address: String(text[..<colon].filter { $0 != "[" && $0 != "]" }), port: port)
    }

    /// `127.0.0.1:5060` or `[::1]:5060`.
    package var text: String { address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)" }
}

package enum TargetHealth: Equatable, Sendable {
    case up
    case down(reason: String)
}

package struct Target: Equatable, Sendable {
    package var id: UInt32
    package var address: TargetAddress
    package internal(set) var health: TargetHealth = .up
    /// Last round trip of an OPTIONS probe.
    package internal(set) var roundTrip: Interval?
    /// It has answered OPTIONS once, so that silence means something: some carriers never do.
    var answersProbes = false
    var silentProbes = 0
    var silentCalls = 0
    /// Whose call was the last silent one: one number's silence says nothing of the target.
    var silentNumber: UInt64 = 0
    /// Down because INVITEs are not answered, whatever OPTIONS says.
    var isMute = false
    /// Calls begun before say nothing (any more): it has answered one since, or was given up.
    var judgedFrom = Timestamp.epoch
    /// Calls that try whether it is back.
    var trials = 0
    /// A target that is not probed gets another chance then.
    var retryAt = Timestamp.distantFuture
    /// INVITEs in a row that could not be sent to it.
    var unsent = 0
    var served = 0.0
}

/// The addresses of one trunk and which of them work.
package struct TrunkTargets: Sendable {
    package private(set) var targets: [Target] = []
    private var lastID: UInt32 = 0
    private var wasResolved = false
    /// Since when calls were silent; nil: a target works.
    private var silentSince: Timestamp?
    /// Whether OPTIONS probes bring a target back; otherwise time does.
    package var isProbed: Bool

    /// One lost OPTIONS is the network's weather; two are silence.
    private static let silentProbeLimit = 2
    private static let silentCallLimit = 3
    private static let unprobedRest = Interval.seconds(10)
    /// Whose silence was noticed then may have been called so long before.
    private static let noticing = Interval.seconds(10)
    /// So many calls find out whether a target is back; more of them would only wait in vain.
    private static let trialLimit = 3
    /// To a target that the system sends nothing to, a call is tried again after this, and after twice as long each time.
    private static let unsentRest = Interval.milliseconds(500)
    private static let longestUnsentRest = Interval.seconds(30)

    package init(isProbed: Bool) { self.isProbed = isProbed }

    /// Looked up anew: known addresses keep their id and health.
    package mutating func resolved(_ addresses: [TargetAddress]) {
        wasResolved = true
        targets = addresses.map { address in
            if var known = targets.first(where: { $0.address.text == address.text }) {
                known.address = address
                return known
            }
            lastID += 1
            return Target(id: lastID, address: address)
        }
    }

    /// Nothing is known of it any more. Numbers are not used again: a late word about a former target is nobody's.
    mutating func startAfresh() {
        targets = []
        wasResolved = false
    }

    /// Every target is used as if nothing were known of it, but for its address.
    package mutating func forget() {
        targets = targets.map { Target(id: $0.id, address: $0.address) }
    }

    /// nil: none works.
    package mutating func choose(now: Timestamp) -> Target? {
        var best: Int?
        for (index, target) in targets.enumerated() where isUsable(target, now: now) {
            guard let current = best else {
                best = index
                continue
            }
            let other = targets[current]
            if (target.address.priority, target.served) < (other.address.priority, other.served) { best = index }
        }
        guard let best else { return nil }
        targets[best].served += 1 / Double(max(1, targets[best].address.weight))
        if targets[best].health != .up { targets[best].trials += 1 }
        return targets[best]
    }

    package func isUsable(now: Timestamp) -> Bool { targets.contains { isUsable($0, now: now) } }

    /// Its name was looked up and led nowhere.
    package var isEmpty: Bool { wasResolved && targets.isEmpty }

    /// Why nothing works, for the operator: a target that is only tried again does not work yet.
    package var reason: String? {
        if targets.isEmpty { return wasResolved ? "no address found" : nil }
        guard let first = targets.first, case .down(let reason) = first.health,
            targets.allSatisfy({ $0.health != .up })
        else { return nil }
        return "\(first.address.text): \(reason)"
    }

    /// One of those that work has answered OPTIONS.
    package var hasAnsweredProbes: Bool { targets.contains { $0.answersProbes && $0.health == .up } }

    /// When a target that is not probed is tried again; nil when none rests.
    package func nextDeadline(now: Timestamp) -> Timestamp? {
        targets.filter { $0.health != .up && $0.retryAt > now && $0.retryAt < .distantFuture }.map(\.retryAt).min()
    }

    /// An OPTIONS probe was answered (any status), or not (`code` nil).
    ///
    /// - Parameter refusesCredentials: Its last word was a challenge that our credentials did not satisfy.
    package mutating func probed(
        _ id: UInt32, code: Int?, roundTrip: Interval?, refusesCredentials: Bool = false
    ) {
        guard let index = targets.firstIndex(where: { $0.id == id }) else { return }
        guard let code else {
            targets[index].silentProbes += 1
            if targets[index].answersProbes, targets[index].silentProbes >= Self.silentProbeLimit {
                targets[index].health = .down(reason: "no answer to OPTIONS")
                targets[index].retryAt = .distantFuture
            }
            return
        }
        targets[index].answersProbes = true
        targets[index].silentProbes = 0
        targets[index].silentCalls = 0
        targets[index].trials = 0
        targets[index].roundTrip = roundTrip
        // 503 is how a carrier says "not now" to a probe; any other status shows that it is alive.
        if code == 503 || refusesCredentials {
            targets[index].health = .down(
                reason: refusesCredentials ? "it refuses our credentials (\(code) to OPTIONS)" : "503 to OPTIONS")
            targets[index].retryAt = .distantFuture
        } else if targets[index].isMute {
            // A few calls find out whether it answers those as well.
            targets[index].retryAt = .epoch
        } else {
            targets[index].health = .up
        }
    }

    /// A call that was begun then (nil: now) got an answer of any kind from the target, or none at all.
    ///
    /// - Parameter number: Digits of the callee; 0: unknown.
    package mutating func called(
        _ id: UInt32, silent: Bool, number: UInt64 = 0, begun: Timestamp? = nil, now: Timestamp
    ) {
        let begun = begun ?? now
        guard let index = targets.firstIndex(where: { $0.id == id }), begun >= targets[index].judgedFrom else { return }
        guard silent else {
            targets[index].judgedFrom = begun
            targets[index].silentCalls = 0
            targets[index].silentProbes = 0
            targets[index].trials = 0
            if targets[index].isMute || !isJudgedByProbes(targets[index]) { targets[index].health = .up }
            targets[index].isMute = false
            return
        }
        guard number == 0 || number != targets[index].silentNumber else { return }
        targets[index].silentNumber = number
        targets[index].silentCalls += 1
        if targets[index].silentCalls >= Self.silentCallLimit {
            rest(index, reason: "no answer to \(Self.silentCallLimit) INVITEs in a row", now: now)
        }
    }

    /// Calls over a target that has come back were silent whoever was called.
    mutating func takeExonerated() -> [Exoneration] {
        if let since = silentSince, targets.contains(where: { $0.health == .up }) {
            silentSince = nil
            return [Exoneration(since: since, isSilence: true)]
        }
        return []
    }

    /// Nothing has come back to any of several INVITEs for seconds (`isSilent`), or something has come after that.
    package mutating func listened(_ id: UInt32, isSilent: Bool, now: Timestamp) {
        guard let index = targets.firstIndex(where: { $0.id == id }) else { return }
        targets[index].judgedFrom = now
        if isSilent {
            rest(index, reason: "no answer to INVITEs", now: now)
        } else {
            targets[index].silentCalls = 0
            targets[index].trials = 0
            targets[index].isMute = false
            targets[index].health = .up
        }
    }

    /// A call that was begun then could not be sent: no word about the far end, but one about the way to it.
    package mutating func unsent(_ id: UInt32, begun: Timestamp, now: Timestamp) {
        guard let index = targets.firstIndex(where: { $0.id == id }), begun >= targets[index].judgedFrom else { return }
        targets[index].unsent += 1
        let rest = Self.unsentRest * Double(1 << min(targets[index].unsent - 1, 6))
        targets[index].health = .down(reason: Self.unsentReason)
        targets[index].judgedFrom = now
        targets[index].trials = 0
        targets[index].retryAt = now + min(rest, Self.longestUnsentRest)
    }

    private static let unsentReason = "INVITEs cannot be sent to it"

    /// The INVITE has left for it.
    package mutating func left(_ id: UInt32) {
        guard let index = targets.firstIndex(where: { $0.id == id }), targets[index].unsent > 0 else { return }
        targets[index].unsent = 0
        targets[index].trials = 0
        targets[index].health = .up
    }

    private mutating func rest(_ index: Int, reason: String, now: Timestamp) {
        targets[index].health = .down(reason: reason)
        if !targets.contains(where: { $0.health == .up }) { silentSince = silentSince ?? now - Self.noticing }
        targets[index].isMute = true
        targets[index].judgedFrom = now
        targets[index].trials = 0
        targets[index].retryAt = isJudgedByProbes(targets[index]) ? .distantFuture : now + Self.unprobedRest
    }

    private func isJudgedByProbes(_ target: Target) -> Bool { isProbed && target.answersProbes }

    private func isUsable(_ target: Target, now: Timestamp) -> Bool {
        target.health == .up || target.retryAt <= now && target.trials < Self.trialLimit
    }
}
