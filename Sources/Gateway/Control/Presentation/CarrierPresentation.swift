// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import ControlProtocol
import GatewayCore
import Messaging
import Pacing
import SMPP
import Texting

// Trunks and SMSCs in the words of the control protocol.

extension TrunkStatus {
    /// `civil`: what people call an engine time.
    init(
        _ trunk: TrunkState, counters: TrunkCounters, contactWarning: String?, now: Timestamp,
        civil: (Timestamp) -> Timestamp
    ) {
        let limits = trunk.pacer.limits
        let targets = trunk.targets.targets.map { target in
            var down: String?
            if case .down(let why) = target.health { down = why }
            return TrunkTargetStatus(
                address: target.address.text, isUp: down == nil, reason: down,
                roundTripMilliseconds: target.roundTrip.map { $0.seconds * 1000 })
        }
        self.init(
            name: trunk.name, standing: Standing(trunk.standing(now: now)), isUp: !trunk.isDown,
            reason: trunk.downReason,
            priority: limits.priority, weight: limits.weight, calls: trunk.pacer.activeCalls, channels: limits.channels,
            pace: trunk.pacer.pace(now: now),
            maximumPace: limits.callsPerSecond, paceReason: trunk.pacer.reason(now: now)?.description,
            blockedUntil: trunk.pacer.blocked(now: now).map(civil), contactWarning: contactWarning,
            findings: trunk.pacer.evidence.findings(now: now).map { FindingStatus($0, civil) }, targets: targets,
            counters: counters,
            unsent: trunk.unsent.isEmpty
                ? nil : Dictionary(trunk.unsent.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: +))
    }
}

extension TrunkStatus.Standing {
    fileprivate init(_ standing: TrunkStanding) {
        switch standing {
        case .up: self = .up
        case .notYetTried: self = .notYetTried
        case .down: self = .down
        }
    }
}

extension PrefixStatus {
    /// Each limited prefix of the configuration.
    static func all(of engine: Engine) -> [PrefixStatus] {
        let known = engine.prefixes.all.enumerated().filter { !$0.element.isRetired }
        let names = engine.configuration.prefixes.map(\.prefix)
        return known.inOrder(of: names, \.element.limits.prefix).map { index, prefix in
            PrefixStatus(
                prefix: prefix.limits.prefix, calls: prefix.activeCalls,
                channels: prefix.limits.channels, maximumPace: prefix.limits.callsPerSecond,
                waiting: engine.waiting(at: index))
        }
    }
}

extension SMSCStatus {
    /// `binds`: what the links report, by name. `clock`: the engine time of theirs; `civil`: what people call it.
    init(
        _ smsc: SMSCState, outstanding: Int, binds: [String: BindStatus], clock: (Int64) -> Timestamp, now: Timestamp,
        civil: (Timestamp) -> Timestamp
    ) {
        self.init(
            name: smsc.name, isUp: smsc.isUsable, isDisabled: smsc.disabledByOperator,
            priority: smsc.settings.priority, weight: smsc.settings.weight, prepared: smsc.preparedCount,
            outstanding: outstanding, messageIDs: smsc.messageIDForm?.word ?? "",
            findings: smsc.findings(now: now).map { FindingStatus($0, civil) },
            binds: smsc.binds.filter { !$0.isRetired }.map { bind in
                let link = binds[bind.name]
                let counts = bind.counts
                return BindReport(
                    name: bind.name, mode: bind.mode.word, state: (link?.state ?? .waiting).rawValue,
                    peer: link?.peer, systemID: link?.smscSystemID, tls: link?.tls,
                    boundSince: link?.boundSince.map { civil(clock($0)) }, windowUsed: bind.pacer.outstanding,
                    window: bind.pacer.limits.window, pace: bind.pacer.pace(now: now),
                    maximumPace: bind.pacer.limits.perSecond.map(Double.init),
                    isThrottled: bind.pacer.isThrottled(now: now),
                    roundTripMilliseconds: link?.roundTrip.map { Double($0) / 1000 }, submitted: counts.submitted,
                    accepted: counts.accepted, refused: counts.refused, throttled: counts.throttled,
                    queueFull: counts.queueFull, timedOut: counts.timedOut, receipts: counts.receipts,
                    unmatchedReceipts: counts.unmatchedReceipts, inbound: counts.inbound,
                    reconnects: link?.reconnects ?? 0, lastError: bind.lastError ?? link?.lastError,
                    lastErrorAt: (bind.lastErrorAt ?? link?.lastErrorAt.map(clock)).map(civil))
            })
    }
}

// Words of the wire, whatever the cases are called.

extension BindMode {
    fileprivate var word: String {
        switch self {
        case .transmitter: "transmitter"
        case .receiver: "receiver"
        case .transceiver: "transceiver"
        }
    }
}

extension MessageIdentifierForm {
    fileprivate var word: String {
        switch self {
        case .verbatim: "verbatim"
        case .caseFolded: "caseFolded"
        case .zerosTrimmed: "zerosTrimmed"
        case .responseHexReceiptDecimal: "responseHexReceiptDecimal"
        case .responseDecimalReceiptHex: "responseDecimalReceiptHex"
        }
    }
}
