// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Counts for the progress line and the summary.
package struct Tally: Sendable {
    package private(set) var calls = 0
    package private(set) var active = 0
    package private(set) var activePeak = 0
    package private(set) var answered = 0
    package private(set) var talking = 0
    package private(set) var cancelled = 0
    package private(set) var ended = 0
    package private(set) var keysSent = 0
    package private(set) var packetsSent = 0
    package private(set) var packetsReceived = 0
    package private(set) var recordings = 0
    /// Ended calls by behaviour and final code.
    package private(set) var outcomes: [String: [Int: Int]] = [:]
    /// Most INVITEs in one second of the clock.
    package private(set) var perSecondPeak = 0
    private var second: Int64 = 0
    private var inSecond = 0

    package init() {}

    mutating func invited(at now: Timestamp) {
        calls += 1
        active += 1
        activePeak = max(activePeak, active)
        let current = now.milliseconds / 1000
        if current != second {
            second = current
            inSecond = 0
        }
        inSecond += 1
        perSecondPeak = max(perSecondPeak, inSecond)
    }

    mutating func acknowledged() {
        answered += 1
        talking += 1
    }

    /// - Parameter record: of a call that has ended, or is given up at the exit.
    mutating func ended(_ record: CallRecord) {
        active -= 1
        ended += 1
        if record.ack != nil { talking -= 1 }
        if record.wasCancelled { cancelled += 1 }
        keysSent += record.keysSent.count
        packetsSent += record.packetsSent
        packetsReceived += record.packetsReceived
        if !record.recording.isEmpty { recordings += 1 }
        outcomes[record.behaviour, default: [:]][record.finalCode, default: 0] += 1
    }

    /// One line for a terminal.
    func progress(callsLastSecond: Int) -> String {
        "calls \(calls) (\(callsLastSecond)/s)  active \(active)  talking \(talking)  answered \(answered)  "
            + "cancelled \(cancelled)  ended \(ended)"
    }

    /// Several lines, printed at the exit.
    var summary: String {
        var lines = [
            "calls                \(calls), at most \(activePeak) at once, at most \(perSecondPeak) new in one second",
            "answered             \(answered)",
            "cancelled            \(cancelled)",
            "keys sent            \(keysSent)",
            "RTP packets          \(packetsReceived) received, \(packetsSent) sent",
            "recordings           \(recordings)",
        ]
        for (behaviour, codes) in outcomes.sorted(by: { $0.key < $1.key }) {
            let padding = String(repeating: " ", count: max(1, 21 - behaviour.utf8.count))
            let counts = codes.sorted { $0.key < $1.key }.map { code, count in
                code == 0 ? "still open: \(count)" : "\(code): \(count)"
            }
            lines.append(behaviour + padding + counts.joined(separator: ", "))
        }
        return lines.joined(separator: "\n")
    }
}
