// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What a price is asked for: a call or an SMS, without anything that must not matter.
package struct Usage: Sendable {
    package enum Quantity: Sendable, Equatable {
        /// nil answer: nobody picked up. Whole milliseconds, as exports show them.
        case call(answer: Timestamp?, milliseconds: Int64)
        /// Segments that the SMSC took over.
        case sms(segments: Int)
    }

    /// Trunk or SMSC.
    package var trunk: String
    package var account: String
    /// The far end's number, E.164.
    package var number: String
    package var direction: Tariff.Direction
    /// When it began: it chooses the tariff's version, and the hours of an SMS.
    package var start: Timestamp
    package var quantity: Quantity

    package init(
        trunk: String, account: String, number: String, direction: Tariff.Direction = .outgoing, start: Timestamp,
        quantity: Quantity
    ) {
        self.trunk = trunk
        self.account = account
        self.number = number
        self.direction = direction
        self.start = start
        self.quantity = quantity
    }

    /// As the record tells it. Hang-up cause, disposition and `recovered` are not asked.
    package init(_ cdr: CallDetailRecord) {
        let quantity: Quantity =
            if let message = cdr.message {
                .sms(segments: message.acceptedSegments)
            } else {
                .call(
                    answer: cdr.answer,
                    milliseconds: cdr.answer.map { max(0, cdr.end.milliseconds - $0.milliseconds) } ?? 0)
            }
        self.init(
            trunk: cdr.trunk, account: cdr.account, number: cdr.callee, start: cdr.start, quantity: quantity)
    }

    /// Nothing is due for it, whatever a tariff says: no answer, or no segment.
    var isFree: Bool {
        switch quantity {
        case .call(let answer, _): answer == nil
        case .sms(let segments): segments == 0
        }
    }

    var channel: Channel {
        switch quantity {
        case .call: .voice
        case .sms: .sms
        }
    }

    /// Of the day that chooses the version: the answer, else the beginning.
    var tariffTime: Timestamp {
        switch quantity {
        case .call(let answer, _): answer ?? start
        case .sms: start
        }
    }
}
