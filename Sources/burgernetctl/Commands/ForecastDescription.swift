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
func describe(_ forecast: ForecastReport, startsLater: Bool) -> [String] {
    var table = Table(["", ""], minimumWidths: [10])
    func share(_ count: Int) -> String { forecast.recipients > 0 ? " (\(count * 100 / forecast.recipients) %)" : "" }
    if startsLater { table.add(["Starts", localTime(forecast.starts.timestamp)]) }
    table.add(["50 % done", clockTime(milliseconds: forecast.halfDoneMilliseconds)])
    table.add(["90 % done", clockTime(milliseconds: forecast.mostDoneMilliseconds)])
    table.add(["All done", clockTime(milliseconds: forecast.endMilliseconds)])
    var reached = "\(forecast.reached)\(share(forecast.reached))"
    if let half = forecast.halfReachedMilliseconds { reached += ", 50 % after \(clockTime(milliseconds: half))" }
    if let most = forecast.mostReachedMilliseconds { reached += ", 90 % after \(clockTime(milliseconds: most))" }
    table.add(["Reached", reached])
    if forecast.calls > 0 { table.add(["Calls", "\(forecast.calls)"]) }
    if forecast.messages > 0 { table.add(["SMS", "\(forecast.messages)"]) }
    if forecast.overBudget > 0 { table.add(["Over budget", "\(forecast.overBudget)\(share(forecast.overBudget))"]) }
    if forecast.expired > 0 { table.add(["Out of time", "\(forecast.expired)\(share(forecast.expired))"]) }
    for route in forecast.routes ?? [] { table.add(["Refused", describe(route)]) }
    table.add(["Held up by", forecast.waits.prefix(4).map(describe).joined(separator: ", ")])
    if Money(decimal: forecast.worst).map({ $0 > .zero }) ?? false {
        table.add(["Charge", "\(forecast.expected), at most \(forecast.worst)"])
    }
    let learned = [(forecast.learnedCalls, "call"), (forecast.learnedMessages, "SMS")].filter { $0.0 > 0 }
    if !learned.isEmpty {
        table.add([
            "Learned from",
            learned.map { "\($0.0) \($0.1)\($0.1 == "call" && $0.0 > 1 ? "s" : "")" }
                .joined(separator: ", "),
        ])
    }
    return table.lines(withHeadings: false)
}

/// `120 of +31182: 13 of 13 numbers refused by trunk kpn with 503 since ...: single calls try them`.
private func describe(_ route: ForecastRouteReport) -> String {
    let trunks = route.trunks.map(printable).joined(separator: ", ")
    let consequence =
        route.isEverywhere ? "single calls try them, none is counted as reached" : "called over other trunks"
    return "\(route.recipients) of \(printable(route.prefix)): \(route.refused) of \(route.refused) numbers refused by "
        + "trunk \(trunks) with \(route.sipCode) since \(localTime(route.since.timestamp)): \(consequence)"
}

private func describe(_ wait: ForecastWait) -> String {
    let name: String
    switch wait.limit.known {
    case .callsPerSecond: name = "calls per second"
    case .rampUp: name = "trunks that begin"
    case .channels: name = "channels"
    case .prefix: name = "prefixes"
    case .route: name = "routes that are refused"
    case .messagesPerSecond: name = "SMS per second"
    case .budget: name = "budget"
    case .retryDelays: name = "time to the next try"
    case .underWay: name = "calls under way"
    case .noWayOut: name = "nothing is up"
    case nil: name = printable(wait.limit.text)
    }
    return "\(name) \(clockTime(milliseconds: wait.milliseconds))"
}

/// `50 % at 0:02:10 (plan 0:02:14), ...`: what was foretold beside what came.
func describe(_ forecast: ForecastProgress, percent: Int, isFinal: Bool) -> String {
    func point(_ name: String, _ actual: Int?, _ foretold: Int) -> String {
        let planned = clockTime(milliseconds: foretold)
        return actual.map { "\(name) at \(clockTime(milliseconds: $0)) (plan \(planned))" }
            ?? "\(name) planned at \(planned)"
    }
    var parts = [
        point("50 %", forecast.actualHalfDoneMilliseconds, forecast.halfDoneMilliseconds),
        point("90 %", forecast.actualMostDoneMilliseconds, forecast.mostDoneMilliseconds),
        point("end", forecast.actualEndMilliseconds, forecast.endMilliseconds),
    ]
    if !isFinal { parts.append("now \(percent) % (plan \(forecast.percent) %)") }
    return parts.joined(separator: ", ")
}
