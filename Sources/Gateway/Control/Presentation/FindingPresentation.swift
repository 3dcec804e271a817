// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import ActionRoster
import Actions
import ControlProtocol
import GatewayCore
import Pacing
import Texting

// What is believed of trunks and SMSCs in the words of the control protocol.

extension FindingStatus {
    /// - Parameter civil: The system clock's name of a time of the engine.
    init(_ finding: TrunkFinding, _ civil: (Timestamp) -> Timestamp) {
        self.init(subject: finding.subject.word, since: civil(finding.since), text: finding.text)
    }

    init(_ finding: SMSCFinding, _ civil: (Timestamp) -> Timestamp) {
        self.init(subject: finding.subject.rawValue, since: civil(finding.since), text: finding.text)
    }
}

extension TrunkFinding.Subject {
    fileprivate var word: String {
        switch self {
        case .route(let prefix): prefix.description
        case .channels: "channels"
        case .pace: "pace"
        case .numbers: "numbers"
        }
    }
}

extension ActionFinding {
    /// About whatever an action that is not over runs over.
    static func all(of action: LiveAction, _ engine: Engine, now: Timestamp) -> [ActionFinding] {
        guard !action.record.phase.isFinal else { return [] }
        let definition = action.record.definition
        let (people, trunkRoutes, smscRoutes) = (definition.people, engine.trunkRoutes, engine.smscRoutes)
        let trunks =
            definition.usesVoice
            ? engine.trunks.trunks.filter { !$0.isRetired && trunkRoutes.mayUse($0.name, forAnyOf: people) } : []
        let smscs =
            definition.text == nil
            ? [] : engine.smscs.filter { !$0.isRetired && smscRoutes.mayUse($0.name, forAnyOf: people) }
        return (wayOut(of: definition, engine).map { [$0] } ?? [])
            + trunks.flatMap { about($0, action, now: now, engine.civil) }
            + smscs.flatMap { about($0, now: now, engine.civil) }
    }

    /// That nothing of an action can leave, whatever it waits for; nil: something can.
    static func wayOut(of definition: ActionDefinition, _ engine: Engine) -> ActionFinding? {
        var missing: [String] = []
        let (people, trunkRoutes, smscRoutes) = (definition.people, engine.trunkRoutes, engine.smscRoutes)
        let whose = people == [""] ? "" : " for \(PopulationName.list(people))"
        if definition.usesVoice {
            let isDown = engine.trunks.trunks.allSatisfy {
                $0.isRetired || $0.isDown || !trunkRoutes.mayUse($0.name, forAnyOf: people)
            }
            guard isDown else { return nil }
            missing.append("no trunk\(whose) is up")
        }
        if definition.text != nil {
            let isUp = engine.smscs.contains { $0.isUsable && smscRoutes.mayUse($0.name, forAnyOf: people) }
            guard !isUp else { return nil }
            missing.append("no SMSC\(whose) is bound")
        }
        guard !missing.isEmpty else { return nil }
        return ActionFinding(
            subject: "way-out", since: nil, text: "nothing can leave: \(missing.joined(separator: " and "))")
    }

    private static func about(
        _ trunk: TrunkState, _ action: LiveAction, now: Timestamp, _ civil: (Timestamp) -> Timestamp
    ) -> [ActionFinding] {
        let down = trunk.downReason.map {
            ActionFinding(
                trunk: trunk.name, subject: "trunk", since: trunk.pacer.evidence.refusing.map { civil($0.since) },
                text: "down: \($0)")
        }
        let learned = trunk.pacer.evidence.findings(now: now).map { finding in
            var waiting: Int?
            if case .route(let prefix) = finding.subject { waiting = action.parkedCount(atRoute: prefix) }
            return ActionFinding(
                trunk: trunk.name, subject: finding.subject.word, since: civil(finding.since), text: finding.text,
                waiting: waiting)
        }
        return (down.map { [$0] } ?? []) + learned
    }

    private static func about(
        _ smsc: SMSCState, now: Timestamp, _ civil: (Timestamp) -> Timestamp
    ) -> [ActionFinding] {
        let isDown = smsc.isUsable ? [] : [ActionFinding(smsc: smsc.name, subject: "smsc", since: nil, text: "down")]
        return isDown
            + smsc.findings(now: now).map {
                ActionFinding(smsc: smsc.name, subject: $0.subject.rawValue, since: civil($0.since), text: $0.text)
            }
    }
}
