// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

/// What the journal knows when the daemon starts.
package struct JournalSnapshot: Sendable {
    /// Every action that is not final, and those that are (their recipients are not loaded).
    package var actions: [ActionRecord]
    /// Recipients of the actions that are not final, in order of id.
    package var recipients: [RecipientRecord]
    package var calls: [CallRecord]
    package var messages: [MessageRecord]
    package var releases: [ReleaseMark]
    /// Segments of citizens' messages that are not whole.
    package var inboundParts: [InboundRecord]
    /// How many messages citizens sent in answer to each action, by its id.
    package var inboundCounts: [String: Int] = [:]
    /// Numbers that want no SMS, E.164.
    package var optOuts: Set<String>
    /// The machine was started since the former process wrote last: what it wrote last may be lost.
    package var machineRestarted: Bool
    package var lastInbound: Int64
    /// What accounts were charged, by month.
    package var spending: [Spending] = []
    /// Highest keys ever used.
    package var lastActionKey: Int64
    package var lastRecipient: RecipientID
    package var lastAttempt: AttemptID
    package var lastCDRSequence: Int64
    /// Last journalled sign of life of the former process; nil in a new journal.
    package var lastAlive: Timestamp?
    /// nil: the journal is new, or of a version whose engine time was civil time.
    package var clock: ClockMark?
    /// When calls ended whose record the former process could not write.
    package var rescuedEnds: [AttemptID: RescuedEnd] = [:]

    package init(
        actions: [ActionRecord] = [], recipients: [RecipientRecord] = [], calls: [CallRecord] = [],
        messages: [MessageRecord] = [], releases: [ReleaseMark] = [], inboundParts: [InboundRecord] = [],
        optOuts: Set<String> = [], machineRestarted: Bool = false, lastInbound: Int64 = 0, lastActionKey: Int64 = 0,
        lastRecipient: RecipientID = RecipientID(0), lastAttempt: AttemptID = AttemptID(0), lastCDRSequence: Int64 = 0,
        lastAlive: Timestamp? = nil
    ) {
        self.actions = actions
        self.recipients = recipients
        self.calls = calls
        self.messages = messages
        self.releases = releases
        self.inboundParts = inboundParts
        self.optOuts = optOuts
        self.machineRestarted = machineRestarted
        self.lastInbound = lastInbound
        self.lastActionKey = lastActionKey
        self.lastRecipient = lastRecipient
        self.lastAttempt = lastAttempt
        self.lastCDRSequence = lastCDRSequence
        self.lastAlive = lastAlive
    }
}

/// How a call ended whose record the former process could not write.
package struct RescuedEnd: Equatable, Sendable {
    package var time: Timestamp
    /// Civil time minus engine time when the call began; nil: not known.
    package var civilOffset: Interval?

    package init(time: Timestamp, civilOffset: Interval?) {
        self.time = time
        self.civilOffset = civilOffset
    }
}
