// SPDX-License-Identifier: GPL-3.0-or-later

/// What classes keep beside more pressing ones: of so many calls (or messages) of a class, each less pressing one that has
/// somebody waiting is owed a share, and what it is owed comes before the next pressing one.
///
/// A debt is one place at most: who could not use it has no claim to many at once later.
package struct ClassFloors: Equatable, Sendable {
    /// 0 to 1.
    package var share = 0.0
    /// In thousandths of a place, by rank.
    private var credits: [Int: Int] = [:]

    private static let place = 1000

    package init() {}

    /// Anybody is owed a place.
    package var isAnyOwed: Bool { !credits.isEmpty && credits.values.contains { $0 >= Self.place } }

    package func isOwed(_ rank: Int) -> Bool { (credits[rank] ?? 0) >= Self.place }

    /// A more pressing class had a place.
    ///
    /// - Parameter isWaiting: This one could have used it.
    package mutating func earn(_ rank: Int, isWaiting: Bool) {
        guard isWaiting, share > 0 else {
            credits[rank] = nil
            return
        }
        credits[rank] = min(Self.place, (credits[rank] ?? 0) + Int((share * Double(Self.place)).rounded(.up)))
    }

    /// It had its place.
    package mutating func pay(_ rank: Int) { credits[rank] = nil }
}
