// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// A file that appears under its name when it is complete, or not at all: what stood there before stays
/// until then.
final class AtomicFile {
    private let path: String
    private let temporary: String
    private var descriptor: Int32

    init(path: String) throws {
        self.path = path
        temporary = "\(path).\(getpid()).part"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw Failure.output("cannot write \(path): \(systemMessage())") }
    }

    /// `bytes` is what the file holds next.
    func write(_ bytes: [UInt8]) throws {
        if let number = writeAll(descriptor, bytes) {
            throw Failure.output("cannot write \(path): \(systemMessage(number))")
        }
    }

    /// The file appears.
    func commit() throws {
        guard fsync(descriptor) == 0, close(descriptor) == 0 else {
            throw Failure.output("cannot write \(path): \(systemMessage())")
        }
        descriptor = -1
        guard rename(temporary, path) == 0 else {
            let reason = systemMessage()
            unlink(temporary)
            throw Failure.output("cannot write \(path): \(reason)")
        }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporary)
    }
}
