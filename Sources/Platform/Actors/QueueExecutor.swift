// SPDX-License-Identifier: GPL-3.0-or-later
import Dispatch
import Glibc
import Synchronization

/// Lets an actor's work run on a serial queue. (Dispatch for Linux has no DispatchSerialQueue, which is one.)
package final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue
    /// The thread to which the queue has lent what is isolated to it, see ``lend(_:)``; 0: to none.
    private let borrower = Atomic<UInt>(0)

    package init(_ queue: DispatchQueue) { self.queue = queue }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    /// Lends what is isolated to the queue to this thread while `body` runs. The caller has seen to it that the queue
    /// touches nothing of it meanwhile, and that it is lent to one thread at a time.
    package func lend<Result>(_ body: () throws -> Result) rethrows -> Result {
        borrower.store(UInt(pthread_self()), ordering: .relaxed)
        defer { borrower.store(0, ordering: .relaxed) }
        return try body()
    }

    /// Traps elsewhere.
    package func checkIsolated() {
        if borrower.load(ordering: .relaxed) == UInt(pthread_self()) { return }
        dispatchPrecondition(condition: .onQueue(queue))
    }
}
