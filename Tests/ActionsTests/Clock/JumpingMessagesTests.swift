// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import SMPP
import Testing

@testable import Actions
@testable import Pacing

/// An SMSC in engine time, beside a civil clock that is set again and again.
private final class JumpingMessages {
    let network: MessageNetwork
    private var jumps: [(at: Timestamp, offset: Interval)] = []
    private var receipts: [(at: Timestamp, submission: Int, state: MessageState)] = []
    private var followed = 0

    static let perSecond = 3
    static let count = 9

    /// - Parameter clock: How the civil clock jumps; nil: it does not.
    init(scenario: UInt64, clock: UInt64?) throws {
        var configuration = MessageNetwork.configuration(
            [MessageNetwork.smsc("s", perSecond: Self.perSecond)], receiptTimeout: .minutes(2))
        var reader = TariffReader()
        let text = """
            [Tariff t]
            Account=*
            ValidFrom=2020-01-01
            [SMS all]
            Prefix=+31
            PerSegment=0.0425
            """
        reader.read(Array(text.utf8), file: "t")
        try #require(reader.complaints.isEmpty)
        configuration.rater = Rater(TariffBook(reader.tariffs.map(\.tariff)))
        network = MessageNetwork(configuration)
        network.now = JumpingNetwork.start
        // By number and try, whatever else there is: the same scenario does the same.
        network.reply = { submission in
            var fate = Seeded(state: scenario &* 7919 &+ (UInt64(submission.number.suffix(3)) ?? 0))
            for _ in 0..<submission.times { _ = fate.next() }
            switch fate.next() % 5 {
            case 0: return .refused(submission.times < 4 ? .throttled : .ok)
            case 1: return .refused(submission.times < 3 ? .messageQueueFull : .invalidDestinationAddress)
            default: return .taken
            }
        }
        guard let clock else { return }
        var numbers = Seeded(state: clock &* 2_654_435_761 &+ 1)
        var offset = Interval.zero
        var at = JumpingNetwork.start
        for _ in 0..<(1 + numbers.next() % 6) {
            at = at + .milliseconds(Int64(numbers.next() % 30_000))
            let day: UInt64 = 86_400_000
            switch numbers.next() % 3 {
            case 0: offset = offset + .milliseconds(Int64(numbers.next() % (2 * day)) - Int64(day))
            case 1: offset = offset + .milliseconds(numbers.next() % 2 == 0 ? 1800 : -1800)
            default: offset = .zero
            }
            jumps.append((at, offset))
        }
    }

    /// An action, until nothing is due any more.
    func run() throws {
        try network.submit("m1", count: Self.count, text: TextMessage(text: "Alert", validity: .minutes(30)))
        network.settle()
        follow()
        while network.phase("m1") == .running || network.engine.openMessages > 0, let next = nextMoment {
            network.now = max(network.now + .microseconds(1), next)
            while let jump = jumps.first, jump.at <= network.now {
                network.civilOffset = jump.offset
                jumps.removeFirst()
            }
            while let due = receipts.first, due.at <= network.now {
                receipts.removeFirst()
                network.receipt(due.submission, due.state)
            }
            network.settle()
            follow()
        }
    }

    private var nextMoment: Timestamp? {
        [network.engine.nextDeadline(now: network.now), receipts.first?.at, jumps.first?.at].compactMap { $0 }.min()
    }

    /// Most of what was taken is told of half a minute later, one in five never.
    private func follow() {
        while followed < network.submissions.count {
            let submission = network.submissions[followed]
            if submission.wasTaken, UInt64(submission.number.suffix(1)) ?? 0 > 1 {
                receipts.append((submission.at + .seconds(30), followed, .delivered))
            }
            followed += 1
        }
    }
}

@Suite("SMS and a civil clock that jumps at random") struct JumpingMessagesTests {
    private static let scenarios: UInt64 = 5

    private static let steady: [(times: [Timestamp], cdrs: [CallDetailRecord])] = (0..<scenarios).compactMap {
        scenario in
        guard let world = try? JumpingMessages(scenario: scenario, clock: nil) else { return nil }
        try? world.run()
        return (world.network.submissions.map(\.at), world.network.cdrs)
    }

    @Test(
        "10,000 clocks: pace, waits, validity and bills are those without a jump, and times are in order",
        arguments: 0..<10)
    func anyClock(_ part: Int) throws {
        try #require(Self.steady.count == Int(Self.scenarios))
        for clock in 0..<1000 {
            let scenario = UInt64(clock) % Self.scenarios
            let world = try JumpingMessages(scenario: scenario, clock: UInt64(part * 1000 + clock))
            try world.run()
            let steady = Self.steady[Int(scenario)]
            // The same pace to the microsecond, so within 2 % and never above the contract.
            guard world.network.submissions.map(\.at) == steady.times, world.network.cdrs.count == steady.cdrs.count
            else {
                Issue.record("clock \(part * 1000 + clock): other messages, or at other times")
                return
            }
            for (one, other) in zip(world.network.cdrs, steady.cdrs) {
                let isSame =
                    one.end - one.start == other.end - other.start && one.callee == other.callee
                    && one.ledger.charge?.amount == other.ledger.charge?.amount && one.disposition == other.disposition
                guard one.start <= one.end, isSame else {
                    Issue.record("clock \(part * 1000 + clock): \(one) where \(other) was")
                    return
                }
            }
        }
    }

    @Test("Without jumps no second has more messages than the contract allows, and all kinds of ends are there")
    func pace() {
        for steady in Self.steady {
            for (place, time) in steady.times.enumerated() {
                let within = steady.times[place...].prefix { $0 - time < .seconds(1) }
                #expect(within.count <= JumpingMessages.perSecond)
            }
            #expect(steady.times.count > JumpingMessages.count && steady.cdrs.contains { $0.ledger.charge != nil })
        }
        let ends = Set(Self.steady.flatMap { $0.cdrs.map(\.disposition) })
        #expect(ends.count > 1, "\(ends)")
    }
}
