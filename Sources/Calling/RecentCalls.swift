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

/// What is known of calls that are over, by Call-ID; the oldest are forgotten first.
struct RecentCalls<Knowledge> {
    private var calls: [String: Knowledge] = [:]
    private var order = Fifo<String>()
    private static var limit: Int { 20_000 }

    mutating func remember(_ knowledge: Knowledge, of callID: String) {
        calls[callID] = knowledge
        order.append(callID)
        if order.count > Self.limit, let oldest = order.popFirst() { calls[oldest] = nil }
    }

    subscript(callID: String) -> Knowledge? { calls[callID] }
    mutating func take(_ callID: String) -> Knowledge? { calls.removeValue(forKey: callID) }
}
