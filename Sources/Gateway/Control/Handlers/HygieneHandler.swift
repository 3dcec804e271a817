// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import ControlProtocol
import GatewayCore
import Platform
import Store

extension Verbs.Hygiene: AnsweredVerb {
    func answer(_ context: ControlContext, _ replies: ReplyChannel) {
        context.dispatcher.post { dispatcher, _ in
            dispatcher.whenBooksAreDone { dispatcher, _ in
                do {
                    let filter = CDRFilter(from: since, through: try context.store.ledgerEnd().sequence)
                    HygieneHandler(self, filter, context, replies).advance(dispatcher)
                } catch {
                    replies.refuse(journal: error)
                }
            }
        }
    }
}

/// Reads the ledger, some rows in each turn; a client that leaves stops it.
@TurnActor private final class HygieneHandler {
    private let request: Verbs.Hygiene
    private let filter: CDRFilter
    private let context: ControlContext
    private let replies: ReplyChannel
    private var position: Int64 = 0
    private var hygiene = NumberHygiene()

    private static let slice = 500

    init(_ request: Verbs.Hygiene, _ filter: CDRFilter, _ context: ControlContext, _ replies: ReplyChannel) {
        self.request = request
        self.filter = filter
        self.context = context
        self.replies = replies
    }

    func advance(_ dispatcher: Dispatcher) {
        do {
            let page = try context.store.page(matching: filter, after: position, limit: Self.slice)
            position = page.position
            for cdr in page.rows { hygiene.add(cdr) }
            if page.isLast { return end(dispatcher) }
        } catch {
            return replies.refuse(journal: error)
        }
        ControlActor.async { [self] in
            guard !replies.isClosed else { return replies.end() }
            context.dispatcher.post { [self] dispatcher, _ in advance(dispatcher) }
        }
    }

    private func end(_ dispatcher: Dispatcher) {
        let rows = hygiene.rows(dispatcher.engine.register.all, since: request.since)
        let lines = [NumberHygiene.header(request.locale)] + rows.map { NumberHygiene.text($0, request.locale) }
        let pieces = stride(from: 0, to: lines.count, by: Reply.linesPerPiece).map { start in
            Reply.part(Replies.lines, Array(lines[start..<min(start + Reply.linesPerPiece, lines.count)]))
        }
        replies.end(pieces + [.final(Replies.rows, rows.count)])
    }
}
