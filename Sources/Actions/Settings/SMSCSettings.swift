// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import SMPP

/// What the engine needs to know of one SMSC.
package struct SMSCSettings: Equatable, Sendable {
    package var name: String
    /// Where it is, and as whom we come to it: at another place it is another SMSC of the same name.
    package var place: String
    /// Binds that can submit, and those that only receive.
    package var binds: [Bind]
    package var limits: BindLimits
    /// Lower first; a higher one is used when no lower one is up, or when a lower one refuses everything.
    package var priority: Int
    /// Share among those of one priority.
    package var weight: Int
    /// Sender when the action names none.
    package var sender: String
    package var text: TextOptions
    /// Sends data_sm in place of submit_sm.
    package var usesDataSM: Bool
    package var serviceType: String
    /// Types and plans in place of the usual ones.
    package var addresses: AddressTypes
    /// The end of a message's validity is written as a point in time, else as a period.
    package var hasAbsoluteValidity: Bool
    /// user_message_reference is sent (SMPP 3.4 section 5.3.2.17).
    package var sendsReference: Bool
    /// replace_sm and cancel_sm are tried, until it says that it does not know them.
    package var mayReplace: Bool
    package var mayCancel: Bool
    package var receipts: ReceiptMatcher.Configuration
    package var recognition: ReceiptRecognition

    package struct Bind: Equatable, Sendable {
        package var name: String
        package var mode: BindMode

        package init(name: String, mode: BindMode) {
            self.name = name
            self.mode = mode
        }
    }

    /// TON and NPI of the addresses in what is submitted (SMPP 3.4 sections 5.2.5 and 5.2.6); nil: the usual ones.
    package struct AddressTypes: Equatable, Sendable {
        package var sourceTON: UInt8?
        package var sourceNPI: UInt8?
        package var destinationTON: UInt8?
        package var destinationNPI: UInt8?

        package init(
            sourceTON: UInt8? = nil, sourceNPI: UInt8? = nil, destinationTON: UInt8? = nil,
            destinationNPI: UInt8? = nil
        ) {
            self.sourceTON = sourceTON
            self.sourceNPI = sourceNPI
            self.destinationTON = destinationTON
            self.destinationNPI = destinationNPI
        }
    }

    package init(
        name: String, binds: [Bind], limits: BindLimits = BindLimits(window: 10), priority: Int = 1, weight: Int = 100,
        sender: String = "", text: TextOptions = TextOptions(), usesDataSM: Bool = false, serviceType: String = "",
        addresses: AddressTypes = AddressTypes(), hasAbsoluteValidity: Bool = false, sendsReference: Bool = true,
        mayReplace: Bool = true, mayCancel: Bool = true, receipts: ReceiptMatcher.Configuration = .init(),
        recognition: ReceiptRecognition = .standard,
        place: String = ""
    ) {
        self.place = place
        self.name = name
        self.binds = binds
        self.limits = limits
        self.priority = priority
        self.weight = weight
        self.sender = sender
        self.text = text
        self.usesDataSM = usesDataSM
        self.serviceType = serviceType
        self.addresses = addresses
        self.hasAbsoluteValidity = hasAbsoluteValidity
        self.sendsReference = sendsReference
        self.mayReplace = mayReplace
        self.mayCancel = mayCancel
        self.receipts = receipts
        self.recognition = recognition
    }
}

/// What holds for all SMS.
package struct MessagingSettings: Equatable, Sendable {
    package var smscs: [SMSCSettings]
    /// How long a receipt is awaited once the SMSC has the message.
    package var receiptTimeout: Interval
    /// How long a message in doubt is held for its receipt when it is not sent again.
    package var doubtHold: Interval
    /// Waits before a message that failed for the time being is tried again.
    package var retryDelays: [Interval]
    package var optOutWords: OptOutWords

    package init(
        smscs: [SMSCSettings] = [], receiptTimeout: Interval = .minutes(60), doubtHold: Interval = .minutes(10),
        retryDelays: [Interval] = [.seconds(10), .seconds(60), .minutes(5)],
        optOutWords: OptOutWords = .standard
    ) {
        self.smscs = smscs
        self.receiptTimeout = receiptTimeout
        self.doubtHold = doubtHold
        self.retryDelays = retryDelays
        self.optOutWords = optOutWords
    }
}
