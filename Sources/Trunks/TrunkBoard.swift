// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Pacing

/// Trunks and limited prefixes: which of them takes a call now, what they learn from their calls, and what is said
/// about them. One owner, not thread-safe.
package final class TrunkBoard {
    private let outbox: Outbox
    /// A trunk's index never changes while the process lives.
    package private(set) var group = TrunkGroup()
    package private(set) var prefixes = LimitedPrefixes()
    private var authenticationRetry = Interval.zero
    /// Trunks that were said to be down, and why.
    private var reportedDown: [Int: String] = [:]
    /// Trunks whose pace was reported as lowered.
    private var reportedSlow: Set<Int> = []

    /// So many calls in a row that a trunk answers with 403 are an alarm.
    private static let forbiddenForAlarm = 10

    package init(outbox: Outbox) { self.outbox = outbox }

    // MARK: - Configuration

    /// True when numbers may belong to other prefixes than before.
    package func configure(_ configuration: EngineConfiguration) -> Bool {
        authenticationRetry = configuration.authenticationRetry
        for settings in configuration.trunks {
            guard let index = group.index(of: settings.limits.name) else {
                group.trunks.append(
                    TrunkState(
                        limits: settings.limits, isProbed: settings.isProbed, mustRegister: settings.mustRegister))
                continue
            }
            group.trunks[index].pacer.limits = settings.limits
            group.trunks[index].targets.isProbed = settings.isProbed
            group.trunks[index].isRetired = false
            group.trunks[index].authenticationFailure = nil
            if !settings.mustRegister { group.trunks[index].registrationFailure = nil }
        }
        let names = Set(configuration.trunks.map(\.limits.name))
        for index in group.trunks.indices where !names.contains(group.trunks[index].name) {
            group.trunks[index].isRetired = true
        }
        return prefixes.configure(configuration.prefixes)
    }

    /// - Throws: ``EngineError/unknownTrunk(_:)``.
    package func setEnabled(_ name: String, _ isEnabled: Bool) throws(EngineError) {
        guard let index = group.index(of: name), !group.trunks[index].isRetired else { throw .unknownTrunk(name) }
        group.trunks[index].disabledByOperator = !isEnabled
        if isEnabled { group.trunks[index].authenticationFailure = nil }
    }

    // MARK: - What the voice module reports of trunks

    package func resolved(_ name: String, _ addresses: [TargetAddress]) {
        guard let index = group.index(of: name) else { return }
        group.trunks[index].targets.resolved(addresses)
    }

    /// The addresses of a trunk as they are numbered; empty when there is no such trunk.
    package func targets(of name: String) -> [Target] {
        group.index(of: name).map { group.trunks[$0].targets.targets } ?? []
    }

    /// An OPTIONS probe: `code` nil when it was not answered.
    package func probed(_ name: String, target: UInt32, code: Int?, roundTrip: Interval?) {
        guard let index = group.index(of: name) else { return }
        group.trunks[index].targets.probed(target, code: code, roundTrip: roundTrip)
    }

    /// Nothing comes back to several INVITEs (`isSilent`), or something does again.
    package func listened(_ name: String, target: UInt32, isSilent: Bool, now: Timestamp) {
        guard let index = group.index(of: name) else { return }
        group.trunks[index].targets.listened(target, isSilent: isSilent, now: now)
    }

    /// `failure` nil: registered.
    package func registrationChanged(_ name: String, failure: String?) {
        guard let index = group.index(of: name) else { return }
        group.trunks[index].registrationFailure = failure
    }

    // MARK: - Choice

    package func name(of trunk: Int) -> String { group.trunks[trunk].name }

    package func mask(of names: [String]) -> TrunkMask { names.isEmpty ? .none : group.mask(of: names) }

    /// Whether a trunk is left beside these, up or not.
    package func hasOther(than names: [String]) -> Bool { group.hasOther(than: group.mask(of: names)) }

    package func choose(excluding mask: TrunkMask, now: Timestamp) -> TrunkChoice {
        group.choose(excluding: mask, now: now)
    }

    /// No trunk can take a call.
    package func isDead(now: Timestamp) -> Bool { group.trunks.allSatisfy { $0.downReason(now: now) != nil } }

    /// When a trunk that is down comes back by itself; nil: not by time alone.
    package func nextDeadline(now: Timestamp) -> Timestamp? { group.nextDeadline(now: now) }

    // MARK: - The life of a call

    /// Takes a channel and a slot of the trunk, and of the prefix; nil: the trunk has no target to send to.
    package func seize(_ trunk: Int, prefix: Int?, now: Timestamp) -> (seizure: Seizure, target: Target)? {
        guard let target = group.admit(trunk, now: now) else { return nil }
        if let prefix { prefixes.admit(prefix, now: now) }
        return (Seizure(trunk: trunk, target: target.id, prefix: prefix, begun: now), target)
    }

    /// The INVITE has left, or never will: its pace counts from here.
    package func sent(_ seizure: Seizure, now: Timestamp) {
        group.trunks[seizure.trunk].pacer.sent(now: now)
        if let prefix = seizure.prefix { prefixes.sent(prefix, now: now) }
    }

    /// The first sign of the other end, after the post-dial delay.
    package func heard(_ seizure: Seizure, sentAt start: Timestamp, at time: Timestamp) {
        let delay = max(.zero, time - start)
        group.trunks[seizure.trunk].pacer.learned(.delay(delay), begun: seizure.begun, now: time)
    }

    /// The call is over: its channel is free, and its end says something about the trunk.
    package func released(_ seizure: Seizure, _ over: SeizureEnd, now: Timestamp) {
        let (trunk, end) = (seizure.trunk, over.end)
        if let prefix = seizure.prefix { prefixes.release(prefix) }
        group.trunks[trunk].pacer.release()
        group.trunks[trunk].targets.called(
            seizure.target, silent: end.ownReason == .noResponse, begun: seizure.begun, now: now)
        group.trunks[trunk].forbiddenInARow =
            over.failure == .forbidden ? group.trunks[trunk].forbiddenInARow + 1 : 0
        let name = group.trunks[trunk].name
        switch over.failure {
        case .congestion where end.fromWire:
            group.trunks[trunk].pacer.congested(retryAfter: end.retryAfter, begun: seizure.begun, now: now)
        case .authentication:
            group.trunks[trunk].authenticationFailure =
                "the carrier refused our credentials (\(end.sipCode) \(end.text))"
            group.trunks[trunk].authenticationRetry = now + authenticationRetry
        case .forbidden where group.trunks[trunk].forbiddenInARow == Self.forbiddenForAlarm:
            outbox.alarm("trunk \(name) answered 403 to \(Self.forbiddenForAlarm) calls in a row")
        case .loop:
            outbox.alarm("trunk \(name) answered \(end.sipCode) \(end.text): a routing loop")
        case nil:
            answered(true, seizure, over, now: now)
        case .busy, .unavailable, .noAnswer, .unreachable, .otherFailure:
            if end.fromWire, let start = over.unheardSince { heard(seizure, sentAt: start, at: over.time) }
            answered(false, seizure, over, now: now)
        case .congestion, .forbidden, .invalidNumber, .mediaRefused, .rejected, .redirected, .abandoned:
            break
        }
        reportPace(trunk, now: now)
    }

    private func answered(_ isAnswered: Bool, _ seizure: Seizure, _ over: SeizureEnd, now: Timestamp) {
        guard over.isFirstAttempt else { return }
        group.trunks[seizure.trunk].pacer.learned(.answered(isAnswered), begun: seizure.begun, now: now)
    }

    // MARK: - Reports

    /// Says once when a trunk goes down or comes up.
    package func report(now: Timestamp) {
        for index in group.trunks.indices {
            let reason = group.trunks[index].downReason(now: now)
            guard reason != reportedDown[index] else { continue }
            let name = group.trunks[index].name
            if let reason {
                outbox.say(.trunkDown(name, reason: reason))
            } else {
                outbox.say(.trunkUp(name))
                group.trunks[index].pacer.cameUp()
            }
            reportedDown[index] = reason
        }
    }

    /// Says once when a trunk is used at less than its contract, and when it no longer is.
    private func reportPace(_ index: Int, now: Timestamp) {
        let pacer = group.trunks[index].pacer
        guard let reason = pacer.reason(now: now), reason != .rampUp else {
            if reportedSlow.remove(index) != nil {
                outbox.say(.trunkPace(group.trunks[index].name, pace: pacer.pace(now: now), reason: nil))
            }
            return
        }
        if reportedSlow.insert(index).inserted {
            outbox.say(.trunkPace(group.trunks[index].name, pace: pacer.pace(now: now), reason: reason))
        }
    }
}
