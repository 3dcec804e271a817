// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// A value that several threads use, one at a time.
///
/// `@unchecked Sendable`: the value is touched under the lock only.
package final class Locked<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    package init(_ value: Value) { self.value = value }

    /// Keep it short, and call nobody from within.
    package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body(&value)
    }

    /// The value as it is now.
    package var snapshot: Value { withLock { $0 } }
}
