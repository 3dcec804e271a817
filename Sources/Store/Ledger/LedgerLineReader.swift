// SPDX-License-Identifier: GPL-3.0-or-later
import Billing
import GatewayCore

/// Makes the canonical text of rows from the table's own columns, so that nothing in them escapes it.
struct LedgerLineReader {
    private let pseudonyms: NumberPseudonyms
    private let parts = CDRColumn.parts
    private let isTelephone = CDRColumn.isTelephone
    /// Of the row that was read last.
    private(set) var line = LedgerLine()
    private(set) var sequence: Int64 = 0
    private(set) var hash: [UInt8] = []

    init(_ pseudonyms: NumberPseudonyms) { self.pseudonyms = pseudonyms }

    /// All of ``CDRColumn/names``.
    mutating func read(_ row: Query) {
        line.removeAll()
        for places in parts {
            readColumns(places, of: row)
            line.endPart()
            if places.lowerBound == 0 { hash = row.blob() }
        }
        line.finish()
    }

    /// The first columns of a row without a hash.
    mutating func readColumns(count: Int, of row: Query) {
        line.removeAll()
        readColumns(0..<count, of: row)
    }

    private mutating func readColumns(_ places: Range<Int>, of row: Query) {
        for place in places {
            if row.isInteger {
                let number = row.integer()
                if place == 0 { sequence = number }
                line.append(number)
            } else if let octets = row.octets() {
                if isTelephone[place] {
                    line.append(number: octets, pseudonyms)
                } else {
                    line.append(octets)
                }
            } else {
                line.appendNull()
            }
        }
    }
}
