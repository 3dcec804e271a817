// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// Standard output, buffered; standard error for everything that is no result.
final class Output {
    private var buffer: [UInt8] = []
    let isTerminal: Bool

    init() {
        let term = getenv("TERM").map { String(cString: $0) } ?? ""
        isTerminal = isatty(STDOUT_FILENO) == 1 && !term.isEmpty && term != "dumb"
    }

    func write(_ bytes: some Sequence<UInt8>) throws {
        buffer += bytes
        if buffer.count > 64 * 1024 { try flush() }
    }

    /// One line; the line end is added.
    func line(_ text: String) throws { try write(Array(text.utf8) + [10]) }

    func flush() throws {
        defer { buffer.removeAll(keepingCapacity: true) }
        if let number = writeAll(STDOUT_FILENO, buffer) {
            throw Failure.output(number == EPIPE ? nil : "cannot write the output: \(systemMessage(number))")
        }
    }

    /// A line on standard error.
    func note(_ text: String) {
        // The order of both on a terminal is that in which they were written.
        try? flush()
        _ = writeAll(STDERR_FILENO, Array(text.utf8) + [10])
    }

    /// Columns of the terminal; 80 when they are not known.
    var width: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}

/// nil, or the `errno` of the write that failed.
func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Int32? {
    var start = 0
    while start < bytes.count {
        let count = bytes.withUnsafeBytes {
            Glibc.write(descriptor, $0.baseAddress?.advanced(by: start), $0.count - start)
        }
        if count < 0 {
            if errno == EINTR { continue }
            return errno
        }
        start += count
    }
    return nil
}

/// A text of somebody else's, fit for a terminal: nothing in it can move the cursor.
func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isUnprintable) else { return text }
    var clean = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { clean.append(isUnprintable(scalar) ? "?" : scalar) }
    return String(clean)
}

private func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029, 0x202a...0x202e, 0x2066...0x2069: true
    default: false
    }
}
