// SPDX-License-Identifier: GPL-3.0-or-later
@preconcurrency import Dispatch
import Foundation
import GatewayCore
import Platform
import Speech
import Voice

/// Drives a ``Switchboard``: what CPJSIP reports goes in with its time, what comes out is performed at once.
///
/// Everything of it happens on one serial queue; the methods for other threads say so.
final class PhoneNetwork: @unchecked Sendable {
    // Unchecked: every property is either immutable or touched on `queue` only.
    private let queue = DispatchQueue(label: "burgernetsim.network")
    private let recordings: RecordingWriter?
    private let options: SimulatorOptions
    private let log: LineLog?
    private let clock = SteadyClock()
    private var board: Switchboard
    private var endpoint: VoiceEndpoint?
    private let stepTimer: any DispatchSourceTimer
    private let secondTimer: any DispatchSourceTimer
    /// What ``stepTimer`` is set to.
    private var scheduled: Timestamp?
    private var callsAtLastSecond = 0

    /// Throws ``ScenarioError`` when the log or the directory of the recordings cannot be written.
    init(options: SimulatorOptions, scenario: Scenario) throws {
        self.options = options
        log = try options.logFile.map { try LineLog(path: $0) }
        recordings = try options.recordDirectory.map { try RecordingWriter(directory: $0) }
        board = Switchboard(
            scenario: scenario, recordShare: options.recordShare, recordNumbers: options.recordNumbers)
        stepTimer = DispatchSource.makeTimerSource(queue: queue)
        secondTimer = DispatchSource.makeTimerSource(queue: queue)
    }

    /// Opens the ports and takes calls. From any thread; returns the port. Throws `VoiceStartError`.
    func start() throws -> UInt16 {
        try queue.sync {
            // First of all: Dispatch traps when a timer that was never activated goes.
            stepTimer.setEventHandler { [weak self] in self?.advance() }
            stepTimer.schedule(deadline: .distantFuture)
            stepTimer.activate()
            secondTimer.setEventHandler { [weak self] in self?.everySecond() }
            secondTimer.schedule(deadline: .now() + 1, repeating: 1)
            secondTimer.activate()
            let endpoint = try VoiceEndpoint.start(configuration: voiceConfiguration(), queue: queue) {
                [weak self] events in self?.handle(events)
            }
            self.endpoint = endpoint
            for sound in Sound.allCases {
                let samples = SoundSynthesis.samples(sound)
                endpoint.addPrompt(
                    sound.rawValue, pcma: G711.encodeALaw(samples), pcmu: G711.encodeMuLaw(samples))
            }
            for (index, address) in options.gateways.enumerated() {
                // A trunk's id says which gateway a call comes from.
                let id = UInt32(index + 1)
                var trunk = VoiceTrunk(id: id, host: address)
                trunk.acceptsIncoming = true
                endpoint.setTrunk(trunk)
                endpoint.setTargets(trunk: id, [VoiceTarget(id: 1, address: address, port: 5060)])
            }
            return endpoint.udpPort
        }
    }

    /// Ends the calls in progress, writes the rest of the log. From any thread but the queue; blocks.
    ///
    /// - Returns: the summary.
    func stop() -> String {
        let endpoint = queue.sync { self.endpoint }
        let strangers = endpoint?.statistics().droppedRequests ?? 0
        endpoint?.stop(lingerMilliseconds: 2000)
        let summary = queue.sync {
            stepTimer.cancel()
            secondTimer.cancel()
            for record in board.giveUp() { log?.append(record.jsonLine) }
            log?.flush()
            // A wrong --gateway looks like silence otherwise.
            return board.tally.summary + (strangers > 0 ? "\nfrom no --gateway    \(strangers) requests dropped" : "")
        }
        recordings?.finish()
        return summary
    }

    private func voiceConfiguration() -> VoiceConfiguration {
        var configuration = VoiceConfiguration()
        configuration.userAgent = "burgernetsim"
        configuration.bindIPv4 = options.listen.isIPv6 ? nil : options.listen.host
        configuration.bindIPv6 = options.listen.isIPv6 ? options.listen.host : nil
        configuration.udpPort = options.listen.port
        configuration.tcpPort = options.listen.port
        configuration.rtpPorts = options.rtpPorts
        configuration.logLevel = options.sipLogLevel
        configuration.log = { _, line in printError(line) }
        configuration.time = { [clock] in clock.time(atBoot: $0) }
        return configuration
    }

    // MARK: On the queue

    private func handle(_ events: [VoiceEvent]) {
        for event in events {
            switch event {
            case .incoming(let call):
                let index = Int(call.trunk) - 1
                let gateway = options.gateways.indices.contains(index) ? options.gateways[index] : ""
                let incoming = IncomingCall(
                    id: call.call, sipCallID: call.sipCallID, callee: call.callee, caller: call.caller,
                    gateway: gateway)
                perform(board.incoming(incoming, at: call.time))
            case .answered(let call):
                perform(
                    board.acknowledged(
                        call.call, codec: call.codec?.rawValue ?? "", remoteMedia: call.remoteAddress, at: call.time))
            case .key(let key):
                perform(board.keyHeard(key.digit, call: key.call, at: key.time))
            case .ended(let call):
                ended(call)
            case .sent, .provisional, .promptEnded, .strayAnswer, .targetStatus, .targetSilence, .registration,
                .promptReleased:
                // A network that only takes calls has no use for these.
                break
            }
        }
        advance()
    }

    private func ended(_ call: CallEnded) {
        var end = CallEnd(finalCode: call.code, endedBy: CallRecord.Party(call))
        end.reason = call.reason
        end.packetsSent = Int(call.media.packetsSent)
        end.packetsReceived = Int(call.media.packetsReceived)
        end.recordedBytes = call.recording.count
        var name = ""
        if let recordings, let codec = call.codec, !call.recording.isEmpty, let file = board.recordingName(call.call) {
            recordings.write(call.recording, codec: codec, name: file)
            name = file
        }
        perform(board.ended(call.call, end, recording: name, at: call.time))
    }

    private func advance() {
        perform(board.advance(to: clock.now()))
        let next = board.nextDeadline()
        guard next != scheduled else { return }
        scheduled = next
        guard let next else {
            stepTimer.schedule(deadline: .distantFuture)
            return
        }
        let wait = max(0, (next - clock.now()).microseconds)
        stepTimer.schedule(deadline: .now() + .microseconds(Int(wait)), leeway: .milliseconds(1))
    }

    private func perform(_ effects: [Switchboard.Effect]) {
        guard let endpoint else { return }
        for effect in effects {
            switch effect {
            case .record(let call):
                endpoint.record(call, maximumMilliseconds: UInt32(clamping: options.recordSeconds * 1000))
            case .log(let record):
                log?.append(record.jsonLine)
            case .perform(let call, .respond(let response)):
                endpoint.respond(
                    call, code: response.code, q850Cause: response.q850Cause,
                    retryAfterSeconds: UInt32(clamping: response.retryAfterSeconds))
            case .perform(let call, .answer): endpoint.respond(call, code: 200)
            case .perform(let call, .play(let sound)): endpoint.play(call, prompt: sound.rawValue)
            case .perform(let call, .sendKey(let key)): endpoint.sendDigit(call, key)
            case .perform(let call, .hangUp): endpoint.hangup(call)
            }
        }
    }

    private func everySecond() {
        log?.flush()
        let calls = board.tally.calls
        defer { callsAtLastSecond = calls }
        guard options.progress else { return }
        var line = board.tally.progress(callsLastSecond: calls - callsAtLastSecond)
        if let statistics = endpoint?.statistics() {
            line += "  RTP \(statistics.packetsReceived) in, \(statistics.packetsSent) out"
            if statistics.droppedRequests > 0 {
                line += "  \(statistics.droppedRequests) requests from strangers"
            }
        }
        // On a terminal the line stays where it is.
        let ending = isatty(STDERR_FILENO) == 1 ? "\u{1b}[K\r" : "\n"
        FileHandle.standardError.write(Data((line + ending).utf8))
    }
}

extension CallRecord.Party {
    /// Voice says "gateway" for its own side; here that is the callee.
    fileprivate init(_ call: CallEnded) {
        switch call.endedBy {
        case .callee: self = .caller
        case .gateway: self = call.wasAnswered ? .callee : .nobody
        case .nobody: self = .nobody
        }
    }
}
