// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP

/// Counts of the SMSC for the progress line and the summary.
public struct SMSCTally: Equatable, Sendable {
    public internal(set) var connections = 0
    public internal(set) var open = 0
    public internal(set) var binds = 0
    public internal(set) var refusedBinds = 0
    /// submit_sm, submit_multi and data_sm that came.
    public internal(set) var submits = 0
    /// Messages, one for each destination.
    public internal(set) var accepted = 0
    /// Messages that were refused, by status.
    public internal(set) var refusals: [UInt32: Int] = [:]
    /// Accepted without a response.
    public internal(set) var unanswered = 0
    public internal(set) var cancelled = 0
    public internal(set) var replaced = 0
    /// Receipts that became due, intermediate ones included.
    public internal(set) var receipts = 0
    public internal(set) var doubled = 0
    public internal(set) var reordered = 0
    public internal(set) var heldForReconnect = 0
    /// Citizens who wrote back.
    public internal(set) var answers = 0
    /// deliver_sm that went out, repeated ones included.
    public internal(set) var delivers = 0
    public internal(set) var acknowledged = 0
    /// Refused by the ESME for good.
    public internal(set) var refusedDelivers = 0
    /// Returned to the queue: refused for now, unanswered, or cut off.
    public internal(set) var redelivered = 0
    /// Connections broken on purpose.
    public internal(set) var broken = 0
    public internal(set) var blackHoles = 0
    /// Connections that did not answer enquire_link.
    public internal(set) var silent = 0
    /// PDUs that could not be understood.
    public internal(set) var nonsense = 0

    public init() {}

    public var refused: Int { refusals.values.reduce(0, +) }

    mutating func refused(_ status: CommandStatus) { refusals[status.rawValue, default: 0] += 1 }

    /// One line for a terminal.
    func progress(submitsLastSecond: Int) -> String {
        "SMSC: connections \(open)  submits \(submits) (\(submitsLastSecond)/s)  accepted \(accepted)  "
            + "refused \(refused)  receipts \(receipts)  answers \(answers)  delivers \(delivers)  "
            + "acknowledged \(acknowledged)"
    }

    /// Several lines, printed at the exit.
    var summary: String {
        var lines = [
            "SMSC connections     \(connections), \(binds) binds, \(refusedBinds) refused",
            "submits              \(submits), \(accepted) messages accepted, \(refused) refused",
        ]
        for (status, count) in refusals.sorted(by: { $0.key < $1.key }) {
            let name = CommandStatus(rawValue: status).description
            lines.append("  " + name + String(repeating: " ", count: max(1, 19 - name.utf8.count)) + "\(count)")
        }
        lines += [
            "without a response   \(unanswered)",
            "cancelled, replaced  \(cancelled), \(replaced)",
            "receipts             \(receipts), \(doubled) doubled, \(reordered) reordered, "
                + "\(heldForReconnect) held for a reconnect",
            "citizens' answers    \(answers)",
            "deliver_sm           \(delivers) sent, \(acknowledged) acknowledged, \(refusedDelivers) refused, "
                + "\(redelivered) returned",
            "disturbances         \(broken) connections broken, \(blackHoles) black holes",
            "nonsense             \(nonsense) PDUs, \(silent) connections silent",
        ]
        return lines.joined(separator: "\n")
    }
}
