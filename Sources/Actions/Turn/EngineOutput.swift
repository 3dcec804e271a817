// SPDX-License-Identifier: GPL-3.0-or-later

/// What a turn has to write, then to do.
package struct EngineOutput: Sendable {
    package var records: [JournalRecord] = []
    package var effects: [Effect] = []
    package var notices: [Notice] = []
    package init() {}
    package var isEmpty: Bool { records.isEmpty && effects.isEmpty && notices.isEmpty }

    /// Its effects need not wait for the disk: what they rest on is there already, see ``JournalRecord/isTraffic``.
    package var mayBeRelaxed: Bool {
        records.allSatisfy(\.isTraffic)
            && effects.allSatisfy { if case .submit = $0 { true } else { false } }
    }
}
