// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import Configuration
import ControlProtocol
import GatewayCore
import Participants
import Platform

/// One import in progress, the client's side: lines are read as they come, compared with the register a slice at a time,
/// and nothing of it exists for anybody until its commit is answered.
@ControlActor final class RegisterImport {
    private let request: Verbs.ImportParticipants
    private let session: ControlSession
    private let replies: ReplyChannel
    private let comparison: RegisterComparison
    private var reader: ParticipantReader
    private var chunk: [RegisterComparison.Entry] = []
    private var chunksUnderWay = 0
    private var linesOfNumbers: [UInt64: Int] = [:]
    private var linesOfReferences: [String: Int] = [:]
    private var invalid = 0
    private var duplicates = 0
    private var reported = 0
    private var isClosed = false

    private static let chunkSize = 2000
    private static let chunksAtOnce = 4
    static let limit = 1_000_000
    /// The rest of the bad lines, and of differences, is only counted.
    private static let reportLimit = 10_000

    init(
        _ request: Verbs.ImportParticipants, context: ControlContext, session: ControlSession, replies: ReplyChannel
    ) {
        self.request = request
        self.session = session
        self.replies = replies
        let configuration = context.configuration.snapshot
        reader = ParticipantReader(configuration.numbers, populations: configuration.populationKeys)
        comparison = RegisterComparison(context, user: session.user)
    }

    func add(_ line: ParticipantLine) {
        let place = line.line ?? 0
        let edit: ParticipantEdit
        do throws(ProtocolError) {
            guard linesOfNumbers.count < Self.limit else {
                throw ProtocolError(.tooManyRecipients, "a list has at most \(Self.limit) participants", line: place)
            }
            edit = try reader.edit(line)
            if let first = edit.reference.flatMap({ linesOfReferences[$0] }),
                linesOfNumbers[edit.number.digits] != first
            {
                throw ParticipantReader.wrong(.id, "line \(first) has the same, and another number", line)
            }
        } catch {
            return addUnreadable(error, number: line[.number].flatMap { PhoneNumber(e164: $0)?.redacted } ?? "")
        }
        if let first = linesOfNumbers[edit.number.digits] {
            duplicates += 1
            return report(
                .part(
                    Replies.duplicate,
                    DuplicateRecipient(line: place, firstLine: first, number: edit.number.redacted)))
        }
        linesOfNumbers[edit.number.digits] = place
        if let reference = edit.reference { linesOfReferences[reference] = place }
        chunk.append(.init(edit: edit, line: place))
        if chunk.count == Self.chunkSize { flush() }
    }

    func addUnreadable(_ error: ProtocolError, number: String = "") {
        invalid += 1
        report(.part(Replies.invalid, InvalidRecipient(line: error.line ?? 0, number: number, reason: error.message)))
    }

    private func report(_ reply: Reply) {
        reported += 1
        if reported <= Self.reportLimit { replies.send(reply) }
    }

    private func flush() {
        guard !chunk.isEmpty else { return }
        let entries = chunk
        chunk.removeAll(keepingCapacity: true)
        chunksUnderWay += 1
        if chunksUnderWay >= Self.chunksAtOnce { session.pauseReading() }
        comparison.add(entries) { [self] differences in
            ControlActor.async { [self] in
                if request.isDryRun { for one in differences { report(.part(Replies.difference, one)) } }
                chunksUnderWay -= 1
                if chunksUnderWay == Self.chunksAtOnce - 1, !isClosed { session.resumeReading() }
            }
        }
    }

    func commit() {
        isClosed = true
        guard invalid == 0 || request.skipsInvalid || request.isDryRun else {
            var error = ProtocolError(
                .invalidRecipients, "\(invalid) rows are invalid; nothing was changed (skip-invalid passes them over)")
            error.count = invalid
            return replies.refuse(error)
        }
        flush()
        comparison.finish(request, invalid: invalid, duplicates: duplicates) { [self] differences, last in
            ControlActor.async { [self] in
                for one in differences { report(.part(Replies.difference, one)) }
                replies.end(last)
            }
        }
    }

    func abort() {
        isClosed = true
        var counts = SubmissionCounts(recipients: linesOfNumbers.count, invalid: invalid, duplicates: duplicates)
        counts.notes = nil
        replies.end(.final(Replies.aborted, counts))
    }
}

/// The register's side of an import.
@TurnActor final class RegisterComparison {
    struct Entry: Sendable {
        var edit: ParticipantEdit
        var line: Int
    }

    private let context: ControlContext
    private let user: String
    private var changing: [ParticipantEdit] = []
    private var kept: Set<UInt64> = []
    private var report = ImportReport(dryRun: false)

    /// One transaction has them all: more wait until no action is running, for everybody would wait for them.
    private static let changesBesideActions = 10_000

    nonisolated init(_ context: ControlContext, user: String) {
        self.context = context
        self.user = user
    }

    nonisolated func add(
        _ entries: [Entry], completion: @escaping @Sendable ([RegisterDifference]) -> Void
    ) {
        context.dispatcher.post { [self] dispatcher, _ in
            var differences: [RegisterDifference] = []
            for entry in entries {
                kept.insert(entry.edit.number.digits)
                let verdict = dispatcher.engine.register.compare(entry.edit)
                switch verdict {
                case .new: report.new += 1
                case .changed: report.changed += 1
                case .same: report.same += 1
                }
                guard verdict != .same else { continue }
                changing.append(entry.edit)
                differences.append(
                    RegisterDifference(
                        kind: verdict == .new ? "new" : "changed", id: entry.edit.reference ?? "", line: entry.line))
            }
            completion(differences)
        }
    }

    /// - Parameter completion: Gets what the dry run finds beside the lines, and the last reply.
    nonisolated func finish(
        _ request: Verbs.ImportParticipants, invalid: Int, duplicates: Int,
        completion: @escaping @Sendable ([RegisterDifference], Reply) -> Void
    ) {
        context.dispatcher.post { [self] dispatcher, now in
            let register = dispatcher.engine.register
            let gone = request.replaces ? register.gone(except: kept.union(moved(register))) : []
            report.gone = gone.count
            (report.invalid, report.duplicates, report.dryRun) = (invalid, duplicates, request.isDryRun)
            let last = Reply.final(Replies.imported, report)
            guard !request.isDryRun else {
                return completion(
                    gone.map { RegisterDifference(kind: "gone", id: $0.reference ?? "", line: nil) }, last)
            }
            if request.replaces, kept.isEmpty {
                let text = "the list is empty: it would withdraw everybody; nothing was changed"
                return completion([], .refusal(ProtocolError(.noRecipients, text)))
            }
            if let fault = dispatcher.journalFault { return completion([], .refusal(ProtocolError(fault))) }
            let count = changing.count + gone.count
            if count > Self.changesBesideActions,
                dispatcher.engine.actions.values.contains(where: { $0.record.phase == .running })
            {
                let text =
                    "an action is running, and \(count) changes would keep it waiting; import when it has ended"
                return completion([], .refusal(ProtocolError(.wrongPhase, text)))
            }
            do { try dispatcher.proveJournal(now: now) } catch { return completion([], .refusal(journal: error)) }
            let undo = dispatcher.engine.changeRegister(now: now) {
                apply(to: $0, replaces: request.replaces, dispatcher.engine.civil(now))
            }
            context.publishReferences()
            dispatcher.whenJournalled {
                completion([], last)
            } failed: { [self] error in
                dispatcher.undo(undo, now: now)
                context.publishReferences()
                completion([], .refusal(ProtocolError(.journalFailed, "\(error); nothing was changed")))
            }
        }
    }

    /// Former numbers of those who have another one now: they are not gone.
    private func moved(_ register: ParticipantRegister) -> Set<UInt64> {
        Set(changing.compactMap { $0.reference.flatMap { register[reference: $0]?.number.digits } })
    }

    private func apply(to register: ParticipantRegister, replaces: Bool, _ at: Timestamp) -> RegisterChange {
        var change = RegisterChange([], at: at)
        let note = OptOutNote(since: at, source: .list)
        for edit in changing {
            let before = edit.reference.flatMap { register[reference: $0] } ?? register[edit.number]
            change.changes += register.apply(edit, note: note, by: user)
            // Of whoever is new the entry itself says when, and by whom.
            guard let before, let after = register[edit.number] else { continue }
            let what = "by a list: " + ParticipantLine(after).differences(from: ParticipantLine(before))
            change.events.append(RegisterEvent(number: edit.number.e164, at: at, who: user, what: what))
        }
        if replaces {
            for person in register.gone(except: kept) {
                change.changes += register.withdraw(person)
                change.events.append(
                    RegisterEvent(
                        number: person.number.e164, at: at, who: user, what: "withdrawn: not in the list any more"))
            }
        }
        return change
    }
}
