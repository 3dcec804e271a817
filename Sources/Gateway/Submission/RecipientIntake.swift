// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import Configuration
import ControlProtocol
import GatewayCore
import Platform

/// The recipients of a submission, one after the other: those who can be reached go to the journal in chunks while
/// they come in, the others are told to the client.
@ControlActor final class RecipientIntake {
    private let context: ControlContext
    private let session: ControlSession
    private let replies: ReplyChannel
    /// nil: nothing is kept.
    private let staged: StagedAction?
    private var builder: SubmissionBuilder
    private(set) var estimate: SubmissionQuote
    private var chunk: [StagedRecipient] = []
    /// Of a dry run: everybody who would be alerted.
    private(set) var people: [StagedRecipient] = []
    private let keepsPeople: Bool
    /// Posted and not on disk yet; above a few, the client has to wait.
    private var chunksUnderWay = 0
    private var reported = 0
    /// Nobody reads on: what is under way has no client to wait for.
    private var isClosed = false
    private(set) var isTooLarge = false

    private static let chunkSize = 2000
    private static let chunksAtOnce = 4
    /// An action for everybody in the country is a mistake.
    static let recipientLimit = 1_000_000
    /// The rest of the bad lines is only counted.
    private static let reportLimit = 10_000

    init(
        _ definition: ActionDefinition, _ configuration: GatewayConfiguration, assumesLostZero: Bool,
        accounts: AccountCodes?, staged: StagedAction?, keepsPeople: Bool = false,
        context: ControlContext, session: ControlSession, replies: ReplyChannel
    ) {
        self.staged = staged
        self.keepsPeople = keepsPeople
        self.context = context
        self.session = session
        self.replies = replies
        estimate = SubmissionQuote(definition, configuration, now: context.dispatcher.civilNow())
        builder = SubmissionBuilder(
            definition: definition, plan: configuration.numbers, assumesLostZero: assumesLostZero, accounts: accounts,
            register: context.register.snapshot, configuration: configuration)
    }

    var counts: SubmissionCounts {
        SubmissionCounts(recipients: builder.accepted, invalid: builder.invalid, duplicates: builder.duplicates)
    }
    var contentHash: String { builder.contentHash() }
    var isWriting: Bool { chunksUnderWay > 0 }

    func add(_ recipient: RecipientLine) {
        let line = recipient.line ?? 0
        guard builder.accepted < Self.recipientLimit else {
            isTooLarge = true
            return
        }
        let verdict = builder.add(
            number: recipient.number, reference: recipient.reference, account: recipient.account,
            channel: recipient.channel, population: recipient.population, preferences: recipient.preferences, line: line
        )
        switch verdict {
        case .accepted(let person):
            if keepsPeople { people.append(person) } else { chunk.append(person) }
            estimate.add(person)
            if chunk.count == Self.chunkSize { flush() }
        case .invalid(let reason, let shown):
            report(.part(Replies.invalid, InvalidRecipient(line: line, number: shown, reason: reason)))
        case .duplicate(let firstLine, let shown):
            report(.part(Replies.duplicate, DuplicateRecipient(line: line, firstLine: firstLine, number: shown)))
        }
    }

    func addUnreadable(_ error: ProtocolError) {
        let line = error.line ?? 0
        builder.addUnreadable(line: line)
        report(.part(Replies.invalid, InvalidRecipient(line: line, number: "", reason: error.message)))
    }

    private func report(_ reply: Reply) {
        reported += 1
        if reported <= Self.reportLimit { replies.send(reply) }
    }

    /// No more will come; those that wait go to the journal when `flushing`.
    func close(flushing: Bool) {
        isClosed = true
        if flushing { flush() }
    }

    /// A chunk on its way to the journal.
    private func flush() {
        guard !chunk.isEmpty else { return }
        let people = chunk
        chunk.removeAll(keepingCapacity: true)
        guard let staged else { return }
        chunksUnderWay += 1
        if chunksUnderWay >= Self.chunksAtOnce { session.pauseReading() }
        staged.add(people) { [self] in
            ControlActor.async { [self] in
                chunksUnderWay -= 1
                if chunksUnderWay == Self.chunksAtOnce - 1, !isClosed { session.resumeReading() }
            }
        }
    }
}
