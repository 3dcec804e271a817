// SPDX-License-Identifier: GPL-3.0-or-later

/// The requests that wait for a response, by sequence number and from the oldest to the newest.
///
/// Sequence numbers are handed out one after the other, so that their low bits are a good hash. Memory is taken once:
/// neither insert nor remove allocates when the window has been full before.
struct RequestWindow: Sendable {
    struct Entry: Equatable, Sendable {
        var sequence: UInt32
        var command: CommandID
        var token: UInt64
        /// Monotonic microseconds.
        var sentAt: Int64
        /// Counts the requests of a session; tells which of them the driver has taken.
        var ordinal: UInt64
    }

    private struct Slot: Sendable {
        var entry: Entry
        var older: Int32
        var newer: Int32
    }

    private static let none: Int32 = -1

    let capacity: Int
    private(set) var count = 0
    private var slots: [Slot] = []
    /// Indices into `slots`, open addressing with linear probing.
    private var table: [Int32]
    private let mask: Int
    private var oldestSlot = none
    private var newestSlot = none
    /// Slots to use again, linked by `newer`.
    private var freeSlot = none

    init(capacity: Int) {
        self.capacity = max(1, capacity)
        var size = 4
        while size < 2 * self.capacity { size *= 2 }
        table = Array(repeating: Self.none, count: size)
        mask = size - 1
    }

    /// Slots in memory: never more than were in use at once.
    var slotCount: Int { slots.count }
    var isEmpty: Bool { count == 0 }
    var isFull: Bool { count >= capacity }
    var oldest: Entry? { oldestSlot == Self.none ? nil : slots[Int(oldestSlot)].entry }

    func contains(_ sequence: UInt32) -> Bool { place(of: sequence) != nil }

    /// The caller has made sure of room and of a sequence number that is not in use.
    mutating func insert(_ entry: Entry) {
        precondition(!isFull, "the window has \(capacity) places")
        let slot: Int32
        if freeSlot == Self.none {
            slot = Int32(slots.count)
            slots.append(Slot(entry: entry, older: newestSlot, newer: Self.none))
        } else {
            slot = freeSlot
            freeSlot = slots[Int(slot)].newer
            slots[Int(slot)] = Slot(entry: entry, older: newestSlot, newer: Self.none)
        }
        if newestSlot == Self.none { oldestSlot = slot } else { slots[Int(newestSlot)].newer = slot }
        newestSlot = slot
        var place = Int(entry.sequence) & mask
        while table[place] != Self.none { place = (place + 1) & mask }
        table[place] = slot
        count += 1
    }

    mutating func remove(_ sequence: UInt32) -> Entry? {
        guard let place = place(of: sequence) else { return nil }
        let index = table[place]
        let slot = slots[Int(index)]
        clear(place)
        if slot.older == Self.none { oldestSlot = slot.newer } else { slots[Int(slot.older)].newer = slot.newer }
        if slot.newer == Self.none { newestSlot = slot.older } else { slots[Int(slot.newer)].older = slot.older }
        slots[Int(index)].newer = freeSlot
        freeSlot = index
        count -= 1
        return slot.entry
    }

    mutating func removeOldest() -> Entry? { oldest.flatMap { remove($0.sequence) } }

    /// From the oldest to the newest.
    func forEach(_ body: (Entry) -> Void) {
        var index = oldestSlot
        while index != Self.none {
            body(slots[Int(index)].entry)
            index = slots[Int(index)].newer
        }
    }

    private func place(of sequence: UInt32) -> Int? {
        var place = Int(sequence) & mask
        while table[place] != Self.none {
            if slots[Int(table[place])].entry.sequence == sequence { return place }
            place = (place + 1) & mask
        }
        return nil
    }

    /// Closes the gap, so that no later entry of the same chain is lost.
    private mutating func clear(_ place: Int) {
        var hole = place
        var probe = (hole + 1) & mask
        while table[probe] != Self.none {
            let home = Int(slots[Int(table[probe])].entry.sequence) & mask
            if (probe - home) & mask >= (probe - hole) & mask {
                table[hole] = table[probe]
                hole = probe
            }
            probe = (probe + 1) & mask
        }
        table[hole] = Self.none
    }
}
