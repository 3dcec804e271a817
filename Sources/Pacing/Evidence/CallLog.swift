// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// The last calls of a trunk in the order in which they began, and what became of them.
struct CallLog: Sendable {
    enum State: Equatable, Sendable {
        /// Nothing was heard yet.
        case pending
        case passed
        case refused
        /// Refused, and explained by a route: it tells something of the trunk only beside others.
        case explained
        /// It tells nothing: it was given up, its number was refused before, or what it tells is known.
        case silent
    }

    struct Call: Sendable {
        /// Its digits; 0: unknown.
        var number: UInt64 = 0
        var begun = Timestamp.epoch
        /// Other calls under way when it began, as far as was known then.
        var others = 0
        /// Calls that had ended just before: at the far end they may have been under way still.
        var justEnded = 0
        var isTrial = false
        /// Its number was refused before, over this trunk or another, and nothing but the number explains it.
        var isSuspect = false
        /// Over this trunk.
        var isSecondTry = false
        /// Another trunk refused its number, not this one.
        var isStranger: Bool { isSuspect && !isSecondTry }
        /// Calls per second among which it went.
        var pace = 0.0
        var state = State.silent
        /// When a refusal came, whatever explains it.
        var refusedAt: Timestamp?
    }

    /// Refusals of calls that began one after the other.
    struct Run: Equatable, Sendable {
        var numbers: [UInt64] = []
        var since = Timestamp.epoch
        /// Serial of the first.
        var first = 0
        /// So many of them a route explains.
        var explained = 0
        var count: Int { numbers.count }
    }

    private static let size = 1024
    private var calls: [Call] = []
    /// Of the next call.
    private(set) var next = 0

    init() {}

    /// Empty; the serials of another log are none of this one's.
    init(after other: CallLog) { next = (other.next + Self.size - 1) / Self.size * Self.size }

    mutating func begin(_ call: Call) -> Int {
        if calls.count < Self.size { calls.append(call) } else { calls[next % Self.size] = call }
        next += 1
        return next - 1
    }

    /// nil: it was so long ago that it is forgotten.
    subscript(serial: Int) -> Call? {
        get { serial < next && serial >= next - calls.count && serial >= 0 ? calls[serial % Self.size] : nil }
        set {
            guard let newValue, self[serial] != nil else { return }
            calls[serial % Self.size] = newValue
        }
    }

    /// The unbroken row of refusals that this one is the last of. A call of which nothing was heard yet breaks it: it
    /// may have come through.
    func run(endingAt serial: Int, longest: Int) -> Run {
        var run = Run()
        var position = serial
        while let call = self[position], run.count < longest {
            switch call.state {
            case .refused, .explained:
                run.numbers.append(call.number)
                run.since = call.begun
                run.first = position
                if call.state == .explained { run.explained += 1 }
            case .silent: break
            case .passed, .pending: return run
            }
            position -= 1
        }
        return run
    }

    /// How many refusals of the calls up to this one nothing explains, as a share; few calls show little.
    func unexplainedShare(before serial: Int) -> Double {
        let (calls, refused) = told(before: serial)
        return (refused + 0.5) / (calls + 2)
    }

    /// Whether more than half of the calls up to this one were refused and nothing explains it.
    func isMostlyRefused(before serial: Int) -> Bool {
        let (calls, refused) = told(before: serial)
        return calls >= Self.fewestTold && refused > calls / 2
    }

    private func told(before serial: Int) -> (calls: Double, refused: Double) {
        var (calls, refused) = (0.0, 0.0)
        var position = serial - 1
        while let call = self[position], calls < Self.shareOver {
            switch call.state {
            case .refused:
                calls += 1
                refused += 1
            case .passed: calls += 1
            case .pending, .explained, .silent: break
            }
            position -= 1
        }
        return (calls, refused)
    }

    private static let fewestTold = 20.0
    private static let shareOver = 200.0

    /// What was explained by a route is not any more.
    mutating func unexplain(where isMeant: (UInt64) -> Bool) {
        for position in calls.indices where calls[position].state == .explained && isMeant(calls[position].number) {
            calls[position].state = .refused
        }
    }

    /// The refusals of a row are explained by something that is believed now.
    mutating func explain(through serial: Int, as state: State, where isExplained: (UInt64) -> Bool = { _ in true }) {
        var position = serial
        while var call = self[position] {
            switch call.state {
            case .refused where isExplained(call.number), .explained where state == .silent:
                call.state = state
                self[position] = call
            case .refused, .explained, .silent, .pending: break
            case .passed: return
            }
            position -= 1
        }
    }

    /// Other calls under way when a call began, as is known now: without those that had been refused by then and
    /// whose refusals were still on their way.
    func others(_ serial: Int) -> Int {
        guard let call = self[serial] else { return 0 }
        var others = call.others
        var position = serial - 1
        while let earlier = self[position], call.begun - earlier.begun < Self.longestRefusal {
            if let time = earlier.refusedAt, time > call.begun { others -= 1 }
            position -= 1
        }
        return max(0, others)
    }

    private static let longestRefusal = Interval.seconds(2)
}

extension CallLog {
    private static let fewTaken = 8

    /// The calls up to this one that tell something.
    ///
    /// - Parameters:
    ///   - from: None before.
    ///   - horizon: How far back.
    ///   - second: Over how long what was taken is counted.
    func sample(endingAt serial: Int, from: Timestamp, horizon: Interval, second: Interval) -> PaceSample {
        var sample = PaceSample(calls: 0, refused: 0, taken: 0, rate: 0, second: second, span: .zero)
        guard let last = self[serial] else { return sample }
        let earliest = max(from, last.begun - horizon)
        var (taken, inSecond, all) = (0, 0, 0)
        var (sinceRefusal, firstRefusal) = (0, last.begun)
        var position = serial
        while let call = self[position], call.begun >= earliest {
            position -= 1
            if call.state == .silent || call.state == .explained { continue }
            sample.calls += 1
            sample.span = last.begun - call.begun
            if last.begun - call.begun < second { inSecond += 1 }
            if call.state == .refused {
                sample.refused += 1
                (sinceRefusal, firstRefusal) = (all, call.begun)
            } else {
                all += 1
                if last.begun - call.begun < second { taken += 1 }
            }
        }
        // Of few calls half a one more or less is much, and too fast is worse than too slow.
        sample.taken = (Double(taken) - (taken < Self.fewTaken ? 0.5 : 0)) / second.seconds
        sample.rate = Double(inSecond) / second.seconds
        // What a carrier saved up is spent when it refuses: from then on it takes what it takes.
        let refusing = last.begun - firstRefusal
        if taken < Self.fewTaken, refusing >= second * 0.75, sample.refused >= 3 {
            sample.taken = (Double(sinceRefusal) - (sinceRefusal < Self.fewTaken ? 0.5 : 0)) / refusing.seconds
        }
        return sample
    }
}
