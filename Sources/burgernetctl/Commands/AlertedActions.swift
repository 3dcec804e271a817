// SPDX-License-Identifier: GPL-3.0-or-later
import ControlProtocol
import GatewayCore

/// The actions that an alert is about, which names alerts: their own actions, and those that an earlier update corrected.
/// All of them are stopped before anything else is done; what one of them refuses keeps nothing from the others.
struct AlertedActions {
    private let invocation: Invocation
    private let officer: OfficerName?
    private let actions: [ActionID]

    /// - Parameter references: The alerts, by the names that their actions would have.
    init(_ invocation: Invocation, _ references: [ActionID]) throws {
        self.invocation = invocation
        officer = try invocation.officer()
        actions = try Self.resolve(references, invocation)
    }

    /// An update has no action of its own name: it is known by the deeds that it asked for. What nobody knows stays as it is,
    /// for the daemon to say so.
    private static func resolve(_ references: [ActionID], _ invocation: Invocation) throws -> [ActionID] {
        var known: Set<String> = []
        var asked: [String: [ActionID]] = [:]
        try invocation.connect().exchange(Verbs.List()) { reply, _ in
            if let error = reply.error { throw Failure.refusal(error, error.message) }
            guard let action = reply.content(of: Replies.action) else { return }
            known.insert(action.id)
            for alert in Set(action.deeds.compactMap(\.alert)) {
                asked[alert, default: []].append(try ActionID(action.id))
            }
        }
        var actions: [ActionID] = []
        for reference in references {
            let found = known.contains(reference.text) ? [reference] : asked[reference.text] ?? [reference]
            for action in found where !actions.contains(action) { actions.append(action) }
        }
        return actions
    }

    /// Ends them; nobody is told.
    func stop() throws {
        try each { action in
            try invocation.perform(Verbs.Stop(action: action, officer: officer)) { _ in
                try invocation.output.line("Action \(action) is stopped.")
            }
        }
    }

    /// What follows from each takes its time: a text is spoken, calls end. None of the others goes on meanwhile.
    func follow(_ verb: (ActionID, OfficerName?) -> any Verb) throws {
        if actions.count > 1 {
            for action in actions {
                // What is over, or not there, says so below.
                try invocation.connect().exchange(Verbs.Stop(action: action, officer: officer)) { _, _ in }
            }
        }
        try each { action in try burgernetctl.follow(invocation, verb(action, officer)) }
    }

    /// All have their turn; then the first refusal is that of the command, and the others are told before it.
    private func each(_ body: (ActionID) throws -> Void) throws {
        var failures: [Failure] = []
        for action in actions {
            do {
                try body(action)
            } catch let failure as Failure {
                // Nothing more can be asked.
                if case .unreachable = failure { throw failure }
                failures.append(failure)
            }
        }
        guard let first = failures.first else { return }
        for failure in failures.dropFirst() { _ = report(failure, invocation.output) }
        throw first
    }
}
