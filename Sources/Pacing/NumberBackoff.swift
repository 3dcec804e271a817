// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Numbers that an SMSC refuses for now: each is left alone for a while that grows with each such answer, and counts
/// anew once a message is taken.
///
/// Up to a quarter is added to each wait, another one for each number and time but always the same: when an SMSC refuses
/// everybody at once, they do not come back all at once.
package struct NumberBackoff: Sendable {
    package enum Growth: Sendable {
        /// By the first wait with each answer.
        case linear
        /// To twice as much with each answer.
        case doubling
    }

    package var first: Interval
    package var longest: Interval
    package var growth: Growth
    private let seed: UInt64
    private struct Wait {
        /// Answers in a row.
        var times: Int
        var due: Timestamp
    }
    /// Two generations: what was not heard of for so long is forgotten with the older one.
    private var young: [String: Wait] = [:]
    private var old: [String: Wait] = [:]
    private static let generation = 50_000

    /// - Parameters:
    ///   - first: What is waited after the first answer, without what is added.
    ///   - longest: Also without it.
    package init(
        first: Interval = .seconds(2), longest: Interval = .seconds(60), growth: Growth = .linear, seed: UInt64 = 0
    ) {
        self.first = first
        self.longest = longest
        self.growth = growth
        self.seed = seed
    }

    /// How many numbers are left alone.
    package var count: Int { young.count + old.count }

    /// How often in a row it was refused.
    package func times(_ number: String) -> Int { wait(of: number)?.times ?? 0 }

    /// Until when it is left alone; nil: it is not.
    package func due(_ number: String) -> Timestamp? { wait(of: number)?.due }

    private func wait(of number: String) -> Wait? {
        // Nearly always: a million messages need not look up their numbers.
        if young.isEmpty, old.isEmpty { return nil }
        return young[number] ?? old[number]
    }

    /// It is left alone for less time than was said.
    package mutating func shorten(_ number: String, to due: Timestamp) {
        guard var wait = wait(of: number), due < wait.due else { return }
        wait.due = due
        old[number] = nil
        young[number] = wait
    }

    /// Refused for now: not before the time returned.
    package mutating func refused(_ number: String, now: Timestamp) -> Timestamp {
        let times = times(number) + 1
        let whole: Interval
        switch growth {
        case .linear: whole = first * Double(times)
        case .doubling: whole = first * Double(1 << min(times - 1, 20))
        }
        let wait = min(longest, whole)
        let due = now + wait + wait * (spread(number, times) / 4)
        old[number] = nil
        young[number] = Wait(times: times, due: due)
        if young.count > Self.generation {
            old = young
            young = [:]
        }
        return due
    }

    /// A message was taken.
    package mutating func accepted(_ number: String) {
        if !young.isEmpty { young[number] = nil }
        if !old.isEmpty { old[number] = nil }
    }

    /// 0 up to 1 (FNV-1a, then mixed: its low bits follow the last digit too closely).
    private func spread(_ number: String, _ times: Int) -> Double {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ seed
        for octet in number.utf8 { hash = (hash ^ UInt64(octet)) &* 0x100_0000_01b3 }
        hash = (hash ^ UInt64(times)) &* 0x9e37_79b9_7f4a_7c15
        return Double((hash ^ hash >> 29) >> 11 & 0xF_FFFF) / Double(0x10_0000)
    }
}
