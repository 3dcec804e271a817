// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore
import Platform
import Testing

@testable import Gateway

/// Follow-ups that are asked for while another one's text is being spoken.
@Suite("Follow-ups that are being made") struct FollowUpsUnderWayTests {
    private final class One: Sendable {}

    private let underWay = FollowUpsUnderWay<One>()
    private let first = One()
    private let second = One()
    private let third = One()
    private let text = ActionDefinition(prompt: [.text("x")])
    private let other = ActionDefinition(prompt: [.text("y")])

    /// In words: who gives way, or what becomes of it.
    @TurnActor private func enter(_ one: One, _ tie: ActionTie, _ definition: ActionDefinition, of id: String = "a")
        -> String
    {
        switch underWay.enter(one, tie, of: id, definition) {
        case .behind: "behind"
        case .refused: "refused"
        case .made(let replaced, let waiting): "made" + (replaced + waiting).map { " for \(name($0))" }.joined()
        }
    }

    private func name(_ one: One) -> String { one === first ? "first" : one === second ? "second" : "third" }

    @Test("The same again waits for the first, and has its turn when that is done")
    func same() {
        TurnActor.sync {
            for tie in ActionTie.allCases {
                #expect(enter(first, tie, text) == "made")
                #expect(enter(second, tie, text) == "behind")
                #expect(underWay.leave(second).isEmpty)
                #expect(underWay.leave(first).map(name) == ["second"])
                #expect(underWay.leave(first).isEmpty)
                #expect(enter(second, tie, text) == "made")
                #expect(underWay.leave(second).isEmpty)
            }
        }
    }

    @Test("A correction with another text takes the place of the one before, and of who waits for that")
    func replaced() {
        TurnActor.sync {
            #expect(enter(first, .correction, text) == "made")
            #expect(enter(second, .correction, text) == "behind")
            #expect(enter(third, .correction, other) == "made for first for second")
            #expect(underWay.leave(first).isEmpty)
            #expect(enter(first, .correction, other) == "behind")
            #expect(underWay.leave(third).map(name) == ["first"])
        }
    }

    @Test("A closing message gives way to nothing, and corrections to it")
    func closing() {
        TurnActor.sync {
            #expect(enter(first, .correction, text) == "made")
            #expect(enter(second, .closing, text) == "made for first")
            #expect(enter(third, .closing, other) == "refused")
            #expect(enter(third, .correction, other) == "made")
            #expect(underWay.leave(second).isEmpty)
        }
    }

    @Test("Other actions do not come into it; what is being made of an action is known for its corrections too")
    func others() throws {
        func record(_ id: String, follows: String? = nil) throws -> ActionRecord {
            var record = ActionRecord(
                key: 1, id: try ActionID(id), contentHash: "", definition: text, promptHash: "", promptMilliseconds: 0,
                phase: .completed, accepted: .epoch)
            record.conduct = ActionConduct(follows: follows, tie: follows == nil ? nil : .correction)
            return record
        }
        let (own, correction, stranger) = (try record("a"), try record("a.correction", follows: "a"), try record("b"))
        TurnActor.sync {
            #expect(enter(first, .closing, text) == "made")
            #expect(enter(second, .closing, other, of: "b2") == "made")
            #expect(underWay.underWay(of: own) == .closing && underWay.underWay(of: correction) == .closing)
            #expect(underWay.underWay(of: stranger) == nil && underWay.underWay(of: nil) == nil)
            _ = underWay.leave(first)
            #expect(underWay.underWay(of: own) == nil)
        }
    }
}
