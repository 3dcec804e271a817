// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import ControlProtocol
import GatewayCore
import Store

/// Replies of any length, a page at a time: a page is read in a turn, sent, and the next one read when
/// the client has taken it. Neither memory nor the time of a turn depends on how much there is.
extension ControlSession {
    private static let pageSize = 500

    func show(_ id: String, recipients: Bool, messages: Bool, _ tag: String?) {
        begin()
        let caller = context.configuration.snapshot.call.callerNumber
        context.dispatcher.post { [self] dispatcher, now in
            guard let action = dispatcher.engine.action(named: id), action.record.phase != .staged else {
                return end(.refusal(ProtocolError(EngineError.unknownAction(id)), tag: tag))
            }
            let summary = Reply.final(.action(ActionSummary(action, callerNumber: caller, now: now)), tag: tag)
            if messages {
                inboundPage(of: id, after: 0, tag) { [self] in
                    guard recipients else { return end(summary) }
                    page(of: id, from: 0, after: RecipientID(0), last: summary, tag)
                }
            } else if recipients {
                page(of: id, from: 0, after: RecipientID(0), last: summary, tag)
            } else {
                end(summary)
            }
        }
    }

    /// In a turn; `then` too.
    private func inboundPage(of id: String, after last: Int64, _ tag: String?, then: @escaping @Sendable () -> Void) {
        let page: [InboundRecord]
        do {
            page = try context.store.inbound(ofAction: id, after: last, limit: Self.pageSize)
        } catch {
            return end(.refusal(ProtocolError(.journalFailed, "\(error)"), tag: tag))
        }
        guard let newest = page.last else { return then() }
        context.queue.async { [self] in
            for record in page { reply(.part(.inbound(InboundReport(record)), tag: tag)) }
            whenWritable { [self] in
                context.dispatcher.post { [self] _, _ in inboundPage(of: id, after: newest.id, tag, then: then) }
            }
        }
    }

    /// In a turn. The engine has those of open actions, the journal those of ended ones.
    private func page(of id: String, from position: Int, after: RecipientID, last: Reply, _ tag: String?) {
        let engine = context.dispatcher.engine
        guard let action = engine.action(named: id) else { return end(last) }
        var people: [RecipientRecord] = []
        if !action.recipients.isEmpty {
            people = Array(action.recipients.dropFirst(position).prefix(Self.pageSize))
        } else {
            do {
                people = try context.store.recipients(ofAction: action.record.key, after: after, limit: Self.pageSize)
            } catch {
                return end(.refusal(ProtocolError(.journalFailed, "\(error)"), tag: tag))
            }
        }
        guard let newest = people.last else { return end(last) }
        let phase = action.record.phase
        let reports = people.map { RecipientReport($0, phase: phase) }
        let next = position + people.count
        context.queue.async { [self] in
            for report in reports { reply(.part(.recipient(report), tag: tag)) }
            whenWritable { [self] in
                context.dispatcher.post { [self] _, _ in
                    page(of: id, from: next, after: newest.id, last: last, tag)
                }
            }
        }
    }
}
