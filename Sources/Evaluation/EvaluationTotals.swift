// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import GatewayCore

/// Adds up how an action went: its recipients, then its rows of the ledger in their order, then what citizens wrote.
/// With an account, everything of others is passed over, whatever order it comes in.
///
/// Memory: some 150 octets a recipient.
package struct EvaluationTotals: Sendable {
    private let account: String?
    private let begins: Timestamp
    private var people: [String: Person] = [:]
    private var firstRing: Timestamp?
    private var causes: [CauseKey: Int] = [:]
    private var attempts: [Int: (made: Int, reached: Int)] = [:]
    private var keys: [Character: Int] = [:]
    private var heard = EvaluationReport.Heard()
    private var trunks: [String: Trunk] = [:]
    private var accounts: [String: Account] = [:]
    private var written: [EvaluationReport.Written] = []
    private var writtenCount = 0

    /// A report is read by people: of what citizens wrote it has so many.
    package static let mostWritten = 200
    /// Points of the curve at most.
    private static let mostPoints = 120

    private struct Person {
        var account: String
        var outcome: Outcome?
        var channel: Channel?
        var reached: Timestamp?
        var done: Timestamp?
    }

    fileprivate struct CauseKey: Hashable {
        var disposition: Disposition
        var sip: Int
        var cause: Int
    }

    private struct Trunk {
        var attempts = 0
        var reached = 0
        var refused = 0
        var rang = 0
        var delay = Interval.zero
    }

    private struct Account {
        var recipients = 0
        var reached = 0
        var calls = 0
        var milliseconds: Int64 = 0
        var segments = 0
        var charge = Money.zero
    }

    /// - Parameter begins: Civil; from when the action could call.
    package init(account: String?, begins: Timestamp) {
        self.account = account
        self.begins = begins
    }

    /// A recipient; before the rows.
    ///
    /// - Parameter outcome: nil: none yet.
    package mutating func add(reference: String, account: String, outcome: Outcome?) {
        guard self.account == nil || self.account == account else { return }
        people[reference] = Person(account: account, outcome: outcome)
        accounts[account, default: Account()].recipients += 1
    }

    /// A row of the ledger, of this action.
    package mutating func add(_ cdr: CallDetailRecord) {
        guard account == nil || account == cdr.account else { return }
        accounts[cdr.account, default: Account()].charge += cdr.ledger.charge?.amount ?? .zero
        guard cdr.ledger.kind == .usage else { return }
        if people[cdr.recipient] == nil {
            // Whose row in the register of recipients is gone, by a purge.
            add(reference: cdr.recipient, account: cdr.account, outcome: nil)
        }
        let reachedAt = Self.reached(cdr)
        let isFirst = reachedAt != nil && people[cdr.recipient]?.reached == nil
        attempts[cdr.attemptNumber, default: (0, 0)].made += 1
        if isFirst { attempts[cdr.attemptNumber, default: (0, 0)].reached += 1 }
        addUsage(of: cdr, isFirst: isFirst)
        addTrunk(of: cdr, isReached: reachedAt != nil)
        if isFirst { people[cdr.recipient]?.reached = reachedAt }
        people[cdr.recipient]?.done = cdr.end
        people[cdr.recipient]?.channel = cdr.message == nil ? .voice : .sms
        guard cdr.message == nil else { return }
        if let ring = cdr.ringing ?? cdr.answer { firstRing = min(firstRing ?? ring, ring) }
        causes[CauseKey(disposition: cdr.disposition, sip: cdr.sipCode, cause: cdr.cause), default: 0] += 1
        guard cdr.answer != nil else { return }
        for key in Set(cdr.keys) { keys[key, default: 0] += 1 }
        switch cdr.heardPercent {
        case 100...: heard.whole += 1
        case 50...: heard.most += 1
        default: heard.less += 1
        }
    }

    /// What a citizen wrote in answer to it; after the recipients.
    package mutating func add(written text: String, by reference: String, at time: Timestamp) {
        guard account == nil || people[reference] != nil else { return }
        writtenCount += 1
        if written.count < Self.mostWritten { written.append(.init(at: time, text: text)) }
    }

    /// When the attempt reached its citizen, as statements count it: an answer, or an SMS that was delivered or taken over;
    /// nil: it did not.
    private static func reached(_ cdr: CallDetailRecord) -> Timestamp? {
        guard let message = cdr.message else { return cdr.answer }
        return cdr.disposition == .delivered || cdr.disposition == .sent ? message.accepted ?? cdr.end : nil
    }

    private mutating func addUsage(of cdr: CallDetailRecord, isFirst: Bool) {
        accounts[cdr.account, default: Account()].reached += isFirst ? 1 : 0
        if let message = cdr.message {
            accounts[cdr.account, default: Account()].segments += message.acceptedSegments
        } else {
            accounts[cdr.account, default: Account()].calls += 1
            accounts[cdr.account, default: Account()].milliseconds += cdr.billable.milliseconds
        }
    }

    private mutating func addTrunk(of cdr: CallDetailRecord, isReached: Bool) {
        var trunk = trunks[cdr.trunk] ?? Trunk()
        trunk.attempts += 1
        trunk.reached += isReached ? 1 : 0
        switch cdr.disposition {
        case .congestion, .failed, .rejected: trunk.refused += 1
        case .answered, .noAnswer, .busy, .delivered, .sent, .undelivered, .expired, .unknown: break
        }
        if let ringing = cdr.ringing {
            trunk.rang += 1
            trunk.delay = trunk.delay + max(.zero, ringing - cdr.start)
        }
        trunks[cdr.trunk] = trunk
    }

    /// Whether anybody or anything of that account was added.
    package func knows(_ account: String) -> Bool { accounts[account] != nil }

    // MARK: - The report

    /// Puts the figures into a report that has the facts.
    ///
    /// - Parameters:
    ///   - name: Of an account; "" when it has none.
    ///   - meaning: Of a key; "" when it has none.
    package func fill(_ report: inout EvaluationReport, name: (String) -> String, meaning: (String) -> String) {
        report.recipients = people.count
        let reached = people.values.compactMap(\.reached).map(milliseconds).sorted()
        let done = people.values.filter { $0.outcome != nil }.map { $0.done.map(milliseconds) ?? 0 }.sorted()
        report.reached = reached.count
        report.milestones = EvaluationReport.Milestones(
            firstRing: firstRing.map(milliseconds), half: Self.quantile(reached, 1, of: 2),
            most: Self.quantile(reached, 9, of: 10), last: reached.last)
        report.course = Self.course(reached, done)
        report.outcomes = outcomes()
        report.causes = causes.sorted { ($1.value, $0.key.order) < ($0.value, $1.key.order) }.map {
            EvaluationReport.Cause(
                disposition: $0.key.disposition.rawValue, sip: $0.key.sip, cause: $0.key.cause, calls: $0.value)
        }
        report.attempts = attempts.sorted { $0.key < $1.key }.map {
            EvaluationReport.Attempts(number: $0.key, made: $0.value.made, reached: $0.value.reached)
        }
        report.keys = keys.sorted { $0.key < $1.key }.map {
            EvaluationReport.Key(key: String($0.key), meaning: meaning(String($0.key)), calls: $0.value)
        }
        report.heard = heard
        report.trunks =
            account == nil
            ? trunks.sorted { $0.key < $1.key }.map {
                EvaluationReport.Trunk(
                    trunk: $0.key, attempts: $0.value.attempts, reached: $0.value.reached, refused: $0.value.refused,
                    postDialDelay: $0.value.rang > 0 ? Int($0.value.delay.milliseconds) / $0.value.rang : nil)
            } : []
        report.accounts = accounts.sorted { $0.key < $1.key }.map {
            EvaluationReport.Account(
                account: $0.key, name: name($0.key), recipients: $0.value.recipients, reached: $0.value.reached,
                calls: $0.value.calls, billsec: Int($0.value.milliseconds / 1000), segments: $0.value.segments,
                charge: $0.value.charge.decimalText)
        }
        report.written = written
        report.writtenCount = writtenCount
    }

    /// Whoever begins before a step of the clock counts as at once.
    private func milliseconds(_ time: Timestamp) -> Int { Int(max(0, (time - begins).milliseconds)) }

    /// The time by which so many of them were there.
    private static func quantile(_ sorted: [Int], _ numerator: Int, of denominator: Int) -> Int? {
        guard !sorted.isEmpty else { return nil }
        return sorted[(sorted.count * numerator + denominator - 1) / denominator - 1]
    }

    /// Equal steps of time, from the beginning to the last of them.
    private static func course(_ reached: [Int], _ done: [Int]) -> [EvaluationReport.Point] {
        guard let end = [reached.last, done.last].compactMap({ $0 }).max() else { return [] }
        let points = min(mostPoints, max(1, end / 1000))
        var (reachedCount, doneCount) = (0, 0)
        return (0...points).map { index in
            let time = end * index / points
            while reachedCount < reached.count, reached[reachedCount] <= time { reachedCount += 1 }
            while doneCount < done.count, done[doneCount] <= time { doneCount += 1 }
            return EvaluationReport.Point(milliseconds: time, reached: reachedCount, done: doneCount)
        }
    }

    private func outcomes() -> [EvaluationReport.OutcomeCount] {
        struct Key: Hashable {
            var outcome: Outcome?
            var channel: Channel?
            var order: String { "\(outcome?.rawValue ?? "~") \(channel?.rawValue ?? "")" }
        }
        var counts: [Key: Int] = [:]
        for person in people.values { counts[Key(outcome: person.outcome, channel: person.channel), default: 0] += 1 }
        return counts.sorted { ($1.value, $0.key.order) < ($0.value, $1.key.order) }.map {
            EvaluationReport.OutcomeCount(outcome: $0.key.outcome, channel: $0.key.channel, recipients: $0.value)
        }
    }
}

extension EvaluationTotals.CauseKey {
    fileprivate var order: String { "\(disposition.rawValue) \(sip) \(cause)" }
}
