// SPDX-License-Identifier: GPL-3.0-or-later

/// Receipts that came before the submit response of their message: with several sessions to one SMSC, or with one
/// that answers slowly, that is an everyday case. Bounded; the oldest goes first.
struct HeldReceipts: Sendable {
    private struct Entry: Sendable {
        var held: ReceiptMatcher.HeldReceipt
        var keys: [UInt64]
    }

    private var entries: [UInt64: Entry] = [:]
    private var byKey: [UInt64: [UInt64]] = [:]
    private var oldest: UInt64 = 0
    private var newest: UInt64 = 0

    var count: Int { entries.count }
    var isEmpty: Bool { entries.isEmpty }

    /// Ids and numbers share one table, under keys that do not meet.
    static func identifierKey(_ key: UInt64) -> UInt64 { key | 1 }
    static func numberKey(_ number: ReceiptNumber) -> UInt64 { SlotIndex.mixed(number.lastNine) & ~1 }

    mutating func hold(
        _ receipt: ReceiptMatcher.HeldReceipt, under keys: [UInt64], limit: Int
    ) -> ReceiptMatcher.HeldReceipt? {
        var displaced: ReceiptMatcher.HeldReceipt?
        if entries.count >= limit { displaced = removeOldest() }
        entries[newest] = Entry(held: receipt, keys: keys)
        for key in keys { byKey[key, default: []].append(newest) }
        newest += 1
        return displaced
    }

    /// The receipts held under a key, the oldest first.
    func tickets(_ key: UInt64) -> [UInt64] { byKey[key].map { Array($0.prefix(ReceiptMatcher.Slots.reach)) } ?? [] }

    func peek(_ ticket: UInt64) -> ReceiptMatcher.HeldReceipt? { entries[ticket]?.held }

    mutating func release(_ ticket: UInt64) {
        guard let entry = entries.removeValue(forKey: ticket) else { return }
        for key in entry.keys {
            byKey[key]?.removeAll { $0 == ticket }
            if byKey[key]?.isEmpty ?? false { byKey[key] = nil }
        }
    }

    mutating func expire(before time: Int64) -> [ReceiptMatcher.HeldReceipt] {
        var expired: [ReceiptMatcher.HeldReceipt] = []
        while skipReleased(), let entry = entries[oldest], entry.held.receivedAt <= time {
            expired.append(entry.held)
            release(oldest)
        }
        return expired
    }

    private mutating func removeOldest() -> ReceiptMatcher.HeldReceipt? {
        guard skipReleased(), let entry = entries[oldest] else { return nil }
        release(oldest)
        return entry.held
    }

    /// Moves `oldest` to a ticket that is still held; `false` when there is none.
    private mutating func skipReleased() -> Bool {
        while oldest < newest, entries[oldest] == nil { oldest += 1 }
        return oldest < newest
    }
}
