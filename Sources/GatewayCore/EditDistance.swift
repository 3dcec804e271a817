// SPDX-License-Identifier: GPL-3.0-or-later

/// Insertions, removals, replacements and swaps of neighbours between two words (optimal string
/// alignment): how far a typing error is from what was meant.
package func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for row in left.indices {
        var line = [row + 1]
        for column in right.indices {
            let cost = left[row] == right[column] ? 0 : 1
            var distance = min(previous[column + 1] + 1, line[column] + 1, previous[column] + cost)
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                distance = min(distance, beforePrevious[column - 1] + 1)
            }
            line.append(distance)
        }
        beforePrevious = previous
        previous = line
    }
    return previous[right.count]
}
