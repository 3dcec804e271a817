// SPDX-License-Identifier: GPL-3.0-or-later
import Synchronization

/// A value that several threads use, one at a time; its owners share it.
package final class Locked<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    package init(_ value: Value) { mutex = Mutex(value) }

    /// Keep it short, and call nobody from within.
    package func withLock<Result: Sendable>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        try mutex.withLock { try body(&$0) }
    }

    /// The value as it is now.
    package var snapshot: Value { withLock { $0 } }
}
