// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import SMPP

/// What is to be done for the SMSC, in this order. Buffers are valid during the call.
package enum SMSCEffect {
    /// JSON lines for the log: before anything is sent, so that no answer is without its line.
    case log(UnsafeRawBufferPointer)
    case send(connection: Int, UnsafeRawBufferPointer)
    /// Nothing is read any more, and the connection stays.
    case stopReading(connection: Int)
    /// What was sent goes out, then the connection ends.
    case close(connection: Int)
    /// The connection ends at once.
    case reset(connection: Int)
}

/// The other side of SMPP: takes messages from ESMEs, sends receipts and citizens' answers, and fails in the ways
/// that its settings ask for. Knows nothing of the gateway's expectations.
///
/// A class without clock, sockets or threads: methods are events with their time, their outcome is fetched with
/// ``takeEffects(_:)``. Not thread-safe; the same seed and events give the same outcome.
package final class SimulatedSMSC {
    enum Event {
        case response(connection: Int, bytes: [UInt8])
        case receipt(serial: UInt64)
        case intermediate(serial: UInt64)
        case answer(serial: UInt64, CitizenAnswer)
        indirect case deliver(SMSCDelivery, account: Int)
        case releaseHeld(account: Int, order: UInt64)
        case deliverTimeout(connection: Int)
        case enquire(connection: Int)
        case breakConnection(Int)
        case blackHole(Int)
        case blackHoleEnds(Int)
    }

    package let settings: SMSCSettings
    package internal(set) var tally = SMSCTally()

    let citizens: SMSCCitizens
    let identifiers: MessageIdentifiers
    /// The message with serial number 0 has this in its id.
    let firstNumber: UInt64
    let logsSubmits: Bool
    /// Decides what depends on neither number nor message.
    var draws: SeededGenerator
    var sessions: [Int: SMSCSession] = [:]
    var accounts: [SMSCAccount] = []
    var accountPlaces: [String: Int] = [:]
    var store: MessageStore
    private var events = DeadlineHeap<Event>()
    /// Until when destinations have a full queue.
    var fullUntil: [String: Timestamp] = [:]
    var receiptClock = ReceiptClock()
    var writer = PDUWriter()
    var log: [UInt8] = []
    private var lastConnection = 0
    private var lastDelivery: UInt64 = 0
    private var dirty: [SMSCSession] = []
    private var endings: [SMSCEffect] = []

    /// - Parameters:
    ///   - settings: validated.
    ///   - firstNumber: what the first message's id is made of, below 2^48; a new one for each run keeps ids apart.
    ///   - logsSubmits: false saves the work when nobody reads it.
    package init(settings: SMSCSettings, seed: UInt64, firstNumber: UInt64 = 1_000_000, logsSubmits: Bool = true) {
        self.settings = settings
        self.firstNumber = firstNumber
        self.logsSubmits = logsSubmits
        citizens = SMSCCitizens(settings: settings, seed: seed)
        identifiers = MessageIdentifiers(settings: settings, seed: seed)
        draws = SeededGenerator(seed: seed, domain: "smsc", number: "")
        store = MessageStore(keep: settings.keep)
    }

    // MARK: - Events

    /// An ESME has connected. Returns the connection's number; they count up from 1 and are never used again.
    package func connected(at now: Timestamp) -> Int {
        lastConnection += 1
        sessions[lastConnection] = SMSCSession(number: lastConnection, at: now)
        tally.connections += 1
        tally.open += 1
        return lastConnection
    }

    /// Octets of a connection, cut anywhere.
    package func received(_ bytes: UnsafeRawBufferPointer, from connection: Int, at now: Timestamp) {
        guard let session = sessions[connection], session.isListening else { return }
        session.lastHeard = now
        session.enquiredAt = nil
        // Taken out while it is in use: a callback must find no one else's hands on the session.
        var splitter = session.splitter
        session.splitter = PDUSplitter()
        do throws(PDUSplitter.Fault) {
            try splitter.feed(bytes) { handle($0, session, now) }
            session.splitter = splitter
        } catch {
            guard session.isListening else { return }
            // Where the next PDU begins is not known any more.
            tally.nonsense += 1
            send(PDU(.genericNack, status: .invalidCommandLength, sequence: error.sequence), session)
            end(session)
        }
    }

    /// The connection is over, whoever ended it.
    package func disconnected(_ connection: Int, at now: Timestamp) {
        guard let session = sessions.removeValue(forKey: connection) else { return }
        tally.open -= 1
        release(session, now)
        session.state = .closing
    }

    func schedule(_ event: Event, at time: Timestamp) { events.insert(event, at: time.microseconds) }

    /// Does what is due, each at its own time: a late timer shifts nothing that follows.
    package func advance(to now: Timestamp) {
        while let due = events.popDue(now: now.microseconds) {
            perform(due.payload, Timestamp(microseconds: due.time))
        }
    }

    /// When ``advance(to:)`` has something to do; nil: nothing waits.
    package var nextDeadline: Timestamp? { events.earliest.map(Timestamp.init(microseconds:)) }

    /// Ends all binds in order: unbind (SMPP 3.4 section 4.2), then the end of the connection.
    package func shutDown(at now: Timestamp) {
        for session in sessions.values.sorted(by: { $0.number < $1.number }) where session.isListening {
            if session.isBound { send(PDU(.unbind, sequence: session.nextSequence()), session) }
            end(session)
        }
    }

    /// Hands over what the events since the last call led to. `body` must not call this SMSC.
    package func takeEffects(_ body: (SMSCEffect) -> Void) {
        if !log.isEmpty {
            log.withUnsafeBytes { body(.log($0)) }
            log.removeAll(keepingCapacity: log.count < 1 << 20)
        }
        for session in dirty {
            session.isDirty = false
            session.output.withUnsafeBytes { body(.send(connection: session.number, $0)) }
            session.output.removeAll(keepingCapacity: session.output.count < 1 << 20)
        }
        dirty.removeAll(keepingCapacity: true)
        for ending in endings { body(ending) }
        endings.removeAll()
    }

    // MARK: - For the other parts

    func send(_ pdu: PDU, _ session: SMSCSession) {
        guard session.isListening else { return }
        pdu.encode(into: &writer)
        session.output.append(contentsOf: writer.bytes)
        writer.removeAll()
        touch(session)
    }

    /// The session's output has something new.
    func touch(_ session: SMSCSession) {
        guard !session.isDirty else { return }
        session.isDirty = true
        dirty.append(session)
    }

    func nextDeliveryOrder() -> UInt64 {
        lastDelivery += 1
        return lastDelivery
    }

    var newestConnection: Int { lastConnection }

    /// Ends the connection in order.
    func end(_ session: SMSCSession) {
        session.state = .closing
        endings.append(.close(connection: session.number))
    }

    func effectAtEnd(_ effect: SMSCEffect) { endings.append(effect) }

    func chance(_ share: Double) -> Bool { share > 0 && draws.chance(share) }
}
