// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// A message that the SMSC has accepted.
struct StoredMessage {
    /// What its id is made of; messages of one submit_multi share it.
    var number: UInt64
    /// Place of its ``SMSCAccount``.
    var account: Int
    var connection: Int
    var serviceType: String
    var source: Address
    var destination: Address
    var registeredDelivery: UInt8
    var userMessageReference: UInt16?
    var arrival: Timestamp
    /// The beginning of its text, for receipts; empty when none is asked for.
    var snippet: [UInt8] = []
    /// When the outcome is or was known; nil: as the citizen's seed says.
    var finalAt: Timestamp?
    /// By cancel_sm: its outcome is DELETED.
    var isCancelled = false
    var isReceiptScheduled = false
    /// Events that still need it.
    var pending: UInt8 = 0

    /// Receipts of which outcomes (SMPP 3.4 section 5.2.17; 3 is 5.0's "success only").
    func wantsReceipt(success: Bool) -> Bool {
        switch registeredDelivery & 0x03 {
        case 1: true
        case 2: !success
        case 3: success
        default: false
        }
    }
    var wantsAnyReceipt: Bool { registeredDelivery & 0x03 != 0 }
    var wantsIntermediate: Bool { registeredDelivery & 0x10 != 0 }
}

/// Messages by serial number, which count up from 0. Old ones that nothing waits for are forgotten.
struct MessageStore {
    private var messages: [StoredMessage] = []
    /// Messages before this place are forgotten.
    private var head = 0
    /// Serial number of `messages[0]`.
    private var base: UInt64 = 0
    private let keep: Int

    init(keep: Int) { self.keep = keep }

    var nextSerial: UInt64 { base + UInt64(messages.count) }
    var count: Int { messages.count - head }
    /// Those that are known, oldest first.
    var serials: Range<UInt64> { base + UInt64(head)..<nextSerial }

    func contains(_ serial: UInt64) -> Bool { serials.contains(serial) }

    /// - Precondition: the store contains it.
    subscript(serial: UInt64) -> StoredMessage {
        get { messages[Int(serial - base)] }
        _modify { yield &messages[Int(serial - base)] }
    }

    @discardableResult
    mutating func add(_ message: StoredMessage) -> UInt64 {
        let serial = nextSerial
        messages.append(message)
        while count > keep, messages[head].pending == 0 { head += 1 }
        // Moving the rest once half is gone costs each message one move.
        if head > 1024, head > messages.count / 2 {
            messages.removeFirst(head)
            base += UInt64(head)
            head = 0
        }
        return serial
    }
}
