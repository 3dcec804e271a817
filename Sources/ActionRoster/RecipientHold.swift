// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore

/// What trunks said to one recipient's number that holds still, or that may turn out not to have been about the number.
struct RecipientHold {
    private struct Refusal {
        var trunk: Int
        var since: Timestamp
        /// The trunk's Retry-After binds the number until then, over this trunk alone; nil: nothing does.
        var until: Timestamp?
        /// Nothing was heard.
        var isSilence: Bool
    }

    private var refusals: [Refusal] = []
    /// For which the recipient waits because of them.
    var due = Timestamp.epoch

    var isEmpty: Bool { refusals.isEmpty }

    mutating func refused(by trunk: Int, until: Timestamp?, isSilence: Bool, now: Timestamp) {
        refusals.removeAll { $0.trunk == trunk }
        refusals.append(Refusal(trunk: trunk, since: now, until: until, isSilence: isSilence))
    }

    /// The trunks that must not be used at a time.
    func bound(at time: Timestamp) -> [Int] { refusals.filter { ($0.until ?? time) > time }.map(\.trunk) }

    /// When the first of the trunks that must not be used at a time may be used again; nil: none is bound.
    func firstEnd(after time: Timestamp) -> Timestamp? { refusals.compactMap(\.until).filter { $0 > time }.min() }

    /// What a trunk said that is no more, or is another one under its number.
    mutating func forget(_ trunk: Int) { refusals.removeAll { $0.trunk == trunk } }

    /// What a trunk said since then was not about the number.
    ///
    /// - Returns: Whether anything was.
    mutating func release(_ trunk: Int, since: Timestamp, isSilence: Bool) -> Bool {
        let count = refusals.count
        refusals.removeAll { $0.trunk == trunk && $0.since >= since && $0.isSilence == isSilence }
        return refusals.count < count
    }
}
