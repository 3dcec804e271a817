// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Billing
import GatewayCore

/// A search for all that the journal has of one number, a part of the tables at a time: numbers have no index.
package struct NumberScan: Sendable {
    package let number: PhoneNumber
    package internal(set) var recipients: [RecipientRecord] = []
    package internal(set) var records: [CallDetailRecord] = []
    package internal(set) var isDone = false
    var position: Int64 = 0
    var isInLedger = false

    package init(_ number: PhoneNumber) { self.number = number }
}
