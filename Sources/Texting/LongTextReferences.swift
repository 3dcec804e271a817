// SPDX-License-Identifier: GPL-3.0-or-later

/// The reference in the parts of the last long text to each number, 8 bits of it (3GPP TS 23.040 section 9.2.3.24.1). Those
/// of long ago are forgotten. A telephone puts the parts of two texts with one reference together.
struct LongTextReferences {
    private var young: [String: UInt8] = [:]
    private var old: [String: UInt8] = [:]
    private static let generation = 100_000

    /// False: the last one to this number had it.
    mutating func note(_ reference: UInt8, _ number: String) -> Bool {
        guard (young[number] ?? old[number]) != reference else { return false }
        young[number] = reference
        if young.count > Self.generation {
            old = young
            young = [:]
        }
        return true
    }
}
