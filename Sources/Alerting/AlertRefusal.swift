// SPDX-License-Identifier: GPL-3.0-or-later

/// A place in a document: lines and characters, both counted from 1. Line ends are LF, CR or CR LF.
package struct TextPosition: Hashable, Sendable, CustomStringConvertible {
    package var line: Int
    package var column: Int

    package init(line: Int = 1, column: Int = 1) {
        self.line = line
        self.column = column
    }

    package var description: String { "line \(line), column \(column)" }
}

/// One thing that is wrong with an alert, or that an operator should know of it.
package struct AlertProblem: Hashable, Sendable, CustomStringConvertible {
    /// nil: of the file as a whole.
    package var position: TextPosition?
    package var text: String

    package init(_ position: TextPosition?, _ text: String) {
        self.position = position
        self.text = text
    }

    package var description: String { position.map { "\($0): \(text)" } ?? text }
}

/// Why a file is no alert that can be acted upon: everything that was found, in the order of the file.
package struct AlertRefusal: Error, Equatable, CustomStringConvertible {
    package var problems: [AlertProblem]

    package init(problems: [AlertProblem]) { self.problems = problems }
    init(_ position: TextPosition?, _ text: String) { problems = [AlertProblem(position, text)] }

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
