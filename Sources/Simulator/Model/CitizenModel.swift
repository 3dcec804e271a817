// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// Who lives behind each number and what they do when called: a function of seed, number and how
/// often the number was called. Two runs with the same seed meet the same people.
package struct CitizenModel: Sendable {
    package let scenario: Scenario

    package init(scenario: Scenario) { self.scenario = scenario }

    /// What a person is, whatever call it is.
    struct Citizen: Equatable, Sendable {
        var behaviour: Behaviour
        /// From this call on the person answers; nil: the behaviour never changes.
        var answersFromAttempt: Int?
    }

    func citizen(_ number: String) -> Citizen {
        var generator = SeededGenerator(seed: scenario.seed, domain: "citizen", number: number)
        // Drawn in this order and always all, so that one setting does not shift the others.
        let dealt = scenario.shares.behaviour(at: generator.unit())
        let later = generator.integer(in: scenario.laterAttempts)
        let temporary = generator.unit()
        let pinned = scenario.numbers[number]
        let behaviour = pinned?.behaviour ?? dealt
        if let attempt = pinned?.fromAttempt { return Citizen(behaviour: behaviour, answersFromAttempt: attempt) }
        // A pinned number does the same at every call unless it says otherwise.
        let mayChange = pinned == nil
        return switch behaviour {
        case .later: Citizen(behaviour: behaviour, answersFromAttempt: later)
        case .busy where mayChange && temporary < scenario.busyTemporary,
            .congestion where mayChange && temporary < scenario.congestionTemporary,
            .unavailable where mayChange && temporary < scenario.unavailableTemporary:
            Citizen(behaviour: behaviour, answersFromAttempt: 2)
        case .answer, .hangUpEarly, .pressKeys, .earlyMedia, .voicemail, .ringOut, .busy, .unavailable, .reject,
            .notExisting, .congestion, .refuse, .silent:
            Citizen(behaviour: behaviour, answersFromAttempt: nil)
        }
    }

    /// - Parameters:
    ///   - number: as ``NumberKey`` writes it.
    ///   - attempt: 1 for the first call to that number.
    package func plan(number: String, attempt: Int) -> (behaviour: Behaviour, script: CallScript) {
        let citizen = citizen(number)
        var planner = Planner(scenario: scenario, number: number, attempt: attempt)
        let answersNow = citizen.answersFromAttempt.map { attempt >= $0 } ?? false
        return (citizen.behaviour, planner.script(citizen.behaviour, answersNow: answersNow))
    }

    /// Whether this call belongs to the share that is recorded.
    package func isRecorded(number: String, attempt: Int, share: Double) -> Bool {
        var generator = SeededGenerator(seed: scenario.seed, domain: "record", number: number, attempt: attempt)
        return generator.chance(share)
    }
}

/// Draws the times of one call.
private struct Planner {
    let scenario: Scenario
    let pinned: PinnedNumber?
    var generator: SeededGenerator

    init(scenario: Scenario, number: String, attempt: Int) {
        self.scenario = scenario
        pinned = scenario.numbers[number]
        generator = SeededGenerator(seed: scenario.seed, domain: "call", number: number, attempt: attempt)
    }

    mutating func script(_ behaviour: Behaviour, answersNow: Bool) -> CallScript {
        if answersNow { return person() }
        switch behaviour {
        case .answer: return person()
        case .hangUpEarly: return person(hangUp: generator.value(in: scenario.hangUpEarlySeconds))
        case .pressKeys: return person(keyProbability: 1)
        case .earlyMedia: return person(ringing: 183)
        case .voicemail: return voicemail()
        case .later, .ringOut: return CallScript(beforeAnswer: [ringingStep()])
        case .busy: return networkRefusal(Response(486, q850Cause: 17))
        case .unavailable: return networkRefusal(Response(480, q850Cause: 18))
        case .notExisting: return networkRefusal(Response(404, q850Cause: 1))
        case .congestion:
            let retryAfter = generator.integer(in: scenario.retryAfterSeconds)
            return networkRefusal(Response(503, q850Cause: 34, retryAfterSeconds: retryAfter))
        case .reject: return declined()
        case .refuse: return networkRefusal(Response(500))
        case .silent: return CallScript(beforeAnswer: [])
        }
    }

    private func scaled(_ seconds: Double) -> Interval { .seconds(seconds * scenario.timeScale) }

    private mutating func ringingStep(_ code: Int = 180) -> CallScript.Step {
        CallScript.Step(after: scaled(generator.value(in: scenario.postDialSeconds)), .respond(Response(code)))
    }

    private func response(_ usual: Response) -> Response {
        var response = usual
        if let code = pinned?.code {
            response = Response(code)
        }
        if let cause = pinned?.q850Cause { response.q850Cause = cause }
        if let seconds = pinned?.retryAfterSeconds { response.retryAfterSeconds = seconds }
        return response
    }

    private mutating func networkRefusal(_ usual: Response) -> CallScript {
        let after = scaled(generator.value(in: scenario.postDialSeconds))
        // A pinned ring time makes it ring first, as an exchange does for some causes.
        guard let ring = pinned?.ringSeconds else {
            return CallScript(beforeAnswer: [.init(after: after, .respond(response(usual)))])
        }
        return CallScript(beforeAnswer: [
            .init(after: after, .respond(Response(180))),
            .init(after: after + scaled(ring), .respond(response(usual))),
        ])
    }

    private mutating func declined() -> CallScript {
        let ringing = ringingStep()
        let ring = scaled(pinned?.ringSeconds ?? generator.value(in: scenario.ringSeconds))
        return CallScript(beforeAnswer: [
            ringing, .init(after: ringing.after + ring, .respond(response(Response(603, q850Cause: 21)))),
        ])
    }

    private mutating func person(
        ringing code: Int = 180, hangUp: Double? = nil, keyProbability: Double? = nil
    ) -> CallScript {
        let ringing = ringingStep(code)
        let ring = scaled(pinned?.ringSeconds ?? generator.value(in: scenario.ringSeconds))
        var after = [CallScript.Step(after: .milliseconds(300), .play(.hello))]
        after += keySteps(probability: keyProbability ?? scenario.keyProbability)
        let end = pinned?.hangUpSeconds ?? hangUp ?? scenario.listenAtMostSeconds
        return CallScript(
            beforeAnswer: [ringing, .init(after: ringing.after + ring, .answer)],
            afterAnswer: finish(after, hangUpSeconds: end))
    }

    private mutating func keySteps(probability: Double) -> [CallScript.Step] {
        let pressed = generator.chance(probability)
        let drawn = generator.element(of: scenario.keys) ?? ""
        var seconds = pinned?.keySeconds ?? generator.value(in: scenario.keySeconds)
        guard pressed || pinned?.keys != nil else { return [] }
        return (pinned?.keys ?? drawn).map { key in
            defer { seconds += generator.value(in: scenario.keyGapSeconds) }
            return CallScript.Step(after: .seconds(seconds), .sendKey(key))
        }
    }

    private mutating func voicemail() -> CallScript {
        let ringing = ringingStep()
        let ring = scaled(pinned?.ringSeconds ?? generator.value(in: scenario.voicemailRingSeconds))
        let end = pinned?.hangUpSeconds ?? generator.value(in: scenario.voicemailSeconds)
        return CallScript(
            beforeAnswer: [ringing, .init(after: ringing.after + ring, .answer)],
            afterAnswer: finish([.init(after: .milliseconds(500), .play(.greeting))], hangUpSeconds: end))
    }

    /// Whoever hangs up does nothing afterwards.
    private func finish(_ steps: [CallScript.Step], hangUpSeconds: Double) -> [CallScript.Step] {
        guard hangUpSeconds > 0 else { return steps }
        let end = Interval.seconds(hangUpSeconds)
        return steps.filter { $0.after < end } + [.init(after: end, .hangUp)]
    }
}
