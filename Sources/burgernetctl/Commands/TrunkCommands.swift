// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

enum TrunkCommands {
    static let list = Command(
        words: ["trunks"], summary: "show the state of every trunk and its targets",
        run: { try show($0, .trunks) })

    static let up = Command(
        words: ["trunk", "up"], arguments: ["TRUNK"], summary: "use a trunk again",
        run: { try show($0, .setTrunk($0.argument(0) ?? "", up: true)) })

    static let down = Command(
        words: ["trunk", "down"], arguments: ["TRUNK"],
        summary: "start no new calls over a trunk; those under way go on",
        run: { try show($0, .setTrunk($0.argument(0) ?? "", up: false)) })

    private static func show(_ invocation: Invocation, _ request: Request) throws {
        var table = Table([
            "TRUNK", "STATE", ">CALLS", ">CHANNELS", ">PACE/S", ">ANSWERED", ">NO ANSWER", ">BUSY", ">CONGESTION",
            ">FAILED",
        ])
        var prefixes = Table(["PREFIX", ">CALLS", ">CHANNELS", ">PACE/S", ">WAITING"])
        var hasPrefixes = false
        try invocation.perform(request) { body in
            if case .prefix(let prefix) = body {
                hasPrefixes = true
                prefixes.add([
                    prefix.prefix, "\(prefix.calls)", prefix.channels.map { "\($0)" } ?? "-",
                    prefix.maximumPace.map(oneDecimal) ?? "-", "\(prefix.waiting)",
                ])
            }
            guard case .trunk(let trunk) = body else { return }
            let counters = trunk.counters
            table.add([
                trunk.name, trunk.isUp ? "up" : "down", "\(trunk.calls)", "\(trunk.channels)", pace(trunk),
                "\(counters.answered)", "\(counters.noAnswer)", "\(counters.busy)", "\(counters.congestion)",
                "\(counters.failed)",
            ])
            if let reason = trunk.reason { table.add(line: "  \(reason)") }
            if let reason = trunk.paceReason { table.add(line: "  pace lowered: \(reason)") }
            if let blocked = trunk.blockedUntil {
                table.add(line: "  asked us to wait until \(localTime(blocked.timestamp))")
            }
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

/// `33.0`; without a fraction for what is not finite.
func oneDecimal(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    let tenths = Int((abs(value) * 10).rounded())
    return "\(value < 0 && tenths > 0 ? "-" : "")\(tenths / 10).\(tenths % 10)"
}

enum StatusCommand {
    static let command = Command(
        words: ["status"], summary: "show how the daemon itself is doing",
        run: { invocation in
            try invocation.perform(.status) { body in
                guard case .status(let status) = body else { return }
                for line in describe(status) { try invocation.output.line(line) }
            }
        })

    private static func describe(_ status: DaemonStatus) -> [String] {
        func milliseconds(_ microseconds: Int) -> String { "\(oneDecimal(Double(microseconds) / 1000)) ms" }
        let media = status.media
        let turns = status.turns
        var table = Table(["", ""])
        table.add(["Version", status.version])
        table.add([
            "Started",
            "\(localTime(status.started.timestamp)), \(lengthOfTime(milliseconds: status.uptimeSeconds * 1000)) ago",
        ])
        if status.isDraining { table.add(["Shutdown", "under way: no new calls, no new SMS"]) }
        table.add([
            "Journal", status.journalError.map { "FAILS, no calls are started and no SMS sent: \($0)" } ?? "well",
        ])
        table.add(["Actions", "\(status.openActions) open"])
        table.add(["Calls", "\(status.calls), \(status.streams) with audio"])
        table.add(["Trunks", "\(status.trunksUp) of \(status.trunks) up"])
        if status.smscs > 0 {
            table.add(["SMSCs", "\(status.smscsUp) of \(status.smscs) up"])
            table.add([
                "SMS",
                "\(status.messages) under way, \(counted(status.messagesSent, "segment")) taken over by SMSCs, "
                    + "\(status.messagesReceived) received from citizens",
            ])
        }
        table.add([
            "RTP lateness",
            "p50 \(milliseconds(media.lateness.p50)), p99 \(milliseconds(media.lateness.p99)), "
                + "p99.9 \(milliseconds(media.lateness.p999)), max \(milliseconds(media.lateness.maximum))",
        ])
        table.add([
            "RTP packets",
            "\(media.packetsSent) sent, \(media.packetsReceived) received, \(media.skipped) skipped, "
                + "\(media.sendErrors) not sent",
        ])
        if media.packetsSent > 0 {
            let cpu = Double(media.cpuMicroseconds)
            let share = cpu / Double(max(status.uptimeSeconds, 1)) / 10_000
            table.add([
                "RTP CPU",
                "\(oneDecimal(cpu / Double(media.packetsSent))) us a packet, \(oneDecimal(share)) % of a core since the start",
            ])
        }
        table.add([
            "Turns",
            "\(turns.turns), longest \(milliseconds(turns.longestTurnMicroseconds)); \(turns.commits) commits of "
                + "\(turns.records) changes, mean \(milliseconds(turns.meanCommitMicroseconds)), "
                + "longest \(milliseconds(turns.longestCommitMicroseconds)), \(turns.journalFailures) failed",
        ])
        return table.lines(withHeadings: false)
    }
}
