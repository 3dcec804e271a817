// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch

/// The queue of the control socket's clients as an actor: the compiler proves that nothing else touches what is isolated
/// to it.
///
/// Code that Dispatch runs on ``queue`` enters with ``assumeIsolated(_:)``.
@globalActor package actor ControlActor {
    package static let shared = ControlActor()
    package static let queue = DispatchQueue(label: "burgernetd.control")
    private static let executor = QueueExecutor(queue)

    package nonisolated var unownedExecutor: UnownedSerialExecutor { Self.executor.asUnownedSerialExecutor() }

    /// Runs `body` at once; traps when this is not the queue. Costs one dispatchPrecondition.
    @inline(__always)
    package static func assumeIsolated<Result>(_ body: @ControlActor () throws -> Result) rethrows -> Result {
        typealias Isolated = @ControlActor () throws -> Result
        typealias Plain = () throws -> Result
        dispatchPrecondition(condition: .onQueue(queue))
        // As MainActor.assumeIsolated does it: the isolation is a matter of types, not of how a function is called.
        return try withoutActuallyEscaping(body) { (escaping: @escaping Isolated) throws -> Result in
            try unsafeBitCast(escaping, to: Plain.self)()
        }
    }

    /// Runs `body` on the queue as soon as it is free.
    package nonisolated static func async(_ body: @escaping @ControlActor @Sendable () -> Void) {
        queue.async { assumeIsolated(body) }
    }

    package nonisolated static func async(
        after deadline: DispatchTime, _ body: @escaping @ControlActor @Sendable () -> Void
    ) {
        queue.asyncAfter(deadline: deadline) { assumeIsolated(body) }
    }

    /// Waits for the queue, then runs `body` on it. Not from the queue.
    package nonisolated static func sync<Result: Sendable>(_ body: @ControlActor @Sendable () throws -> Result) rethrows
        -> Result
    {
        try queue.sync { try assumeIsolated(body) }
    }
}
