// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

/// What a network answers to a call instead of passing it on.
package struct ModelRefusal: Equatable, Sendable {
    package var code: Int
    package var retryAfter: Interval?
    package var phrase: String
    /// Of a `Reason: Q.850` header; 0: none.
    package var cause: Int

    package init(_ code: Int, retryAfter: Interval? = nil, phrase: String = "", cause: Int = 0) {
        self.code = code
        self.cause = cause
        self.retryAfter = retryAfter
        self.phrase = phrase
    }

    /// Nothing comes back at all.
    package static let silence = ModelRefusal(0)

    /// As the voice module tells it.
    var end: CallEnd {
        CallEnd(sipCode: code, reasonCause: cause, retryAfter: retryAfter, text: phrase)
    }
}

/// What becomes of a call that comes through to a citizen.
package enum ModelFate: Equatable, Sendable {
    /// Rings so long, then is answered; hangs up that long after the answer.
    case answers(ring: Interval, stays: Interval)
    case busy
    /// Rings until the caller gives up.
    case rings
    case unavailable
    case unknownNumber
    /// Answered so, whatever is asked for; rings that long before.
    case refuses(ModelRefusal, after: Interval)
}

package struct ModelCitizen: Sendable {
    package var number: PhoneNumber
    /// By the calls that come through; the last goes on.
    package var fates: [ModelFate]
    /// By trunk: what it answers to every call to this number, whatever the pace.
    package var refusals: [Int: ModelRefusal]

    package init(number: PhoneNumber, fates: [ModelFate], refusals: [Int: ModelRefusal] = [:]) {
        self.number = number
        self.fates = fates
        self.refusals = refusals
    }

    func fate(_ call: Int) -> ModelFate { fates[min(call, fates.count - 1)] }
}

/// What a carrier's switch takes beside what its contract says.
package struct ModelCapacity: Sendable {
    package enum Rate: Sendable {
        case unlimited
        /// Tokens a second, and how many are saved up.
        case bucket(perSecond: Double, depth: Double)
        /// So many in each second of its clock.
        case second(Int)
    }

    package var rate: Rate
    /// nil: unlimited.
    package var channels: Int?
    package var refusal: ModelRefusal

    package init(rate: Rate = .unlimited, channels: Int? = nil, refusal: ModelRefusal = ModelRefusal(503)) {
        self.rate = rate
        self.channels = channels
        self.refusal = refusal
    }

    /// Calls per second that it takes for long.
    var perSecond: Double {
        switch rate {
        case .unlimited: .infinity
        case .bucket(let rate, _): rate
        case .second(let count): Double(count)
        }
    }
}

package struct ModelTrunk: Sendable {
    package struct Outage: Sendable {
        package var from: Interval
        package var to: Interval
        package var refusal: ModelRefusal
        /// nil: everybody.
        package var prefix: String?

        package init(from: Interval, to: Interval, _ refusal: ModelRefusal, prefix: String? = nil) {
            self.from = from
            self.to = to
            self.refusal = refusal
            self.prefix = prefix
        }
    }

    package var limits: TrunkLimits
    /// By the time from which each holds.
    package var capacities: [(from: Interval, capacity: ModelCapacity)]
    package var outages: [Outage]
    package var roundTrip: Interval

    package init(
        limits: TrunkLimits, capacities: [(from: Interval, capacity: ModelCapacity)] = [], outages: [Outage] = [],
        roundTrip: Interval = .milliseconds(20)
    ) {
        self.limits = limits
        self.capacities = capacities
        self.outages = outages
        self.roundTrip = roundTrip
    }

    func capacity(at time: Interval) -> ModelCapacity {
        capacities.last { $0.from <= time }?.capacity ?? ModelCapacity()
    }

    func outage(at time: Interval, _ number: PhoneNumber) -> Outage? {
        outages.first { outage in
            outage.from <= time && time < outage.to && outage.prefix.map { number.e164.hasPrefix($0) } ?? true
        }
    }
}

/// A list of citizens and the trunks to them.
package struct ModelNetwork: Sendable {
    package var name: String
    package var citizens: [ModelCitizen]
    package var trunks: [ModelTrunk]
    package var retry: RetryPolicy

    package init(
        _ name: String, citizens: [ModelCitizen], trunks: [ModelTrunk], retry: RetryPolicy = RetryPolicy()
    ) {
        self.name = name
        self.citizens = citizens
        self.trunks = trunks
        self.retry = retry
    }
}

/// How many were reached when.
package struct Reach: Sendable {
    /// Times of the answers from the start, in order.
    package var answers: [Interval] = []
    /// The same by the citizens' positions; nil: never reached.
    package var answersByCitizen: [Interval?] = []
    /// INVITEs, and of them those that were refused.
    package var calls = 0
    package var refused = 0
    /// Most INVITEs of any second, by trunk, above what its contract allows.
    package var beyondContract = 0
    /// INVITEs inside a Retry-After.
    package var insideRetryAfter = 0

    package init() {}

    /// When this share of so many was reached; nil: never.
    package func time(_ share: Double, of reachable: Int) -> Interval? {
        let count = Int((Double(reachable) * share).rounded(.up))
        guard count > 0 else { return .zero }
        return count <= answers.count ? answers[count - 1] : nil
    }
}
