// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Pacing

/// Orders that a dialer may go by without learning anything: what ours is held against (docs/pace.md).
package enum FixedOrder: String, CaseIterable, Sendable {
    case retriesLast = "first tries, then retries as they came due"
    case retriesFirst = "retries as they came due, then first tries"
    case alternating = "a first try and a retry in turn"
    case listOrder = "the list from its top, whatever was tried"
    case listBackwards = "the list from its end, whatever was tried"
    case rounds = "who was tried least, by the list"
    case latestFirst = "first tries, then who came due last"
    case busyFirst = "who was busy, first tries, the others"
    case busyBeforeOthers = "first tries, who was busy, the others"
    case noAnswerFirst = "who did not answer, first tries, the others"
    case noAnswerBeforeOthers = "first tries, who did not answer, the others"
    case unavailableBeforeOthers = "first tries, who was unavailable, the others"

    /// Somebody who can be called.
    struct Waiting {
        var position: Int
        var due: Interval
        var tries: Int
        /// nil: never tried.
        var last: FailureClass?
    }

    /// Whose is the lowest is called first.
    func key(_ one: Waiting) -> Int64 {
        let place = Int64(one.position)
        let since = one.due.microseconds
        switch self {
        case .retriesLast, .alternating: return one.last == nil ? place : Self.rank + since
        case .retriesFirst: return one.last == nil ? Self.rank + place : since
        case .listOrder: return place
        case .listBackwards: return -place
        case .rounds: return Int64(one.tries) * Self.rank + place
        case .latestFirst: return one.last == nil ? place : 2 * Self.rank - since
        case .busyFirst: return first(.busy, one, isBeforeAll: true)
        case .busyBeforeOthers: return first(.busy, one, isBeforeAll: false)
        case .noAnswerFirst: return first(.noAnswer, one, isBeforeAll: true)
        case .noAnswerBeforeOthers: return first(.noAnswer, one, isBeforeAll: false)
        case .unavailableBeforeOthers: return first(.unavailable, one, isBeforeAll: false)
        }
    }

    /// More than any time of an action in microseconds, or place in a list.
    private static let rank: Int64 = 1_000_000_000_000

    private func first(_ favoured: FailureClass, _ one: Waiting, isBeforeAll: Bool) -> Int64 {
        guard let last = one.last else { return Self.rank + Int64(one.position) }
        let rank: Int64 = last == favoured ? (isBeforeAll ? 0 : 2) : 3
        return rank * Self.rank + one.due.microseconds
    }
}
