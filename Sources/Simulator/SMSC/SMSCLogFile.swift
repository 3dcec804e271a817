// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Platform

/// Appends whole lines to a file at once: what an ESME was told is there, even if this process is killed next.
///
/// Not thread-safe: ``SMSCServer`` uses it on its queue.
final class SMSCLogFile {
    private let descriptor: Int32
    private let path: String
    private var hasFailed = false

    /// - Parameter path: `-` for standard output. Throws ``ScenarioError``.
    init(path: String) throws {
        self.path = path
        descriptor = path == "-" ? dup(STDOUT_FILENO) : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw ScenarioError("cannot write \(path): \(systemError(errno))")
        }
    }

    deinit { close(descriptor) }

    func append(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                // Once: a full disk would otherwise fill the terminal.
                if !hasFailed {
                    printError("the log is incomplete, cannot write \(path): \(systemError(errno))")
                }
                hasFailed = true
                return
            }
            rest = rest.dropFirst(count)
        }
    }
}
