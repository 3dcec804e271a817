// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Testing

@Suite("The chain of the ledger") struct LedgerTests {
    private struct Row {
        var sequence: Int64
        var text: String
        var hash = SHA256.Digest.zero

        var line: LedgerLine {
            var line = LedgerLine()
            line.append(sequence)
            Array(text.utf8).withUnsafeBytes { line.append($0) }
            return line
        }
    }

    /// Rows 1 to 6, chained.
    private func ledger() -> [Row] {
        var previous = SHA256.Digest.zero
        return (1...6).map { sequence in
            var row = Row(sequence: Int64(sequence), text: "row \(sequence)")
            previous = row.line.hash(after: previous)
            row.hash = previous
            return row
        }
    }

    private func audit(
        _ rows: [Row], after start: LedgerHead = .empty, end: Int64 = 6, lastWritten: Int64 = 6,
        noted: [LedgerHead] = []
    ) -> LedgerAudit {
        var audit = LedgerAudit(after: start, end: end, lastWritten: lastWritten, noted: noted)
        for row in rows { audit.take(sequence: row.sequence, line: row.line.bytes, hash: row.hash) }
        audit.finish()
        return audit
    }

    @Test("An untouched ledger is proved, and so is a range of it")
    func sound() {
        let rows = ledger()
        #expect(audit(rows).fault == nil && audit(rows).rows == 6)
        #expect(audit(rows).last == LedgerHead(sequence: 6, hash: rows[5].hash))
        let range = audit(Array(rows[2...3]), after: LedgerHead(sequence: 2, hash: rows[1].hash), end: 4)
        #expect(range.fault == nil && range.rows == 2)
        #expect(audit([], end: 0).isDone)
    }

    @Test("A changed row is named", arguments: 0..<6)
    func changed(index: Int) {
        var rows = ledger()
        rows[index].text += "!"
        #expect(audit(rows).fault == .changed(Int64(index + 1)))
        rows = ledger()
        rows[index].hash = .zero
        #expect(audit(rows).fault == .changed(Int64(index + 1)))
    }

    @Test("A removed row is named; the last one by what was noted", arguments: 0..<6)
    func removed(index: Int) {
        var rows = ledger()
        rows.remove(at: index)
        #expect(
            audit(rows).fault == (index < 5 ? .removed(Int64(index + 1)) : .truncated(after: 5, expected: 6)))
        // The numbers were closed up behind it.
        for later in index..<5 { rows[later].sequence -= 1 }
        #expect(
            audit(rows).fault == (index < 5 ? .changed(Int64(index + 1)) : .truncated(after: 5, expected: 6)))
    }

    @Test("Rows that have changed places are named, whether their hashes went with them or not")
    func exchanged() {
        for first in 0..<6 {
            for second in first + 1..<6 {
                var rows = ledger()
                (rows[first].text, rows[second].text) = (rows[second].text, rows[first].text)
                #expect(audit(rows).fault == .exchanged(Int64(first + 1), with: Int64(second + 1)))
                (rows[first].hash, rows[second].hash) = (rows[second].hash, rows[first].hash)
                #expect(audit(rows).fault == .exchanged(Int64(first + 1), with: Int64(second + 1)))
            }
        }
    }

    @Test("Rows behind the end, and a ledger that was written anew")
    func endings() {
        let rows = ledger()
        #expect(audit(rows, lastWritten: 5).fault == .added(6))
        #expect(audit(rows, end: 9).fault == .truncated(after: 6, expected: 9))
        #expect(audit(rows, noted: [LedgerHead(sequence: 4, hash: rows[3].hash)]).fault == nil)
        #expect(audit(rows, noted: [LedgerHead(sequence: 4, hash: .zero)]).fault == .rewritten(4))
    }

    @Test("The canonical text tells NULL, empty and tabs apart")
    func line() {
        var line = LedgerLine()
        line.append(-12)
        line.appendNull()
        for text in ["", "a\tb\\n\nc\r", "+31612345678"] { Array(text.utf8).withUnsafeBytes { line.append($0) } }
        #expect(String(decoding: line.bytes, as: UTF8.self) == "-12\t\\N\t\ta\\tb\\\\n\\nc\\r\t+31612345678")
        let pseudonyms = NumberPseudonyms(instanceKey: [1])
        let pseudonym = pseudonyms.pseudonym(of: "+31612345678")
        var (before, after) = (LedgerLine(), LedgerLine())
        Array("+31612345678".utf8).withUnsafeBytes { before.append(number: $0, pseudonyms) }
        Array(pseudonym.utf8).withUnsafeBytes { after.append(number: $0, pseudonyms) }
        #expect(before.bytes == after.bytes && after.bytes == Array(pseudonym.utf8))
    }

    @Test("Decimals", arguments: [0, 7, 10, -1, 1_234_567, Int64.max, Int64.min])
    func decimals(number: Int64) {
        var bytes = Array("x".utf8)
        bytes.appendDecimal(number)
        #expect(String(decoding: bytes, as: UTF8.self) == "x\(number)")
    }

    @Test("An adjustment names its row and counts nothing again")
    func adjustment() {
        var call = sampleCDR()
        call.ledger.charge = RatedAmount(amount: Money(microEuros: 90_000), vatBasisPoints: 2100, tariff: "gm@1")
        let time = Timestamp(milliseconds: 1_765_000_000_000)
        let back = RatedAmount(amount: Money(microEuros: -50_000), vatBasisPoints: 2100, tariff: "gm@1")
        let credit = call.adjustment(.credit, cost: nil, charge: back, note: "as agreed", at: time)
        #expect(credit.ledger == LedgerEntry(kind: .credit, corrects: 7, charge: back, note: "as agreed"))
        #expect(credit.start == time && credit.duration == .zero && credit.billable == .zero)
        #expect(credit.account == call.account && credit.attempt == call.attempt && credit.callee == call.callee)
        var numbered = credit
        numbered.sequence = 9
        #expect(
            numbered.adjustment(.correction, cost: nil, charge: back, note: "", at: time).ledger.corrects == 7)
        let message = sampleMessageCDR().adjustment(.correction, cost: nil, charge: nil, note: "", at: time)
        #expect(message.message?.acceptedSegments == 0 && message.message?.encoding == "GSM-7")
    }
}
