// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// The daemon's end of one connection, pure: bytes or lines in, requests out, in their order.
///
/// It knows whether a submission is open, and so what a line means: within one, a line that cannot be
/// read is an invalid recipient with a line number, not a refused request.
///
///     var reader = RequestReader()
///     for event in reader.consume(bytes) { ... }
package struct RequestReader: Sendable {
    package enum Event: Equatable, Sendable {
        /// One that has recipients behind it (``SubmissionVerb``) opens the submission.
        case request(VerbRequest)
        /// Its `line` is set: the client's own, else the count of recipient lines.
        case recipient(RecipientLine)
        /// Likewise, of an import.
        case participant(ParticipantLine)
        /// A line of the submission or import that is no recipient or participant; counts as invalid. The error's `line` is set.
        case unreadableRecipient(ProtocolError)
        /// Both close the submission; the tag is that of its first line.
        case commit(tag: String?)
        case abort(tag: String?)
        /// To be answered with a final error. An open submission goes on.
        case refused(tag: String?, ProtocolError)
    }

    private enum State: Equatable {
        case idle
        case submitting(tag: String?, lines: Int)
        /// Likewise, of an import (``ImportVerb``).
        case importing(tag: String?, lines: Int)
        /// The submission was refused before its end: the rest of it is read and forgotten, so that a
        /// client that writes ahead stays in step. -> idle at commit, abort or a verb
        case discarding
    }

    private var splitter: LineSplitter
    private var state = State.idle

    package init(limit: Int = Request.lineLimit) { splitter = LineSplitter(limit: limit) }

    package var isSubmissionOpen: Bool {
        switch state {
        case .submitting, .importing: true
        case .idle, .discarding: false
        }
    }

    package mutating func consume(_ bytes: some Collection<UInt8>) -> [Event] {
        splitter.consume(bytes).compactMap { take($0) }
    }

    /// For a server that cuts lines itself. nil: nothing is to be done.
    package mutating func take(_ line: LineSplitter.Line) -> Event? {
        switch line {
        case .tooLong: unreadable(.lineTooLong(limit: splitter.limit), value: nil)
        case .line(let bytes): bytes.allSatisfy { $0 == 32 || $0 == 9 } ? nil : event(bytes)
        }
    }

    /// The daemon refused the open submission with a final error: what still comes of it is discarded.
    package mutating func submissionRefused() {
        if isSubmissionOpen { state = .discarding }
    }

    private mutating func event(_ bytes: [UInt8]) -> Event? {
        if case .submitting(let tag, let lines) = state, bytes.count <= splitter.limit,
            var recipient = RecipientScanner.scan(bytes)
        {
            state = .submitting(tag: tag, lines: lines + 1)
            recipient.line = recipient.line ?? lines + 1
            return .recipient(recipient)
        }
        var value: JSONValue?
        do throws(ProtocolError) {
            let parsed = try Request.parse(bytes, limit: splitter.limit)
            value = parsed
            return accept(try Request(parsed))
        } catch {
            return unreadable(error, value: value)
        }
    }

    private mutating func accept(_ request: Request) -> Event? {
        switch (request, state) {
        case (.recipient(var recipient), .submitting(let tag, let lines)):
            state = .submitting(tag: tag, lines: lines + 1)
            recipient.line = recipient.line ?? lines + 1
            return .recipient(recipient)
        case (.participant(var participant), .importing(let tag, let lines)):
            state = .importing(tag: tag, lines: lines + 1)
            participant.line = participant.line ?? lines + 1
            return .participant(participant)
        case (.participant, .submitting): return strayLine("a submission takes recipients, not participants")
        case (.recipient, .importing): return strayLine("an import takes participants, not recipients")
        case (.commit, .submitting(let tag, _)), (.commit, .importing(let tag, _)):
            state = .idle
            return .commit(tag: tag)
        case (.abort, .submitting(let tag, _)), (.abort, .importing(let tag, _)):
            state = .idle
            return .abort(tag: tag)
        case (.recipient, .discarding), (.participant, .discarding): return nil
        case (.commit, .discarding), (.abort, .discarding):
            state = .idle
            return nil
        case (.participant, .idle):
            return .refused(
                tag: nil, ProtocolError(.noSubmission, "no import is open: a \"participants-import\" comes first"))
        case (.recipient, .idle), (.commit, .idle), (.abort, .idle):
            return .refused(tag: nil, ProtocolError(.noSubmission, "no submission is open: a \"submit\" comes first"))
        case (.verb(let request), .submitting), (.verb(let request), .importing):
            let text = "a submission is open: end it with {\"commit\":true} or {\"abort\":true}"
            return .refused(tag: request.tag, ProtocolError(.submissionOpen, text))
        case (.verb(let request), .idle), (.verb(let request), .discarding):
            state =
                request.verb is any SubmissionVerb
                ? .submitting(tag: request.tag, lines: 0)
                : request.verb is any ImportVerb ? .importing(tag: request.tag, lines: 0) : .idle
            return .request(request)
        }
    }

    /// A line of another stream: one that cannot be read.
    private mutating func strayLine(_ text: String) -> Event? {
        unreadable(ProtocolError(.unknownKey, text), value: nil)
    }

    private mutating func unreadable(_ error: ProtocolError, value: JSONValue?) -> Event? {
        var members: [JSONMember] = []
        if case .object(let known)? = value { members = known }
        let verb = members.first { $0.key == "verb" }?.value
        let tag = value.flatMap { try? Request.tag(of: $0) }
        switch state {
        case .submitting(let submission, _) where members.contains { ["commit", "abort"].contains($0.key) },
            .importing(let submission, _) where members.contains { ["commit", "abort"].contains($0.key) }:
            return .refused(tag: submission, error)
        case .submitting(let submission, let lines) where verb == nil:
            var error = error
            error.line = error.line ?? lines + 1
            state = .submitting(tag: submission, lines: lines + 1)
            return .unreadableRecipient(error)
        case .importing(let submission, let lines) where verb == nil:
            var error = error
            error.line = error.line ?? lines + 1
            state = .importing(tag: submission, lines: lines + 1)
            return .unreadableRecipient(error)
        case .discarding where verb == nil: return nil
        case .discarding:
            state = Self.opensSubmission(verb) ? .discarding : .idle
            return .refused(tag: tag, error)
        case .idle, .submitting, .importing:
            // The recipients of a submission that was refused at its first line follow it.
            if state == .idle, Self.opensSubmission(verb) { state = .discarding }
            return .refused(tag: tag, error)
        }
    }

    private static func opensSubmission(_ verb: JSONValue?) -> Bool {
        guard case .string(let name)? = verb else { return false }
        let verb = Verbs.named(name)
        return verb is any SubmissionVerb.Type || verb is any ImportVerb.Type
    }
}
