// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Testing

@testable import Simulator

@Suite struct CitizenModelTests {
    private let numbers = (0..<10_000).map { "+316" + String(10_000_000 + $0 * 7) }

    @Test func sameSeedMeetsTheSamePeople() {
        var scenario = Scenario()
        scenario.seed = 42
        let first = CitizenModel(scenario: scenario)
        let second = CitizenModel(scenario: scenario)
        for number in numbers.prefix(500) {
            for attempt in 1...3 {
                let one = first.plan(number: number, attempt: attempt)
                let other = second.plan(number: number, attempt: attempt)
                #expect(one.behaviour == other.behaviour)
                #expect(one.script == other.script)
            }
        }
    }

    /// Guards against a change of the generator that would make old rehearsals unrepeatable.
    @Test func goldenBehaviours() {
        let model = CitizenModel(scenario: Scenario())
        let behaviours = numbers.prefix(8).map { model.citizen($0).behaviour }
        #expect(behaviours == GoldenValues.behaviours)
        #expect(model.plan(number: "+31612345678", attempt: 1).script == GoldenValues.script)
    }

    @Test func anotherSeedMeetsOtherPeople() {
        var other = Scenario()
        other.seed = 2
        let first = CitizenModel(scenario: Scenario())
        let second = CitizenModel(scenario: other)
        let same = numbers.count { first.citizen($0).behaviour == second.citizen($0).behaviour }
        // The chance of an accidental match is the sum of the squared shares, 0.29.
        #expect((2600...3200).contains(same))
    }

    @Test func behaviourDoesNotChangeWithTheAttempt() {
        let model = CitizenModel(scenario: Scenario())
        for number in numbers.prefix(200) {
            #expect(Set((1...4).map { model.plan(number: number, attempt: $0).behaviour }).count == 1)
        }
    }

    @Test func sharesAreMetWithinTolerance() throws {
        var scenario = Scenario()
        let weights: [Behaviour: Double] = [.answer: 60, .busy: 10, .ringOut: 15, .voicemail: 10, .notExisting: 5]
        scenario.shares = try Shares(weights)
        let model = CitizenModel(scenario: scenario)
        let counts = Dictionary(grouping: numbers) { model.citizen($0).behaviour }.mapValues(\.count)
        #expect(Set(counts.keys) == Set(weights.keys))
        for (behaviour, weight) in weights {
            let expected = weight / 100 * 10_000
            let deviation = (expected * (1 - weight / 100)).squareRoot()
            #expect(abs(Double(counts[behaviour] ?? 0) - expected) < 4 * deviation, "\(behaviour)")
        }
    }

    @Test func timesFillTheirRange() {
        var scenario = Scenario()
        scenario.shares = .usual
        scenario.postDialSeconds = 1...1
        for number in numbers { scenario.numbers[number] = PinnedNumber(.answer) }
        let model = CitizenModel(scenario: scenario)
        let rings = numbers.compactMap { number in
            model.plan(number: number, attempt: 1).script.beforeAnswer.last.map { $0.after.seconds - 1 }
        }
        #expect(rings.count == numbers.count)
        #expect(rings.allSatisfy { (2.0...15.0).contains($0) })
        let mean = rings.reduce(0, +) / Double(rings.count)
        #expect(abs(mean - 8.5) < 0.15)
    }

    @Test func timeScaleShortensWhatComesBeforeTheAnswerOnly() throws {
        var scenario = Scenario()
        scenario.numbers["+31612345678"] = PinnedNumber(.hangUpEarly)
        let slow = CitizenModel(scenario: scenario).plan(number: "+31612345678", attempt: 1).script
        scenario.timeScale = 0.1
        let fast = CitizenModel(scenario: scenario).plan(number: "+31612345678", attempt: 1).script
        let slowAnswer = try #require(slow.beforeAnswer.last)
        let fastAnswer = try #require(fast.beforeAnswer.last)
        #expect(abs(slowAnswer.after.seconds * 0.1 - fastAnswer.after.seconds) < 0.0001)
        #expect(slow.afterAnswer == fast.afterAnswer)
    }

    struct Case: Sendable {
        var behaviour: Behaviour
        var attempt = 1
        var before: [CallAction]
        var lastAfter: CallAction?
    }

    @Test(arguments: [
        Case(behaviour: .answer, before: [.respond(Response(180)), .answer], lastAfter: .hangUp),
        Case(behaviour: .hangUpEarly, before: [.respond(Response(180)), .answer], lastAfter: .hangUp),
        Case(behaviour: .pressKeys, before: [.respond(Response(180)), .answer], lastAfter: .hangUp),
        Case(behaviour: .voicemail, before: [.respond(Response(180)), .answer], lastAfter: .hangUp),
        Case(behaviour: .earlyMedia, before: [.respond(Response(183)), .answer], lastAfter: .hangUp),
        Case(behaviour: .later, before: [.respond(Response(180))]),
        Case(behaviour: .later, attempt: 3, before: [.respond(Response(180)), .answer], lastAfter: .hangUp),
        Case(behaviour: .ringOut, before: [.respond(Response(180))]),
        Case(behaviour: .ringOut, attempt: 9, before: [.respond(Response(180))]),
        Case(behaviour: .busy, before: [.respond(Response(486, q850Cause: 17))]),
        Case(behaviour: .unavailable, before: [.respond(Response(480, q850Cause: 18))]),
        Case(behaviour: .notExisting, before: [.respond(Response(404, q850Cause: 1))]),
        Case(behaviour: .reject, before: [.respond(Response(180)), .respond(Response(603, q850Cause: 21))]),
        Case(
            behaviour: .congestion, before: [.respond(Response(503, q850Cause: 34, retryAfterSeconds: 5))]),
        Case(behaviour: .silent, before: []),
    ])
    func scripts(_ example: Case) {
        var scenario = Scenario()
        scenario.retryAfterSeconds = 5...5
        scenario.numbers["+31612345678"] = PinnedNumber(example.behaviour)
        let script = CitizenModel(scenario: scenario).plan(number: "+31612345678", attempt: example.attempt).script
        #expect(script.beforeAnswer.map(\.action) == example.before)
        #expect(script.afterAnswer.last?.action == example.lastAfter)
        #expect(script.beforeAnswer.map(\.after) == script.beforeAnswer.map(\.after).sorted())
        #expect(script.afterAnswer.map(\.after) == script.afterAnswer.map(\.after).sorted())
    }

    @Test func mostOfTheBusyAreFreeAtTheNextCall() throws {
        var scenario = Scenario()
        scenario.shares = try Shares([.busy: 1])
        scenario.busyTemporary = 0.7
        let model = CitizenModel(scenario: scenario)
        let free = numbers.count { number in
            model.plan(number: number, attempt: 2).script.beforeAnswer.last?.action == .answer
        }
        #expect(abs(free - 7000) < 200)
        #expect(
            numbers.allSatisfy {
                model.plan(number: $0, attempt: 1).script.beforeAnswer.last?.action
                    == .respond(Response(486, q850Cause: 17))
            })
    }

    @Test func laterPeopleAnswerTheSecondOrThirdCall() throws {
        var scenario = Scenario()
        scenario.shares = try Shares([.later: 1])
        let model = CitizenModel(scenario: scenario)
        let answering = (1...3).map { attempt in
            numbers.count { number in
                model.plan(number: number, attempt: attempt).script.beforeAnswer.last?.action == .answer
            }
        }
        #expect(answering[0] == 0)
        #expect(abs(answering[1] - 5000) < 200)
        #expect(answering[2] == numbers.count)
    }

    @Test func aShareOfThePeoplePressesAKey() {
        let model = CitizenModel(scenario: Scenario())
        let people = numbers.filter { model.citizen($0).behaviour == .answer }
        let pressing = people.count { number in
            model.plan(number: number, attempt: 1).script.afterAnswer.contains { $0.action == .sendKey("1") }
        }
        #expect(abs(Double(pressing) / Double(people.count) - 0.1) < 0.02)
    }

    @Test func pinnedParametersWin() throws {
        var scenario = Scenario()
        scenario.postDialSeconds = 0...0
        scenario.keyGapSeconds = 0.5...0.5
        var pinned = PinnedNumber(.answer)
        pinned.ringSeconds = 3
        pinned.keys = "1#"
        pinned.keySeconds = 4
        pinned.hangUpSeconds = 20
        scenario.numbers["+31612345678"] = pinned
        let script = CitizenModel(scenario: scenario).plan(number: "+31612345678", attempt: 1).script
        #expect(
            script
                == CallScript(
                    beforeAnswer: [
                        .init(after: .zero, .respond(Response(180))),
                        .init(after: .seconds(3), .answer),
                    ],
                    afterAnswer: [
                        .init(after: .milliseconds(300), .play(.hello)),
                        .init(after: .seconds(4), .sendKey("1")),
                        .init(after: .seconds(4.5), .sendKey("#")),
                        .init(after: .seconds(20), .hangUp),
                    ]))
    }

    @Test func pinnedRefusalHasItsOwnCode() {
        var scenario = Scenario()
        scenario.postDialSeconds = 0...0
        var pinned = PinnedNumber(.refuse)
        pinned.code = 484
        pinned.q850Cause = 28
        pinned.ringSeconds = 1
        scenario.numbers["+31612345678"] = pinned
        let script = CitizenModel(scenario: scenario).plan(number: "+31612345678", attempt: 1).script
        #expect(
            script.beforeAnswer == [
                .init(after: .zero, .respond(Response(180))),
                .init(after: .seconds(1), .respond(Response(484, q850Cause: 28))),
            ])
    }

    @Test func nobodyPressesKeysAfterHangingUp() {
        var scenario = Scenario()
        var pinned = PinnedNumber(.pressKeys)
        pinned.keys = "123"
        pinned.keySeconds = 5
        pinned.hangUpSeconds = 2
        scenario.numbers["+31612345678"] = pinned
        let script = CitizenModel(scenario: scenario).plan(number: "+31612345678", attempt: 1).script
        #expect(script.afterAnswer.map(\.action) == [.play(.hello), .hangUp])
    }

    @Test func recordsTheShareAskedFor() {
        let model = CitizenModel(scenario: Scenario())
        #expect(abs(numbers.count { model.isRecorded(number: $0, attempt: 1, share: 0.05) } - 500) < 90)
        #expect(numbers.allSatisfy { model.isRecorded(number: $0, attempt: 1, share: 1) })
        #expect(!numbers.contains { model.isRecorded(number: $0, attempt: 1, share: 0) })
    }
}
