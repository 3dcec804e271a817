// SPDX-License-Identifier: GPL-3.0-or-later

/// What kind of citizen lives behind a number; the words of `--share`, scenario files and the log.
package enum Behaviour: String, Sendable, CaseIterable, Hashable {
    /// A person: rings, answers, listens to the end, now and then presses a key.
    case answer
    /// A person who answers and hangs up within seconds.
    case hangUpEarly = "hang-up-early"
    /// A person who answers and always presses keys.
    case pressKeys = "press-keys"
    /// A person who does not hear the phone at first and answers the second or third call.
    case later
    /// 183 with SDP before the answer, as many networks send that play their own ring-back tone.
    case earlyMedia = "early-media"
    /// Rings long, then a machine answers, greets, beeps and records.
    case voicemail
    /// 180 and nothing more: the caller gives up.
    case ringOut = "ring-out"
    /// 486; for most of these people the line is free at the next call.
    case busy
    /// 480: the phone is switched off or out of reach.
    case unavailable
    /// 603 after a few rings: the person declines.
    case reject
    /// 404: no such number.
    case notExisting = "not-existing"
    /// 503 with Retry-After: the network has no room; for most numbers the next call goes through.
    case congestion
    /// Any final response; for pinned numbers only, with `code=`.
    case refuse
    /// INVITE answered by nothing but 100; for pinned numbers only.
    case silent
}

/// The weights by which behaviours are dealt out to numbers.
package struct Shares: Equatable, Sendable {
    /// In the order of ``Behaviour``; no zero weights, at least one entry.
    package let weights: [(behaviour: Behaviour, weight: Double)]

    /// Throws ``ScenarioError`` when a weight is negative or not finite, or their sum is 0.
    package init(_ weights: [Behaviour: Double]) throws {
        for (behaviour, weight) in weights {
            guard weight >= 0, weight.isFinite else {
                throw ScenarioError("share of \(behaviour.rawValue) is \(weight), it must be 0 or more")
            }
            if weight > 0, behaviour == .refuse || behaviour == .silent {
                throw ScenarioError("\(behaviour.rawValue) is for pinned numbers, it cannot have a share")
            }
        }
        let dealt = Behaviour.allCases.compactMap { behaviour in
            weights[behaviour].flatMap { $0 > 0 ? (behaviour: behaviour, weight: $0) : nil }
        }
        guard !dealt.isEmpty else { throw ScenarioError("the shares add up to 0, give one at least a weight") }
        self.weights = dealt
    }

    private init(trusted: [(behaviour: Behaviour, weight: Double)]) { weights = trusted }

    /// Two thirds reached in the first round, a sixth of the rest in the second (docs/simulator.md).
    package static let usual = Shares(trusted: [
        (.answer, 50), (.hangUpEarly, 4), (.pressKeys, 4), (.later, 6), (.earlyMedia, 3), (.voicemail, 12),
        (.ringOut, 9), (.busy, 5), (.unavailable, 3), (.reject, 2), (.notExisting, 1), (.congestion, 1),
    ])

    /// Reads `answer=60,busy=10`. Throws ``ScenarioError``.
    package static func parse(_ text: String) throws -> Shares {
        var weights: [Behaviour: Double] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, let weight = Double(pair[1]) else {
                throw ScenarioError("share \"\(part)\" must be NAME=WEIGHT, for example answer=60")
            }
            let behaviour = try Behaviour.named(String(pair[0]))
            guard weights.updateValue(weight, forKey: behaviour) == nil else {
                throw ScenarioError("share of \(behaviour.rawValue) is given twice")
            }
        }
        return try Shares(weights)
    }

    /// - Parameter point: at least 0, below 1.
    func behaviour(at point: Double) -> Behaviour {
        var rest = point * weights.reduce(0) { $0 + $1.weight }
        for (behaviour, weight) in weights {
            if rest < weight { return behaviour }
            rest -= weight
        }
        // Rounding can leave a crumb after the last weight.
        return weights.last?.behaviour ?? .answer
    }

    package static func == (left: Shares, right: Shares) -> Bool {
        left.weights.elementsEqual(right.weights) { $0.behaviour == $1.behaviour && $0.weight == $1.weight }
    }
}

extension Behaviour {
    /// Throws ``ScenarioError`` that lists all names.
    static func named(_ text: String) throws -> Behaviour {
        guard let behaviour = Behaviour(rawValue: text) else {
            let known = allCases.map(\.rawValue).joined(separator: ", ")
            throw ScenarioError("unknown behaviour \"\(text.prefix(40))\"; known: \(known)")
        }
        return behaviour
    }
}

/// What is wrong with a scenario, an option or a numbers file, and where.
package struct ScenarioError: Error, Equatable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
