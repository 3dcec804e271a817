// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Participants
import Testing

@testable import ActionRoster
@testable import Actions
@testable import Trunks

/// The roster without desks: who is next, and what becomes of an action, by its own methods and records.
@Suite struct RosterTests {
    private let outbox = Outbox()
    private let agenda = Agenda()
    private let now = Timestamp(milliseconds: 1_000_000)

    private let register = ParticipantRegister(pseudonyms: NumberPseudonyms(instanceKey: [1]))

    private func roster(
        _ configuration: EngineConfiguration, trunks: TrunkBoard? = nil,
        likelihood: @escaping (AttemptHistory) -> Double = { _ in 0.5 }
    ) -> Roster {
        let trunks = trunks ?? TrunkBoard(outbox: outbox)
        _ = trunks.configure(configuration)
        let roster = Roster(
            outbox: outbox, agenda: agenda, trunks: trunks,
            register: register, instanceKey: [1], likelihood: likelihood)
        roster.configure(configuration)
        return roster
    }

    private func submit(
        _ count: Int, to roster: Roster, channels: [Channel] = [.voice], cascade: Cascade = Cascade(),
        starts: Timestamp? = nil
    ) throws -> LiveAction {
        let key = try roster.stage(
            try ActionID("a"),
            ActionDefinition(
                prompt: [.text("x")], starts: starts, account: "GM0513", channels: channels,
                text: TextMessage(text: "x"), cascade: cascade), now: now)
        let people = try (0..<count).map {
            StagedRecipient(number: try #require(PhoneNumber(e164: "+316\(10_000_000 + $0)")))
        }
        roster.stageRecipients(people, of: key, now: now)
        roster.commitStaged(key, contentHash: "h", promptHash: "p", promptMilliseconds: 1000, now: now)
        return try #require(roster.action(key))
    }

    private let two = EngineConfiguration(trunks: [Network.trunk("a"), Network.trunk("b")])

    private let fresh = CallLane(mask: .none, isFresh: true)

    private func next(_ roster: Roster, _ action: LiveAction, _ lane: CallLane? = nil) -> (index: Int, prefix: Int?)? {
        roster.nextCallable(lane ?? fresh, over: 0, of: action, now: now)
    }

    @Test("First tries come in the order of submission, before second ones by the trunks that are left")
    func order() throws {
        let roster = roster(two)
        let action = try submit(3, to: roster)
        let first = next(roster, action)
        #expect(first?.index == 0)
        roster.began(.calling(AttemptID(1)), of: 0, in: action, now: now)
        #expect(action.counters.waiting == 2 && action.counters.calling == 1)
        let decision = roster.updateHistory(of: 0, in: action) {
            $0.callFailed(.unreachable, trunk: "a", RetryPolicy()) { $0 == ["a"] ? .up : .none }
        }
        #expect(decision == .again(after: .zero))
        roster.attemptEnded(1, of: 0, in: action)
        roster.setState(.waiting(due: now), of: 0, in: action, now: now)
        let lane = CallLane(mask: TrunkMask.none.inserting(0), isFresh: false)
        #expect(action.lanes == [fresh, lane])
        #expect(next(roster, action)?.index == 1)
        #expect(next(roster, action, lane)?.index == 0)
    }

    @Test(
        "Of second tries the likeliest goes first, whoever was refused after them, and whoever was refused often last")
    func ranks() throws {
        let roster = roster(two) { $0.busy > 0 ? 0.6 : $0.ringTimeout > 0 ? 0.2 : 0.9 }
        let action = try submit(5, to: roster)
        let histories: [(inout AttemptHistory) -> Void] = [
            { $0.congestion = 3 }, { $0.ringTimeout = 1 }, { $0.congestion = 1 }, { $0.busy = 1 }, { $0.busy = 1 },
        ]
        for (index, change) in histories.enumerated() {
            _ = next(roster, action)
            roster.began(.calling(AttemptID(1)), of: index, in: action, now: now)
            roster.attemptEnded(1, of: index, in: action)
            roster.updateHistory(of: index, in: action, change)
            roster.setState(.waiting(due: now), of: index, in: action, now: now)
        }
        let lane = CallLane(mask: .none, isFresh: false)
        #expect((0..<5).map { _ in next(roster, action, lane)?.index } == [3, 4, 1, 2, 0])
    }

    @Test("Whom a called party's own PBX challenged comes after whoever was busy")
    func challenged() {
        var challenged = AttemptHistory()
        _ = challenged.callFailed(.authentication, trunk: "a", RetryPolicy()) { _ in .none }
        var busy = AttemptHistory()
        _ = busy.callFailed(.busy, trunk: "a", RetryPolicy()) { _ in .none }
        #expect(challenged.rank(likelihood: 0.9, isSuspect: false) < busy.rank(likelihood: 0.1, isSuspect: false))
    }

    @Test("Whom another trunk's route keeps waiting goes before nobody who is likelier to be reached")
    func parkedElsewhere() throws {
        let trunks = TrunkBoard(outbox: outbox)
        _ = trunks.configure(two)
        for name in ["a", "b"] { trunks.resolved(name, [TargetAddress(address: "192.0.2.1", port: 5060)]) }
        let roster = roster(two, trunks: trunks)
        let action = try submit(9, to: roster)
        func call(_ end: CallEnd, _ failure: FailureClass) throws -> Int {
            let one = try #require(next(roster, action))
            let number = action.recipients[one.index].number
            let (seizure, _) = try #require(trunks.seize(0, for: number, prefix: nil, now: now))
            let over = SeizureEnd(end, failure, unheardSince: now, isFirstAttempt: true, at: now)
            _ = trunks.released(seizure, over, now: now)
            return one.index
        }
        let busy = try call(CallEnd(sipCode: 486), .busy)
        for _ in 0..<6 { _ = try call(CallEnd(sipCode: 503), .congestion) }
        #expect(trunks.hasRefusingRoutes)
        // The others wait at the route.
        #expect(next(roster, action) == nil)
        roster.began(.calling(AttemptID(1)), of: busy, in: action, now: now)
        roster.attemptEnded(1, of: busy, in: action)
        roster.setState(.waiting(due: now), of: busy, in: action, now: now)
        let again = CallLane(mask: .none, isFresh: false)
        #expect(roster.nextCallable(again, over: 1, of: action, now: now)?.index == busy)
        #expect(roster.nextCallable(fresh, over: 1, of: action, now: now) != nil)
    }

    @Test("Who waits by a Retry-After is freed when it was the trunk's word, and only then")
    func holds() throws {
        let roster = roster(two)
        let action = try submit(2, to: roster)
        let bound = now + .seconds(600)
        for index in 0..<2 {
            _ = next(roster, action)
            roster.began(.calling(AttemptID(1)), of: index, in: action, now: now)
            roster.attemptEnded(1, of: index, in: action)
            for trunk in 0..<2 {
                roster.refused(index, of: action, by: trunk, until: bound, isSilence: false, now: now)
            }
            let due = roster.roundOver(index, of: action, due: now + .seconds(5))
            #expect(due == bound)
            roster.setState(.waiting(due: due), of: index, in: action, now: now)
        }
        let later = now + .seconds(2)
        roster.release(Exoneration(since: now + .seconds(1)), over: 0, now: later)
        roster.release(Exoneration(since: now, isSilence: true), over: 0, now: later)
        #expect(action.recipients.allSatisfy { $0.state == .waiting(due: bound) })
        let route = RoutePrefix(number: action.recipients[0].number.digits)
        roster.release(Exoneration(since: now, route: route), over: 0, now: later)
        #expect(action.recipients[0].state == .waiting(due: later))
        #expect(action.recipients[1].state == .waiting(due: bound))
    }

    @Test("What a trunk said holds for no other one that takes its place")
    func renewedTrunk() throws {
        let trunks = TrunkBoard(outbox: outbox)
        let roster = roster(two, trunks: trunks)
        let action = try submit(1, to: roster)
        for trunk in 0..<2 {
            roster.refused(0, of: action, by: trunk, until: now + .seconds(600), isSilence: false, now: now)
        }
        // The same configuration changes nothing, another place all.
        _ = trunks.configure(two)
        roster.trunksRenewed(trunks.takeRenewed())
        #expect(roster.roundOver(0, of: action, due: now + .seconds(5)) == now + .seconds(600))
        var moved = two
        moved.trunks[1].place = "elsewhere"
        _ = trunks.configure(moved)
        roster.trunksRenewed(trunks.takeRenewed())
        #expect(roster.roundOver(0, of: action, due: now + .seconds(5)) == now + .seconds(5))
        #expect(action.recipients[0].history.excludedTrunks == [two.trunks[0].limits.name])
        // Gone, and there again.
        var one = two
        one.trunks.removeFirst()
        for configuration in [one, two] { _ = trunks.configure(configuration) }
        roster.trunksRenewed(trunks.takeRenewed())
        #expect(action.holds[0] == nil)
    }

    @Test("A Retry-After binds a number over the trunk that asked for it, not over another")
    func boundTrunk() throws {
        let roster = roster(two)
        let action = try submit(1, to: roster)
        roster.refused(0, of: action, by: 1, until: now + .seconds(600), isSilence: false, now: now)
        roster.refused(0, of: action, by: 0, until: nil, isSilence: false, now: now)
        #expect(roster.roundOver(0, of: action, due: now + .seconds(5)) == now + .seconds(5))
        #expect(action.recipients[0].history.excludedTrunks == [two.trunks[1].limits.name])
        #expect(roster.roundOver(0, of: action, due: now + .seconds(700)) == now + .seconds(700))
        #expect(action.recipients[0].history.excludedTrunks.isEmpty)
    }

    @Test("Whoever waits for a full prefix is passed by others, and called when it has room")
    func parking() throws {
        var configuration = two
        configuration.prefixes = [PrefixLimits(prefix: "+31610000000", channels: 0)]
        let roster = roster(configuration)
        let action = try submit(2, to: roster)
        #expect(next(roster, action)?.index == 1)
        #expect(next(roster, action) == nil)
        #expect(roster.waiting(at: 0) == 1)
        roster.unpark()
        #expect(roster.waiting(at: 0) == 0)
    }

    @Test(
        "Whoever has an outcome, or goes by another channel, and stands in a queue still, is neither called nor asked about wishes"
    )
    func stale() throws {
        let roster = roster(two)
        let action = try submit(4, to: roster, channels: [.voice, .sms])
        // Who is asked, has opted out: their outcome would change.
        let people = action.recipients.prefix(3).map {
            Participant(reference: "P-\($0.id.value)", number: $0.number, optOuts: .all)
        }
        register.restore(people, contacts: [])
        roster.setState(.ended(.answered), of: 0, in: action, now: now)
        roster.setState(.ended(.cancelled), of: 1, in: action, now: now)
        roster.updateHistory(of: 2, in: action) { $0.step = 1 }
        #expect(next(roster, action)?.index == 3)
        #expect(next(roster, action) == nil)
        #expect(action.recipients.prefix(2).map(\.state) == [.ended(.answered), .ended(.cancelled)])
        // Nor does a stale entry keep its recipient from the other channel.
        guard case .waiting = action.recipients[2].state else { return #expect(Bool(false)) }
    }

    @Test("An outcome that leads to the next channel takes the recipient there; any other ends it, and the action")
    func cascade() throws {
        let roster = roster(two)
        let action = try submit(1, to: roster, channels: [.sms, .voice])
        #expect(roster.nextText(of: action) == 0)
        roster.began(.messaging(AttemptID(1)), of: 0, in: action, now: now)
        roster.endStep(with: .undelivered, 0, of: action, now: now)
        #expect(action.channel(of: action.recipients[0]) == .voice)
        #expect(next(roster, action)?.index == 0)
        roster.began(.calling(AttemptID(2)), of: 0, in: action, now: now)
        let last = try #require(roster.endStep(with: .confirmed, 0, of: action, now: now))
        #expect(last.state == .ended(.confirmed))
        #expect(action.record.phase == .completed && action.counters.outcomes == [.confirmed: 1])
        #expect(roster.takeForgotten() == [action.key])
        #expect(roster.running(.normal).isEmpty)
    }

    @Test("A recipient whose change is journalled with a message has no row of its own")
    func unjournalled() throws {
        let roster = roster(two)
        let action = try submit(2, to: roster)
        _ = outbox.take()
        let changed = roster.setState(.ended(.sent), of: 0, in: action, now: now, isJournalled: false)
        #expect(changed.state == .ended(.sent))
        #expect(outbox.take().records.isEmpty)
        roster.setState(.ended(.busy), of: 1, in: action, now: now)
        guard case .recipientChanged(let row)? = outbox.take().records.first else { return #expect(Bool(false)) }
        #expect(row.state == .ended(.busy))
    }

    @Test("Phases are refused in words, begin at their time, and share their end with those who wait")
    func phases() throws {
        let roster = roster(two)
        let action = try submit(2, to: roster, starts: now + .seconds(60))
        #expect(action.record.phase == .scheduled && roster.runningCount(.normal) == 0)
        let due = try #require(agenda.popDue(now: now + .seconds(60)))
        guard case .actionStarts(let key) = due.deadline else { return #expect(Bool(false), "\(due)") }
        roster.startDue(key, now: due.time)
        #expect(action.record.phase == .running)
        #expect(try roster.pause("a", now: now) === action)
        #expect(try roster.pause("a", now: now) == nil)
        #expect(try roster.cancel("a", now: now) === action)
        #expect(action.counters.outcomes == [.cancelled: 2])
        #expect(throws: EngineError.wrongPhase(action: "a", phase: .cancelled, operation: "resumed")) {
            try roster.resume("a", now: now)
        }
        #expect(throws: EngineError.unknownAction("b")) { try roster.resume("b", now: now) }
    }
}
