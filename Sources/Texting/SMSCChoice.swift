// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// Which SMSC takes what, among all of them; by their positions.
extension [SMSCState] {
    /// The best that is up: by priority, then the one furthest below its share; nil: wait. Those of the next priority
    /// when all of a better one are full and overloaded.
    ///
    /// - Parameters:
    ///   - number: The recipient's: better not over one where it waits.
    ///   - names: Those that failed the recipient in this round.
    ///   - room: How many messages may be journalled ahead for each.
    ///   - overloaded: Those that cannot take in time what waits.
    ///   - canSend: The action's text can go over it.
    func best(
        for number: String, excluding names: [String], _ room: [Int], overloaded: Set<Int>, now: Timestamp,
        canSend: (Int) -> Bool
    ) -> Int? {
        if count == 1 { return self[0].isUsable && room[0] > 0 && canSend(0) ? 0 : nil }
        let usable = indices.filter { self[$0].isUsable && canSend($0) }
        var candidates = usable.filter { !names.contains(self[$0].name) }
        // Those that have not failed this recipient may be down: better the others again than none.
        if candidates.isEmpty { candidates = usable }
        if candidates.count > 1 {
            let taking = candidates.filter { !self[$0].refusesEverything(now: now) }
            if !taking.isEmpty { candidates = taking }
            let ready = candidates.filter { self[$0].wait(of: number, now: now) == nil }
            if !ready.isEmpty { candidates = ready }
        }
        while let best = candidates.map({ self[$0].settings.priority }).min() {
            let equals = candidates.filter { self[$0].settings.priority == best }
            let choice = equals.filter { room[$0] > 0 }.min { self[$0].share < self[$1].share }
            if choice != nil || !overloaded.isSuperset(of: equals) { return choice }
            candidates.removeAll { self[$0].settings.priority == best }
        }
        return nil
    }

    /// When the first SMSC that has room may be used for this number again, which is left alone there; nil: it is not for
    /// that that it has to wait.
    func waitEnd(
        for number: String, excluding names: [String], _ room: [Int], now: Timestamp, canSend: (Int) -> Bool
    ) -> Timestamp? {
        indices.filter { room[$0] > 0 && !names.contains(self[$0].name) && canSend($0) }
            .compactMap { self[$0].wait(of: number, now: now) }.min()
    }

    /// Another one of its priority, or of any when it takes nothing or is overloaded, for which nothing waits.
    func idle(beside index: Int, _ rank: Int, isOverloaded: Bool, now: Timestamp) -> Int? {
        let isLost = self[index].refusesEverything(now: now)
        return indices.first { other in
            let smsc = self[other]
            return other != index && smsc.isUsable && smsc.queues[rank].isEmpty
                && !(isLost ? smsc.refusesEverything(now: now) : smsc.isRefusing(now: now))
                && (isLost || isOverloaded || smsc.settings.priority == self[index].settings.priority)
        }
    }

    /// Whether another one may take a message to this number that this one refused for now: of the same priority or a better one, or of
    /// any when the refusals are tiresome.
    func hasOther(
        than index: Int, for number: String, excluding names: [String], _ rank: Int, isTiresome: Bool, now: Timestamp,
        canSend: (Int) -> Bool
    ) -> Bool {
        indices.contains { other in
            let smsc = self[other]
            return other != index && smsc.isUsable && !names.contains(smsc.name)
                && smsc.wait(of: number, now: now) == nil
                && !(isTiresome ? smsc.refusesEverything(now: now) : smsc.isRefusing(now: now))
                && (isTiresome || smsc.settings.priority <= self[index].settings.priority)
                && smsc.room(now: now) > smsc.queues[rank].preparedCount && canSend(other)
        }
    }
}
