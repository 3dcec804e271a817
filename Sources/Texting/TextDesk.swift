// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import Billing
import Budgeting
import Forecasting
import GatewayCore
import Pacing
import Participants
import SMPP

/// Messages under way, over SMSCs and their binds: journals them ahead, hands over what binds take, follows responses
/// and receipts, writes their records, and lets the retry rules say what follows for the recipient.
///
/// Its state is its module's: nothing outside can write it. One owner, not thread-safe.
package final class TextDesk {
    let outbox: Outbox
    let agenda: Agenda
    let roster: Roster
    let budget: BudgetGate
    let answers: AnswerLog
    let receipts: ReceiptDesk
    let recalls: RecallDesk
    /// What citizens write.
    package let inbound: InboundDesk
    var configuration: EngineConfiguration

    /// An SMSC's index never changes while the process lives; removed ones are retired.
    package internal(set) var smscs: [SMSCState] = []
    var messages: [AttemptID: LiveMessage] = [:]
    /// The action's text as each SMSC wants it, by the action's key.
    var texts: [Int64: ActionText] = [:]
    /// Messages up to here are on the disk, and may leave; nil: whatever is journalled may.
    package private(set) var hardened: AttemptID?
    /// Which SMSC is whose.
    private(set) var routes = PopulationRoutes()
    /// user_message_reference of the newest segment (SMPP 3.4 section 5.3.2.17).
    var lastReference: UInt16 = 0
    var longTexts = LongTextReferences()
    /// Stopped actions whose correction is being made, by key: what an SMSC has of them is left to it.
    var correctedSoon: Set<Int64> = []
    /// The actions whose texts a correction puts right, by its key.
    var wrongActions: [Int64: [LiveAction]] = [:]
    /// Messages that are over and whose acceptance is journalled: their CDRs are written when there is time.
    private var deferredEnds = Fifo<LiveMessage>()

    /// More of them than this must not wait.
    private static let deferredLimit = 131_072
    /// So many are written with each turn when there are too many.
    private static let deferredSlice = 512

    package init(
        _ configuration: EngineConfiguration, outbox: Outbox, agenda: Agenda, roster: Roster, budget: BudgetGate,
        answers: AnswerLog, register: ParticipantRegister
    ) {
        self.configuration = configuration
        self.outbox = outbox
        self.agenda = agenda
        self.roster = roster
        self.budget = budget
        self.answers = answers
        receipts = ReceiptDesk(outbox: outbox, agenda: agenda)
        recalls = RecallDesk(outbox: outbox, agenda: agenda)
        inbound = InboundDesk(
            configuration, outbox: outbox, agenda: agenda, roster: roster, register: register)
        configure(configuration)
    }

    // MARK: - Configuration

    package func configure(_ configuration: EngineConfiguration) {
        self.configuration = configuration
        inbound.configure(configuration)
        for settings in configuration.messaging.smscs {
            if let index = smscs.firstIndex(where: { $0.name == settings.name }) {
                let former = smscs[index].settings
                let isOtherMatcher =
                    smscs[index].isRetired || settings.receipts != former.receipts || settings.place != former.place
                smscs[index].apply(settings)
                if isOtherMatcher { awaitReceiptsAgain(index) }
            } else {
                smscs.append(SMSCState(settings: settings))
            }
        }
        let names = Set(configuration.messaging.smscs.map(\.name))
        for (index, smsc) in smscs.enumerated() where !names.contains(smsc.name) && !smsc.isRetired {
            smsc.isRetired = true
            // In the next turn, which has a time.
            agenda.set(.evacuation(smsc: index), at: .epoch)
        }
        routes = PopulationRoutes(configuration.populations, \.smscs)
        // Another alphabet or sender makes another message.
        texts = [:]
    }

    /// - Throws: ``EngineError/unknownSMSC(_:)``.
    package func setEnabled(_ name: String, _ isEnabled: Bool, now: Timestamp) throws(EngineError) {
        guard let index = smscs.firstIndex(where: { $0.name == name && !$0.isRetired }) else {
            throw .unknownSMSC(name)
        }
        smscs[index].disabledByOperator = !isEnabled
        if isEnabled {
            for other in smscs.indices where other != index { scheduleEvacuation(other, now: now) }
        } else {
            evacuate(index, now: now)
        }
    }

    /// An action's recipients were dropped.
    package func forget(action key: Int64) {
        texts[key] = nil
        wrongActions[key] = nil
    }

    // MARK: - Questions

    /// Messages whose end is awaited.
    package var openMessages: Int { messages.count }

    /// Messages of one SMSC whose end is awaited.
    package func openMessages(of smsc: Int) -> Int { messages.values.count { $0.smsc == smsc } }

    /// An SMSC is still asked to delete messages of this action.
    package func isRecalling(_ action: LiveAction) -> Bool { recalls.isOpen(action: action.key) }

    /// Messages are journalled that have not left.
    package var hasPreparedMessages: Bool { smscs.contains { $0.preparedCount > 0 } }

    /// No message can leave.
    package var isDead: Bool { !smscs.contains(where: \.isUsable) }

    /// No message to any of these populations can leave.
    package func isDead(for populations: [String]) -> Bool {
        !smscs.contains { $0.isUsable && routes.mayUse($0.name, forAnyOf: populations) }
    }

    /// An action with so many recipients begins: growing in the middle of the sending would hold it up.
    package func expect(_ count: Int) { messages.reserveCapacity(messages.count + count) }

    // MARK: - The disk

    /// The journal has everything up to this message on the disk. Once called, others wait for their own.
    package func messagesHardened(through id: AttemptID) { hardened = max(hardened ?? id, id) }

    /// How many messages wait for their CDRs until there is time.
    package var deferredCount: Int { deferredEnds.count }

    /// How many of them must be written with this turn all the same.
    package var overdueCount: Int { deferredEnds.count > Self.deferredLimit ? Self.deferredSlice : 0 }

    /// Those that wait.
    var deferred: [LiveMessage] { Array(deferredEnds.elements) }

    func deferEnd(_ message: LiveMessage) { deferredEnds.append(message) }

    /// Of those that wait, the oldest, to be journalled at once. Whatever follows from it is in the next output.
    package func takeDeferred(_ count: Int) -> [JournalRecord] {
        var records: [JournalRecord] = []
        while records.count < count, let message = deferredEnds.popFirst() {
            records.append(deferredRecord(message))
            roster.deferredEndWritten(in: message.action)
        }
        return records
    }

    // MARK: - Budgets

    /// The worst case of each message is reserved by the budgets and prices of now.
    package func reserveAll(now: Timestamp) {
        for message in messages.values { reserve(message, now: now) }
    }

    func reserve(_ message: LiveMessage, now: Timestamp) {
        guard budget.isActive, let recipient = message.recipient else { return }
        budget.reserve(message.record, for: recipient, now: now)
    }

    // MARK: - Helpers

    func change(_ message: LiveMessage, _ body: (inout MessageRecord) -> Void) {
        body(&message.record)
        outbox.journal(.messageChanged(message.record))
    }

    func bind(_ key: BindKey) -> BindState? {
        guard key.smsc < smscs.count, key.bind < smscs[key.smsc].binds.count else { return nil }
        return smscs[key.smsc].binds[key.bind]
    }

    func noteError(_ text: String, _ key: BindKey, now: Timestamp) {
        smscs[key.smsc].binds[key.bind].lastError = text
        smscs[key.smsc].binds[key.bind].lastErrorAt = now
    }

    func setDeadline(_ message: LiveMessage, _ time: Timestamp) {
        message.deadline = time
        agenda.set(.messageExpires(message.id), at: time)
    }

    func source(_ index: Int) -> InboundDesk.Source {
        InboundDesk.Source(smsc: index, name: smscs[index].name, alphabet: smscs[index].settings.text.alphabet)
    }

    /// A citizen's message has waited for its missing segments long enough.
    package func partsExpired(_ smsc: Int, now: Timestamp) { inbound.partsExpired(source(smsc), now: now) }
}
