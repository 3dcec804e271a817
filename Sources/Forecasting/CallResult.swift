// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore
import Pacing

/// What became of one call, as far as the course of an action depends on it.
package enum CallResult: Hashable, Sendable {
    /// Answered, and the message was played to its end.
    case heard
    /// Answered, and over before the end of the message.
    case left
    case failed(FailureClass)

    /// nil: says nothing of citizens. The call was given up by ourselves, or nobody knows what became of it.
    package init?(_ cdr: CallDetailRecord) {
        guard cdr.message == nil, cdr.ledger.kind == .usage, !cdr.recovered else { return nil }
        let isAnswered = cdr.answer != nil
        // The cause of a record is the one of its Reason header, or the table's own, which says the same again.
        let termination = CallTermination.classify(
            CallEnd(sipCode: cdr.sipCode, reasonCause: cdr.cause, ownReason: cdr.ownReason), answered: isAnswered)
        switch termination.failure {
        case .abandoned, .authentication: return nil
        case let failure?: self = .failed(failure)
        case nil:
            guard cdr.hangupBy == .callee || cdr.ownReason == .requested || cdr.ownReason == .none else { return nil }
            self = cdr.heardMilliseconds >= cdr.promptMilliseconds ? .heard : .left
        }
    }

    /// In the order of ``index``.
    static let all: [CallResult] = [.heard, .left] + FailureClass.allCases.map { .failed($0) }

    /// Position in ``all``.
    var index: Int {
        switch self {
        case .heard: 0
        case .left: 1
        case .failed(let failure): 2 + (Self.positions[failure] ?? 0)
        }
    }

    private static let positions = Dictionary(
        uniqueKeysWithValues: FailureClass.allCases.enumerated().map { ($0.element, $0.offset) })

    var isAnswered: Bool {
        switch self {
        case .heard, .left: true
        case .failed: false
        }
    }
}

/// What is known of somebody before a call: how the call before ended, and whether that was so more than once.
/// Whoever did not hear the telephone once hardly ever hears it five minutes later, and whoever was on the
/// telephone mostly is not any more.
package struct CallCondition: Hashable, Sendable {
    /// nil: this is the first call.
    package var last: FailureClass?
    package var isRepeated: Bool

    package init(last: FailureClass? = nil, isRepeated: Bool = false) {
        self.last = last
        self.isRepeated = isRepeated
    }

    package static let first = CallCondition()

    func after(_ failure: FailureClass) -> CallCondition {
        CallCondition(last: failure, isRepeated: last == failure)
    }
}
