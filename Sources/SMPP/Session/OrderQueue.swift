// SPDX-License-Identifier: GPL-3.0-or-later

/// Requests that wait for a place in the window, first in first out.
struct OrderQueue: Sendable {
    struct Order: Sendable {
        var token: UInt64
        var body: PDU.Body
    }

    private var orders: [Order?] = []
    private var head = 0

    var isEmpty: Bool { head == orders.count }
    var count: Int { orders.count - head }
    var tokens: [UInt64] { orders[head...].compactMap { $0?.token } }

    mutating func append(_ order: Order) { orders.append(order) }

    mutating func popFirst() -> Order? {
        guard head < orders.count else { return nil }
        let order = orders[head]
        // The message's memory is not to stay until the array is packed.
        orders[head] = nil
        head += 1
        if head == orders.count {
            orders.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 1024, head > orders.count / 2 {
            orders.removeFirst(head)
            head = 0
        }
        return order
    }

    mutating func removeAll() {
        orders = []
        head = 0
    }
}
