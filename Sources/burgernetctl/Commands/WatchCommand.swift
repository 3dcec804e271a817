// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

extension Verbs.Watch: CommandVerb {
    static let commands = [
        Command(
            Self.self, words: ["watch"], arguments: ["[ACTION]"],
            options: [
                Option(name: "interval", value: "SECONDS", help: "how often the figures come, 0.1 to 60; default 1")
            ],
            run: watch)
    ]

    private static func watch(_ invocation: Invocation) throws {
        let action = invocation.arguments.isEmpty ? nil : try invocation.actionID()
        var screen = WatchScreen(invocation.output)
        let request = Self(action: action, intervalMilliseconds: try interval(invocation))
        try invocation.connect().exchange(request) { reply, line in
            try invocation.deliver(reply, line) { reply in
                guard let summary = reply.content(of: Replies.progress) else { return }
                if reply.isFinal { try screen.finish(summary) } else { try screen.show(summary) }
            }
            try invocation.output.flush()
        }
    }

    private static func interval(_ invocation: Invocation) throws -> Int {
        guard let text = invocation.value("interval") else { return 1000 }
        guard let seconds = Double(text), (0.1...60).contains(seconds) else {
            throw invocation.usage("--interval must be 0.1 to 60 seconds, not \"\(printable(text))\"")
        }
        return Int((seconds * 1000).rounded())
    }
}

/// On a terminal one line per action, redrawn; elsewhere a line whenever something changed.
private struct WatchScreen {
    private let output: Output
    private var order: [String] = []
    private var latest: [String: ActionSummary] = [:]
    private var drawnLines = 0

    init(_ output: Output) { self.output = output }

    mutating func show(_ action: ActionSummary) throws {
        let known = latest.updateValue(action, forKey: action.id)
        if known == nil { order.append(action.id) }
        if output.isTerminal {
            try redraw()
        } else if known != action {
            try output.line(Self.line(action))
        }
    }

    mutating func finish(_ action: ActionSummary) throws {
        if output.isTerminal {
            latest[action.id] = action
            if !order.contains(action.id) { order.append(action.id) }
            try redraw()
            try output.line("")
        }
        for line in describe(action) { try output.line(line) }
    }

    private mutating func redraw() throws {
        // Each line is cut to the width: a wrapped one would take two.
        let width = max(20, output.width - 1)
        if drawnLines > 0 { try output.write("\u{1b}[\(drawnLines)A".utf8) }
        for id in order {
            guard let action = latest[id] else { continue }
            try output.write("\u{1b}[2K".utf8)
            try output.line(String(Self.line(action).prefix(width)))
        }
        drawnLines = order.count
    }

    private static func line(_ action: ActionSummary) -> String {
        var parts = [
            action.id, action.phase.text, "\(action.percent) %", "\(action.done)/\(action.recipients)",
            "waiting \(action.waiting)",
        ]
        if action.hasVoice { parts += ["calling \(action.calling)", "answered \(action.answered)"] }
        if action.hasSMS { parts.append("messaging \(action.messaging)") }
        if action.confirmed > 0 { parts.append("confirmed \(action.confirmed)") }
        if action.hasVoice, action.count(.interrupted) > 0 {
            parts.append("interrupted \(action.count(.interrupted)) of them")
        }
        parts += action.unansweredOutcomes().map { "\($0.word) \($0.count)" }
        parts += action.findings.map(\.text)
        if let forecast = action.forecast, !action.isFinal { parts.append("plan \(forecast.percent) %") }
        if action.inbound > 0 { parts.append("wrote back \(action.inbound)") }
        return printable(parts.joined(separator: "  "))
    }
}
