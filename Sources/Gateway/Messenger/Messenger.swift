// SPDX-License-Identifier: GPL-3.0-or-later
import ActionEngine
import Actions
import Configuration
import Dispatch
import Foundation
import GatewayCore
import Messaging
import Platform
import SMPP
import Store

/// Performs the engine's effects on the SMPP binds, and turns what they report into turns of the dispatcher.
/// The binds belong to the turns' queue too: from a response to the next submit_sm no other thread has to wake up. Turns
/// are short, those of large submissions too, so that the binds stay alive beside them.
@TurnActor final class Messenger: MessageControl {
    private let dispatcher: Dispatcher
    private let store: Store
    private let log: Log
    private nonisolated let service: MessagingService
    /// The engine's places of a bind, by the service's index, and the other way round.
    private var keys: [Int: BindKey] = [:]
    private var indices: [BindKey: Int] = [:]

    // Collected while a turn's effects are performed.
    private var orders: [SubmitOrder] = []
    private var tickets: [(bind: Int, ticket: UInt64, status: CommandStatus)] = []

    /// Binds nothing before ``configure(_:)``.
    init(dispatcher: Dispatcher, store: Store, log: Log) {
        self.dispatcher = dispatcher
        self.store = store
        self.log = log
        let relay = Relay()
        service = MessagingService(
            queue: dispatcher.queue,
            now: { Int64(DispatchTime.now().uptimeNanoseconds / 1000) },
            handler: { relay.deliver($0) })
        relay.messenger = self
    }

    /// Lets the service exist before the messenger does.
    private final class Relay: Sendable {
        private struct Target {
            weak var messenger: Messenger?
        }
        private let target = Locked(Target())
        var messenger: Messenger? {
            get { target.withLock { $0.messenger } }
            set { target.withLock { $0.messenger = newValue } }
        }
        func deliver(_ events: [LinkEvent]) {
            guard let messenger else { return }
            TurnActor.assumeIsolated {
                messenger.dispatcher.runTurn { dispatcher, now in messenger.handle(events, dispatcher.engine, now) }
            }
        }
    }

    /// Another configuration. On the dispatcher's queue, after the engine has it.
    func configure(_ configuration: GatewayConfiguration) {
        dispatcher.engine.askLatestAction { [weak self] in self?.latest(of: $0) }
        service.configure(configuration.smscs.flatMap(\.bindSettings))
        for (position, smsc) in dispatcher.engine.smscs.enumerated() {
            for (place, bind) in smsc.binds.enumerated() {
                guard let index = service.index(of: bind.name) else { continue }
                let key = BindKey(smsc: position, bind: place)
                keys[index] = key
                indices[key] = index
            }
        }
    }

    /// How each bind is doing. On the dispatcher's queue.
    func status() -> [BindStatus] { service.status() }

    /// Unbinds, waiting for responses at most so long; then `completion` on the dispatcher's queue.
    nonisolated func shutdown(within seconds: Double, completion: @escaping @Sendable () -> Void) {
        service.shutdown(graceful: seconds > 0, within: seconds, completion: completion)
    }

    // MARK: - Effects

    func submit(_ order: MessageOrder) {
        guard let index = indices[order.bind] else { return }
        orders.append(SubmitOrder(bind: index, token: order.token.value, body: order.body))
    }

    func acknowledge(_ key: BindKey, _ ticket: UInt64) {
        guard let index = indices[key] else { return }
        tickets.append((index, ticket, .ok))
    }

    /// The turn's effects were all performed: one write per bind.
    func flush() {
        if !orders.isEmpty {
            service.submit(orders)
            orders.removeAll(keepingCapacity: true)
        }
        if !tickets.isEmpty {
            service.acknowledge(tickets)
            tickets.removeAll(keepingCapacity: true)
        }
    }

    /// A bind was given more than has left its socket: ``LinkEvent/drained(bind:)`` follows.
    func isBlocked(_ key: BindKey) -> Bool { indices[key].map { service.isBlocked($0) } ?? false }

    // MARK: - Events

    private func handle(_ events: [LinkEvent], _ engine: Engine, _ now: Timestamp) {
        for event in events {
            switch event {
            case .response(let bind, let token, let status, let messageID, _):
                guard let key = keys[bind] else { continue }
                engine.messageAnswered(
                    key, SegmentToken(value: token), status: status, messageID: messageID, now: now)
            case .incoming(let bind, let ticket, let fields, _):
                guard let key = keys[bind] else { continue }
                engine.messageReceived(key, ticket: ticket, fields, now: now) { latest(of: $0) }
            case .timedOut(let bind, let token):
                guard let key = keys[bind] else { continue }
                engine.messageTimedOut(key, SegmentToken(value: token), now: now)
            case .lateResponse(let bind, let token, let status, let messageID):
                guard let key = keys[bind] else { continue }
                engine.messageAnswered(
                    key, SegmentToken(value: token), status: status, messageID: messageID, isLate: true, now: now)
            case .up(let bind, let name, let peer, let systemID, let version, let tls):
                log.notice(
                    "bound",
                    [
                        "bind": name, "peer": peer, "system-id": systemID,
                        "version": version.map { "\($0 >> 4).\($0 & 15)" } ?? "3.3", "tls": tls ?? "no",
                    ])
                if let key = keys[bind] { engine.bindUp(key, now: now) }
            case .leaving(let bind):
                if let key = keys[bind] { engine.bindLeaving(key) }
            case .drained(let bind):
                if let key = keys[bind] { engine.launched(key, now: now) }
            case .down(let bind, let name, let reason, _, let isAsked, let inDoubt, let unsent):
                guard let key = keys[bind] else { continue }
                // Nobody needs to look at an end that we asked for and that leaves nothing open.
                log.log(
                    isAsked && inDoubt.isEmpty ? .notice : .warning, "bind down",
                    ["bind": name, "reason": reason, "in-doubt": inDoubt.count, "unsent": unsent.count])
                engine.bindDown(
                    key, reason: reason, inDoubt: inDoubt.map { SegmentToken(value: $0) },
                    unsent: unsent.map { SegmentToken(value: $0) }, now: now)
            case .refused(let bind, let name, let refusal, let tokens):
                guard let key = keys[bind] else { continue }
                refused(tokens.map { SegmentToken(value: $0) }, by: key, name, refusal, engine, now)
            case .alert(let bind, _):
                log.debug("a telephone can be reached again", ["bind": service.names[bind]])
            case .fault(let bind, let text):
                log.flood(
                    .warning, "fault \(bind)", "the SMSC broke the protocol",
                    ["bind": service.names[bind], "fault": text])
            }
        }
    }

    /// Orders came back that a bind does not take.
    private func refused(
        _ tokens: [SegmentToken], by key: BindKey, _ name: String, _ refusal: ESMESession.Refusal, _ engine: Engine,
        _ now: Timestamp
    ) {
        switch refusal {
        case .notBound:
            // The engine learns of the link's end by an event of its own; these only come back.
            for token in tokens { engine.messageUnsent(key, token, now: now) }
        case .receiverOnly, .unwritable:
            // Nothing more may go this way: it would come back, again and again.
            log.warning(
                "bind down",
                ["bind": name, "reason": "\(refusal)", "in-doubt": 0, "unsent": tokens.count])
            engine.bindDown(key, reason: "\(refusal)", inDoubt: [], unsent: tokens, now: now)
        }
    }

    private func latest(of number: PhoneNumber) -> (action: String, recipient: String)? {
        do {
            return try store.latestAction(of: number)
        } catch {
            log.error("cannot find out who wrote: \(error)")
            return nil
        }
    }
}
