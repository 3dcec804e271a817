// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing
import Testing

@testable import Actions
@testable import Trunks

/// Trunks without an engine: what their calls tell, and what is said of it.
@Suite struct TrunkBoardTests {
    private let outbox = Outbox()
    private let now = Timestamp(milliseconds: 1_000_000)

    private func board(_ names: String...) -> TrunkBoard {
        let board = TrunkBoard(outbox: outbox)
        var configuration = EngineConfiguration(trunks: names.map { Network.trunk($0) })
        configuration.authenticationRetry = .seconds(60)
        _ = board.configure(configuration)
        for name in names { board.resolved(name, [TargetAddress(address: "192.0.2.1", port: 5060)]) }
        return board
    }

    private func ended(_ code: Int, _ failure: FailureClass?) -> SeizureEnd {
        let challenge = failure == .authentication ? AuthenticationChallenge(realm: "carrier", isOurs: true) : nil
        return SeizureEnd(
            CallEnd(sipCode: code, challenge: challenge), failure, unheardSince: nil, isFirstAttempt: true, at: now)
    }

    private func number(_ index: Int) throws -> PhoneNumber {
        try #require(PhoneNumber(e164: "+316\(10_000_000 + index * 7_919_777 % 89_000_000)"))
    }

    @Test("A call holds a channel from its choice to its end")
    func channels() throws {
        let board = board("a")
        #expect(board.choose(excluding: .none, for: "", isPressing: true, now: now) == .trunk(0))
        let (seizure, target) = try #require(board.seize(0, for: number(0), prefix: nil, now: now))
        #expect(target.address.text == "192.0.2.1:5060" && seizure.begun == now)
        #expect(board.group.trunks[0].pacer.activeCalls == 1)
        board.sent(seizure, now: now)
        #expect(board.released(seizure, ended(486, .busy), now: now) == .number)
        #expect(board.group.trunks[0].pacer.activeCalls == 0)
    }

    @Test(
        "Our credentials refused for three numbers take a trunk down, and it is said once; one number may be tried, and an answer brings it back"
    )
    func credentials() throws {
        let board = board("a", "b")
        func call(_ index: Int, at time: Timestamp, _ code: Int, _ failure: FailureClass?) throws {
            let (seizure, _) = try #require(board.seize(0, for: number(index), prefix: nil, now: time))
            board.sent(seizure, now: time)
            _ = board.released(seizure, ended(code, failure), now: time)
            board.report(now: time)
        }
        try call(0, at: now, 401, .authentication)
        try call(1, at: now, 401, .authentication)
        #expect(!board.group.trunks[0].isDown && outbox.take().notices.isEmpty)
        try call(2, at: now, 401, .authentication)
        board.report(now: now)
        #expect(outbox.take().notices.count == 1)
        #expect(board.group.trunks[0].isDown)
        #expect(board.choose(excluding: .none, for: "", isPressing: true, now: now) == .trunk(1))
        let trial = now + .seconds(2)
        #expect(board.choose(excluding: TrunkMask().inserting(1), for: "", isPressing: true, now: trial) == .trunk(0))
        try call(3, at: trial, 200, nil)
        #expect(!board.group.trunks[0].isDown)
        #expect(throws: EngineError.unknownTrunk("c")) { try board.setEnabled("c", true) }
        #expect(throws: EngineError.unknownTrunk("c")) { try board.forget("c") }
    }

    @Test("What a callee's own exchange asks for says nothing of the trunk, however often")
    func foreignChallenge() throws {
        let board = board("a")
        for step in 0..<20 {
            let time = now + .seconds(Double(step))
            let (seizure, _) = try #require(board.seize(0, for: number(0), prefix: nil, now: time))
            let end = CallEnd(sipCode: 407, challenge: AuthenticationChallenge(realm: "exchange", isOurs: false))
            let over = SeizureEnd(end, .authentication, unheardSince: nil, isFirstAttempt: false, at: time)
            #expect(board.released(seizure, over, now: time) == .number)
            #expect(!board.group.trunks[0].isDown)
        }
    }

    @Test("A trunk is not yet tried until two numbers came through, and is not said to be up before")
    func standing() throws {
        let board = board("a")
        func call(_ index: Int) throws {
            let (seizure, _) = try #require(board.seize(0, for: number(index), prefix: nil, now: now))
            _ = board.released(seizure, ended(486, .busy), now: now)
            board.report(now: now)
        }
        board.report(now: now)
        #expect(board.group.trunks[0].standing(now: now) == .notYetTried && outbox.take().notices.isEmpty)
        try call(0)
        try call(0)
        #expect(board.group.trunks[0].standing(now: now) == .notYetTried)
        try call(1)
        #expect(board.group.trunks[0].standing(now: now) == .up)
        #expect(outbox.take().notices == [.trunkUp("a")])
    }

    @Test("Ten 403 in a row are an alarm, one call that is answered begins the row anew")
    func forbidden() throws {
        let board = board("a")
        func call(_ code: Int, _ failure: FailureClass?) throws {
            let (seizure, _) = try #require(board.seize(0, for: number(0), prefix: nil, now: now))
            _ = board.released(seizure, ended(code, failure), now: now)
        }
        for _ in 0..<9 { try call(403, .forbidden) }
        try call(200, nil)
        for _ in 0..<9 { try call(403, .forbidden) }
        #expect(outbox.take().notices.isEmpty)
        try call(403, .forbidden)
        #expect(outbox.take().notices == [.alarm("trunk a answered 403 to 10 calls in a row")])
    }
}
