// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

/// `1:02:03`, hours, minutes and seconds.
func clockTime(milliseconds: Int) -> String {
    let seconds = (max(0, milliseconds) + 500) / 1000
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
}

/// A forecast as a block of lines.
func describe(_ plan: PlanReport, startsLater: Bool) -> [String] {
    var table = Table(["", ""], minimumWidths: [10])
    func share(_ count: Int) -> String { plan.recipients > 0 ? " (\(count * 100 / plan.recipients) %)" : "" }
    if startsLater { table.add(["Starts", localTime(plan.starts.timestamp)]) }
    table.add(["50 % done", clockTime(milliseconds: plan.halfDoneMilliseconds)])
    table.add(["90 % done", clockTime(milliseconds: plan.mostDoneMilliseconds)])
    table.add(["All done", clockTime(milliseconds: plan.endMilliseconds)])
    var reached = "\(plan.reached)\(share(plan.reached))"
    if let half = plan.halfReachedMilliseconds { reached += ", 50 % after \(clockTime(milliseconds: half))" }
    if let most = plan.mostReachedMilliseconds { reached += ", 90 % after \(clockTime(milliseconds: most))" }
    table.add(["Reached", reached])
    if plan.calls > 0 { table.add(["Calls", "\(plan.calls)"]) }
    if plan.messages > 0 { table.add(["SMS", "\(plan.messages)"]) }
    if plan.overBudget > 0 { table.add(["Over budget", "\(plan.overBudget)\(share(plan.overBudget))"]) }
    if plan.expired > 0 { table.add(["Out of time", "\(plan.expired)\(share(plan.expired))"]) }
    table.add(["Held up by", plan.waits.prefix(4).map(describe).joined(separator: ", ")])
    if Money(decimal: plan.worst).map({ $0 > .zero }) ?? false {
        table.add(["Charge", "\(plan.expected), at most \(plan.worst)"])
    }
    let learned = [(plan.learnedCalls, "call"), (plan.learnedMessages, "SMS")].filter { $0.0 > 0 }
    if !learned.isEmpty {
        table.add([
            "Learned from",
            learned.map { "\($0.0) \($0.1)\($0.1 == "call" && $0.0 > 1 ? "s" : "")" }
                .joined(separator: ", "),
        ])
    }
    return table.lines(withHeadings: false)
}

private func describe(_ wait: PlanWait) -> String {
    let name: String
    switch wait.limit {
    case "calls-per-second": name = "calls per second"
    case "ramp-up": name = "trunks that begin"
    case "channels": name = "channels"
    case "prefix": name = "prefixes"
    case "messages-per-second": name = "SMS per second"
    case "budget": name = "budget"
    case "retry-delays": name = "time to the next try"
    case "under-way": name = "calls under way"
    case "no-way-out": name = "nothing is up"
    default: name = printable(wait.limit)
    }
    return "\(name) \(clockTime(milliseconds: wait.milliseconds))"
}

/// `50 % at 0:02:10 (plan 0:02:14), ...`: what was foretold beside what came.
func describe(_ plan: PlanProgress, percent: Int, isFinal: Bool) -> String {
    func point(_ name: String, _ actual: Int?, _ foretold: Int) -> String {
        let planned = clockTime(milliseconds: foretold)
        return actual.map { "\(name) at \(clockTime(milliseconds: $0)) (plan \(planned))" }
            ?? "\(name) planned at \(planned)"
    }
    var parts = [
        point("50 %", plan.actualHalfDoneMilliseconds, plan.halfDoneMilliseconds),
        point("90 %", plan.actualMostDoneMilliseconds, plan.mostDoneMilliseconds),
        point("end", plan.actualEndMilliseconds, plan.endMilliseconds),
    ]
    if !isFinal { parts.append("now \(percent) % (plan \(plan.percent) %)") }
    return parts.joined(separator: ", ")
}
