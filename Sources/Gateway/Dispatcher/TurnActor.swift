// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import Platform

/// The turns' queue as an actor: what is isolated to it can be touched in turns alone, which the compiler proves.
///
/// Code that Dispatch runs on ``queue`` enters with ``assumeIsolated(_:)``.
@globalActor actor TurnActor {
    static let shared = TurnActor()
    static let queue = DispatchQueue(label: "burgernetd.turn", qos: .userInteractive)
    private static let executor = QueueExecutor(queue)

    nonisolated var unownedExecutor: UnownedSerialExecutor { Self.executor.asUnownedSerialExecutor() }

    /// Runs `body` at once; traps when this is not the queue. Costs one dispatchPrecondition.
    @inline(__always)
    static func assumeIsolated<Result>(_ body: @TurnActor () throws -> Result) rethrows -> Result {
        typealias Isolated = @TurnActor () throws -> Result
        typealias Plain = () throws -> Result
        dispatchPrecondition(condition: .onQueue(queue))
        // As MainActor.assumeIsolated does it: the isolation is a matter of types, not of how a function is called.
        return try withoutActuallyEscaping(body) { (escaping: @escaping Isolated) throws -> Result in
            try unsafeBitCast(escaping, to: Plain.self)()
        }
    }

    /// Runs `body` on this thread, of which the actor's work takes no notice: see ``QueueExecutor/lend(_:)``.
    nonisolated static func lent<Result>(_ body: () throws -> Result) rethrows -> Result { try executor.lend(body) }

    /// Runs `body` on the queue as soon as it is free.
    nonisolated static func async(_ body: @escaping @TurnActor @Sendable () -> Void) {
        queue.async { assumeIsolated(body) }
    }

    nonisolated static func async(after deadline: DispatchTime, _ body: @escaping @TurnActor @Sendable () -> Void) {
        queue.asyncAfter(deadline: deadline) { assumeIsolated(body) }
    }

    /// Waits for the queue, then runs `body` on it. Not from the queue.
    nonisolated static func sync<Result: Sendable>(_ body: @TurnActor @Sendable () throws -> Result) rethrows -> Result
    {
        try queue.sync { try assumeIsolated(body) }
    }
}
