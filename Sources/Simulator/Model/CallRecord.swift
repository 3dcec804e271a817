// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Everything that the called side saw of one call: a line of the log (docs/simulator.md).
package struct CallRecord: Equatable, Sendable {
    package struct Moment<Value: Equatable & Sendable>: Equatable, Sendable {
        package var value: Value
        package var time: Timestamp
    }

    package enum Party: String, Sendable {
        case caller
        case callee
        /// Refused, cut off by a failure, or still in progress when the simulator stopped.
        case nobody
    }

    package var sipCallID: String
    /// The user part of the Request-URI, as it came.
    package var callee: String
    package var caller: String
    /// The number that the caller is known by here; the key of behaviour and attempts.
    package var number: String
    /// Which of the configured gateways called.
    package var gateway: String
    /// How often this number was called, this call included; 0: the trunk's limits refused it.
    package var attempt: Int
    /// A ``Behaviour``, or what came before it: `channels`, `calls-per-second`, `engaged`.
    package var behaviour: String
    /// When CPJSIP took the INVITE.
    package var invite: Timestamp
    /// 180, 183, the 200 or the refusal, when they were handed to CPJSIP.
    package var responses: [Moment<Int>] = []
    /// When the ACK of the 200 came; nil: there was no 200, or its ACK never came.
    package var ack: Timestamp?
    /// When BYE, CANCEL or the end of the refusal was seen; nil: still in progress at the exit.
    package var end: Timestamp?
    package var endedBy = Party.nobody
    /// 200 for an answered call, 487 after a CANCEL, otherwise the refusal; 0 when still open.
    package var finalCode = 0
    /// Why, in words, when the call failed.
    package var reason = ""
    package var codec = ""
    package var remoteMedia = ""
    package var packetsSent = 0
    package var packetsReceived = 0
    package var keysSent: [Moment<Character>] = []
    package var keysHeard: [Moment<Character>] = []
    /// File name under `--record`.
    package var recording = ""
    /// What was recorded, in bytes of G.711 (8 a millisecond).
    package var recordedBytes = 0

    package init(
        sipCallID: String, callee: String, caller: String, number: String, gateway: String, attempt: Int,
        behaviour: String, invite: Timestamp
    ) {
        self.sipCallID = sipCallID
        self.callee = callee
        self.caller = caller
        self.number = number
        self.gateway = gateway
        self.attempt = attempt
        self.behaviour = behaviour
        self.invite = invite
    }

    package var wasAnswered: Bool { responses.contains { $0.value == 200 } }
    package var wasCancelled: Bool { finalCode == 487 && endedBy == .caller }
    package var rang: Bool { responses.contains { $0.value == 180 || $0.value == 183 } }

    /// One JSON object without line end. Every line has all members, in this order.
    package var jsonLine: String {
        var line = JSONLine()
        line.member("invite", invite)
        line.member("call_id", sipCallID)
        line.member("callee", callee)
        line.member("caller", caller)
        line.member("number", number)
        line.member("gateway", gateway)
        line.member("attempt", attempt)
        line.member("behaviour", behaviour)
        line.member("responses", responses, name: "code") { String($0) }
        line.member("ack", ack)
        line.member("end", end)
        line.member("ended_by", endedBy.rawValue)
        line.member("final_code", finalCode)
        line.member("cancelled", wasCancelled)
        line.member("reason", reason)
        line.member("codec", codec)
        line.member("remote_rtp", remoteMedia)
        line.member("rtp_sent", packetsSent)
        line.member("rtp_received", packetsReceived)
        line.member("keys_sent", keysSent, name: "key") { JSONLine.quoted(String($0)) }
        line.member("keys_heard", keysHeard, name: "key") { JSONLine.quoted(String($0)) }
        line.member("recording", recording)
        line.member("recorded_bytes", recordedBytes)
        return line.finished
    }
}

/// Writes one flat JSON object; quick, and with its members in the order given.
private struct JSONLine {
    private var text = "{"

    var finished: String { text + "}" }

    mutating func member(_ name: String, raw: String) {
        if text.utf8.count > 1 { text += "," }
        text += "\"\(name)\":\(raw)"
    }

    mutating func member(_ name: String, _ value: String) { member(name, raw: JSONLine.quoted(value)) }
    mutating func member(_ name: String, _ value: Int) { member(name, raw: String(value)) }
    mutating func member(_ name: String, _ value: Bool) { member(name, raw: value ? "true" : "false") }
    mutating func member(_ name: String, _ value: Timestamp?) {
        member(name, raw: value.map { "\"\($0.description)\"" } ?? "null")
    }

    mutating func member<Value>(
        _ name: String, _ moments: [CallRecord.Moment<Value>], name valueName: String, _ render: (Value) -> String
    ) {
        let objects = moments.map { "{\"\(valueName)\":\(render($0.value)),\"time\":\"\($0.time.description)\"}" }
        member(name, raw: "[" + objects.joined(separator: ",") + "]")
    }

    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\u{00}"..."\u{1f}", "\u{7f}":
                let hex = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - hex.utf8.count) + hex
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
