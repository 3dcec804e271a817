// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

/// SplitMix64: the same rows for the same seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}

/// A rated call of some seconds; 0 seconds: not answered.
func statementCall(
    sequence: Int64 = 1, action: String = "a-1", account: String = "GM0513", trunk: String = "kpn",
    start: Timestamp, seconds: Int64, charge: Int64, cost: Int64 = 0, attempt: Int = 1, vat: Int = 2100
) -> CallDetailRecord {
    let answer = seconds > 0 ? start + .milliseconds(3_000) : nil
    return CallDetailRecord(
        sequence: sequence, attempt: AttemptID(sequence), action: action, recipient: "P-\(sequence)", account: account,
        callee: "+316\(10_000_000 + sequence)", caller: "+31880000112", trunk: trunk, callID: "c-\(sequence)",
        attemptNumber: attempt, start: start, ringing: nil, answer: answer,
        end: (answer ?? start) + .milliseconds(seconds * 1000), sipCode: seconds > 0 ? 200 : 486,
        cause: seconds > 0 ? 16 : 17, hangupBy: .gateway, ownReason: .requested,
        disposition: seconds > 0 ? .answered : .busy, codec: .pcma, promptHash: "ab12", heardMilliseconds: 0,
        promptMilliseconds: 8000, keys: "", recovered: false, redial: false, packetsSent: 0, packetsReceived: 0,
        ledger: LedgerEntry(
            cost: RatedAmount(amount: Money(microEuros: cost), vatBasisPoints: 2100, tariff: "kpn@2026-01-01"),
            charge: RatedAmount(amount: Money(microEuros: charge), vatBasisPoints: vat, tariff: "gm@2026-01-01")))
}

/// A rated SMS.
func statementMessage(
    sequence: Int64 = 1, action: String = "a-1", account: String = "GM0513", trunk: String = "noord",
    start: Timestamp, segments: Int, disposition: Disposition = .delivered, charge: Int64, cost: Int64 = 0,
    attempt: Int = 1
) -> CallDetailRecord {
    var cdr = statementCall(
        sequence: sequence, action: action, account: account, trunk: trunk, start: start, seconds: 0, charge: charge,
        cost: cost, attempt: attempt)
    cdr.disposition = disposition
    cdr.message = MessageDetail(
        segments: segments, acceptedSegments: segments, encoding: "GSM-7", accepted: start, messageIDs: [],
        references: [], state: "", error: "", submits: segments, doubtful: false)
    return cdr
}

/// A row that changes an amount.
func statementAdjustment(
    _ kind: LedgerKind, sequence: Int64, action: String = "a-1", account: String = "GM0513", start: Timestamp,
    charge: Int64, note: String, vat: Int = 2100
) -> CallDetailRecord {
    var cdr = statementCall(
        sequence: sequence, action: action, account: account, start: start, seconds: 30, charge: charge, vat: vat)
    cdr.ledger.kind = kind
    cdr.ledger.corrects = 1
    cdr.ledger.note = note
    return cdr
}

/// Calls, SMS, corrections and credits of several accounts, over more than a year.
func randomLedger(seed: UInt64, count: Int) -> [CallDetailRecord] {
    var random = SplitMix(state: seed)
    let first = DutchTime(year: 2025, month: 12, day: 20).timestamp()
    return (1...count).map { index in
        let sequence = Int64(index)
        let start = first + .milliseconds(Int64.random(in: 0..<380 * 86_400_000, using: &random))
        let account = ["GM0513", "GM0627", "GM1924"].randomElement(using: &random) ?? ""
        let action = "a-\(Int.random(in: 1...12, using: &random))"
        let charge = Int64.random(in: 0...200_000, using: &random)
        let cost = Int64.random(in: 0...150_000, using: &random)
        let attempt = Int.random(in: 1...3, using: &random)
        switch Int.random(in: 0..<20, using: &random) {
        case 0:
            return statementAdjustment(
                .correction, sequence: sequence, action: action, account: account, start: start,
                charge: Int64.random(in: -90_000...90_000, using: &random), note: "new tariff")
        case 1:
            return statementAdjustment(
                .credit, sequence: sequence, action: action, account: account, start: start, charge: -charge,
                note: "goodwill", vat: 900)
        case 2..<9:
            return statementMessage(
                sequence: sequence, action: action, account: account, start: start,
                segments: Int.random(in: 0...3, using: &random),
                disposition: [.delivered, .sent, .undelivered].randomElement(using: &random) ?? .unknown,
                charge: charge, cost: cost, attempt: attempt)
        default:
            var call = statementCall(
                sequence: sequence, action: action, account: account,
                trunk: ["kpn", "zuid"].randomElement(using: &random) ?? "", start: start,
                seconds: Int64.random(in: 0...90, using: &random), charge: charge, cost: cost, attempt: attempt)
            if Int.random(in: 0..<30, using: &random) == 0 { call.ledger.charge = nil }
            return call
        }
    }
}
