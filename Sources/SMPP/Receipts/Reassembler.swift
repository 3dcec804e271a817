// SPDX-License-Identifier: GPL-3.0-or-later

/// Puts the segments of long messages together (3GPP TS 23.040 §9.2.3.24.1; SMPP 3.4 §5.3.2.22). Pure: the time is
/// a parameter. `Fragment` is whatever the segments carry, for instance octets and their data_coding.
///
/// Memory is bounded by ``Configuration``. What has to go, goes out as an incomplete message: a citizen's words
/// with a hole are worth more than none.
package struct Reassembler<Fragment: Hashable & Sendable>: Sendable {
    /// The bounds.
    package struct Configuration: Sendable, Hashable {
        /// How long the segments of a message are waited for, from the first, in microseconds.
        package var timeout: Int64 = 600_000_000
        /// How many messages may be open.
        package var maximumOpen = 1000
        /// How many segments may be held in all.
        package var maximumFragments = 10_000
        /// How many complete messages are remembered, to know repeated segments of them.
        package var maximumRemembered = 1000

        /// The defaults.
        package init() {}
    }

    /// Why a message goes out.
    package enum Reason: Sendable, Hashable {
        /// It is complete.
        case complete
        /// The other segments have not come in time.
        case timedOut
        /// It was the oldest when there was no more room.
        case displaced
        /// The sender has begun another message under its reference.
        case superseded
    }

    /// A message, or what there is of it.
    package struct Message: Sendable, Hashable {
        /// Who sent it.
        package let source: String
        /// To whom.
        package let destination: String
        /// The fragments in order; `nil` for one that is missing.
        package let fragments: [Fragment?]
        /// When its first segment came.
        package let firstAt: Int64
        /// Why it goes out.
        package let reason: Reason

        /// The fragments there are, in order.
        package var present: [Fragment] { fragments.compactMap { $0 } }
        /// The numbers of those that are missing, from 1.
        package var missing: [Int] { fragments.indices.filter { fragments[$0] == nil }.map { $0 + 1 } }
    }

    private struct Key: Hashable {
        var source: String
        var destination: String
        var scheme: Concatenation.Scheme
        var reference: UInt16
        // A sender that gives one reference to messages of different length has two messages in the air.
        var total: UInt8
    }

    private struct Open {
        var fragments: [Fragment?]
        var have: Int
        var firstAt: Int64
        var number: UInt64
    }

    private struct Remembered {
        var hashes: [Int]
        var at: Int64
    }

    /// The bounds.
    package let configuration: Configuration
    /// How many messages are open.
    package var openCount: Int { open.count }
    /// How many segments are held.
    package private(set) var fragmentCount = 0
    /// How many repeated segments were dropped.
    package private(set) var repeatedCount = 0

    private var open: [Key: Open] = [:]
    private var remembered: [Key: Remembered] = [:]
    private var queue = Queue()
    private var rememberedQueue = Queue()
    private var number: UInt64 = 0

    /// Makes one with nothing open.
    package init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
    }

    /// Takes a segment and returns the messages that go out because of it, in order.
    ///
    /// Without a concatenation, or with one that makes no sense (``Concatenation/init(scheme:reference:total:sequence:)``
    /// gives `nil` then), the fragment is a message by itself. A segment that is there already is dropped when it
    /// is the same, and begins a new message when it is not: references of eight bits come round soon.
    package mutating func add(
        _ fragment: Fragment, source: String, destination: String, concatenation: Concatenation?, at: Int64
    ) -> [Message] {
        guard let concatenation, concatenation.total > 1 else {
            return [
                Message(
                    source: source, destination: destination, fragments: [fragment], firstAt: at, reason: .complete)
            ]
        }
        let key = Key(
            source: source, destination: destination, scheme: concatenation.scheme,
            reference: concatenation.reference, total: concatenation.total)
        let index = Int(concatenation.sequence) - 1
        var out: [Message] = []
        if let known = open[key]?.fragments[index] {
            if known == fragment {
                repeatedCount += 1
                return []
            }
            close(key, .superseded, into: &out)
        } else if open[key] == nil, let past = remembered[key], at - past.at <= configuration.timeout,
            past.hashes[index] == fragment.hashValue
        {
            repeatedCount += 1
            return []
        }
        if open[key] == nil {
            while open.count >= max(1, configuration.maximumOpen) { closeOldest(into: &out) }
            number += 1
            open[key] = Open(
                fragments: Array(repeating: nil, count: Int(concatenation.total)), have: 0, firstAt: at,
                number: number)
            queue.append(key, number)
        }
        open[key]?.fragments[index] = fragment
        open[key]?.have += 1
        fragmentCount += 1
        if open[key]?.have == Int(concatenation.total) {
            remember(key, at: at)
            close(key, .complete, into: &out)
        }
        while fragmentCount > max(1, configuration.maximumFragments) { closeOldest(into: &out) }
        return out
    }

    /// Returns the messages whose time is over, the oldest first.
    package mutating func expire(at: Int64) -> [Message] {
        var out: [Message] = []
        while let (key, number) = queue.first {
            guard let message = open[key], message.number == number else {
                queue.removeFirst()
                continue
            }
            guard at - message.firstAt >= configuration.timeout else { break }
            close(key, .timedOut, into: &out)
        }
        while let (key, number) = rememberedQueue.first {
            if let past = remembered[key], UInt64(bitPattern: past.at) == number {
                guard at - past.at > configuration.timeout else { break }
                remembered[key] = nil
            }
            rememberedQueue.removeFirst()
        }
        return out
    }

    private mutating func close(_ key: Key, _ reason: Reason, into out: inout [Message]) {
        guard let message = open.removeValue(forKey: key) else { return }
        fragmentCount -= message.have
        out.append(
            Message(
                source: key.source, destination: key.destination, fragments: message.fragments,
                firstAt: message.firstAt, reason: reason))
        if queue.wasted(open.count) {
            let open = open
            queue.keep { key, number in open[key]?.number == number }
        }
    }

    private mutating func closeOldest(into out: inout [Message]) {
        while let (key, number) = queue.first {
            queue.removeFirst()
            if open[key]?.number == number {
                close(key, .displaced, into: &out)
                return
            }
        }
    }

    private mutating func remember(_ key: Key, at: Int64) {
        guard configuration.maximumRemembered > 0, let message = open[key] else { return }
        remembered[key] = Remembered(hashes: message.fragments.map { $0?.hashValue ?? 0 }, at: at)
        rememberedQueue.append(key, UInt64(bitPattern: at))
        while remembered.count > configuration.maximumRemembered, let (key, number) = rememberedQueue.first {
            rememberedQueue.removeFirst()
            if let past = remembered[key], UInt64(bitPattern: past.at) == number { remembered[key] = nil }
        }
        if rememberedQueue.wasted(remembered.count) {
            let remembered = remembered
            rememberedQueue.keep { key, number in remembered[key].map { UInt64(bitPattern: $0.at) } == number }
        }
    }
}

extension Reassembler {
    /// Keys in the order they came. Entries of what is gone stay until they reach the front or are too many.
    private struct Queue: Sendable {
        private var entries: [(Key, UInt64)] = []
        private var head = 0

        var first: (Key, UInt64)? { head < entries.count ? entries[head] : nil }

        mutating func append(_ key: Key, _ number: UInt64) { entries.append((key, number)) }

        mutating func removeFirst() {
            head += 1
            if head > 64, head * 2 > entries.count {
                entries.removeFirst(head)
                head = 0
            }
        }

        /// Whether more than half of the entries are of what is gone.
        func wasted(_ live: Int) -> Bool { entries.count - head > 64 + live * 2 }

        mutating func keep(_ isLive: (Key, UInt64) -> Bool) {
            entries = entries[head...].filter { isLive($0.0, $0.1) }
            head = 0
        }
    }
}
