// SPDX-License-Identifier: GPL-3.0-or-later
@preconcurrency import Dispatch
import Glibc
import SMPP
import Testing

@testable import Messaging

/// A service, and what it told.
final class LinkBench: Sendable {
    struct Down: Sendable {
        var bind: Int
        var reason: String
        var refused: CommandStatus?
        var inDoubt: [UInt64]
        var unsent: [UInt64]
        var at: Int64
    }

    struct Notes: Sendable {
        var turns = 0
        var events = 0
        var ups: [(bind: Int, name: String, peer: String, smsc: String, version: UInt8?, tls: String?)] = []
        var downs: [Down] = []
        var refusals: [(bind: Int, reason: ESMESession.Refusal, tokens: [UInt64])] = []
        var answered: [UInt64] = []
        var timedOut: [UInt64] = []
        var late: [UInt64] = []
        var incoming: [(bind: Int, ticket: UInt64, text: String)] = []
        var alerts = 0
        var drained = 0
        var faults: [String] = []
    }

    let queue = DispatchQueue(label: "test.link")
    let notes = Watched(Notes())
    let service: MessagingService

    init(random: @escaping @Sendable () -> Double = { 0.5 }) {
        let notes = notes
        let queue = queue
        service = MessagingService(queue: queue, random: random, now: Self.clock) { events in
            dispatchPrecondition(condition: .onQueue(queue))
            notes.change { notes in
                notes.turns += 1
                notes.events += events.count
                for event in events { Self.note(event, &notes) }
            }
        }
    }

    /// CLOCK_MONOTONIC in microseconds.
    @Sendable static func clock() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    private static func note(_ event: LinkEvent, _ notes: inout Notes) {
        switch event {
        case .up(let bind, let name, let peer, let smsc, let version, let tls):
            notes.ups.append((bind, name, peer, smsc, version, tls))
        case .down(let bind, _, let reason, let refused, _, let inDoubt, let unsent):
            notes.downs.append(
                Down(
                    bind: bind, reason: reason, refused: refused, inDoubt: inDoubt, unsent: unsent,
                    at: LinkBench.clock()))
        case .refused(let bind, _, let reason, let tokens): notes.refusals.append((bind, reason, tokens))
        case .response(_, let token, _, _, _): notes.answered.append(token)
        case .timedOut(_, let token): notes.timedOut.append(token)
        case .lateResponse(_, let token, _, _): notes.late.append(token)
        case .incoming(let bind, let ticket, let fields, _):
            notes.incoming.append((bind, ticket, String(decoding: fields.content, as: UTF8.self)))
        case .alert: notes.alerts += 1
        case .leaving: break
        case .drained: notes.drained += 1
        case .fault(_, let text): notes.faults.append(text)
        }
    }

    static func settings(
        _ endpoint: StreamEndpoint, name: String = "test/1", _ change: (inout BindSettings) -> Void = { _ in }
    ) -> BindSettings {
        var settings = BindSettings(
            name: name, smsc: "test", endpoint: endpoint, systemID: "burgernet", password: "geheim")
        settings.reconnectMinimum = 20_000
        settings.reconnectMaximum = 200_000
        change(&settings)
        return settings
    }

    static func order(_ token: UInt64, bind: Int = 0, padding: Int = 0) -> SubmitOrder {
        var fields = MessageFields()
        fields.destination = .e164("31612345678")
        if padding == 0 {
            fields.shortMessage = Array("\(token)".utf8)
        } else {
            let content = Array("\(token) ".utf8) + [UInt8](repeating: 0x61, count: padding)
            fields.parameters = [OptionalParameter(.messagePayload, content)]
        }
        return SubmitOrder(bind: bind, token: token, body: .submitSM(SubmitSM(fields)))
    }

    func isUp(times: Int = 1) -> Bool { notes.wait { $0.ups.count >= times } }
    func isDown(times: Int = 1) -> Bool { notes.wait { $0.downs.count >= times } }
    func hasAnswers(_ count: Int) -> Bool { notes.wait { $0.answered.count >= count } }

    /// Ends it; true when the completion came.
    func shutDown(graceful: Bool = true, within seconds: Double = 5) -> Bool {
        let done = Watched(false)
        service.shutdown(graceful: graceful, within: seconds) { done.change { $0 = true } }
        return done.wait { $0 }
    }
}
