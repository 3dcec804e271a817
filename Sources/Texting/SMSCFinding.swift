// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// Something that is believed of an SMSC, for the operator.
package struct SMSCFinding: Equatable, Sendable {
    package enum Subject: String, Sendable {
        /// It takes so many messages a second.
        case pace
        /// It refuses certain numbers for now, whatever the pace.
        case numbers
        /// It takes nothing, whoever it is for.
        case everything
        /// Nothing comes back.
        case silence
    }

    package let subject: Subject
    package let since: Timestamp
    /// With the evidence.
    package let text: String
}

/// Remembers on what evidence refusals for now (ESME_RTHROTTLED, ESME_RMSGQFUL) are believed of numbers or the SMSC.
struct RefusalRecord {
    /// Numbers that are refused while others are taken, since when, and when last.
    private var numbers: [String: (since: Timestamp, last: Timestamp)] = [:]
    /// Refusals that were believed of the SMSC: since when, how many, and of how many different numbers.
    private(set) var ofSMSC: (since: Timestamp, last: Timestamp, refusals: Int, numbers: Set<String>)?
    private(set) var status = CommandStatus.throttled

    /// More different numbers say nothing more.
    private static let most = 10_000
    /// Without such a refusal for so long, the next one is another matter.
    private static let over = Interval.minutes(1)
    /// A number is tried again within this time, unless it went over another SMSC.
    private static let longestWait = Interval.seconds(90)

    /// Numbers that are refused now while others are taken, and since when some are.
    func refusedNumbers(now: Timestamp) -> (count: Int, since: Timestamp)? {
        let known = numbers.values.filter { now - $0.last <= Self.longestWait }
        return known.map(\.since).min().map { (known.count, $0) }
    }

    mutating func believedOfNumber(_ number: String, _ status: CommandStatus, now: Timestamp) {
        self.status = status
        if numbers.count >= Self.most { numbers = numbers.filter { now - $0.value.last <= Self.longestWait } }
        guard let known = numbers[number] else {
            if numbers.count < Self.most { numbers[number] = (now, now) }
            return
        }
        numbers[number] = (known.since, now)
    }

    mutating func believedOfSMSC(_ number: String, _ status: CommandStatus, now: Timestamp) {
        self.status = status
        if let known = ofSMSC, now - known.last > Self.over { ofSMSC = nil }
        if ofSMSC == nil { ofSMSC = (now, now, 0, []) }
        ofSMSC?.last = now
        ofSMSC?.refusals += 1
        if let count = ofSMSC?.numbers.count, count < Self.most { ofSMSC?.numbers.insert(number) }
    }

    mutating func taken(_ number: String) { if !numbers.isEmpty { numbers[number] = nil } }
}

extension SMSCState {
    /// What is believed of it beside its contract, since when, and on what evidence.
    package func findings(now: Timestamp) -> [SMSCFinding] {
        var findings: [SMSCFinding] = []
        let submitting = binds.filter(\.canSubmit)
        if let since = submitting.compactMap(\.pacer.silentSince).min(), submitting.allSatisfy(\.pacer.isSilent) {
            findings.append(
                SMSCFinding(
                    subject: .silence, since: since,
                    text: "responses are overdue and nothing else comes: one message at a time tries it"))
        }
        let known = record.ofSMSC
        let refusals = known.map { "\($0.refusals) refusals of \($0.numbers.count) different numbers" } ?? "refusals"
        if let since = evidence.everythingRefusedSince(now: now) {
            findings.append(
                SMSCFinding(
                    subject: .everything, since: since,
                    text:
                        "it refuses everything with \(record.status), \(refusals), nothing is taken: SMSC, not numbers")
            )
        }
        // Nothing tells then what it takes.
        let takesNothing = findings.contains { $0.subject == .everything }
        let held = submitting.filter { $0.pacer.isThrottled(now: now) }
        if let known, !held.isEmpty, !takesNothing {
            let tenths = Int((held.reduce(0) { $0 + ($1.pacer.pace(now: now) ?? 0) } * 10).rounded())
            findings.append(
                SMSCFinding(
                    subject: .pace, since: known.since,
                    text: "\(refusals): link, not numbers; it takes \(tenths / 10).\(tenths % 10) a second"))
        }
        if let (count, since) = record.refusedNumbers(now: now) {
            findings.append(
                SMSCFinding(
                    subject: .numbers, since: since,
                    text: "\(count) number\(count == 1 ? "" : "s") refused for now with \(record.status) while others "
                        + "are taken: numbers, not pace"))
        }
        return findings
    }
}
