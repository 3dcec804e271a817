// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

extension Verbs.Trunks: CommandVerb {
    static let commands = [Command(Self.self, words: ["trunks"], run: { try TrunkCommands.show($0, Self()) })]
}

extension Verbs.TrunkUp: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["trunk", "up"], arguments: ["TRUNK"],
            run: { try TrunkCommands.show($0, Self(trunk: $0.argument(0) ?? "")) })
    ]
}

extension Verbs.TrunkDown: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["trunk", "down"], arguments: ["TRUNK"],
            run: { try TrunkCommands.show($0, Self(trunk: $0.argument(0) ?? "")) })
    ]
}

extension Verbs.TrunkForget: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["trunk", "forget"], arguments: ["TRUNK"],
            run: { try TrunkCommands.show($0, Self(trunk: $0.argument(0) ?? "")) })
    ]
}

private enum TrunkCommands {
    static func show(_ invocation: Invocation, _ request: any Verb) throws {
        var table = Table([
            "TRUNK", "STATE", ">CALLS", ">CHANNELS", ">PACE/S", ">ANSWERED", ">NO ANSWER", ">BUSY", ">CONGESTION",
            ">FAILED",
        ])
        var prefixes = Table(["PREFIX", ">CALLS", ">CHANNELS", ">PACE/S", ">WAITING"])
        var hasPrefixes = false
        try invocation.perform(request) { reply in
            if let prefix = reply.content(of: Replies.prefix) {
                hasPrefixes = true
                prefixes.add([
                    prefix.prefix, "\(prefix.calls)", prefix.channels.map { "\($0)" } ?? "-",
                    prefix.maximumPace.map(oneDecimal) ?? "-", "\(prefix.waiting)",
                ])
            }
            guard let trunk = reply.content(of: Replies.trunk) else { return }
            let counters = trunk.counters
            table.add([
                trunk.name, trunk.standing.rawValue, "\(trunk.calls)", "\(trunk.channels)", pace(trunk),
                "\(counters.answered)", "\(counters.noAnswer)", "\(counters.busy)", "\(counters.congestion)",
                "\(counters.failed)",
            ])
            if let reason = trunk.reason { table.add(line: "  \(reason)") }
            for finding in trunk.findings {
                table.add(line: "  since \(localTime(finding.since.timestamp)): \(finding.text)")
            }
            if let reason = trunk.paceReason, !trunk.findings.contains(where: { $0.text == reason }) {
                table.add(line: "  pace lowered: \(reason)")
            }
            if let blocked = trunk.blockedUntil {
                table.add(line: "  asked us to wait until \(localTime(blocked.timestamp))")
            }
            if let unsent = trunk.unsent {
                let reasons = unsent.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
                table.add(line: "  never left: \(reasons.joined(separator: ", "))")
            }
            if let warning = trunk.contactWarning { table.add(line: "  warning: \(warning)") }
            for target in trunk.targets {
                var parts = [target.address, target.isUp ? "up" : "down"]
                if let reason = target.reason { parts.append(reason) }
                if let roundTrip = target.roundTripMilliseconds { parts.append("\(oneDecimal(roundTrip)) ms") }
                table.add(line: "  " + parts.joined(separator: "  "))
            }
        }
        guard !invocation.isJSON else { return }
        for line in table.lines() { try invocation.output.line(line) }
        guard hasPrefixes else { return }
        try invocation.output.line("")
        for line in prefixes.lines() { try invocation.output.line(line) }
    }

    private static func pace(_ trunk: TrunkStatus) -> String {
        trunk.pace < trunk.maximumPace
            ? "\(oneDecimal(trunk.pace)) of \(oneDecimal(trunk.maximumPace))" : oneDecimal(trunk.pace)
    }
}
