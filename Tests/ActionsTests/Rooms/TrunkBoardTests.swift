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
        SeizureEnd(CallEnd(sipCode: code), failure, unheardSince: nil, isFirstAttempt: true, at: now)
    }

    @Test("A call holds a channel from its choice to its end")
    func channels() throws {
        let board = board("a")
        #expect(board.choose(excluding: .none, now: now) == .trunk(0))
        let (seizure, target) = try #require(board.seize(0, prefix: nil, now: now))
        #expect(target.address.text == "192.0.2.1:5060" && seizure.begun == now)
        #expect(board.group.trunks[0].pacer.activeCalls == 1)
        board.sent(seizure, now: now)
        board.released(seizure, ended(486, .busy), now: now)
        #expect(board.group.trunks[0].pacer.activeCalls == 0)
    }

    @Test("Refused credentials take a trunk down for a time, and it is said once; the operator brings it back")
    func credentials() throws {
        let board = board("a", "b")
        board.report(now: now)
        _ = outbox.take()
        let (seizure, _) = try #require(board.seize(0, prefix: nil, now: now))
        board.released(seizure, ended(401, .authentication), now: now)
        board.report(now: now)
        board.report(now: now)
        let notices = outbox.take().notices
        #expect(notices.count == 1)
        #expect(board.choose(excluding: .none, now: now) == .trunk(1))
        #expect(board.nextDeadline(now: now) == now + .seconds(60))
        try board.setEnabled("a", true)
        #expect(board.group.trunks[0].downReason(now: now) == nil)
        #expect(throws: EngineError.unknownTrunk("c")) { try board.setEnabled("c", true) }
    }

    @Test("Ten 403 in a row are an alarm, one call that is answered begins the row anew")
    func forbidden() throws {
        let board = board("a")
        func call(_ code: Int, _ failure: FailureClass?) throws {
            let (seizure, _) = try #require(board.seize(0, prefix: nil, now: now))
            board.released(seizure, ended(code, failure), now: now)
        }
        for _ in 0..<9 { try call(403, .forbidden) }
        try call(200, nil)
        for _ in 0..<9 { try call(403, .forbidden) }
        #expect(outbox.take().notices.isEmpty)
        try call(403, .forbidden)
        #expect(outbox.take().notices == [.alarm("trunk a answered 403 to 10 calls in a row")])
    }
}
