// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Platform

/// Appends lines to a file; whole lines only, kept in memory for at most a second.
///
/// Not thread-safe: ``PhoneNetwork`` uses it on its queue.
final class LineLog {
    private let descriptor: Int32
    private let path: String
    private var buffer: [UInt8] = []
    private var hasFailed = false
    private static let flushSize = 1 << 16

    /// - Parameter path: `-` for standard output. Throws ``ScenarioError``.
    init(path: String) throws {
        self.path = path
        descriptor = path == "-" ? dup(STDOUT_FILENO) : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw ScenarioError("cannot write \(path): \(systemError(errno))")
        }
    }

    deinit {
        flush()
        close(descriptor)
    }

    func append(_ line: String) {
        buffer.append(contentsOf: line.utf8)
        buffer.append(10)
        if buffer.count >= Self.flushSize { flush() }
    }

    func flush() {
        var written = 0
        while written < buffer.count {
            let count = buffer.withUnsafeBytes { bytes in
                write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                complain()
                break
            }
            written += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Once: a full disk would otherwise fill the terminal.
    private func complain() {
        guard !hasFailed else { return }
        hasFailed = true
        printError("the log is incomplete, cannot write \(path): \(systemError(errno))")
    }
}

func printError(_ text: String) { FileHandle.standardError.write(Data("burgernetsim: \(text)\n".utf8)) }
