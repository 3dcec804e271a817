// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import GatewayCore

/// A call whose answer may still come: in doubt after a crash, or given up before the far end said how it ended.
struct UnresolvedCall {
    let action: LiveAction
    let index: Int
    let attempt: AttemptID
    /// A crash left it in doubt: whoever answers it has heard nothing, and is called again.
    let isDoubtful: Bool

    init(_ call: LiveCall) {
        (action, index, attempt, isDoubtful) = (call.action, call.index, call.record.id, call.isDoubtful)
    }
}

/// A Call-ID of ours: sixteen octets, as text in hexadecimal digits.
struct CallIDKey: Hashable {
    private var high: UInt64 = 0
    private var low: UInt64 = 0

    init() {}

    /// Of another form, such as a stranger's: what stands for it.
    init(_ text: String) {
        var digits = 0
        for octet in text.utf8 {
            guard digits < 32, let digit = Self.value(octet) else {
                self = Self(hash: SHA256.hash(text.utf8))
                return
            }
            digits += 1
            high = high << 4 | low >> 60
            low = low << 4 | digit
        }
        if digits < 32 { self = Self(hash: SHA256.hash(text.utf8)) }
    }

    private init(hash: [UInt8]) {
        for octet in hash.prefix(8) { high = high << 8 | UInt64(octet) }
        for octet in hash.dropFirst(8).prefix(8) { low = low << 8 | UInt64(octet) }
    }

    private static func value(_ octet: UInt8) -> UInt64? {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(octet - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(octet - UInt8(ascii: "a") + 10)
        default: nil
        }
    }
}

/// What is known of calls that are over, by Call-ID; the oldest are forgotten first. Its memory is there with the first
/// of them and does not grow.
struct RecentCalls<Knowledge> {
    private var calls: [CallIDKey: Knowledge] = [:]
    /// In the order in which they came; a ring.
    private var order: [CallIDKey] = []
    private var next = 0
    private static var limit: Int { 20_000 }

    mutating func remember(_ knowledge: Knowledge, of callID: String) {
        if order.isEmpty {
            order = Array(repeating: CallIDKey(), count: Self.limit)
            calls.reserveCapacity(Self.limit + 1)
        }
        calls[order[next]] = nil
        let key = CallIDKey(callID)
        order[next] = key
        next = next + 1 == Self.limit ? 0 : next + 1
        calls[key] = knowledge
    }

    subscript(callID: String) -> Knowledge? { calls[CallIDKey(callID)] }
    mutating func take(_ callID: String) -> Knowledge? { calls.removeValue(forKey: CallIDKey(callID)) }
}
