// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// A new INVITE.
package struct IncomingCall: Equatable, Sendable {
    /// Key of the call, unique in this process.
    package var id: UInt64
    package var sipCallID: String
    package var callee: String
    package var caller: String
    package var gateway: String

    package init(id: UInt64, sipCallID: String, callee: String, caller: String, gateway: String) {
        self.id = id
        self.sipCallID = sipCallID
        self.callee = callee
        self.caller = caller
        self.gateway = gateway
    }
}

/// How a call ended, as the SIP side reports it.
package struct CallEnd: Equatable, Sendable {
    package var finalCode: Int
    package var endedBy: CallRecord.Party
    package var reason = ""
    package var packetsSent = 0
    package var packetsReceived = 0
    package var recordedBytes = 0

    package init(finalCode: Int, endedBy: CallRecord.Party) {
        self.finalCode = finalCode
        self.endedBy = endedBy
    }
}

/// The whole network as one value: who is called, how often, who is on the phone, what is due next.
///
/// Pure: events and the time in, effects out. ``PhoneNetwork`` drives it.
package struct Switchboard: Sendable {
    package enum Effect: Equatable, Sendable {
        case perform(call: UInt64, CallAction)
        /// Keep what this call hears.
        case record(call: UInt64)
        /// The call is over: its line for the log.
        case log(CallRecord)
    }

    private struct Line {
        var machine: SimulatedCall
        var record: CallRecord
        var isRecorded: Bool
        /// Takes a channel and keeps its citizen engaged.
        var admitted: Bool
    }

    package let model: CitizenModel
    package private(set) var tally = Tally()
    private var limits: TrunkLimits
    private let recordShare: Double
    private let recordNumbers: Set<String>
    private var lines: [UInt64: Line] = [:]
    private var heap = CallDeadlines()
    /// Calls that reached the citizen, by number.
    private var attempts: [String: Int] = [:]
    /// Admitted calls in progress, by number.
    private var engaged: [String: Int] = [:]
    private var admitted = 0

    package init(scenario: Scenario, recordShare: Double = 0, recordNumbers: Set<String> = []) {
        model = CitizenModel(scenario: scenario)
        limits = TrunkLimits(
            channels: scenario.channels, callsPerSecond: scenario.callsPerSecond, burst: scenario.burst)
        self.recordShare = recordShare
        self.recordNumbers = recordNumbers
    }

    /// When to call ``advance(to:)``; nil: never.
    package mutating func nextDeadline() -> Timestamp? { heap.earliest() }

    package var isIdle: Bool { lines.isEmpty }
    package var openCalls: [UInt64] { lines.keys.sorted() }

    package mutating func incoming(_ call: IncomingCall, at now: Timestamp) -> [Effect] {
        guard lines[call.id] == nil else { return [] }
        tally.invited(at: now)
        let number = NumberKey.normalised(call.callee)
        let decision = decide(number: number, at: now)
        let record = CallRecord(
            sipCallID: call.sipCallID, callee: call.callee, caller: call.caller, number: number,
            gateway: call.gateway, attempt: decision.attempt, behaviour: decision.behaviour, invite: now)
        if decision.admitted {
            admitted += 1
            engaged[number, default: 0] += 1
        }
        let isRecorded =
            decision.admitted
            && (recordNumbers.contains(number)
                || model.isRecorded(number: number, attempt: decision.attempt, share: recordShare))
        lines[call.id] = Line(
            machine: SimulatedCall(script: decision.script), record: record, isRecorded: isRecorded,
            admitted: decision.admitted)
        return handle(.inviteReceived, call: call.id, at: now)
    }

    package mutating func acknowledged(
        _ call: UInt64, codec: String, remoteMedia: String, at now: Timestamp
    ) -> [Effect] {
        guard lines[call]?.machine.state == .answered else { return [] }
        lines[call]?.record.ack = now
        lines[call]?.record.codec = codec
        lines[call]?.record.remoteMedia = remoteMedia
        tally.acknowledged()
        return handle(.ackReceived, call: call, at: now)
    }

    package mutating func keyHeard(_ key: Character, call: UInt64, at now: Timestamp) -> [Effect] {
        lines[call]?.record.keysHeard.append(.init(value: key, time: now))
        return handle(.keyHeard(key), call: call, at: now)
    }

    /// - Parameter recording: the file's name, when what the call heard was written down.
    package mutating func ended(
        _ call: UInt64, _ end: CallEnd, recording: String = "", at now: Timestamp
    ) -> [Effect] {
        guard lines[call] != nil else { return [] }
        _ = handle(.ended, call: call, at: now)
        guard var line = lines.removeValue(forKey: call) else { return [] }
        line.record.end = now
        line.record.endedBy = end.endedBy
        line.record.finalCode = end.finalCode
        line.record.reason = end.reason
        line.record.packetsSent = end.packetsSent
        line.record.packetsReceived = end.packetsReceived
        line.record.recordedBytes = end.recordedBytes
        line.record.recording = recording
        release(line)
        tally.ended(line.record)
        return [.log(line.record)]
    }

    /// Takes every step that is due.
    package mutating func advance(to now: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        while let call = heap.popDue(at: now) { effects += handle(.deadlineReached, call: call, at: now) }
        return effects
    }

    /// The records of the calls that are still open, without an end; the switchboard is empty afterwards.
    package mutating func giveUp() -> [CallRecord] {
        let open = openCalls.compactMap { call in
            heap.set(nil, for: call)
            return lines.removeValue(forKey: call)
        }
        for line in open {
            release(line)
            tally.ended(line.record)
        }
        return open.map(\.record)
    }

    /// The file that a call's recording belongs in; nil: not recorded.
    package func recordingName(_ call: UInt64) -> String? {
        guard let line = lines[call], line.isRecorded else { return nil }
        return Self.fileName(callee: line.record.callee, sipCallID: line.record.sipCallID)
    }

    /// Only characters that cannot leave the directory; a Call-ID comes from the wire.
    static func fileName(callee: String, sipCallID: String) -> String {
        func safe(_ text: String) -> String {
            String(
                String.UnicodeScalarView(
                    text.unicodeScalars.prefix(100).map { scalar in
                        switch scalar {
                        case "a"..."z", "A"..."Z", "0"..."9", "+", "-", "@", ".": scalar
                        default: "-"
                        }
                    }))
        }
        return safe(callee) + "_" + safe(sipCallID) + ".wav"
    }

    private struct Decision {
        var behaviour: String
        var attempt: Int
        var script: CallScript
        var admitted: Bool
    }

    private mutating func decide(number: String, at now: Timestamp) -> Decision {
        if case .refused(let response, let limit) = limits.admit(active: admitted, at: now) {
            // The citizen never hears of it: not an attempt.
            return Decision(behaviour: limit.rawValue, attempt: 0, script: .refusal(response), admitted: false)
        }
        let attempt = attempts[number, default: 0] + 1
        attempts[number] = attempt
        if model.scenario.engaged, engaged[number] != nil {
            let busy = CallScript.refusal(Response(486, q850Cause: 17))
            return Decision(behaviour: "engaged", attempt: attempt, script: busy, admitted: false)
        }
        let plan = model.plan(number: number, attempt: attempt)
        return Decision(behaviour: plan.behaviour.rawValue, attempt: attempt, script: plan.script, admitted: true)
    }

    private mutating func handle(_ event: CallEvent, call: UInt64, at now: Timestamp) -> [Effect] {
        guard let index = lines.index(forKey: call) else { return [] }
        let actions = lines.values[index].machine.handle(event, at: now)
        heap.set(lines.values[index].machine.deadline, for: call)
        var effects: [Effect] = []
        for action in actions {
            switch action {
            case .respond(let response):
                lines.values[index].record.responses.append(.init(value: response.code, time: now))
            case .answer:
                lines.values[index].record.responses.append(.init(value: 200, time: now))
                if lines.values[index].isRecorded { effects.append(.record(call: call)) }
            case .sendKey(let key):
                lines.values[index].record.keysSent.append(.init(value: key, time: now))
            case .play, .hangUp: break
            }
            effects.append(.perform(call: call, action))
        }
        return effects
    }

    private mutating func release(_ line: Line) {
        guard line.admitted else { return }
        admitted -= 1
        let left = (engaged[line.record.number] ?? 1) - 1
        engaged[line.record.number] = left > 0 ? left : nil
    }
}
