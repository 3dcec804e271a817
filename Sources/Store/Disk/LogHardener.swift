// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import Glibc
import Platform

/// Asks the disk for the write-ahead log, on a queue of its own.
///
/// It has a descriptor beside SQLite's own. The file is made once and stays while the connection is open; closing this
/// one lets go of no lock, since the journal is locked by a file of its own.
final class LogHardener {
    private let path: String
    private let queue = DispatchQueue(label: "burgernetd.disk", qos: .userInitiated)
    private var descriptor: Int32 = -1

    /// - Parameter path: of the write-ahead log.
    init(path: String) { self.path = path }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Of the log; nil: there is none, or it is damaged.
    func header() -> WriteAheadLog? {
        openLog()
        return WriteAheadLog.header(descriptor)
    }

    private func openLog() {
        if descriptor < 0 { descriptor = open(path, O_RDWR | O_CLOEXEC) }
    }

    /// `completion` comes on a queue of its own, with what went wrong.
    func harden(_ completion: @escaping @Sendable (StoreError?) -> Void) {
        openLog()
        queue.async { [path, descriptor] in
            // The log's own file: its frames are checked one by one after a loss of power, in order.
            guard descriptor >= 0, fdatasync(descriptor) == 0 else {
                let message = "\(path): \(systemError(errno))"
                completion(StoreError(operation: "writing the journal", message: message))
                return
            }
            completion(nil)
        }
    }
}
