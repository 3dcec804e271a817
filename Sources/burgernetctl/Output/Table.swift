// SPDX-License-Identifier: GPL-3.0-or-later

/// Lines up columns; figures to the right.
struct Table {
    enum Alignment { case left, right }

    private let headings: [String]
    private let alignments: [Alignment]
    private var rows: [[String]] = []
    /// Widths that a column has at least, so that rows printed one by one stay in line.
    private let minimumWidths: [Int]

    /// A heading that starts with `>` has its column aligned to the right.
    init(_ headings: [String], minimumWidths: [Int] = []) {
        self.headings = headings.map { $0.hasPrefix(">") ? String($0.dropFirst()) : $0 }
        alignments = headings.map { $0.hasPrefix(">") ? .right : .left }
        self.minimumWidths = minimumWidths
    }

    mutating func add(_ cells: [String]) { rows.append(cells.map(printable)) }
    /// A line of its own below the last row.
    mutating func add(line: String) { rows.append([printable(line)]) }

    var isEmpty: Bool { rows.isEmpty }

    func lines(withHeadings: Bool = true) -> [String] {
        let all = (withHeadings ? [headings] : []) + rows
        let widths = headings.indices.map { column in
            let minimum = minimumWidths.indices.contains(column) ? minimumWidths[column] : 0
            return all.reduce(minimum) { $1.count == headings.count ? max($0, $1[column].count) : $0 }
        }
        return all.map { row in
            guard row.count == headings.count else { return row.joined() }
            let cells = row.indices.map { column in
                let padding = String(repeating: " ", count: max(0, widths[column] - row[column].count))
                return alignments[column] == .right ? padding + row[column] : row[column] + padding
            }
            var line = cells.joined(separator: "  ")
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }
}
