// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import SMPP

/// What the engine needs to know of one SMS centre.
public struct SMSCSettings: Equatable, Sendable {
    public var name: String
    /// Binds that can submit, and those that only receive.
    public var binds: [Bind]
    public var limits: BindLimits
    /// Lower first; a higher one is used when no lower one is up.
    public var priority: Int
    /// Share among those of one priority.
    public var weight: Int
    /// Sender when the action names none.
    public var sender: String
    public var text: TextOptions
    /// Sends data_sm in place of submit_sm.
    public var usesDataSM: Bool
    public var serviceType: String
    public var receipts: ReceiptMatcher.Configuration
    public var recognition: ReceiptRecognition

    public struct Bind: Equatable, Sendable {
        public var name: String
        public var mode: BindMode

        public init(name: String, mode: BindMode) {
            self.name = name
            self.mode = mode
        }
    }

    public init(
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
public struct MessagingSettings: Equatable, Sendable {
    public var smscs: [SMSCSettings]
    /// How long a receipt is awaited once the SMS centre has the message.
    public var receiptTimeout: Interval
    /// How long a message in doubt is held for its receipt when it is not sent again.
    public var doubtHold: Interval
    /// Waits before a message that failed for the time being is tried again.
    public var retryDelays: [Interval]
    public var optOutWords: OptOutWords

    public init(
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
