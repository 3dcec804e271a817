// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Testing

@testable import ActionEngine
@testable import Actions
@testable import Pacing

/// A telephone network in engine time, beside a civil clock that is set again and again.
final class JumpingNetwork {
    private enum Event {
        case ringing(AttemptID)
        case answered(AttemptID)
        case ended(AttemptID, CallEnd)
    }

    let network: Network
    private var events: [(at: Timestamp, event: Event)] = []
    /// When the civil clock is set to what offset, in order.
    private var jumps: [(at: Timestamp, offset: Interval)] = []
    private var fates: Seeded
    private var ordered = 0

    static let start = Timestamp(milliseconds: 1_795_521_600_000)
    static let rate = 4.0
    static let channels = 6

    static func configuration() throws -> EngineConfiguration {
        var reader = TariffReader()
        let text = """
            [Tariff t]
            Account=*
            ValidFrom=2020-01-01
            [Voice all]
            Prefix=+31
            ConnectFee=0.01
            PerMinute=0.0555
            Increment=1/1
            """
        reader.read(Array(text.utf8), file: "t")
        try #require(reader.complaints.isEmpty)
        return EngineConfiguration(
            trunks: [Network.trunk("a", rate: rate, channels: channels)],
            rater: Rater(TariffBook(reader.tariffs.map(\.tariff))))
    }

    /// - Parameters:
    ///   - scenario: What becomes of the calls.
    ///   - clock: How the civil clock jumps; nil: it does not.
    init(scenario: UInt64, clock: UInt64?) throws {
        network = Network(try Self.configuration())
        network.now = Self.start
        fates = Seeded(state: scenario)
        guard let clock else { return }
        var numbers = Seeded(state: clock &* 2_654_435_761)
        var offset = Interval.zero
        var at = Self.start
        for _ in 0..<(1 + numbers.below(6)) {
            at = at + .milliseconds(Int64(numbers.below(200_000)))
            let day = 86_400_000
            switch numbers.below(3) {
            case 0: offset = offset + .milliseconds(Int64(numbers.below(2 * day)) - Int64(day))
            case 1: offset = offset + .milliseconds(numbers.below(2) == 0 ? 1800 : -1800)
            default: offset = .zero
            }
            jumps.append((at, offset))
        }
    }

    /// An action of so many, until nothing is due any more.
    func run(_ count: Int) throws {
        try network.submit("a1", count: count)
        follow()
        while network.engine.action(named: "a1")?.record.phase == .running, let next = nextMoment {
            network.now = max(network.now + .microseconds(1), next)
            while let jump = jumps.first, jump.at <= network.now {
                network.civilOffset = jump.offset
                jumps.removeFirst()
            }
            while let due = events.first, due.at <= network.now {
                events.removeFirst()
                perform(due.event, at: due.at)
            }
            network.turn()
            follow()
        }
    }

    private var nextMoment: Timestamp? {
        [network.engine.nextDeadline(now: network.now), events.first?.at, jumps.first?.at].compactMap { $0 }.min()
    }

    private func perform(_ event: Event, at time: Timestamp) {
        let engine = network.engine
        switch event {
        case .ringing(let id): engine.callRinging(id, at: time)
        case .answered(let id): engine.callAnswered(id, codec: .pcma, dialog: "{}", at: time)
        case .ended(let id, let end):
            if end.sipCode == 200 { engine.promptEnded(id, heardMilliseconds: 10_000, at: time, now: network.now) }
            engine.callEnded(id, end, at: time, now: network.now)
        }
    }

    /// What becomes of the calls that were placed since.
    private func follow() {
        while ordered < network.orders.count {
            let (order, at) = network.orders[ordered]
            ordered += 1
            network.engine.callSent(order.attempt, at: at, now: at)
            let rings = at + .milliseconds(Int64(50 + fates.below(900)))
            set(rings, .ringing(order.attempt))
            let decided = rings + .milliseconds(Int64(500 + fates.below(9000)))
            switch fates.below(4) {
            case 0: set(decided, .ended(order.attempt, CallEnd(sipCode: 486)))
            case 1: set(decided, .ended(order.attempt, CallEnd(sipCode: 480)))
            default:
                set(decided, .answered(order.attempt))
                let over = decided + .microseconds(Int64(500_000 + fates.below(12_000_000)))
                set(over, .ended(order.attempt, CallEnd(sipCode: 200, by: .callee)))
            }
        }
    }

    private func set(_ time: Timestamp, _ event: Event) {
        let place = events.firstIndex { $0.at > time } ?? events.endIndex
        events.insert((time, event), at: place)
    }
}

extension Seeded {
    fileprivate mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
