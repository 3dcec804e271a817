// SPDX-License-Identifier: GPL-3.0-or-later
import ActionRoster
import Actions
import GatewayCore
import Participants
import SMPP

/// What citizens write: puts their messages together, finds the action that they answer, and notes in the register who
/// wants no SMS any more. One owner, not thread-safe.
package final class InboundDesk {
    /// The SMSC by which something came.
    struct Source {
        /// Position among the SMSCs.
        var smsc: Int
        var name: String
        /// How it writes GSM 7 bit text.
        var alphabet: TextOptions.Alphabet
    }

    private let outbox: Outbox
    private let agenda: Agenda
    private let roster: Roster
    private let register: ParticipantRegister
    private var optOutWords: OptOutWords
    private var countryCode: String

    private var lastInbound: Int64 = 0
    /// By the position of the SMSC.
    private var reassemblers: [Int: Reassembler<InboundFragment>] = [:]
    private var latestAction: LatestAction = { _ in nil }

    /// From the journal: the action by which a number was alerted last, and its reference there.
    package typealias LatestAction = (PhoneNumber) -> (action: String, recipient: String)?

    init(
        _ configuration: EngineConfiguration, outbox: Outbox, agenda: Agenda, roster: Roster,
        register: ParticipantRegister
    ) {
        self.outbox = outbox
        self.agenda = agenda
        self.roster = roster
        self.register = register
        optOutWords = configuration.messaging.optOutWords
        countryCode = configuration.countryCode
    }

    func configure(_ configuration: EngineConfiguration) {
        optOutWords = configuration.messaging.optOutWords
        countryCode = configuration.countryCode
    }

    /// For messages that end by themselves; whoever brings one brings his own.
    package func ask(_ latest: @escaping LatestAction) { latestAction = latest }

    // MARK: - Messages

    /// A message of a citizen, or one segment of it, has come.
    func received(_ fields: MessageFields, from smsc: Source, now: Timestamp, latest: LatestAction) {
        let sar = Concatenation(
            sarReference: fields.parameters.number(.sarMessageReference),
            total: fields.parameters.octet(.sarTotalSegments),
            sequence: fields.parameters.octet(.sarSegmentSequence))
        let octets = fields.content
        let hasHeader = fields.esmClass.contains(.userDataHeader)
        let concatenation = hasHeader ? UserDataHeader(octets)?.concatenation ?? sar : sar
        lastInbound += 1
        let source = number(of: fields.source)?.e164 ?? fields.source.value
        let record = InboundRecord(
            id: lastInbound, received: roster.clock.civil(now), smsc: smsc.name, source: source,
            destination: fields.destination.value, text: "")
        guard let concatenation else {
            let text = TextDecoder.decode(
                octets, dataCoding: fields.dataCoding, hasUserDataHeader: hasHeader, alphabet: smsc.alphabet
            ).text
            return store(record, text, now: now, latest: latest)
        }
        var part = record
        part.part = InboundRecord.Part(
            concatenation: concatenation, dataCoding: fields.dataCoding, hasHeader: hasHeader, octets: octets)
        let repeated = reassemblers[smsc.smsc]?.repeatedCount ?? 0
        let place = outbox.nextPlace
        let whole = add(part, from: smsc, now: now)
        // One that came before is there already, or part of a message that is whole.
        if reassemblers[smsc.smsc]?.repeatedCount == repeated { outbox.journal(.inboundStored(part), at: place) }
        for message in whole { store(message, message.text, now: now, latest: latest) }
        awaitParts(of: smsc.smsc, since: now)
        for late in expireParts(of: smsc, now: now) { store(late, late.text, now: now, latest: latest) }
    }

    /// A message of which a segment never came has waited for it long enough.
    func partsExpired(_ smsc: Source, now: Timestamp) {
        for late in expireParts(of: smsc, now: now) { store(late, late.text, now: now, latest: latestAction) }
    }

    /// What a former process left.
    ///
    /// - Parameter source: The SMSC of that name; nil: it is not known any more.
    func restore(_ snapshot: JournalSnapshot, now: Timestamp, source: (String) -> Source?) {
        for part in snapshot.inboundParts {
            guard let smsc = source(part.smsc) else { continue }
            // A message that was whole has no parts any more: nothing comes out here.
            let received = min(now, roster.clock.engineTime(of: part.received))
            _ = add(part, from: smsc, now: received)
            awaitParts(of: smsc.smsc, since: received)
        }
    }

    /// Where the numbering of messages stands.
    package func restoreNumbering(_ snapshot: JournalSnapshot) {
        lastInbound = snapshot.lastInbound
    }

    // MARK: - Segments

    /// Takes a segment, and gives the messages that are whole now.
    private func add(_ record: InboundRecord, from smsc: Source, now: Timestamp) -> [InboundRecord] {
        guard let part = record.part else { return [] }
        let fragment = InboundFragment(
            id: record.id, dataCoding: part.dataCoding, hasHeader: part.hasHeader, octets: part.octets)
        return reassemblers[smsc.smsc, default: Reassembler()].add(
            fragment, source: record.source, destination: record.destination, concatenation: part.concatenation,
            at: now.microseconds
        ).map { whole($0, smsc, received: now) }
    }

    /// Those of a message that stays incomplete are looked at when its time is over.
    private func awaitParts(of smsc: Int, since received: Timestamp) {
        let timeout = Interval.microseconds(reassemblers[smsc, default: Reassembler()].configuration.timeout)
        agenda.set(.partsExpire(smsc: smsc), at: received + timeout)
    }

    /// Messages of which a segment never came: what is there is better than nothing.
    private func expireParts(of smsc: Source, now: Timestamp) -> [InboundRecord] {
        reassemblers[smsc.smsc]?.expire(at: now.microseconds).map { whole($0, smsc, received: now) } ?? []
    }

    private func whole(_ message: Reassembler<InboundFragment>.Message, _ smsc: Source, received: Timestamp)
        -> InboundRecord
    {
        // Segments that follow each other are decoded together: a surrogate pair, or an escape and what it stands before
        // (3GPP TS 23.038 section 6.2.1), may have been cut in two.
        var text = ""
        var run: [InboundFragment] = []
        func endRun() {
            guard let first = run.first else { return }
            text +=
                TextDecoder.decode(
                    segments: run.map(\.octets), dataCoding: first.dataCoding, hasUserDataHeader: first.hasHeader,
                    alphabet: smsc.alphabet
                ).text
            run = []
        }
        for fragment in message.fragments {
            guard let fragment else {
                endRun()
                text += "[...]"
                continue
            }
            if let last = run.last, last.dataCoding != fragment.dataCoding || last.hasHeader != fragment.hasHeader {
                endRun()
            }
            run.append(fragment)
        }
        endRun()
        outbox.journal(.inboundPartsRemoved(message.present.map(\.id)))
        lastInbound += 1
        return InboundRecord(
            id: lastInbound, received: roster.clock.civil(received), smsc: smsc.name, source: message.source,
            destination: message.destination, text: text)
    }

    private func store(_ record: InboundRecord, _ text: String, now: Timestamp, latest: LatestAction) {
        var record = record
        record.text = text
        let sender = PhoneNumber(e164: record.source)
        if let sender, let known = latest(sender) {
            record.action = known.action
            record.recipient = known.recipient
            roster.countInbound(known.action)
        }
        outbox.journal(.inboundStored(record))
        outbox.say(.citizenWrote(record))
        guard let sender, optOutWords.matches(text) else { return }
        let time = roster.clock.civil(now)
        let note = OptOutNote(since: time, source: .sms, action: record.action)
        guard let changes = register.optOut(sender, of: .sms, note: note) else { return }
        let event = RegisterEvent(number: sender.e164, at: time, who: "", what: "opted out of SMS, by SMS")
        outbox.journal(.registerChanged(RegisterChange(changes, events: [event], at: time)))
    }

    /// A sender as E.164: international ones, and those that SMSCs write without saying so.
    private func number(of address: Address) -> PhoneNumber? {
        let digits = address.value.hasPrefix("+") ? String(address.value.dropFirst()) : address.value
        switch address.typeOfNumber {
        case .alphanumeric, .networkSpecific, .abbreviated: return nil
        case .national: return PhoneNumber(e164: "+" + countryCode + digits)
        default:
            if digits.hasPrefix("00") { return PhoneNumber(e164: "+" + digits.dropFirst(2)) }
            if digits.hasPrefix("0") { return PhoneNumber(e164: "+" + countryCode + digits.dropFirst()) }
            return PhoneNumber(e164: "+" + digits)
        }
    }
}

/// A segment of a citizen's message; its octets decide whether it came before.
struct InboundFragment: Hashable, Sendable {
    var id: Int64
    var dataCoding: UInt8
    /// The octets begin with a user data header.
    var hasHeader: Bool
    var octets: [UInt8]

    static func == (left: InboundFragment, right: InboundFragment) -> Bool {
        left.dataCoding == right.dataCoding && left.octets == right.octets
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(dataCoding)
        hasher.combine(octets)
    }
}
