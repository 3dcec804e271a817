// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What may be called at once where all numbers of one prefix end up: a village's exchange, the cells of one town.
package struct PrefixLimits: Equatable, Sendable {
    /// Of numbers in E.164: `+31182`.
    package var prefix: String
    /// nil: as fast as the trunks allow.
    package var callsPerSecond: Double?
    /// Simultaneous calls; nil: as many as the trunks allow.
    package var channels: Int?

    package init(prefix: String, callsPerSecond: Double? = nil, channels: Int? = nil) {
        self.prefix = prefix
        self.callsPerSecond = callsPerSecond
        self.channels = channels
    }
}

package enum PrefixAvailability: Equatable, Sendable {
    case ready
    /// The pace allows the next call then.
    case paced(until: Timestamp)
    /// A call to it must end first.
    case full
}

/// The calls to one prefix.
package struct LimitedPrefix: Sendable {
    package internal(set) var limits: PrefixLimits
    package internal(set) var activeCalls = 0
    /// Not in the configuration any more; calls under way still count down.
    package internal(set) var isRetired = false
    var slots: CallSlots?

    init(_ limits: PrefixLimits) {
        self.limits = limits
        slots = limits.callsPerSecond.map(CallSlots.init)
    }

    package func availability(now: Timestamp) -> PrefixAvailability {
        if let channels = limits.channels, activeCalls >= channels { return .full }
        return slots?.wait(now: now).map { .paced(until: $0) } ?? .ready
    }
}

/// The limited prefixes; each number belongs to the longest that it begins with, if any.
package struct LimitedPrefixes: Sendable {
    /// A prefix's index never changes while the process lives.
    package private(set) var all: [LimitedPrefix] = []
    /// By digits, the number of them before: a number's prefixes are found without making strings.
    private var indexes: [UInt64: Int] = [:]
    private var lengths: Set<Int> = []

    package init() {}

    package var isEmpty: Bool { indexes.isEmpty }

    /// Other limits; true when numbers may belong elsewhere than before.
    package mutating func configure(_ limits: [PrefixLimits]) -> Bool {
        let before = indexes
        indexes = [:]
        lengths = []
        for index in all.indices { all[index].isRetired = true }
        for one in limits {
            let index = all.firstIndex { $0.limits.prefix == one.prefix } ?? all.count
            if index == all.count {
                all.append(LimitedPrefix(one))
            } else {
                all[index].isRetired = false
                all[index].limits = one
                if let contract = one.callsPerSecond, all[index].slots != nil {
                    all[index].slots?.setContract(contract)
                } else {
                    all[index].slots = one.callsPerSecond.map(CallSlots.init)
                }
            }
            let digits = one.prefix.utf8.filter { $0 != UInt8(ascii: "+") }
            indexes[digits.reduce(Self.start, Self.append)] = index
            lengths.insert(digits.count)
        }
        return indexes != before
    }

    /// The prefix that limits calls to this number; nil: none does.
    package func index(of number: PhoneNumber) -> Int? {
        guard !indexes.isEmpty else { return nil }
        var key = Self.start
        var length = 0
        var found: Int?
        for digit in number.e164.utf8 where digit != UInt8(ascii: "+") {
            key = Self.append(key, digit)
            length += 1
            if lengths.contains(length), let index = indexes[key] { found = index }
        }
        return found
    }

    package func availability(_ index: Int, now: Timestamp) -> PrefixAvailability {
        all[index].availability(now: now)
    }

    package mutating func admit(_ index: Int, now: Timestamp) {
        all[index].activeCalls += 1
        let pace = all[index].limits.callsPerSecond ?? 1
        all[index].slots?.letGo(pace: pace, now: now)
    }

    /// A call that a former process began takes a channel.
    package mutating func adopt(_ index: Int) { all[index].activeCalls += 1 }

    /// The INVITE of the oldest call admitted has left, or never will.
    package mutating func sent(_ index: Int, now: Timestamp) {
        let pace = all[index].limits.callsPerSecond ?? 1
        all[index].slots?.sent(pace: pace, now: now)
    }

    /// A call has ended.
    package mutating func release(_ index: Int) { all[index].activeCalls = max(0, all[index].activeCalls - 1) }

    // A leading 1 keeps prefixes of different lengths apart.
    private static let start: UInt64 = 1
    private static func append(_ key: UInt64, _ digit: UInt8) -> UInt64 { key &* 10 &+ UInt64(digit &- 48) }
}
