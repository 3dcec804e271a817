// SPDX-License-Identifier: GPL-3.0-or-later

/// A number whose behaviour is not left to chance.
public struct PinnedNumber: Equatable, Sendable {
    public var behaviour: Behaviour
    /// Rings for this long before the answer or refusal; seconds, before the time scale.
    public var ringSeconds: Double?
    /// Pressed after the answer, in order.
    public var keys: String?
    /// First key after the answer.
    public var keySeconds: Double?
    /// Hangs up this long after the answer; 0: never.
    public var hangUpSeconds: Double?
    /// Answers from this call on (``Behaviour/later``), or free from it on (busy, congestion).
    public var fromAttempt: Int?
    /// SIP status of ``Behaviour/refuse``; replaces that of the other refusals.
    public var code: Int?
    public var q850Cause: Int?
    public var retryAfterSeconds: Int?

    public init(_ behaviour: Behaviour) { self.behaviour = behaviour }
}

/// Everything that decides how the simulated citizens behave. Ranges are drawn evenly.
public struct Scenario: Equatable, Sendable {
    public var seed: UInt64 = 1
    /// Multiplies every time before the answer; 0.1 rings a tenth as long.
    public var timeScale = 1.0
    public var shares = Shares.usual
    /// From the INVITE to 180, or to the refusal of a network.
    public var postDialSeconds = 0.05...0.4
    /// From 180 to the answer of a person, or to "declined".
    public var ringSeconds = 2.0...15.0
    public var voicemailRingSeconds = 18.0...25.0
    /// From the ACK to the BYE of a voicemail that nobody hangs up on.
    public var voicemailSeconds = 60.0...120.0
    public var hangUpEarlySeconds = 1.0...8.0
    /// A person hangs up after this long when the caller does not.
    public var listenAtMostSeconds = 300.0
    /// Of a person who answers; ``Behaviour/pressKeys`` always does.
    public var keyProbability = 0.1
    /// One of these is pressed.
    public var keys = ["1"]
    public var keySeconds = 3.0...20.0
    /// Between the keys of a sequence.
    public var keyGapSeconds = 0.3...0.8
    public var laterAttempts = 2...3
    /// Of the busy: how many are free from the second call on.
    public var busyTemporary = 0.7
    /// Of the congested: how many get through from the second call on.
    public var congestionTemporary = 0.8
    /// Of the 480s: how many are reachable from the second call on.
    public var unavailableTemporary = 0.3
    public var retryAfterSeconds = 2...10
    /// A second INVITE for someone who is on the phone gets 486.
    public var engaged = true
    /// Calls at the same time; 503 beyond. 0: no limit.
    public var channels = 0
    /// New calls a second; 503 with Retry-After beyond. 0: no limit.
    public var callsPerSecond = 0.0
    /// How many calls may come at once under ``callsPerSecond``; 0: a quarter of a second's worth, at least 2.
    public var burst = 0
    /// By normalised number (``NumberKey``).
    public var numbers: [String: PinnedNumber] = [:]

    public init() {}

    /// Throws ``ScenarioError``: values that no reader of options or files may let through.
    public func validate() throws {
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
