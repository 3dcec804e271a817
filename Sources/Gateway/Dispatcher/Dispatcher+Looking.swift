// SPDX-License-Identifier: GPL-3.0-or-later
import GatewayCore
import Platform

/// Looking at the engine while the turns' queue waits for the disk.
///
/// A write may take seconds, and the queue waits for it with the engine at rest between two turns' work. So whoever
/// only looks may do so from another thread meanwhile; the end of the wait waits for them.
extension Dispatcher {
    /// For what may take long on the disk. The engine is not touched by `body`.
    func atRest<Result>(_ body: () throws -> Result) rethrows -> Result {
        isAtRest.withLock { $0 = true }
        defer { isAtRest.withLock { $0 = false } }
        return try body()
    }

    /// Looks at once if the engine is at rest; nil: it is not. Any thread but the turns'.
    ///
    /// - Parameter body: Changes nothing, and uses neither the journal nor the binds: both are busy or somebody else's.
    nonisolated func lookAtRest<Result: Sendable>(
        _ body: @TurnActor @Sendable (Dispatcher, Timestamp) -> Result
    ) -> Result? {
        typealias Isolated = @TurnActor @Sendable (Dispatcher, Timestamp) -> Result
        typealias Plain = (Dispatcher, Timestamp) -> Result
        return isAtRest.withLock { isAtRest in
            guard isAtRest else { return nil }
            // As TurnActor.assumeIsolated does it: the lock proves here what the queue proves there.
            return withoutActuallyEscaping(body) { (escaping: @escaping Isolated) -> Result in
                TurnActor.lent { unsafeBitCast(escaping, to: Plain.self)(self, clock()) }
            }
        }
    }
}
