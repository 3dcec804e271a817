// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import Evaluation
import GatewayCore
import Testing

private let beginning = Timestamp(microseconds: 1_790_000_000_000_000)

private func second(_ seconds: Int64) -> Timestamp { beginning + .microseconds(seconds * 1_000_000) }

/// A row of the ledger. `answer`: seconds from the beginning.
private func row(
    _ recipient: String, account: String = "GM0513", number: Int = 1, answer: Int64? = nil, end: Int64 = 30,
    disposition: Disposition = .noAnswer, trunk: String = "noord", message: MessageDetail? = nil, keys: String = "",
    heard: Int = 10_000, charge: Int64 = 0, kind: LedgerKind = .usage, sip: Int = 480
) -> CallDetailRecord {
    CallDetailRecord(
        sequence: 1, attempt: AttemptID(1), action: "a", recipient: recipient, account: account, callee: "+31612345678",
        caller: "", trunk: trunk, callID: "", attemptNumber: number, start: second(answer.map { $0 - 1 } ?? end - 1),
        ringing: answer.map { second($0) }, answer: message == nil ? answer.map { second($0) } : nil, end: second(end),
        sipCode: answer == nil ? sip : 200, cause: 16, hangupBy: .callee, ownReason: .none,
        disposition: answer != nil && message == nil ? .answered : disposition, codec: nil, promptHash: "",
        heardMilliseconds: heard, promptMilliseconds: 10_000, keys: keys, recovered: false, redial: false,
        packetsSent: 0,
        packetsReceived: 0, message: message,
        ledger: LedgerEntry(
            kind: kind, corrects: kind == .usage ? nil : 1, cost: nil,
            charge: RatedAmount(amount: Money(microEuros: charge)), note: ""))
}

private func report(_ account: String? = nil, isDraft: Bool = false) -> EvaluationReport {
    EvaluationReport(
        id: "a", title: "Vermist <b>", phase: .completed, priority: .normal, account: account, isDraft: isDraft,
        accepted: beginning, begins: beginning, ended: second(60), message: "Zie 12:30.", spoken: "Zie half een.",
        messageMilliseconds: 10_000, sms: nil)
}

private func filled(_ account: String? = nil, _ add: (inout EvaluationTotals) -> Void) -> EvaluationReport {
    var totals = EvaluationTotals(account: account, begins: beginning)
    add(&totals)
    var result = report(account)
    totals.fill(&result, name: { $0 == "GM0513" ? "Gouda" : "" }, meaning: { $0 == "1" ? "repeat" : "" })
    return result
}

@Suite struct EvaluationTests {
    @Test("Half and nine in ten are of those who were reached, each once") func milestones() {
        let result = filled { totals in
            for index in 1...20 {
                totals.add(reference: "P-\(index)", account: "GM0513", outcome: index <= 10 ? .answered : .noAnswer)
            }
            for index in 1...10 { totals.add(row("P-\(index)", answer: Int64(index), end: Int64(index) + 5)) }
            // Called again, and answered again: counted when it was the first time.
            totals.add(row("P-1", number: 2, answer: 100, end: 110))
            for index in 11...20 { totals.add(row("P-\(index)", end: 40)) }
        }
        #expect(result.recipients == 20 && result.reached == 10)
        #expect(result.milestones == .init(firstRing: 1000, half: 5000, most: 9000, last: 10_000))
        #expect(result.attempts == [.init(number: 1, made: 20, reached: 10), .init(number: 2, made: 1, reached: 0)])
        #expect(result.course.first == .init(milliseconds: 0, reached: 0, done: 0))
        #expect(result.course.last == .init(milliseconds: 110_000, reached: 10, done: 20))
        #expect(
            zip(result.course, result.course.dropFirst()).allSatisfy { $0.reached <= $1.reached && $0.done <= $1.done })
    }

    @Test("An SMS reaches when it was taken over; one that was not delivered does not") func messages() {
        let result = filled { totals in
            for name in ["A", "B", "C"] { totals.add(reference: name, account: "GM0513", outcome: .sent) }
            let taken = MessageDetail(segments: 2, acceptedSegments: 2, accepted: second(3))
            totals.add(row("A", disposition: .delivered, message: taken))
            totals.add(row("B", disposition: .undelivered, message: taken))
            totals.add(row("C", disposition: .sent, message: taken))
        }
        #expect(result.reached == 2 && result.milestones.last == 3000 && result.milestones.firstRing == nil)
        #expect(result.accounts.map(\.segments) == [6] && result.causes.isEmpty)
    }

    @Test("Credits and corrections change what is charged, and nothing else") func credits() {
        let result = filled { totals in
            totals.add(reference: "A", account: "GM0513", outcome: .answered)
            totals.add(row("A", answer: 2, charge: 1_500_000))
            totals.add(row("A", answer: 2, charge: -1_000_000, kind: .credit))
        }
        #expect(
            result.accounts == [
                .init(
                    account: "GM0513", name: "Gouda", recipients: 1, reached: 1, calls: 1, billsec: 28, segments: 0,
                    charge: "0.500000")
            ])
        #expect(result.attempts.map(\.made) == [1])
    }

    @Test("For one municipality there is nothing of another, whatever order it comes in") func oneMunicipality() {
        let result = filled("GM0513") { totals in
            totals.add(row("secret-1", account: "GM0627", answer: 1, trunk: "secret", charge: 99))
            totals.add(reference: "A", account: "GM0513", outcome: .answered)
            totals.add(reference: "secret-1", account: "GM0627", outcome: .answered)
            totals.add(row("A", answer: 2))
            totals.add(row("secret-2", account: "GM0627", answer: 1, trunk: "secret", keys: "9"))
            totals.add(written: "secret words", by: "secret-1", at: second(5))
            totals.add(written: "gezien bij de brug", by: "A", at: second(6))
        }
        #expect(result.recipients == 1 && result.reached == 1 && result.trunks.isEmpty && result.keys.isEmpty)
        #expect(result.written.map(\.text) == ["gezien bij de brug"])
        for language in [Language.dutch, .english] {
            for isBriefing in [false, true] {
                let page = EvaluationHTML(language: language).lines(result, isBriefing: isBriefing)
                let text = EvaluationText(language: language).lines(result, isBriefing: isBriefing)
                #expect(!(page + text).joined().contains("secret") && !(page + text).joined().contains("GM0627"))
            }
        }
    }

    @Test("Whoever was purged from the recipients is counted by the ledger's rows") func purged() {
        let result = filled { totals in totals.add(row("gone", answer: 2)) }
        #expect(result.recipients == 1 && result.reached == 1)
        #expect(result.outcomes == [.init(outcome: nil, channel: .voice, recipients: 1)])
    }

    @Test("Nobody reached, nobody in it: a report all the same") func empty() {
        let result = filled { _ in }
        #expect(result.milestones == .init() && result.course.isEmpty)
        #expect(EvaluationText(language: .dutch).lines(result).contains { $0.contains("niemand") })
        #expect(EvaluationHTML(language: .english).lines(result).last == "</html>")
    }

    @Test("A clock that steps back during the action breaks no figure") func clock() {
        let result = filled { totals in
            totals.add(reference: "A", account: "GM0513", outcome: .answered)
            totals.add(row("A", answer: -3600, end: -3590))
        }
        #expect(result.milestones.last == 0 && result.course.isEmpty == false)
    }

    @Test("What a citizen or an officer writes is text in the page, and moves no cursor in the other") func hostile() {
        var result = filled { totals in
            totals.add(reference: "A", account: "GM0513", outcome: .answered)
            totals.add(row("A", answer: 2))
            totals.add(written: "<script>alert(1)</script>\u{1B}[2J", by: "A", at: second(6))
        }
        result.deeds = [DeedReport(deed: .stopped, at: second(8), user: "x", officer: "\"><img src=x>")]
        let page = EvaluationHTML(language: .dutch).lines(result).joined(separator: "\n")
        #expect(!page.contains("<script") && !page.contains("<img") && page.contains("&lt;script&gt;"))
        #expect(page.contains("Vermist &lt;b&gt;"))
        let text = EvaluationText(language: .dutch).lines(result).joined(separator: "\n")
        #expect(!text.contains("\u{1B}"))
    }

    @Test("Text stays within 80 columns, figures whole") func width() {
        let result = filled { totals in
            for index in 0..<3000 { totals.add(reference: "P-\(index)", account: "GM\(index % 7)", outcome: .answered) }
            for index in 0..<3000 {
                totals.add(row("P-\(index)", account: "GM\(index % 7)", answer: Int64(index), charge: 123_456))
            }
            totals.add(written: String(repeating: "een lange zin ", count: 30), by: "P-1", at: second(9))
        }
        for language in [Language.dutch, .english] {
            let lines = EvaluationText(language: language).lines(result)
            #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines.filter { $0.count > 80 })")
            #expect(lines.contains { $0.contains(language == .dutch ? "3.000" : "3,000") })
        }
    }

    @Test("A draft says so, wherever it is printed") func draft() {
        let page = EvaluationHTML(language: .dutch).lines(report(isDraft: true)).joined(separator: "\n")
        #expect(page.contains("Voorlopig:") && page.contains("voorlopig\"; font"))
        #expect(EvaluationText(language: .english).lines(report(isDraft: true)).contains { $0.hasPrefix("DRAFT:") })
        #expect(!EvaluationHTML(language: .dutch).lines(report()).joined().contains("Voorlopig"))
    }

    @Test("The same report makes the same bytes") func deterministic() {
        func page() -> [String] {
            EvaluationHTML(language: .dutch).lines(
                filled { totals in
                    for index in 0..<500 {
                        totals.add(
                            reference: "P-\(index)", account: "GM\(index % 5)",
                            outcome: index % 2 == 0 ? .answered : .busy)
                        totals.add(
                            row(
                                "P-\(index)", account: "GM\(index % 5)", answer: Int64(index % 40),
                                trunk: "t\(index % 9)", keys: "\(index % 10)"))
                    }
                })
        }
        #expect(page() == page())
    }
}
