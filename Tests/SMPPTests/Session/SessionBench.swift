// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

@testable import SMPP

/// A session with a clock to set and a far end to speak for.
struct SessionBench {
    var session: ESMESession
    /// Monotonic microseconds.
    var now: Int64 = 1_000_000

    init(
        _ mode: BindMode = .transceiver, firstSequence: UInt32 = 1,
        _ change: (inout ESMESession.Configuration) -> Void = { _ in }
    ) {
        var configuration = ESMESession.Configuration(
            mode: mode, bind: Bind(systemID: "burgernet", password: "geheim"))
        change(&configuration)
        session = ESMESession(configuration, firstSequence: firstSequence)
    }

    /// A session that is bound, with nothing left to send or to tell.
    static func bound(
        _ mode: BindMode = .transceiver, firstSequence: UInt32 = 1,
        _ change: (inout ESMESession.Configuration) -> Void = { _ in }
    ) throws -> SessionBench {
        var bench = SessionBench(mode, firstSequence: firstSequence, change)
        bench.session.connected(now: bench.now)
        let bind = try #require(bench.sent().first)
        bench.hear(.bindResponse(mode, BindResponse(systemID: "SMSC")), sequence: bind.sequence)
        #expect(bench.events() == [.bound(systemID: "SMSC", version: nil)])
        return bench
    }

    /// What the far end gets, read by PDU.decode.
    mutating func sent() -> [PDU] { Self.pdus(session.takeOutput(now: now)) }

    static func pdus(_ bytes: [UInt8]) -> [PDU] {
        var found: [PDU] = []
        var splitter = PDUSplitter()
        bytes.withUnsafeBytes { buffer in
            do throws(PDUSplitter.Fault) {
                try splitter.feed(buffer) { pdu in
                    do { found.append(try PDU.decode(pdu)) } catch { Issue.record("\(error)") }
                }
            } catch {
                Issue.record("\(error)")
            }
        }
        #expect(splitter.pending == 0)
        return found
    }

    mutating func events() -> [ESMESession.Event] { session.takeEvents() }

    mutating func hear(_ body: PDU.Body, status: CommandStatus = .ok, sequence: UInt32) {
        session.received(PDU(body, status: status, sequence: sequence).encoded(), now: now)
    }

    /// A header alone, of any command.
    mutating func hearHeader(_ command: UInt32, status: UInt32 = 0, sequence: UInt32, body: [UInt8] = []) {
        var bytes: [UInt8] = []
        for word in [UInt32(16 + body.count), command, status, sequence] {
            bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
        }
        session.received(bytes + body, now: now)
    }

    mutating func submit(_ token: UInt64, _ text: String = "Burgernet") -> ESMESession.Submission {
        session.submit(.submitSM(SubmitSM(Self.fields(text))), token: token, now: now)
    }

    static func fields(_ text: String = "Burgernet") -> MessageFields {
        var fields = MessageFields()
        fields.source = Address(.alphanumeric, .unknown, "Burgernet")
        fields.destination = .e164("+31612345678")
        fields.shortMessage = Array(text.utf8)
        return fields
    }

    mutating func wait(_ microseconds: Int64) {
        now += microseconds
        session.tick(now: now)
    }

    static func accepted(_ messageID: String) -> PDU.Body { .submitSMResponse(MessageResponse(messageID: messageID)) }

    static func response(
        _ token: UInt64, _ status: CommandStatus = .ok, _ messageID: String = ""
    ) -> ESMESession.Event {
        .response(token: token, status: status, messageID: messageID, parameters: [])
    }
}
