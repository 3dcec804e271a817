// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import SMPP

/// What the engine needs to know of one SMSC.
package struct SMSCSettings: Equatable, Sendable {
    package var name: String
    /// Binds that can submit, and those that only receive.
    package var binds: [Bind]
    package var limits: BindLimits
    /// Lower first; a higher one is used when no lower one is up.
    package var priority: Int
    /// Share among those of one priority.
    package var weight: Int
    /// Sender when the action names none.
    package var sender: String
    package var text: TextOptions
    /// Sends data_sm in place of submit_sm.
    package var usesDataSM: Bool
    package var serviceType: String
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

    package init(
        name: String, binds: [Bind], limits: BindLimits = BindLimits(window: 10), priority: Int = 1, weight: Int = 100,
        sender: String = "", text: TextOptions = TextOptions(), usesDataSM: Bool = false, serviceType: String = "",
        receipts: ReceiptMatcher.Configuration = .init(), recognition: ReceiptRecognition = .standard
    ) {
        self.name = name
        self.binds = binds
        self.limits = limits
        self.priority = priority
        self.weight = weight
        self.sender = sender
        self.text = text
        self.usesDataSM = usesDataSM
        self.serviceType = serviceType
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
