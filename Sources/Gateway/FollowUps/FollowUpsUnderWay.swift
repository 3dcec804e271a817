// SPDX-License-Identifier: GPL-3.0-or-later
import Actions
import GatewayCore

/// Corrections and closing messages from their request until their action exists, or does not: a text is spoken meanwhile,
/// calls end, the ledger is read. Of one kind and one action there is one at a time.
@TurnActor final class FollowUpsUnderWay<One: AnyObject> {
    private struct Key: Hashable {
        let original: String
        let tie: ActionTie
    }

    private struct Entry {
        let one: One
        let definition: ActionDefinition
        /// Those that ask for the same meanwhile.
        var behind: [One] = []
    }

    /// What becomes of one that is asked for.
    enum Place {
        /// It is made; those named give way to it: `replaced` are being made, `waiting` waited behind them.
        case made(replaced: [One], waiting: [One])
        /// The same is being made: it begins again when that is done.
        case behind
        /// It is being closed with another text.
        case refused
    }

    private var entries: [Key: Entry] = [:]

    nonisolated init() {}

    /// One is asked for. A correction gives way to one with another text, and to the closing message; a closing message to
    /// nothing.
    func enter(_ one: One, _ tie: ActionTie, of original: String, _ definition: ActionDefinition) -> Place {
        let key = Key(original: original, tie: tie)
        if let known = entries[key] {
            if known.definition == definition {
                entries[key]?.behind.append(one)
                return .behind
            }
            if tie == .closing { return .refused }
        }
        let former = entries.removeValue(forKey: Key(original: original, tie: .correction))
        entries[key] = Entry(one: one, definition: definition)
        return .made(replaced: former.map { [$0.one] } ?? [], waiting: former?.behind ?? [])
    }

    /// One is done, whatever came of it.
    ///
    /// - Returns: Those that waited for it.
    func leave(_ one: One) -> [One] {
        guard let key = entries.first(where: { $0.value.one === one })?.key else { return [] }
        return entries.removeValue(forKey: key)?.behind ?? []
    }

    /// What is being made of an action, or of the one that it corrects; nil: nothing is.
    func underWay(of action: ActionRecord?) -> ActionTie? {
        guard let action else { return nil }
        let originals = [action.id.text, action.conduct?.follows]
        return ActionTie.allCases.first { tie in
            entries.keys.contains { $0.tie == tie && originals.contains($0.original) }
        }
    }
}
