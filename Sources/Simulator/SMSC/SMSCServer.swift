// SPDX-License-Identifier: GPL-3.0-or-later
@preconcurrency import Dispatch
import Foundation
import GatewayCore
import Messaging
import Platform

/// Drives a ``SimulatedSMSC``: what ESMEs send goes in with its time, what comes out is performed at once.
///
/// Everything of it happens on one serial queue; `start` and `stop` are for other threads.
package final class SMSCServer: @unchecked Sendable {
    // Unchecked: every property is either immutable or touched on `queue` only.
    private let queue = DispatchQueue(label: "burgernetsim.smsc")
    private let smsc: SimulatedSMSC
    private let log: SMSCLogFile?
    private let tls: TLSContext?
    private let endpoint: StreamEndpoint
    private let clock = SteadyClock()
    private let progress: ((String) -> Void)?
    private var listener: StreamListener?
    private var links: [Int: Link] = [:]
    private let closing = DispatchGroup()
    private let stepTimer: any DispatchSourceTimer
    private let secondTimer: any DispatchSourceTimer
    /// What ``stepTimer`` is set to.
    private var scheduled: Timestamp?
    private var submitsAtLastSecond = 0

    /// An ESME's connection.
    private final class Link {
        let stream: ByteStream
        /// What the stream had no room for.
        var backlog: [UInt8] = []
        var isBlackHole = false
        init(_ stream: ByteStream) { self.stream = stream }
    }

    /// - Parameters:
    ///   - options: where to listen, TLS, the log. `options.listen` is needed.
    ///   - settings: validated.
    ///   - progress: takes a line of statistics each second, on a queue of this object.
    /// Throws ``ScenarioError`` when a file cannot be used, or there is nowhere to listen.
    package init(
        options: SMSCOptions, settings: SMSCSettings, seed: UInt64, progress: ((String) -> Void)? = nil
    ) throws {
        guard let listen = options.listen else { throw ScenarioError("an SMSC needs --smsc ADDRESS:PORT") }
        endpoint = StreamEndpoint(host: listen.host, port: listen.port)
        tls = try Self.makeTLS(options)
        self.progress = progress
        log = try options.logFile.map { try SMSCLogFile(path: $0) }
        // Ids of two runs must differ, and fit the 48 bits that a UUID has for them.
        let run = UInt64(max(0, SystemClock.wall().milliseconds / 1000 - 1_700_000_000))
        smsc = SimulatedSMSC(
            settings: settings, seed: seed, firstNumber: run << 20 & 0xFFFF_FFFF_FFFF, logsSubmits: log != nil)
        stepTimer = DispatchSource.makeTimerSource(queue: queue)
        secondTimer = DispatchSource.makeTimerSource(queue: queue)
        // Dispatch traps when a timer that was never activated goes.
        stepTimer.schedule(deadline: .distantFuture)
        stepTimer.activate()
        secondTimer.schedule(deadline: .distantFuture)
        secondTimer.activate()
    }

    deinit {
        stepTimer.cancel()
        secondTimer.cancel()
    }

    static func makeTLS(_ options: SMSCOptions) throws -> TLSContext? {
        guard let file = options.certificateFile else { return nil }
        do {
            return try TLSContext(server: TLSServerConfiguration(certificateFile: file, keyFile: options.keyFile))
        } catch {
            throw ScenarioError("--smsc-tls-certificate: \(error)")
        }
    }

    /// Takes connections. From any thread but the queue. Throws `StreamListenerError`.
    ///
    /// - Returns: the port, if 0 was asked for the one that was taken.
    package func start() throws -> UInt16 {
        try queue.sync {
            stepTimer.setEventHandler { [weak self] in
                self?.scheduled = nil
                self?.settle()
            }
            secondTimer.setEventHandler { [weak self] in self?.everySecond() }
            secondTimer.schedule(deadline: .now() + 1, repeating: 1)
            let listener = try StreamListener(
                on: endpoint, tls: tls, options: StreamOptions(closeTimeout: 1, pendingLimit: 16 << 20), queue: queue
            ) { [weak self] in self?.accepted($0) }
            self.listener = listener
            return listener.local.port
        }
    }

    /// Unbinds and ends the connections. From any thread but the queue; blocks for two seconds at most.
    ///
    /// - Returns: the summary.
    package func stop() -> String {
        queue.sync {
            listener?.close()
            smsc.shutDown(at: clock.now())
            settle()
            stepTimer.cancel()
            secondTimer.cancel()
        }
        _ = closing.wait(timeout: .now() + 2)
        return queue.sync { smsc.tally.summary }
    }

    // MARK: - On the queue

    private func accepted(_ stream: ByteStream) {
        let link = Link(stream)
        var connection: Int?
        closing.enter()
        stream.onConnected = { [weak self] in
            guard let self else { return }
            let number = smsc.connected(at: clock.now())
            connection = number
            links[number] = link
        }
        stream.onBytes = { [weak self] bytes in
            guard let self, let connection else { return }
            smsc.received(bytes, from: connection, at: clock.now())
            settle()
        }
        stream.onWritable = { [weak self] in self?.drain(link) }
        stream.onClosed = { [weak self, closing] _ in
            closing.leave()
            // Held here until its end.
            withExtendedLifetime(link) {}
            guard let self, let connection else { return }
            links[connection] = nil
            smsc.disconnected(connection, at: clock.now())
            settle()
        }
    }

    private func settle() {
        smsc.advance(to: clock.now())
        smsc.takeEffects { effect in
            switch effect {
            case .log(let lines): log?.append(lines)
            case .send(let connection, let bytes): send(bytes, connection)
            case .stopReading(let connection):
                links[connection]?.isBlackHole = true
                links[connection]?.stream.pauseReading()
            case .close(let connection): links[connection]?.stream.close()
            case .reset(let connection):
                links[connection]?.stream.flush()
                links[connection]?.stream.abort()
            }
        }
        arm()
    }

    private func send(_ bytes: UnsafeRawBufferPointer, _ connection: Int) {
        guard let link = links[connection] else { return }
        if link.backlog.isEmpty, link.stream.write(bytes) != .full { return }
        // An ESME that does not read its responses must not send more.
        link.backlog.append(contentsOf: bytes)
        link.stream.pauseReading()
    }

    private func drain(_ link: Link) {
        guard !link.backlog.isEmpty, link.stream.write(link.backlog) != .full else { return }
        link.backlog.removeAll()
        if !link.isBlackHole { link.stream.resumeReading() }
    }

    private func arm() {
        guard let next = smsc.nextDeadline, scheduled.map({ next < $0 }) ?? true else { return }
        // By the millisecond: what is due within one goes out together.
        let due = Timestamp(milliseconds: next.milliseconds + 1)
        guard scheduled != due else { return }
        scheduled = due
        let wait = max(0, (due - clock.now()).microseconds)
        stepTimer.schedule(deadline: .now() + .microseconds(Int(wait)), leeway: .milliseconds(1))
    }

    private func everySecond() {
        let submits = smsc.tally.submits
        defer { submitsAtLastSecond = submits }
        progress?(smsc.tally.progress(submitsLastSecond: submits - submitsAtLastSecond))
    }
}
