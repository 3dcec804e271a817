// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing

/// What becomes of calls and how long they take: learned from the records of calls that ended, with defaults for
/// what was not seen yet. docs/planning.md has the defaults.
///
/// Old calls are forgotten slowly: counts are halved whenever there are ``memory`` of a kind, and of times only the
/// last ``sampleCount`` stay.
package struct AnswerMix: Sendable {
    /// Calls that were learned from, in all.
    package private(set) var calls = 0
    /// SMS that were learned from, in all.
    package private(set) var messages = 0

    private var counts: [CallCondition: [Double]] = [:]
    /// By the result's index. INVITE to answer, or to the end of one that was not answered.
    private var setups: [Samples]
    /// Answer to end of those who left early.
    private var stays = Samples()
    /// How much longer a call lasted in which a key was pressed.
    private var extras = Samples()
    private var heard = 0.0
    private var pressed = 0.0
    private var taken = 0.0
    private var refused = 0.0
    /// From the beginning of an SMS to its end.
    private var receipts = Samples()
    /// How the last call of somebody ended that was not answered, by a hash of action and recipient.
    private var lastCalls: [UInt64: CallCondition] = [:]

    private let defaults: AnswerDefaults

    static let memory = 4096.0
    static let sampleCount = 256
    private static let rememberedLimit = 65_536
    private static let none = Array(repeating: 0.0, count: CallResult.all.count)

    package init(_ defaults: AnswerDefaults = .standard) {
        self.defaults = defaults
        setups = Array(repeating: Samples(), count: CallResult.all.count)
    }

    /// What a forecast needs of it, without the people: the original need not be copied when it goes on learning.
    var withoutPeople: AnswerMix {
        var copy = self
        copy.lastCalls = [:]
        return copy
    }

    /// Learns from a record. Records of one recipient come in the order of their ends.
    /// `nominal`: how long a call of this action lasts whose message is heard to the end, without any key.
    package mutating func learn(_ cdr: CallDetailRecord, nominal: Interval) {
        if let message = cdr.message { return learn(cdr, message) }
        guard let result = CallResult(cdr) else { return }
        let person = Self.hash(cdr.action, cdr.recipient)
        var condition = CallCondition.first
        if cdr.attemptNumber > 1 {
            // Of whom nothing is known says nothing about anybody.
            guard let known = lastCalls[person] else { return remember(result, condition, person) }
            condition = known
        }
        calls += 1
        count(result, in: condition)
        remember(result, condition, person)
        let setup = (cdr.answer ?? cdr.end) - cdr.start
        setups[result.index].add(Int(max(.zero, setup).milliseconds))
        guard let answer = cdr.answer else { return }
        let stay = Int(max(.zero, cdr.end - answer).milliseconds)
        switch result {
        case .heard:
            Self.count(&heard, &pressed, isSecond: !cdr.keys.isEmpty)
            if !cdr.keys.isEmpty { extras.add(max(0, stay - Int(nominal.milliseconds))) }
        case .left: stays.add(stay)
        case .failed: break
        }
    }

    private mutating func learn(_ cdr: CallDetailRecord, _ message: MessageDetail) {
        let isTaken: Bool
        switch cdr.disposition {
        case .delivered, .sent: isTaken = true
        case .undelivered, .expired, .rejected: isTaken = false
        case .unknown, .answered, .noAnswer, .busy, .failed, .congestion: return
        }
        messages += 1
        Self.count(&taken, &refused, isSecond: !isTaken)
        if message.submits > 0 { receipts.add(Int(cdr.duration.milliseconds)) }
    }

    private mutating func count(_ result: CallResult, in condition: CallCondition) {
        // In place: this is part of every call.
        counts[condition, default: Self.none][result.index] += 1
        if let row = counts[condition], row.reduce(0, +) > Self.memory { counts[condition] = row.map { $0 / 2 } }
    }

    private static func count(_ first: inout Double, _ second: inout Double, isSecond: Bool) {
        if isSecond { second += 1 } else { first += 1 }
        guard first + second > memory else { return }
        first /= 2
        second /= 2
    }

    private mutating func remember(_ result: CallResult, _ condition: CallCondition, _ person: UInt64) {
        guard case .failed(let failure) = result else {
            lastCalls[person] = nil
            return
        }
        // Not worth a queue of their own: a few repeated calls are not learned from.
        if lastCalls.count >= Self.rememberedLimit { lastCalls.removeAll(keepingCapacity: true) }
        lastCalls[person] = condition.after(failure)
    }

    /// FNV-1a.
    private static func hash(_ parts: String...) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for part in parts {
            for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ 0x1f) &* 0x100_0000_01b3
        }
        return hash
    }
}

/// The last times of a kind, milliseconds.
struct Samples: Sendable, Equatable {
    private(set) var values: [Int] = []
    private var next = 0

    mutating func add(_ value: Int) {
        if values.count < AnswerMix.sampleCount {
            values.append(value)
        } else {
            values[next] = value
            next = (next + 1) % values.count
        }
    }

    /// Sorted, so that a position in it is a quantile; `prior` stands for what few samples cannot show.
    func quantiles(prior: [Int]) -> [Int] {
        (values.count < 2 * prior.count ? values + prior : values).sorted()
    }
}

// MARK: - What a forecast takes from it

extension AnswerMix {
    /// Timeouts of `[Call]`, which say how long it takes when nothing comes.
    package struct Timeouts: Equatable, Sendable {
        package var ring: Interval
        package var noResponse: Interval

        package init(ring: Interval = .seconds(30), noResponse: Interval = .seconds(5)) {
            self.ring = ring
            self.noResponse = noResponse
        }
    }

    /// Shares of ``CallResult/all``, in their order; they add up to 1.
    func shares(_ condition: CallCondition) -> [Double] {
        let row = counts[condition] ?? []
        let prior = defaults.row(condition)
        let weight = condition.last == nil ? Self.firstWeight : Self.repeatedWeight
        let total = row.reduce(0, +) + weight
        return prior.indices.map { (prior[$0] * weight + (row.isEmpty ? 0 : row[$0])) / total }
    }

    /// Share of the calls that are answered.
    func answering(after condition: CallCondition) -> Double {
        zip(CallResult.all, shares(condition)).reduce(0) { $0 + ($1.0.isAnswered ? $1.1 : 0) }
    }

    /// From INVITE to answer or, when there is none, to the end; sorted milliseconds.
    func setups(_ result: CallResult, _ timeouts: Timeouts) -> [Int] {
        let samples = setups[result.index]
        switch result {
        case .heard, .left, .failed(.rejected):
            // Nobody answers, or declines, later than we let it ring.
            let longest = max(1, Int(timeouts.ring.milliseconds))
            return samples.quantiles(prior: ringing).map { min($0, longest) }
        case .failed(.noAnswer): return [Int(timeouts.ring.milliseconds)]
        case .failed(.unreachable): return samples.quantiles(prior: [Int(timeouts.noResponse.milliseconds)])
        case .failed: return samples.quantiles(prior: [defaults.refusing])
        }
    }

    /// How soon people come to the telephone: who declines, or leaves early, does so as soon as others answer.
    private var ringing: [Int] {
        let answers = setups[CallResult.heard.index].values.sorted()
        guard answers.count >= Self.tenths else { return defaults.ringing }
        return (0..<Self.tenths).map { answers[($0 * 2 + 1) * answers.count / (2 * Self.tenths)] }
    }

    /// From the answer to the end of those who leave early; sorted milliseconds.
    var staying: [Int] { stays.quantiles(prior: defaults.staying) }

    /// What the calls in which a key was pressed lasted longer; sorted milliseconds.
    var repeating: [Int] { extras.quantiles(prior: defaults.repeating) }

    /// Share of those who heard it all and pressed a key.
    var pressing: Double { (pressed + defaults.pressing * Self.firstWeight) / (heard + pressed + Self.firstWeight) }

    /// Share of SMS that arrive.
    var arriving: Double { (taken + defaults.arriving * Self.firstWeight) / (taken + refused + Self.firstWeight) }

    /// From the beginning of an SMS to its receipt; sorted milliseconds.
    var receiving: [Int] { receipts.quantiles(prior: defaults.receiving) }

    /// Mean time from the answer to the end of those who leave early.
    package var meanStay: Interval { .milliseconds(Int64(staying.reduce(0, +) / max(1, staying.count))) }

    /// So many calls have to be learned from until they count for as much as the defaults.
    private static let firstWeight = 20.0
    private static let tenths = 10
    private static let repeatedWeight = 10.0
}
