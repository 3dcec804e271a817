// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// One resolved address of a trunk: a target of its own for probing and failover (RFC 3263 4.3).
public struct TargetAddress: Hashable, Sendable {
    public var address: String
    public var port: UInt16
    /// SRV priority, lower first.
    public var priority: Int
    public var weight: Int

    public init(address: String, port: UInt16, priority: Int = 0, weight: Int = 1) {
        self.address = address
        self.port = port
        self.priority = priority
        self.weight = weight
    }

    /// `127.0.0.1:5060` or `[::1]:5060`.
    public var text: String { address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)" }
}

public enum TargetHealth: Equatable, Sendable {
    case up
    case down(reason: String)
}

public struct Target: Equatable, Sendable {
    public var id: UInt32
    public var address: TargetAddress
    public internal(set) var health: TargetHealth = .up
    /// Last round trip of an OPTIONS probe.
    public internal(set) var roundTrip: Interval?
    /// It has answered OPTIONS once, so that silence means something: some carriers never do.
    var answersProbes = false
    var silentProbes = 0
    var silentCalls = 0
    /// A target that is not probed gets another chance then.
    var retryAt = Timestamp.distantFuture
    var served = 0.0
}

/// The addresses of one trunk and which of them work.
public struct TrunkTargets: Sendable {
    public private(set) var targets: [Target] = []
    private var lastID: UInt32 = 0
    /// Whether OPTIONS probes bring a target back; otherwise time does.
    public var isProbed: Bool

    /// One lost OPTIONS is the network's weather; two are silence.
    private static let silentProbeLimit = 2
    private static let silentCallLimit = 3
    private static let unprobedRest = Interval.seconds(30)

    public init(isProbed: Bool) { self.isProbed = isProbed }

    /// Looked up anew: known addresses keep their id and health.
    public mutating func resolved(_ addresses: [TargetAddress]) {
        targets = addresses.map { address in
            if var known = targets.first(where: { $0.address.text == address.text }) {
                known.address = address
                return known
            }
            lastID += 1
            return Target(id: lastID, address: address)
        }
    }

    /// nil: none works.
    public mutating func choose(now: Timestamp) -> Target? {
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
        return targets[best]
    }

    public func isUsable(now: Timestamp) -> Bool { targets.contains { isUsable($0, now: now) } }

    /// Why nothing works, for the operator.
    public func reason(now: Timestamp) -> String? {
        if targets.isEmpty { return "no address found" }
        guard !isUsable(now: now) else { return nil }
        for target in targets {
            if case .down(let reason) = target.health { return "\(target.address.text): \(reason)" }
        }
        return nil
    }

    /// When a target that is not probed is tried again; nil when none rests.
    public func nextDeadline(now: Timestamp) -> Timestamp? {
        targets.filter { $0.health != .up && $0.retryAt > now && $0.retryAt < .distantFuture }.map(\.retryAt).min()
    }

    /// An OPTIONS probe was answered (any status), or not (`code` nil).
    public mutating func probed(_ id: UInt32, code: Int?, roundTrip: Interval?) {
        guard let index = targets.firstIndex(where: { $0.id == id }) else { return }
        guard let code else {
            targets[index].silentProbes += 1
            if targets[index].answersProbes, targets[index].silentProbes >= Self.silentProbeLimit {
                targets[index].health = .down(reason: "no answer to OPTIONS")
            }
            return
        }
        targets[index].answersProbes = true
        targets[index].silentProbes = 0
        targets[index].silentCalls = 0
        targets[index].roundTrip = roundTrip
        // 503 is how a carrier says "not now" to a probe; any other status shows that it is alive.
        targets[index].health = code == 503 ? .down(reason: "503 to OPTIONS") : .up
    }

    /// A call got an answer of any kind from the target, or none at all.
    public mutating func called(_ id: UInt32, silent: Bool, now: Timestamp) {
        guard let index = targets.firstIndex(where: { $0.id == id }) else { return }
        guard silent else {
            targets[index].silentCalls = 0
            targets[index].silentProbes = 0
            if !isProbed || !targets[index].answersProbes { targets[index].health = .up }
            return
        }
        targets[index].silentCalls += 1
        if targets[index].silentCalls >= Self.silentCallLimit {
            targets[index].health = .down(reason: "no answer to \(Self.silentCallLimit) INVITEs in a row")
            let isJudged = isProbed && targets[index].answersProbes
            targets[index].retryAt = isJudged ? .distantFuture : now + Self.unprobedRest
        }
    }

    private func isUsable(_ target: Target, now: Timestamp) -> Bool {
        target.health == .up || target.retryAt <= now
    }
}
