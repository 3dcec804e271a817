// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

extension Verbs.Status: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["status"],
            run: { invocation in
                try invocation.perform(Self()) { reply in
                    guard let status = reply.content(of: Replies.status) else { return }
                    for line in describe(status) { try invocation.output.line(line) }
                }
            })
    ]

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
            "Journal",
            status.journalError.map {
                "FAILS since \(status.journalErrorSince.map { localTime($0.timestamp) } ?? "?"), no calls are started and "
                    + "no SMS sent: \($0)"
            } ?? "well",
        ])
        if let left = status.spaceLeft { table.add(["Disk", "\(left >> 20) MiB left"]) }
        if let set = status.clockSet {
            let length = lengthOfTime(milliseconds: abs(set.milliseconds))
            table.add([
                "Clock", "set \(set.milliseconds > 0 ? "ahead" : "back") by \(length), \(localTime(set.at.timestamp))",
            ])
        }
        table.add(["Actions", "\(status.openActions) open"])
        if let unclosed = status.unclosed {
            let shown = unclosed.suffix(10).map(printable).joined(separator: ", ")
            table.add(["", "\(unclosed.count) NOT CLOSED: \(shown)"])
        }
        table.add(["Calls", "\(status.calls), \(status.streams) with audio"])
        if let shortage = status.shortage { table.add(["", "WAIT: \(shortage)"]) }
        if let unsent = status.unsent { table.add(["", "\(unsent) never left, see trunks"]) }
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
