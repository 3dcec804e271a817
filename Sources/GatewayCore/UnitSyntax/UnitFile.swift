// SPDX-License-Identifier: GPL-3.0-or-later

/// Where in the configuration something stands.
package struct ConfigurationLocation: Equatable, Sendable {
    package var file: String
    /// From 1; 0: the file as a whole.
    package var line: Int

    package init(file: String, line: Int) {
        self.file = file
        self.line = line
    }
}

/// One thing that is wrong with the configuration (or, as a warning, odd).
package struct ConfigurationComplaint: Equatable, Sendable, CustomStringConvertible {
    package var location: ConfigurationLocation
    /// `[Call] RingTimeout`, `[Trunk kpn]` or "".
    package var subject: String
    package var message: String

    package init(location: ConfigurationLocation, subject: String, message: String) {
        self.location = location
        self.subject = subject
        self.message = message
    }

    /// `burgernetd.conf:12: [Call] RingTimeout: "soon" is no duration: ...`
    package var description: String {
        let place = location.line > 0 ? "\(location.file):\(location.line)" : location.file
        return subject.isEmpty ? "\(place): \(message)" : "\(place): \(subject): \(message)"
    }
}

/// `[Trunk kpn]` is `kind` Trunk and `name` kpn.
package struct UnitSection: Equatable, Hashable, Sendable, CustomStringConvertible {
    package var kind: String
    /// nil: the header has one word only.
    package var name: String?

    package init(kind: String, name: String? = nil) {
        self.kind = kind
        self.name = name
    }

    package var description: String { name.map { "[\(kind) \($0)]" } ?? "[\(kind)]" }
}

/// What a file in systemd's syntax consists of. Source: systemd.syntax(7).
package enum UnitItem: Equatable, Sendable {
    case section(UnitSection, ConfigurationLocation)
    /// Of the section that was opened last.
    case assignment(key: String, value: String, ConfigurationLocation)
    case malformed(String, ConfigurationLocation)
}

/// Reads sections and assignments; knows nothing of what they mean.
package enum UnitFile {
    /// Comments may stand between continued lines; an assignment's line is the first of them.
    package static func parse(_ bytes: [UInt8], file: String) -> [UnitItem] {
        var items: [UnitItem] = []
        var pending = ""
        var pendingLine = 0
        var number = 0
        for rawLine in bytes.split(separator: 10, omittingEmptySubsequences: false) {
            number += 1
            let location = ConfigurationLocation(file: file, line: number)
            var line = rawLine[...]
            if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
            if let last = line.last, last == 13 { line = line.prefix(line.count - 1) }
            guard let text = String(validating: line, as: UTF8.self) else {
                items.append(.malformed("the line is not UTF-8", location))
                continue
            }
            guard !text.unicodeScalars.contains(where: { $0.value < 32 && $0 != "\t" || $0.value == 127 }) else {
                items.append(.malformed("the line contains a control character", location))
                continue
            }
            let stripped = text.drop(while: isBlank)
            if stripped.first == "#" || stripped.first == ";" { continue }
            if pendingLine == 0 { pendingLine = number }
            pending += stripped
            if endsInEscape(stripped) {
                pending.removeLast()
                pending += " "
                continue
            }
            appendItem(pending, ConfigurationLocation(file: file, line: pendingLine), to: &items)
            pending = ""
            pendingLine = 0
        }
        if pendingLine > 0 { appendItem(pending, ConfigurationLocation(file: file, line: pendingLine), to: &items) }
        return items
    }

    /// A backslash that no other backslash escapes.
    private static func endsInEscape(_ text: some StringProtocol) -> Bool {
        text.utf8.reversed().prefix { $0 == 92 }.count % 2 == 1
    }

    private static func appendItem(_ line: String, _ location: ConfigurationLocation, to items: inout [UnitItem]) {
        let line = trimmed(line)
        guard let first = line.first else { return }
        if first == "[" {
            guard line.last == "]" else {
                items.append(.malformed("the section's closing ] is missing", location))
                return
            }
            let words = line.dropFirst().dropLast().split(whereSeparator: isBlank).map(String.init)
            guard let kind = words.first, words.count <= 2 else {
                items.append(
                    .malformed("a section is written [Kind] or [Kind name]; names contain no spaces", location))
                return
            }
            items.append(.section(UnitSection(kind: kind, name: words.dropFirst().first), location))
            return
        }
        guard let equals = line.firstIndex(of: "=") else {
            items.append(.malformed("this is neither a [Section], a Key=value nor a # comment", location))
            return
        }
        let key = trimmed(line[..<equals])
        guard !key.isEmpty else {
            items.append(.malformed("the key before the = is missing", location))
            return
        }
        items.append(.assignment(key: key, value: trimmed(line[line.index(after: equals)...]), location))
    }

    package static func trimmed(_ text: some StringProtocol) -> String {
        let start = text.drop(while: isBlank)
        guard let last = start.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(start[...last])
    }

    package static func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
}
