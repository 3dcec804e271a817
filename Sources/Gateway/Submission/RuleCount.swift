// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import ControlProtocol
import GatewayCore
import Participants

/// Recipients by rule: whom what participants wish keeps from being tried when an action begins, counted before anything
/// of it exists.
struct RuleCount: Sendable {
    private struct Line: Hashable {
        var reason: ContactReason
        var channel: Channel
        var source: RuleSource
        var isLater: Bool
    }

    private let definition: ActionDefinition
    /// Civil.
    private let begins: CivilMoment
    private let expires: Timestamp
    private var lines: [Line: (count: Int, first: Timestamp?)] = [:]

    /// Recipients of one turn.
    private static let slice = 1000

    /// - Parameters:
    ///   - longest: An action expires by itself after this.
    ///   - now: Civil.
    init(_ definition: ActionDefinition, longest: Interval, now: Timestamp) {
        self.definition = definition
        let start = max(now, definition.starts ?? now)
        begins = CivilMoment(start)
        expires = min(definition.expires ?? .distantFuture, start + longest)
    }

    /// Counts a few in each turn; `completion` comes in the last one.
    func count(
        _ people: ArraySlice<StagedRecipient>, in dispatcher: Dispatcher,
        completion: @escaping @TurnActor @Sendable ([RuleReport]) -> Void
    ) {
        dispatcher.post { [self] dispatcher, _ in
            var next = self
            for person in people.prefix(Self.slice) { next.add(person, dispatcher.engine) }
            let rest = people.dropFirst(Self.slice)
            if rest.isEmpty {
                completion(next.reports)
            } else {
                next.count(rest, in: dispatcher, completion: completion)
            }
        }
    }

    /// By the channels of the recipient in turn, as the cascade goes on; the first rule counts.
    mutating func add(_ person: StagedRecipient, _ engine: Engine) {
        var first: (line: Line, from: Timestamp?)?
        for channel in definition.steps(for: person.channel) {
            let (rules, participant) = engine.contactRules(person.number, population: person.population, definition)
            let decision = rules.decide(
                participant, submission: person.preferences, by: channel, at: begins,
                former: engine.register.former(person.number, actionClass: definition.priority, except: 0))
            let reason: ContactReason
            var from: Timestamp?
            switch decision {
            case .allowed: return
            case .never(let why): reason = why
            case .waits(let until, let why):
                reason = why
                if until < expires { from = until }
            }
            let source = rules.source(of: reason, participant, submission: person.preferences, by: channel)
            first = first ?? (Line(reason: reason, channel: channel, source: source, isLater: from != nil), from)
            // Who waits is tried by this channel; whom it is not welcome to may want the next one.
            let outcome = reason.outcome
            guard from == nil, outcome == .notWelcome || definition.cascade.outcomes.contains(outcome) else { break }
        }
        guard let first else { return }
        let known = lines[first.line]
        let earliest = [known?.first, first.from].compactMap { $0 }.min()
        lines[first.line] = ((known?.count ?? 0) + 1, earliest)
    }

    /// The largest first.
    var reports: [RuleReport] {
        lines.map { line, found in
            RuleReport(
                rule: line.reason.word, channel: line.channel, by: line.source.word, recipients: found.count,
                from: found.first.map { UTCTime($0) }, dutch: line.reason.words(.dutch, line.channel),
                english: line.reason.words(.english, line.channel))
        }
        .sorted {
            ($1.recipients, $0.rule, $0.channel.word, $0.by) < ($0.recipients, $1.rule, $1.channel.word, $1.by)
        }
    }
}
