// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP

/// Counts of the SMSC for the progress line and the summary.
package struct SMSCTally: Equatable, Sendable {
    package internal(set) var connections = 0
    package internal(set) var open = 0
    package internal(set) var binds = 0
    package internal(set) var refusedBinds = 0
    /// submit_sm, submit_multi and data_sm that came.
    package internal(set) var submits = 0
    /// Messages, one for each destination.
    package internal(set) var accepted = 0
    /// Messages that were refused, by status.
    package internal(set) var refusals: [UInt32: Int] = [:]
    /// Accepted without a response.
    package internal(set) var unanswered = 0
    package internal(set) var cancelled = 0
    package internal(set) var replaced = 0
    /// Receipts that became due, intermediate ones included.
    package internal(set) var receipts = 0
    package internal(set) var doubled = 0
    package internal(set) var reordered = 0
    package internal(set) var heldForReconnect = 0
    /// Citizens who wrote back.
    package internal(set) var answers = 0
    /// deliver_sm that went out, repeated ones included.
    package internal(set) var delivers = 0
    package internal(set) var acknowledged = 0
    /// Refused by the ESME for good.
    package internal(set) var refusedDelivers = 0
    /// Returned to the queue: refused for now, unanswered, or cut off.
    package internal(set) var redelivered = 0
    /// Connections broken on purpose.
    package internal(set) var broken = 0
    package internal(set) var blackHoles = 0
    /// Connections that did not answer enquire_link.
    package internal(set) var silent = 0
    /// PDUs that could not be understood.
    package internal(set) var nonsense = 0

    package init() {}

    package var refused: Int { refusals.values.reduce(0, +) }

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
