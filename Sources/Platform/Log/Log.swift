// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Glibc

/// The daemon's log: one line for each event, with what belongs to it as `key=value`.
///
///     log.info("call answered", ["attempt": attempt, "number": number])
///
/// Numbers are personal data: a ``PhoneNumber`` describes itself redacted, and what looks like a number
/// in any other text is redacted as well. Control characters are escaped, so that nobody outside can
/// forge a line. May be used from any thread.
package final class Log: Sendable {
    package typealias Context = KeyValuePairs<String, any CustomStringConvertible>

    package enum Style: Equatable, Sendable {
        /// `<6>message`: journald adds the time.
        case journal
        /// `2026-11-24T13:30:41.123Z info message`
        case plain
    }

    private static let longestLine = 8192

    private let style: Style
    /// Civil: what lines are stamped with.
    private let clock: @Sendable () -> Timestamp
    /// What minutes are measured by: it is never set.
    private let steady: @Sendable () -> Timestamp
    private let write: @Sendable ([UInt8]) -> Void
    private let threshold: Locked<LogLevel>
    private let repeated = Locked(RepeatedLines())

    /// To standard error, in the style that its reader wants.
    package convenience init(level: LogLevel = .info, environment: [String: String]) {
        self.init(
            level: level, style: Self.style(of: STDERR_FILENO, environment: environment), clock: SystemClock.wall,
            steady: { Timestamp(microseconds: SystemClock.bootMicroseconds()) },
            write: { Self.writeAll($0, to: STDERR_FILENO) })
    }

    /// - Parameter steady: nil: `clock` is never set.
    package init(
        level: LogLevel, style: Style, clock: @escaping @Sendable () -> Timestamp,
        steady: (@Sendable () -> Timestamp)? = nil, write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        threshold = Locked(level)
        self.style = style
        self.clock = clock
        self.steady = steady ?? clock
        self.write = write
    }

    /// Less important lines are left out.
    package var level: LogLevel {
        get { threshold.withLock { $0 } }
        set { threshold.withLock { $0 = newValue } }
    }

    package func debug(_ message: @autoclosure () -> String, _ context: @autoclosure () -> Context = [:]) {
        log(.debug, message(), context())
    }
    package func info(_ message: @autoclosure () -> String, _ context: @autoclosure () -> Context = [:]) {
        log(.info, message(), context())
    }
    package func notice(_ message: @autoclosure () -> String, _ context: @autoclosure () -> Context = [:]) {
        log(.notice, message(), context())
    }
    package func warning(_ message: @autoclosure () -> String, _ context: @autoclosure () -> Context = [:]) {
        log(.warning, message(), context())
    }
    package func error(_ message: @autoclosure () -> String, _ context: @autoclosure () -> Context = [:]) {
        log(.error, message(), context())
    }

    package func log(
        _ level: LogLevel, _ message: @autoclosure () -> String, _ context: @autoclosure () -> Context = [:]
    ) {
        guard level >= self.level else { return }
        write(level, Self.line(message(), context()))
    }

    /// What others can cause by the thousands: of a kind one line at once, then one a minute with the count.
    package func flood(
        _ level: LogLevel, _ kind: String, _ message: @autoclosure () -> String,
        _ context: @autoclosure () -> Context = [:]
    ) {
        guard level >= self.level else { return }
        let now = steady()
        if repeated.withLock({ $0.take(kind, level, Self.line(message(), context()), now: now) }) {
            write(level, Self.line(message(), context()))
        }
        writeRepeated()
    }

    /// Writes what came again and again in a minute that is over. To be called every second or so.
    package func writeRepeated() {
        let now = steady()
        for (level, line) in repeated.withLock({ $0.due(now: now) }) { write(level, line) }
    }

    private static func line(_ message: String, _ context: Context) -> String {
        var line = escaped(message)
        for (key, value) in context { line += " \(key)=\(quotedIfNeeded(value.description))" }
        return line
    }

    private func write(_ level: LogLevel, _ text: String) {
        var line = NumberRedaction.redact(text)
        if line.utf8.count > Self.longestLine {
            line = String(line.unicodeScalars.prefix(Self.longestLine / 4)) + "... (cut off)"
        }
        switch style {
        case .journal: line = "<\(level.priority)>\(line)\n"
        case .plain:
            let name = level.rawValue
            line = "\(clock()) \(name)\(String(repeating: " ", count: max(1, 8 - name.utf8.count)))\(line)\n"
        }
        write(Array(line.utf8))
    }

    // MARK: Text

    static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: mustEscape) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where mustEscape(scalar):
                let hex = String(scalar.value, radix: 16)
                result += scalar.value < 256 ? "\\x\(hex.utf8.count < 2 ? "0" : "")\(hex)" : "\\u{\(hex)}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Control characters, separators of lines, and those that turn the direction of writing.
    private static func mustEscape(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<32, 127...159, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }

    private static func quotedIfNeeded(_ text: String) -> String {
        let special = " \"=\\".unicodeScalars
        let isSpecial = text.isEmpty || text.unicodeScalars.contains { mustEscape($0) || special.contains($0) }
        guard isSpecial else { return text }
        var result = ""
        for character in text {
            if character == "\"" || character == "\\" { result += "\\" }
            result.append(character)
        }
        return "\"\(escaped(result))\""
    }

    // MARK: Standard error

    /// journald says which stream is its own: `$JOURNAL_STREAM` is `device:inode` (systemd.exec(5)).
    static func style(of descriptor: Int32, environment: [String: String]) -> Style {
        guard let parts = environment["JOURNAL_STREAM"]?.split(separator: ":"), parts.count == 2 else { return .plain }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { return .plain }
        let isJournal = UInt64(parts[0]) == UInt64(information.st_dev) && UInt64(parts[1]) == UInt64(information.st_ino)
        return isJournal ? .journal : .plain
    }

    /// One write(2) for a line, so that lines of several threads do not mix. Nobody is told when the
    /// log cannot be written: there is nowhere to say it.
    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress?.advanced(by: sent), bytes.count - sent)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            sent += count
        }
    }
}

/// Hides what looks like a telephone number in texts that others wrote (reason phrases, SIP URIs).
enum NumberRedaction {
    /// `+` and 8 to 15 digits, or 9 to 15 digits that start with 0 and stand alone.
    static func redact(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let isPlus = bytes[position] == 43
            let start = isPlus ? position + 1 : position
            var end = start
            while end < bytes.count, isDigit(bytes[end]) { end += 1 }
            let count = end - start
            guard count > 0 else {
                result.append(bytes[position])
                position += 1
                continue
            }
            let standsAlone =
                (position == 0 || !isWord(bytes[position - 1])) && (end == bytes.count || !isWord(bytes[end]))
            let isNumber =
                isPlus ? (8...15).contains(count) : (9...15).contains(count) && bytes[start] == 48 && standsAlone
            if isNumber {
                let written = bytes[position..<end]
                result += written.prefix(4)
                result += [UInt8](repeating: 42, count: written.count - 7)
                result += written.suffix(3)
            } else {
                result += bytes[position..<end]
            }
            position = end
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95 || byte == 46
    }
}
