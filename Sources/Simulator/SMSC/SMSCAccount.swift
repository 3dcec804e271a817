// SPDX-License-Identifier: GPL-3.0-or-later
import SMPP

/// A deliver_sm on its way to an ESME: a receipt or a citizen's message.
struct SMSCDelivery {
    enum Route: Equatable {
        /// The bind that submitted when it can receive, else any.
        case any
        /// Another bind than the one that submitted, when there is one.
        case otherBind
    }

    /// Counts up; the order in which they became due.
    var order: UInt64
    var fields: MessageFields
    var isReceipt: Bool
    /// The connection that submitted.
    var connection: Int
    var route = Route.any
}

/// An ESME by its system_id: its binds, and what waits to be delivered to it. Belongs to the ``SimulatedSMSC``.
final class SMSCAccount {
    let systemID: String
    var bucket: SubmitBucket
    /// Bound sessions that can receive, oldest first.
    var receivers: [SMSCSession] = []
    var waiting = DeliveryQueue()
    /// A receipt that lets the next one go before it.
    var held: SMSCDelivery?
    /// Receipts that wait for a bind with a higher connection number.
    var later: [(after: Int, delivery: SMSCDelivery)] = []

    init(systemID: String, rate: Double) {
        self.systemID = systemID
        bucket = SubmitBucket(rate: rate)
    }

    /// The bind that this delivery goes over; nil: none has room.
    func receiver(for delivery: SMSCDelivery, window: Int) -> SMSCSession? {
        let free = receivers.filter { $0.outstanding.count < window }
        let own = free.first { $0.number == delivery.connection }
        let others = free.filter { $0.number != delivery.connection }.min {
            $0.outstanding.count < $1.outstanding.count
        }
        return switch delivery.route {
        case .any: own ?? others
        case .otherBind: others ?? own
        }
    }
}

/// First in, first out; what comes back stands in front.
struct DeliveryQueue {
    private var items: [SMSCDelivery] = []
    private var head = 0

    var count: Int { items.count - head }
    var first: SMSCDelivery? { head < items.count ? items[head] : nil }

    mutating func append(_ delivery: SMSCDelivery) { items.append(delivery) }

    mutating func putBack(_ deliveries: [SMSCDelivery]) {
        guard !deliveries.isEmpty else { return }
        items.replaceSubrange(..<head, with: deliveries)
        head = 0
    }

    mutating func removeFirst() {
        head += 1
        // Moving the rest once half is gone costs each delivery one move.
        if head > items.count / 2 {
            items.removeFirst(head)
            head = 0
        }
    }
}
