// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import GatewayCore
import Participants

/// What the end of a call says of the number itself (docs/participants.md).
enum NumberCondition {
    case doesNotExist, moved, rejected, busy, answered, other

    /// Codes of RFC 3261 21.4 and 21.6, causes of Q.850.
    init(_ cdr: CallDetailRecord) {
        if cdr.answer != nil {
            self = .answered
        } else if cdr.sipCode == 410 || cdr.cause == 22 {
            self = .moved
        } else if [404, 604, 484].contains(cdr.sipCode) || cdr.cause == 1 || cdr.cause == 28 {
            self = .doesNotExist
        } else if [603, 607, 608].contains(cdr.sipCode) {
            self = .rejected
        } else if cdr.disposition == .busy {
            self = .busy
        } else {
            self = .other
        }
    }
}

/// Numbers that the office which keeps the list should look at, from the calls of a period, the oldest first.
struct NumberHygiene {
    enum Problem: String, CaseIterable {
        case doesNotExist = "does-not-exist"
        case moved = "moved"
        case alwaysRejected = "always-rejected"
        case alwaysBusy = "always-busy"
        case optedOutByKey = "opted-out-by-key"
        case optedOutBySMS = "opted-out-by-sms"

        var dutch: String {
            switch self {
            case .doesNotExist: "bestaat niet"
            case .moved: "verhuisd"
            case .alwaysRejected: "altijd geweigerd"
            case .alwaysBusy: "altijd in gesprek"
            case .optedOutByKey: "afgemeld met toets"
            case .optedOutBySMS: "afgemeld per sms"
            }
        }
    }

    struct Row: Equatable {
        var problem: Problem
        var number: String
        var reference: String
        /// Calls that say so; 0: none does.
        var calls: Int
        var first: Timestamp
        var last: Timestamp
    }

    private struct Tally {
        var reference: String
        var first: Timestamp
        var last: Timestamp
        var calls = 0
        var rejected = 0
        var busy = 0
        /// Of the last call; an answer, or any other end, takes it back.
        var lastCondition = NumberCondition.other
        var gone = 0
    }

    /// One refusal may be a bad moment, three engaged tones a long evening.
    private static let leastRejected = 2
    private static let leastBusy = 3

    private var tallies: [String: Tally] = [:]

    mutating func add(_ cdr: CallDetailRecord) {
        guard cdr.ledger.kind == .usage, cdr.message == nil, !NumberPseudonyms.isPseudonym(cdr.callee) else { return }
        let condition = NumberCondition(cdr)
        var tally = tallies[cdr.callee] ?? Tally(reference: cdr.recipient, first: cdr.start, last: cdr.start)
        tally.calls += 1
        tally.last = cdr.start
        tally.reference = cdr.recipient
        tally.lastCondition = condition
        switch condition {
        case .rejected: tally.rejected += 1
        case .busy: tally.busy += 1
        case .doesNotExist, .moved: tally.gone += 1
        case .answered, .other: break
        }
        tallies[cdr.callee] = tally
    }

    /// In order of the problems, then of the numbers.
    ///
    /// - Parameter people: The register, for who opted out since then and for references.
    func rows(_ people: [Participant], since: Timestamp) -> [Row] {
        var rows: [Row] = []
        let references = Dictionary(
            people.compactMap { person in person.reference.map { (person.number.e164, $0) } }, uniquingKeysWith: { $1 })
        for (number, tally) in tallies {
            let found: (Problem, Int)?
            switch tally.lastCondition {
            case .doesNotExist: found = (.doesNotExist, tally.gone)
            case .moved: found = (.moved, tally.gone)
            case .rejected where tally.rejected == tally.calls && tally.calls >= Self.leastRejected:
                found = (.alwaysRejected, tally.calls)
            case .busy where tally.busy == tally.calls && tally.calls >= Self.leastBusy:
                found = (.alwaysBusy, tally.calls)
            case .rejected, .busy, .answered, .other: found = nil
            }
            guard let (problem, calls) = found else { continue }
            rows.append(
                Row(
                    problem: problem, number: number, reference: references[number] ?? tally.reference, calls: calls,
                    first: tally.first, last: tally.last))
        }
        for person in people {
            guard let note = person.optOutNote, note.since >= since, !person.number.isPurged else { continue }
            let problem: Problem
            switch note.source {
            case .key: problem = .optedOutByKey
            case .sms: problem = .optedOutBySMS
            // Whoever keeps the list knows those.
            case .list, .operatorsHand: continue
            }
            rows.append(
                Row(
                    problem: problem, number: person.number.e164, reference: person.reference ?? "", calls: 0,
                    first: note.since, last: note.since))
        }
        let order = Dictionary(uniqueKeysWithValues: Problem.allCases.enumerated().map { ($1, $0) })
        return rows.sorted { (order[$0.problem] ?? 0, $0.number) < (order[$1.problem] ?? 0, $1.number) }
    }

    static func header(_ locale: ExportLocale?) -> String {
        RegisterText.csv(
            locale == nil
                ? ["problem", "number", "id", "calls", "first", "last"]
                : ["probleem", "telefoonnummer", "kenmerk", "oproepen", "eerste", "laatste"], locale)
    }

    static func text(_ row: Row, _ locale: ExportLocale?) -> String {
        func time(_ time: Timestamp) -> String { locale == nil ? time.description : DutchTime(time).description }
        return RegisterText.csv(
            [
                locale == nil ? row.problem.rawValue : row.problem.dutch, row.number, row.reference, "\(row.calls)",
                time(row.first), time(row.last),
            ], locale)
    }
}
