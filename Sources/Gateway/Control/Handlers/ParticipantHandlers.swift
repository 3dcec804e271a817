// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import Configuration
import ControlProtocol
import GatewayCore
import Participants
import Platform
import Store

// What the register has of one person, and how it is changed.

extension ControlContext {
    /// In a turn that has changed the register.
    @TurnActor func publishReferences() {
        let current = dispatcher.engine.register
        let snapshot = RegisterSnapshot(references: current.digitsByReference, notes: current.notes)
        register.withLock { $0 = snapshot }
    }

    /// Whoever is meant by a reference, else by a number. nil: neither is known, and it is no number.
    @TurnActor func participant(_ text: String, _ register: ParticipantRegister) -> (PhoneNumber, Participant?)? {
        if let person = register[reference: text] { return (person.number, person) }
        guard let number = try? configuration.snapshot.numbers.parse(text) else { return nil }
        return (number, register[number])
    }
}

extension ProtocolError {
    fileprivate static func unknownParticipant(_ text: String) -> ProtocolError {
        ProtocolError(
            .unknownParticipant, "nobody in the register has the reference or number \"\(text.readable(80))\"",
            field: "participant")
    }
}

extension ParticipantReport {
    init(_ person: Participant) {
        self.init(
            entry: ParticipantLine(person), optedOutAt: person.optOutNote.map { UTCTime($0.since) },
            optedOutBy: person.optOutNote?.source.word)
    }
}

extension Verbs.ShowParticipant: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        replies.end(lookingAt: context.dispatcher) { dispatcher, _ in
            guard let person = context.participant(participant, dispatcher.engine.register)?.1 else {
                return [.refusal(.unknownParticipant(participant))]
            }
            return [.final(Replies.participant, ParticipantReport(person))]
        }
    }
}

extension Verbs.SetParticipant: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        replies.change(participant, to: to, context)
    }
}

extension Verbs.PauseParticipant: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        var line = ParticipantLine()
        line[.pausedUntil] = until
        replies.change(participant, to: line, mustBeKnown: true, context)
    }
}

extension ReplyChannel {
    /// - Parameter mustBeKnown: Nobody is enrolled by it.
    @ControlActor fileprivate func change(
        _ participant: String, to line: ParticipantLine, mustBeKnown: Bool = false, _ context: ControlContext
    ) {
        let user = user
        let configuration = context.configuration.snapshot
        let made = Locked<Engine.RegisterUndo?>(nil)
        end(
            changingInTurnOf: context.dispatcher,
            undo: { dispatcher, now in
                if let undo = made.snapshot { dispatcher.undo(undo, now: now) }
                context.publishReferences()
            }
        ) { dispatcher, now in
            let register = dispatcher.engine.register
            do throws(ProtocolError) {
                let found = context.participant(participant, register)
                guard found?.1 != nil || !mustBeKnown else { throw .unknownParticipant(participant) }
                let edit = try makeEdit(found, participant, line, configuration)
                let at = dispatcher.engine.civil(now)
                if mustBeKnown, case .some(.some(let until)) = edit.pausedUntil, until <= at {
                    throw ProtocolError(
                        .invalidValue, "\"until\" is over (\(DutchTime(until))); \"\" ends a pause", field: "until")
                }
                let undo = dispatcher.engine.changeRegister(now: now) { register in
                    let before = found?.1
                    let changes = register.apply(edit, note: OptOutNote(since: at, source: .operatorsHand), by: user)
                    guard !changes.isEmpty, let after = register[edit.number] else { return RegisterChange([], at: at) }
                    let what = ParticipantLine(after).differences(from: before.map { ParticipantLine($0) })
                    let event = RegisterEvent(number: edit.number.e164, at: at, who: user, what: what)
                    return RegisterChange(changes, events: [event], at: at)
                }
                made.withLock { $0 = undo }
                context.publishReferences()
                guard let after = register[edit.number] else { throw .unknownParticipant(participant) }
                return [.final(Replies.participant, ParticipantReport(after))]
            } catch {
                return [.refusal(error)]
            }
        }
    }

    /// What is said of somebody known, or who is enrolled by it.
    private func makeEdit(
        _ found: (PhoneNumber, Participant?)?, _ participant: String, _ line: ParticipantLine,
        _ configuration: GatewayConfiguration
    ) throws(ProtocolError) -> ParticipantEdit {
        var number = found?.0
        if let text = line[.number] {
            do {
                number = try configuration.numbers.parse(text)
            } catch {
                throw ParticipantReader.wrong(.number, error.description, line)
            }
        }
        guard let number else { throw .unknownParticipant(participant) }
        var reference = found?.1?.reference
        if let text = line[.id] { reference = try ParticipantReader.checked(text, line) }
        // By a reference that nobody has, with a number: that is who is enrolled.
        if reference == nil, found == nil { reference = try ParticipantReader.checked(participant, line) }
        guard reference != nil || found?.1 != nil || line[.optedOut] != nil else {
            throw ParticipantReader.wrong(.id, "is missing: nobody is enrolled by this number", line)
        }
        var edit = ParticipantEdit(number: number, reference: reference)
        var reader = ParticipantReader(configuration.numbers, populations: configuration.populationKeys)
        try reader.fill(&edit, line)
        return edit
    }
}

/// A citizen's number goes wherever it stands; the ledger's proof stays.
extension Verbs.ForgetParticipant: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        context.dispatcher.post { dispatcher, _ in
            if let fault = dispatcher.journalFault { return replies.refuse(fault, dispatcher) }
            let number: PhoneNumber
            do {
                if let person = dispatcher.engine.register[reference: self.number] {
                    number = person.number
                } else {
                    number = try context.configuration.snapshot.numbers.parse(self.number)
                }
            } catch {
                return replies.refuse(
                    ProtocolError(.invalidValue, "\"number\": \(error)", field: "number"))
            }
            dispatcher.whenBooksAreDone { dispatcher, _ in
                if let action = dispatcher.engine.openAction(alerting: number) {
                    let text = "action \(action) still alerts this number; it can be forgotten when that has ended"
                    return replies.refuse(ProtocolError(.wrongPhase, text))
                }
                dispatcher.engine.beginForgetting(number)
                context.purger.run(NumberPurge(.number(number), keepsOptOutNumber: keepsNumber)) { result in
                    let (dispatcher, now) = (context.dispatcher, context.dispatcher.clock())
                    switch result {
                    case .success(let purge):
                        dispatcher.engine.numberForgotten(number, keepsNumber: keepsNumber, now: now)
                        context.publishReferences()
                        replies.end(.final(Replies.count, purge.purged))
                    case .failure(let error):
                        dispatcher.engine.forgettingFailed(number)
                        replies.refuse(journal: error)
                    }
                }
            }
        }
    }
}

extension Verbs.ExportParticipants: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        let locale = locale
        let format = format
        replies.look(at: context.dispatcher) { dispatcher, _ in
            dispatcher.engine.register.all.filter { $0.reference != nil }
        } then: { people in
            if format == .csv { replies.send(.part(Replies.lines, [RegisterText.header(locale)])) }
            RegisterText.send(people[...], format, locale, count: people.count, replies)
        }
    }
}

/// The register as text, a piece at a time.
enum RegisterText {
    static func header(_ locale: ExportLocale?) -> String {
        csv(
            ParticipantLine.Column.allCases.map { column in
                locale == nil ? column.rawValue : ParticipantLine.dutchNames[column] ?? column.rawValue
            }, locale)
    }

    /// A line of CSV. What could end a field for one spreadsheet or another is quoted.
    static func csv(_ fields: [String], _ locale: ExportLocale?) -> String {
        fields.map { field in
            let needsQuotes = field.utf8.contains { [34, 44, 59, 9, 10, 13].contains($0) }
            return needsQuotes ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
        }.joined(separator: locale == nil ? "," : ";")
    }

    @ControlActor static func send(
        _ people: ArraySlice<Participant>, _ format: RegisterFormat, _ locale: ExportLocale?, count: Int,
        _ replies: ReplyChannel
    ) {
        guard !replies.isClosed else { return replies.end() }
        guard !people.isEmpty else { return replies.end(.final(Replies.rows, count)) }
        let piece = people.prefix(Reply.linesPerPiece)
        replies.send(
            lines: piece.map { person in
                let line = locale == nil || format != .csv ? ParticipantLine(person) : ParticipantLine(dutch: person)
                switch format {
                case .csv: return Array(csv(ParticipantLine.Column.allCases.map { line[$0] ?? "" }, locale).utf8)
                case .jsonLines: return line.json
                }
            })
        replies.whenWritable { send(people.dropFirst(piece.count), format, locale, count: count, replies) }
    }
}
