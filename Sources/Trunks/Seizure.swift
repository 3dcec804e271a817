// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

/// What one call occupies: a channel of a trunk, one of its targets, and a channel of a limited prefix.
package struct Seizure: Equatable, Sendable {
    /// Index in the trunk group.
    package let trunk: Int
    /// The trunk's target, as ``TrunkTargets`` numbers it.
    package let target: UInt32
    /// By which the trunk's pacer knows it.
    let serial: Int
    /// Digits of the callee.
    let number: UInt64
    /// Index of the limited prefix that the number belongs to; nil: none limits it.
    package let prefix: Int?
    /// Place among the paces of populations; nil: nothing limits the callee's.
    let population: Int?
    /// When the call was begun, by the turn's time.
    package let begun: Timestamp

    /// Of a call that a former process began: what became of it tells nothing of a target, nor of the calls beside it.
    static let noTarget = UInt32.max
    static let noSerial = -1
}

/// What a call that is over tells about its trunk.
package struct SeizureEnd: Sendable {
    package var end: CallEnd
    package var failure: FailureClass?
    /// When the INVITE left, for a call of which nothing was heard before its end; nil: something was.
    package var unheardSince: Timestamp?
    /// The recipient's first attempt: later ones are to those who did not answer before, and say nothing about a trunk.
    package var isFirstAttempt: Bool
    /// When it ended, by the voice module.
    package var time: Timestamp

    package init(
        _ end: CallEnd, _ failure: FailureClass?, unheardSince: Timestamp?, isFirstAttempt: Bool, at time: Timestamp
    ) {
        self.end = end
        self.failure = failure
        self.unheardSince = unheardSince
        self.isFirstAttempt = isFirstAttempt
        self.time = time
    }
}
