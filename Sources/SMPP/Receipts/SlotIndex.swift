// SPDX-License-Identifier: GPL-3.0-or-later

/// From a 64-bit key to the slots that have it, oldest first. Every operation is O(1) however many slots share a
/// key, and a slot costs about 24 octets.
///
/// An open-addressed table leads to the first slot of each key; the slots of one key form a ring through two links.
/// A dictionary of arrays would take several times as much for a million keys of one slot each.
struct SlotIndex: Sendable {
    private struct Link {
        var next: UInt32
        var previous: UInt32
    }

    /// Slot plus one; zero is free. The size is a power of two.
    private var table: [UInt32] = []
    private var keys: [UInt64] = []
    private var links: [Link] = []
    private var distinct = 0

    func key(of slot: UInt32) -> UInt64 { keys[Int(slot)] }

    /// Octets in use.
    var footprint: Int { table.capacity * 4 + keys.capacity * 8 + links.capacity * 8 }

    mutating func reserve(_ count: Int) {
        keys.reserveCapacity(count)
        links.reserveCapacity(count)
        var size = 16
        while size * 3 / 4 < count { size *= 2 }
        if size > table.count { resize(to: size) }
    }

    /// The oldest slot with the key.
    func first(_ key: UInt64) -> UInt32? {
        guard !table.isEmpty else { return nil }
        let entry = table[position(of: key)]
        return entry == 0 ? nil : entry - 1
    }

    /// The slot after `slot` among those with the same key.
    func following(_ slot: UInt32) -> UInt32? {
        let next = links[Int(slot)].next
        return next == first(keys[Int(slot)]) ? nil : next
    }

    /// Adds a slot behind the others of its key.
    mutating func insert(_ slot: UInt32, key: UInt64) {
        if (distinct + 1) * 4 > table.count * 3 { resize(to: max(16, table.count * 2)) }
        while keys.count <= Int(slot) {
            keys.append(0)
            links.append(Link(next: 0, previous: 0))
        }
        let place = position(of: key)
        keys[Int(slot)] = key
        if table[place] == 0 {
            table[place] = slot + 1
            links[Int(slot)] = Link(next: slot, previous: slot)
            distinct += 1
        } else {
            link(slot, before: table[place] - 1)
        }
    }

    /// Takes a slot out. It must be in.
    mutating func remove(_ slot: UInt32) {
        let place = position(of: keys[Int(slot)])
        let link = links[Int(slot)]
        if link.next == slot {
            vacate(place)
            distinct -= 1
            return
        }
        links[Int(link.previous)].next = link.next
        links[Int(link.next)].previous = link.previous
        if table[place] == slot + 1 { table[place] = link.next + 1 }
    }

    /// Puts a slot behind the others of its key.
    mutating func moveToBack(_ slot: UInt32) {
        let key = keys[Int(slot)]
        guard links[Int(slot)].next != slot else { return }
        remove(slot)
        insert(slot, key: key)
    }

    /// The ring's first slot has the last one before it, so "before the first" is the back.
    private mutating func link(_ slot: UInt32, before head: UInt32) {
        let last = links[Int(head)].previous
        links[Int(slot)] = Link(next: head, previous: last)
        links[Int(last)].next = slot
        links[Int(head)].previous = slot
    }

    /// Where the key is, or the free place where it would go.
    private func position(of key: UInt64) -> Int {
        var place = home(of: key)
        while table[place] != 0, keys[Int(table[place] - 1)] != key { place = (place + 1) & (table.count - 1) }
        return place
    }

    private func home(of key: UInt64) -> Int { Int(truncatingIfNeeded: Self.mixed(key)) & (table.count - 1) }

    /// Frees a place and moves later ones up, so that no probe ends too early.
    private mutating func vacate(_ place: Int) {
        let mask = table.count - 1
        var hole = place
        var next = (place + 1) & mask
        while table[next] != 0 {
            let home = home(of: keys[Int(table[next] - 1)])
            if (next - home) & mask >= (next - hole) & mask {
                table[hole] = table[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        table[hole] = 0
    }

    private mutating func resize(to size: Int) {
        let old = table
        table = Array(repeating: 0, count: size)
        for entry in old where entry != 0 { table[position(of: keys[Int(entry - 1)])] = entry }
    }

    /// SplitMix64's finisher: neighbouring numbers and ids spread over the whole table.
    static func mixed(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A 64-bit key of octets (FNV-1a, finished). Of a million keys two are the same with odds of one in 37 million.
    static func key(_ octets: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for octet in octets { hash = (hash ^ UInt64(octet)) &* 0x0000_0100_0000_01B3 }
        return mixed(hash)
    }
}
