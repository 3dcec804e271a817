// SPDX-License-Identifier: GPL-3.0-or-later

/// A number whose behaviour is not left to chance.
package struct PinnedNumber: Equatable, Sendable {
    package var behaviour: Behaviour
    /// Rings for this long before the answer or refusal; seconds, before the time scale.
    package var ringSeconds: Double?
    /// Pressed after the answer, in order.
    package var keys: String?
    /// First key after the answer.
    package var keySeconds: Double?
    /// Hangs up this long after the answer; 0: never.
    package var hangUpSeconds: Double?
    /// Answers from this call on (``Behaviour/later``), or free from it on (busy, congestion).
    package var fromAttempt: Int?
    /// SIP status of ``Behaviour/refuse``; replaces that of the other refusals.
    package var code: Int?
    package var q850Cause: Int?
    package var retryAfterSeconds: Int?

    package init(_ behaviour: Behaviour) { self.behaviour = behaviour }
}

/// Everything that decides how the simulated citizens behave. Ranges are drawn evenly.
package struct Scenario: Equatable, Sendable {
    package var seed: UInt64 = 1
    /// Multiplies every time before the answer; 0.1 rings a tenth as long.
    package var timeScale = 1.0
    package var shares = Shares.usual
    /// From the INVITE to 180, or to the refusal of a network.
    package var postDialSeconds = 0.05...0.4
    /// From 180 to the answer of a person, or to "declined".
    package var ringSeconds = 2.0...15.0
    package var voicemailRingSeconds = 18.0...25.0
    /// From the ACK to the BYE of a voicemail that nobody hangs up on.
    package var voicemailSeconds = 60.0...120.0
    package var hangUpEarlySeconds = 1.0...8.0
    /// A person hangs up after this long when the caller does not.
    package var listenAtMostSeconds = 300.0
    /// Of a person who answers; ``Behaviour/pressKeys`` always does.
    package var keyProbability = 0.1
    /// One of these is pressed.
    package var keys = ["1"]
    package var keySeconds = 3.0...20.0
    /// Between the keys of a sequence.
    package var keyGapSeconds = 0.3...0.8
    package var laterAttempts = 2...3
    /// Of the busy: how many are free from the second call on.
    package var busyTemporary = 0.7
    /// Of the congested: how many get through from the second call on.
    package var congestionTemporary = 0.8
    /// Of the 480s: how many are reachable from the second call on.
    package var unavailableTemporary = 0.3
    package var retryAfterSeconds = 2...10
    /// A second INVITE for someone who is on the phone gets 486.
    package var engaged = true
    /// Calls at the same time; 503 beyond. 0: no limit.
    package var channels = 0
    /// New calls a second; 503 with Retry-After beyond. 0: no limit.
    package var callsPerSecond = 0.0
    /// How many calls may come at once under ``callsPerSecond``; 0: a quarter of a second's worth, at least 2.
    package var burst = 0
    /// By normalised number (``NumberKey``).
    package var numbers: [String: PinnedNumber] = [:]

    package init() {}

    /// Throws ``ScenarioError``: values that no reader of options or files may let through.
    package func validate() throws {
        var problems: [String] = []
        func check(_ name: String, _ range: ClosedRange<Double>) {
            if range.lowerBound < 0 || range.upperBound > 86_400 {
                problems.append("\(name) must be between 0 and 86400 seconds")
            }
        }
        func check(_ name: String, probability: Double) {
            if !(0...1).contains(probability) { problems.append("\(name) must be between 0 and 1") }
        }
        check("post_dial_seconds", postDialSeconds)
        check("ring_seconds", ringSeconds)
        check("voicemail_ring_seconds", voicemailRingSeconds)
        check("voicemail_seconds", voicemailSeconds)
        check("hang_up_early_seconds", hangUpEarlySeconds)
        check("key_seconds", keySeconds)
        check("key_gap_seconds", keyGapSeconds)
        check("listen_at_most_seconds", listenAtMostSeconds...listenAtMostSeconds)
        check("key_probability", probability: keyProbability)
        check("busy_temporary", probability: busyTemporary)
        check("congestion_temporary", probability: congestionTemporary)
        check("unavailable_temporary", probability: unavailableTemporary)
        if !(0...1000).contains(timeScale) { problems.append("time_scale must be between 0 and 1000") }
        if keys.isEmpty || !keys.allSatisfy(isKeySequence) {
            problems.append("keys must be sequences of 0-9, *, #, A-D")
        }
        if laterAttempts.lowerBound < 1 { problems.append("later_attempts must be 1 or more") }
        if !(0...86_400).contains(retryAfterSeconds.lowerBound) || retryAfterSeconds.upperBound > 86_400 {
            problems.append("retry_after_seconds must be between 0 and 86400")
        }
        if channels < 0 { problems.append("channels must be 0 (no limit) or more") }
        if !(0...100_000).contains(callsPerSecond) {
            problems.append("calls_per_second must be between 0 (no limit) and 100000")
        }
        if burst < 0 { problems.append("burst must be 0 or more") }
        guard problems.isEmpty else { throw ScenarioError(problems.joined(separator: "\n")) }
    }
}

/// Whether every character can be sent as a telephone event (RFC 4733 3.2).
func isKeySequence(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 32 && text.allSatisfy { "0123456789*#ABCD".contains($0) }
}
