// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Testing

@testable import Actions
@testable import SMPP

/// What one simulated SMSC does, and when.
struct SimulatedSMSC {
    /// From a submit_sm to its response.
    var latency = Interval.milliseconds(2)
    /// Messages it takes in any second, over all binds; nil: all.
    var limit: Int?
    /// Numbers that it always throttles, up to the time.
    var throttled: (numbers: Set<String>, until: Timestamp)?
    /// ESME_RTHROTTLED or ESME_RMSGQFUL to everybody in this time.
    var refusesAll: (status: CommandStatus, from: Timestamp, to: Timestamp)?
    /// No response leaves in this time; they come when it is over.
    var standstill: (from: Timestamp, to: Timestamp)?
    /// Responses of which one in so many never comes, although the message was taken; 0: none.
    var losesOneIn = 0
    /// From when on it is gone for some seconds, after an unbind that lets responses through or as a cut.
    var leaves: [(at: Timestamp, isOrderly: Bool)] = []
    /// From taking a message to its receipt, where one was asked for; nil: none comes.
    var receiptsAfter: Interval?
    /// What it does wrong in one PDU of three.
    var malformations: [Malformation] = []
    var taken: [Timestamp] = []
    var refusals = 0

    fileprivate mutating func status(for number: String, now: Timestamp) -> CommandStatus {
        if let all = refusesAll, now >= all.from, now < all.to { return all.status }
        if let some = throttled, some.numbers.contains(number), now < some.until { return .throttled }
        if let limit {
            if taken.count >= limit, now - taken[taken.count - limit] < .seconds(1) { return .throttled }
        }
        taken.append(now)
        return .ok
    }
}

/// SMSCs with latencies, limits and troubles around the engine, in simulated time.
final class MessageWorld {
    let network: MessageNetwork
    var smscs: [SimulatedSMSC]
    /// When each number's first copy was taken.
    private(set) var reached: [String: Timestamp] = [:]
    /// Numbers of which the SMSC has said in a receipt that a message arrived.
    private(set) var told: Set<String> = []
    /// PDUs of which the gateway could make nothing.
    private(set) var unread = 0
    private var wires: [MessageWire]
    private var receipts: [(due: Timestamp, index: Int)] = []
    private var times: [ResponseTime]
    private var responses: [(due: Timestamp, index: Int, status: CommandStatus)] = []
    private var overdue: Set<Int> = []
    private var seen = 0
    private var leavingUntil: [Int: Timestamp] = [:]
    private var returns: [(at: Timestamp, smsc: Int)] = []
    private var random: Seeded

    init(
        _ network: MessageNetwork, _ smscs: [SimulatedSMSC], responseTimeout: Interval = .seconds(10), seed: UInt64 = 1
    ) {
        self.network = network
        self.smscs = smscs
        times = smscs.map { _ in ResponseTime(least: responseTimeout.microseconds) }
        random = Seeded(state: seed)
        wires = smscs.map { _ in MessageWire() }
        network.reply = nil
    }

    /// To `interval` from now, or until everybody has an outcome.
    func run(for interval: Interval, until isDone: () -> Bool = { false }) {
        let end = network.now + interval
        step()
        var stalls = 0
        while network.now < end, !isDone(), let next = nextEvent(), next <= end {
            stalls = next <= network.now + .microseconds(1) ? stalls + 1 : 0
            guard stalls < 10_000 else {
                Issue.record("the engine asks for a turn again and again at \(network.now)")
                return
            }
            network.now = max(network.now + .microseconds(1), next)
            happen()
            step()
        }
        if !isDone() { network.now = max(network.now, end) }
        step()
    }

    private func step() {
        network.turn()
        while seen < network.submissions.count {
            arrive(seen)
            seen += 1
        }
    }

    private func arrive(_ index: Int) {
        let submission = network.submissions[index]
        let place = submission.order.bind.smsc
        let status = smscs[place].status(for: submission.number, now: network.now)
        var due = network.now + smscs[place].latency
        if let still = smscs[place].standstill, due >= still.from, due < still.to { due = still.to }
        if status == .ok {
            network.take(index)
            if reached[submission.number] == nil { reached[submission.number] = network.now }
            if let wait = smscs[place].receiptsAfter, submission.fields.registeredDelivery & 3 != 0 {
                receipts.append((network.now + wait, index))
            }
        } else {
            smscs[place].refusals += 1
        }
        if smscs[place].losesOneIn > 0, random.next() % UInt64(smscs[place].losesOneIn) == 0 { return }
        responses.append((due, index, status))
    }

    private func nextEvent() -> Timestamp? {
        var times = responses.map(\.due)
        for index in outstanding { times.append(deadline(of: index)) }
        times += smscs.flatMap(\.leaves).map(\.at)
        times += returns.map(\.at)
        times += leavingUntil.values
        times += receipts.map(\.due)
        if let due = network.engine.nextDeadline(now: network.now) { times.append(due) }
        return times.min()
    }

    private var outstanding: [Int] { network.outstanding.values.flatMap { $0 } }

    private func deadline(of index: Int) -> Timestamp {
        let submission = network.submissions[index]
        return submission.at + .microseconds(times[submission.order.bind.smsc].limit)
    }

    private func happen() {
        let now = network.now
        let due = responses.filter { $0.due <= now }.sorted { $0.due < $1.due }
        responses.removeAll { $0.due <= now }
        for response in due { answer(response.index, response.status) }
        let tolds = receipts.filter { $0.due <= now }
        receipts.removeAll { $0.due <= now }
        for receipt in tolds { tell(receipt.index) }
        for index in outstanding.sorted() where deadline(of: index) <= now {
            network.timeOut(index)
            overdue.insert(index)
        }
        for smsc in smscs.indices {
            while let first = smscs[smsc].leaves.first, first.at <= now {
                smscs[smsc].leaves.removeFirst()
                let key = BindKey(smsc: smsc, bind: 0)
                guard network.engine.smscs[smsc].binds[0].isUp, leavingUntil[smsc] == nil else { continue }
                if first.isOrderly, !(network.outstanding[key] ?? []).isEmpty {
                    network.engine.bindLeaving(key)
                    leavingUntil[smsc] = now + .microseconds(times[smsc].limit)
                } else {
                    cut(smsc)
                }
            }
            if let end = leavingUntil[smsc] {
                let isEmpty = (network.outstanding[BindKey(smsc: smsc, bind: 0)] ?? []).isEmpty
                if isEmpty || end <= now { cut(smsc) }
            }
        }
        for back in returns where back.at <= now { network.up(back.smsc) }
        returns.removeAll { $0.at <= now }
    }

    private func answer(_ index: Int, _ status: CommandStatus) {
        let submission = network.submissions[index]
        let isOutstanding = network.outstanding[submission.order.bind]?.contains(index) ?? false
        // The response of a link that is gone is lost with it.
        guard isOutstanding || overdue.remove(index) != nil else { return }
        let place = submission.order.bind.smsc
        guard
            let read = wires[place].response(
                to: submission.order.body, status, messageID: status == .ok ? submission.messageID : "",
                malformation(of: place))
        else {
            // As ``Link`` takes it: nobody knows.
            unread += 1
            if isOutstanding { network.timeOut(index) }
            return
        }
        times[place].sampled((network.now - submission.at).microseconds)
        network.answer(index, read.status, isLate: !isOutstanding, read: read.messageID)
    }

    private func tell(_ index: Int) {
        let submission = network.submissions[index]
        let place = submission.order.bind.smsc
        guard network.engine.smscs[place].binds[0].isUp, leavingUntil[place] == nil else {
            // It tries again.
            receipts.append((network.now + .seconds(5), index))
            return
        }
        guard
            let fields = wires[place].receipt(submission.messageID, from: submission.number, malformation(of: place))
        else {
            unread += 1
            return
        }
        told.insert(submission.number)
        network.deliver(fields, over: submission.order.bind)
    }

    private func malformation(of smsc: Int) -> Malformation? {
        guard !smscs[smsc].malformations.isEmpty, random.next() % 3 == 0 else { return nil }
        return smscs[smsc].malformations.randomElement(using: &random)
    }

    private func cut(_ smsc: Int) {
        leavingUntil[smsc] = nil
        for index in overdue where network.submissions[index].order.bind.smsc == smsc { overdue.remove(index) }
        network.down(smsc)
        returns.append((network.now + .seconds(3), smsc))
    }
}
