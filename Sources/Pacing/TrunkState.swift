// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Why a trunk is not used, or only by single calls that look whether it is back.
package enum TrunkFault: Equatable, Sendable {
    case removed
    case byOperator
    case registration(String)
    case noAddress
    /// Nothing is heard of its targets.
    case silent(String)
    /// It refuses every number.
    case refusing(numbers: Int, Refusal)
}

extension TrunkFault {
    /// What it is, without what changes from moment to moment: a fault that goes on is said once.
    package var kind: String {
        switch self {
        case .removed, .byOperator, .registration, .noAddress, .silent: description
        case .refusing(_, let last): last.kind == .network ? "refusing" : "challenging"
        }
    }
}

extension TrunkFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .removed: "removed from the configuration"
        case .byOperator: "taken down by the operator"
        case .registration(let reason), .silent(let reason): reason
        case .noAddress: "no address found"
        case .refusing(let numbers, let last): Self.refusing(numbers, last)
        }
    }

    private static func refusing(_ numbers: Int, _ last: Refusal) -> String {
        switch last.kind {
        case .network:
            return "it refuses every number: \(numbers) of \(numbers), the last with \(last.sipCode)"
        case .challenge(let realm, let isOurs):
            let place = realm.isEmpty ? "" : ", realm \"\(realm)\""
            return isOurs
                ? "the carrier refused our credentials (\(last.sipCode)\(place)) for \(numbers) numbers"
                : "it asks for credentials that we do not have (\(last.sipCode)\(place)) for \(numbers) numbers"
        }
    }
}

/// What is known of a trunk.
package enum TrunkStanding: Equatable, Sendable {
    /// It answered OPTIONS or REGISTER, or two different numbers came through.
    case up
    /// Nothing is known yet: it is used, and its first calls show what it is.
    case notYetTried
    case down(TrunkFault)
}

/// One trunk with all that decides whether it is used.
package struct TrunkState: Sendable {
    package var pacer: TrunkPacer
    package var targets: TrunkTargets
    /// Taken out by the operator.
    package var disabledByOperator = false
    /// The trunk is used only while it is registered.
    package var mustRegister: Bool
    /// Why the registration fails; nil when it does not, or there was no answer yet.
    package var registrationFailure: String?
    package var isRegistered = false
    /// No longer in the configuration; calls under way go on.
    package var isRetired = false
    var virtualTime = 0.0
    /// Unbroken row of 403 answers: an alarm for the operator.
    package var forbiddenInARow = 0
    /// INVITEs that never left, since the start.
    package var unsent: [UnsentReason: Int] = [:]
    /// Whose INVITE made no SIP URI last, since one left; 0: nobody's.
    package var lastUnsent: UInt64 = 0

    package init(limits: TrunkLimits, isProbed: Bool, mustRegister: Bool) {
        pacer = TrunkPacer(limits: limits)
        targets = TrunkTargets(isProbed: isProbed)
        self.mustRegister = mustRegister
    }

    package var name: String { pacer.limits.name }

    /// It is in the configuration again, or at another place: nothing is known of it but the calls that are under way and
    /// those that left in the last second.
    package mutating func startAfresh() {
        isRegistered = false
        registrationFailure = nil
        forbiddenInARow = 0
        virtualTime = 0
        targets.startAfresh()
        pacer.forget()
        pacer.cameUp()
    }

    package func standing(now: Timestamp) -> TrunkStanding {
        if let fault { return .down(fault) }
        let hasAnswered = targets.hasAnsweredProbes || (mustRegister && isRegistered)
        return hasAnswered || pacer.evidence.passes >= Self.numbersNeeded ? .up : .notYetTried
    }

    /// It is not used: it has a fault, or must register and has not yet.
    package var isDown: Bool { fault != nil || (mustRegister && !isRegistered) }

    /// Why it is not used, for people; nil: it is.
    package var downReason: String? { isDown ? fault?.description ?? "not registered yet" : nil }

    /// nil: it is not down.
    package var fault: TrunkFault? {
        if let obstacle { return obstacle }
        if let reason = targets.reason { return targets.isEmpty ? .noAddress : .silent(reason) }
        return pacer.evidence.refusing.map { .refusing(numbers: $0.numbers, $0.last) }
    }

    /// What was not about the numbers after all, since this was asked for last.
    package mutating func takeExonerated() -> [Exoneration] {
        pacer.evidence.takeExonerated() + targets.takeExonerated()
    }

    /// A call may be tried over it, be it to see whether it is back.
    func mayBeCalled(now: Timestamp) -> Bool {
        obstacle == nil && (!mustRegister || isRegistered) && targets.isUsable(now: now)
    }

    private var obstacle: TrunkFault? {
        if isRetired { return .removed }
        if disabledByOperator { return .byOperator }
        return registrationFailure.map { .registration($0) }
    }

    private static let numbersNeeded = 2
}
